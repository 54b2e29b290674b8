"""Check a file, report it line by line, and write the good lines once somebody confirms them."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.use_cases import record_assignments
from services.registry.facilities.queries import atlas_of
from services.registry.facilities.use_cases import plan_facility, write_facilities
from services.registry.imports.cells import Fault
from services.registry.imports.columns import KINDS_OF_IMPORT, LAST_ROW_OF_HEADING, Faults, Heading, Kind, find_heading, read_line
from services.registry.imports.judging import Memory, Verdict, judge_lines
from services.registry.imports.lines import AssignmentLine, FacilityLine, Line, PersonLine, PostLine
from services.registry.imports.models import Import
from services.registry.imports.permissions import can_import_kind
from services.registry.imports.queries import get_visible_import
from services.registry.imports.tables import Row, read_rows
from services.registry.posts.use_cases import open_posts
from services.registry.workers.use_cases import register_people
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.db import database, worker_session
from shared.errors import Refused
from shared.files import StoredFile
from shared.i18n import _
from shared.ids import uuid7

LINES_AT_A_TIME = 10_000
LINES_IN_A_STATEMENT = 2_000
DAYS_KEPT = 30

_LINES: dict[str, TypeAdapter[Any]] = {
    "facilities": TypeAdapter(FacilityLine),
    "people": TypeAdapter(PersonLine),
    "posts": TypeAdapter(PostLine),
    "assignments": TypeAdapter(AssignmentLine),
}


async def check_file(session: AsyncSession, *, caller: Caller, kind: str, file: StoredFile, file_name: str) -> Import:
    """Read and judge a file; nothing is written in the register before the good lines are confirmed."""
    require(can_import_kind(caller, kind))
    reading = Reading(KINDS_OF_IMPORT[kind], file)
    await asyncio.to_thread(reading.begin)
    checked = Import(
        id=uuid7(),
        kind=kind,
        file_name=file_name[:200],
        file_sha256=file.sha256,
        ignored_columns=list(reading.heading.ignored),
        authority_path=caller.scope[0],
        shared_with=[],
        created_by=caller.actor,
    )
    session.add(checked)
    await session.flush()
    memory = Memory()
    # Reading is Python work: in a thread, other requests go on.
    while chunk := await asyncio.to_thread(reading.next_lines):
        lines, wrong = chunk.lines, chunk.wrong
        await keep(session, checked, [*wrong, *await judge_lines(session, caller, lines, memory)])
    await keep(session, checked, memory.also_bad)
    await count(session, checked)
    await record_audit(session, caller, "import.checked", "import", checked.id, after={"kind": kind, "file": file.sha256, "rows": checked.rows, "bad": checked.bad})
    return checked


async def confirm_import(session: AsyncSession, *, caller: Caller, import_id: UUID) -> Import:
    """Write the good lines, all or none. They are judged again first: the register may have changed since the check."""
    checked = await get_visible_import(session, caller, import_id, for_update=True)
    require(can_import_kind(caller, checked.kind))
    if checked.state == "confirmed":
        return checked
    if checked.good == 0:
        raise Refused("nothing-to-import", _("No line of this file is good, so there is nothing to write."), possible=_("Correct the file by the report and send it again."))
    await session.execute(text("SET LOCAL statement_timeout = '10min'"))  # thousands of rows in one statement, on a slow machine
    # Two imports at once would each judge before the other has written.
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('import', 0))"))
    memory, written, after = Memory(), 0, 0
    while rows := (await session.execute(_GOOD, {"id": checked.id, "after": after, "most": LINES_AT_A_TIME})).all():
        after = rows[-1].row
        verdicts = await judge_lines(session, caller, [_LINES[checked.kind].validate_python(row.line) for row in rows], memory)
        good = [verdict.line for verdict in verdicts if verdict.state == "good" and verdict.line is not None]
        for first in range(0, len(good), LINES_IN_A_STATEMENT):
            await write_lines(session, caller, checked.kind, good[first : first + LINES_IN_A_STATEMENT])
        written += len(good)
        await keep(session, checked, [verdict for verdict in verdicts if verdict.state != "good"])
    checked.confirm(by=caller.actor, written=written)
    await count(session, checked)
    await session.execute(text("UPDATE import_rows SET line = NULL, state = 'written' WHERE import_id = :id AND state = 'good'"), {"id": checked.id})
    await record_audit(session, caller, "import.confirmed", "import", checked.id, after={"kind": checked.kind, "file": checked.file_sha256, "written": written})
    return checked


async def write_lines(session: AsyncSession, caller: Caller, kind: str, lines: Sequence[Any]) -> None:
    """The use cases of each kind write set-wise, with their events and audit, in this transaction."""
    if not lines:
        return
    if kind == "facilities":
        atlas = await atlas_of(session, [line.area_code for line in lines])
        await write_facilities(session, caller, [plan for line in lines if (plan := plan_facility(atlas, line)) is not None])
    elif kind == "people":
        await register_people(session, caller, lines)
    elif kind == "posts":
        await open_posts(session, caller, lines)
    else:
        await record_assignments(session, caller, lines)


async def forget_old_imports() -> None:
    """Lines that nobody confirmed within some days go, with the names they hold; what was reported stays in the counts."""
    async with worker_session() as session:
        await session.execute(
            text("DELETE FROM import_rows r USING imports i WHERE i.id = r.import_id AND i.created_at < now() - make_interval(days => :days)"), {"days": DAYS_KEPT}
        )
        await session.execute(text("UPDATE imports SET good = 0 WHERE state = 'checked' AND good > 0 AND created_at < now() - make_interval(days => :days)"), {"days": DAYS_KEPT})


# --- reading -------------------------------------------------------------------------------------------------------------


class Chunk:
    """Some lines of a file: those that could be read, and what is wrong with the others."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.wrong: list[Verdict] = []

    def __len__(self) -> int:
        return len(self.lines) + len(self.wrong)


