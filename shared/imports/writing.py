"""Writing the good lines of an import, in batches. They are judged again first: the register may have changed since the check."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import record_audit
from shared.auth import Caller
from shared.imports.changing import changed_since
from shared.imports.columns import Kind
from shared.imports.judging import Memory, Verdict, Wholes
from shared.imports.keeping import count, keep
from shared.imports.models import ImportColumns
from shared.imports.reading import LINES_AT_A_TIME

LINES_IN_A_STATEMENT = 2_000
ALL_LINES = 2**31 - 1


class Writing:
    """The good lines of one import on their way into the register. Whatever was written already is no longer among them: so it goes on after a kill."""

    def __init__(self, kind: Kind, mode: str, lines_at_a_time: int = LINES_AT_A_TIME) -> None:
        self.kind, self.lines, self.memory = kind, TypeAdapter(kind.line), Memory(may_change=mode == "update")
        self.at_a_time, self.in_a_statement = (lines_at_a_time, LINES_IN_A_STATEMENT) if kind.whole is None else (ALL_LINES, ALL_LINES)

    async def write_next(self, session: AsyncSession, caller: Caller, one: ImportColumns) -> int:
        """Write the next batch in this transaction; how many lines it had, none at the end."""
        await session.execute(text("SET LOCAL statement_timeout = '10min'"))  # thousands of rows in one statement, on a slow machine
        # Two imports at once would each judge before the other has written.
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('import', 0))"))
        rows = (await session.execute(_GOOD, {"id": one.id, "most": self.at_a_time})).all()
        if not rows:
            return 0
        lines = [self.lines.validate_python(row.line) for row in rows]
        # What was not shown before the confirmation is not changed by it.
        self.memory.filled = {row.row: frozenset(row.changes or ()) for row in rows}
        verdicts = await self.kind.judge(session, caller, lines, self.memory)
        wholes = Wholes(self.kind.whole)
        wholes.judged(lines, verdicts)
        left_out = {verdict.row: verdict for verdict in wholes.left_out()}
        shown = {row.row: row.changes for row in rows}
        verdicts = [left_out.get(verdict.row) or changed_since(verdict, shown.get(verdict.row)) or verdict for verdict in verdicts]
        good = [verdict.line for verdict in verdicts if verdict.state == "good"]
        # Each row's references are checked by a query of its own: planned again for each, as this role plans what people ask, it would take most of the time.
        await session.execute(_PLAN_ONCE)
        # The use cases of each kind write set-wise, with their events and audit.
        for first in range(0, len(good), self.in_a_statement):
            await self.kind.write(session, caller, good[first : first + self.in_a_statement])
        changes = [verdict for verdict in verdicts if verdict.state == "changed"]
        refused: Sequence[Verdict] = ()
        if changes and self.kind.change is not None:
            refused = await self.kind.change(session, caller, changes)
            await session.refresh(one)  # an act by hand may have forgotten what the session knew
        await session.execute(_PLAN_EACH)
        await keep(session, one, [*(verdict for verdict in verdicts if not verdict.is_to_write), *refused])
        await session.execute(_WRITTEN, {"id": one.id, "first": rows[0].row, "last": rows[-1].row})
        one.written += len(good) + len(changes) - len(refused)
        one.done += len(rows)
        return len(rows)

    async def finish(self, session: AsyncSession, caller: Caller, one: ImportColumns) -> None:
        await count(session, one)
        one.confirm(by=caller.actor)
        await record_audit(session, caller, "import.confirmed", "import", one.id, after={"kind": one.kind, "file": one.file_sha256, "written": one.written})


_GOOD = text("SELECT row, line, changes FROM import_rows WHERE import_id = :id AND state IN ('good', 'changed') ORDER BY row LIMIT :most")
_PLAN_ONCE = text("SET LOCAL plan_cache_mode = auto")
_PLAN_EACH = text("SET LOCAL plan_cache_mode = force_custom_plan")
_WRITTEN = text(
    """
    UPDATE import_rows SET line = NULL, changes = NULL, state = CASE state WHEN 'good' THEN 'written' ELSE 'rewritten' END
    WHERE import_id = :id AND row BETWEEN :first AND :last AND state IN ('good', 'changed')
    """
)
