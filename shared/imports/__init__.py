"""Bulk import: a file is read, judged line by line and reported; only what is confirmed is written.

No authority starts from nothing: each service offers the same wizard for its own opening balances (staff, mandates,
probations, bonds, agreements, past sessions). A service declares only what is its own:

1. In a migration, once per service: all functions of shared.imports.migration, in their order.
2. In services/<service>/imports/wizard.py, once:

    class Import(ImportColumns, Base):
        __tablename__ = "imports"

    wizard = Wizard(Import, [*mandates.KINDS, *probations.KINDS])

   and in app.py `routers=[…, wizard.router]`, `daily=[…, wizard.forget_old_imports]`, `duties=[("imports", wizard.worker)]`.
   A file of some megabytes is checked and written within the request; a larger one (or `Prefer: respond-async`) by the worker.

3. In services/<service>/<feature>/imports.py, for each kind of file:

    @dataclass(frozen=True, slots=True)
    class MandateLine:                                      # `row` first: the spreadsheet's own number
        row: int
        worker_no: str
        starts_on: date

    COLUMNS = (                                             # what must be filled has no `empty`; headings in three languages
        Column("worker_no", text_of, headings=("mã nhân viên", "matricule")),
        Column("starts_on", date_of, headings=("từ ngày", "depuis le")),
    )

    async def judge(session, caller, lines, memory) -> list[Verdict]:
        # one verdict per line, in order; ask the database once for all lines, never line by line
        # memory.again(line, key) judges what the same file said before; Verdict.good / bad / recorded
    async def write(session, caller, lines) -> None:         # set-wise, with events and audit, in this transaction

    # When a thing takes several rows (an agreement, one row per obligation): whole="reference", the column that its rows
    # share. One bad row then keeps all its rows out, and `write` is given them together.

    # change=…: what the lines change of what is recorded, when whoever sent the file said so (memory.may_change, shared/imports/changing.py).
    # lists=…: what some columns take today, for the drop-downs of the empty workbook; a Fault with `unknown=word` asks for its code.

    KINDS = [Kind("mandates", COLUMNS, MandateLine, judge, write, allowed=can_import_mandates)]

The good lines are judged again when they are confirmed, so `judge` is the one place of the rules. A text of Fault is a
message id like any other. Add the kind to `IMPORTS` of services/portal/vocabulary/imports.py, and the file to `bulk:` of a story
with `service: <service>`.
"""

from shared.imports.cells import Fault
from shared.imports.columns import Column, Faults, Kind, Lists, refuse_end_before_start
from shared.imports.judging import Memory, Verdict, refused
from shared.imports.models import ImportColumns
from shared.imports.wizard import Wizard

__all__ = ["Column", "Fault", "Faults", "ImportColumns", "Kind", "Lists", "Memory", "Verdict", "Wizard", "refuse_end_before_start", "refused"]