class Reading:
    """A file being read in another thread, some thousands of lines at a time."""

    heading: Heading

    def __init__(self, kind: Kind, file: StoredFile) -> None:
        self.kind, self.file = kind, file
        self.rows: Iterator[Row] = iter(())

    def begin(self) -> None:
        """Find the headings. Raises Malformed when the columns are wrong."""
        rows = read_rows(self.file.path, self.file.kind)
        first = list(islice(rows, LAST_ROW_OF_HEADING))
        self.heading = find_heading(self.kind, first)
        self.rows = chain((row for row in first if row[0] > self.heading.row), rows)

    def next_lines(self) -> Chunk:
        """The next lines; none when the file is read."""
        chunk = Chunk()
        for row in self.rows:
            try:
                line = read_line(self.kind, self.heading, row)
            except Faults as faults:
                chunk.wrong.append(Verdict(row[0], "bad", None, faults.found))
            else:
                if line is not None:
                    chunk.lines.append(line)
            if len(chunk) == LINES_AT_A_TIME:
                break
        return chunk


# --- keeping what was found ----------------------------------------------------------------------------------------------


async def keep(session: AsyncSession, checked: Import, verdicts: Sequence[Verdict]) -> None:
    """Write or rewrite the verdict of each row."""
    if not verdicts:
        return
    rows = [{"row": v.row, "state": v.state, "line": as_json(v.line), "faults": [fault_as_json(column, fault) for column, fault in v.faults]} for v in verdicts]
    await session.execute(_KEEP, {"rows": database.dumps(rows), "id": checked.id, "path": checked.authority_path})


def as_json(line: Line | None) -> dict[str, Any] | None:
    return None if line is None else {name: getattr(line, name) for name in line.__slots__}


def fault_as_json(column: str | None, fault: Fault) -> dict[str, Any]:
    return {"column": column, "reason": fault.reason, "values": fault.values}


async def count(session: AsyncSession, checked: Import) -> None:
    found: Counter[str] = Counter()
    for state, number in await session.execute(text("SELECT state, count(*) FROM import_rows WHERE import_id = :id GROUP BY state"), {"id": checked.id}):
        found[state] = number
    checked.rows, checked.good, checked.bad, checked.unchanged = found.total(), found["good"] + found["written"], found["bad"], found["unchanged"]
    await session.flush()


_KEEP = text(
    """
    INSERT INTO import_rows (import_id, row, state, line, faults, authority_path)
    SELECT :id, row, state, line, faults, CAST(:path AS ltree)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS judged (row integer, state text, line jsonb, faults jsonb)
    ON CONFLICT (import_id, row) DO UPDATE SET state = excluded.state, line = excluded.line, faults = excluded.faults
    """
)

_GOOD = text("SELECT row, line FROM import_rows WHERE import_id = :id AND state = 'good' AND row > :after ORDER BY row LIMIT :most")
