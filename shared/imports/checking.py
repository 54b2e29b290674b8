"""Reading and judging a file, some thousands of lines at a time; nothing is written in the register."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import record_audit
from shared.auth import Caller
from shared.files import StoredFile
from shared.imports.columns import Kind
from shared.imports.judging import Memory, Wholes
from shared.imports.keeping import count, keep
from shared.imports.mapping import examples, remembered
from shared.imports.models import ImportColumns
from shared.imports.reading import Reading


async def read_heading(session: AsyncSession, kind: Kind, path: str, file: StoredFile) -> Reading:
    """The file, opened at its headings as the authority means them. Raises Malformed when the columns are wrong."""
    reading = Reading(kind, file, await remembered(session, path, kind.name))
    await asyncio.to_thread(reading.begin)
    return reading


async def check(session: AsyncSession, caller: Caller, kind: Kind, one: ImportColumns, reading: Reading) -> None:
    """Judge every line; or ask first, when a column that must stand may be under a heading that is not known."""
    await session.execute(text("DELETE FROM import_rows WHERE import_id = :id"), {"id": one.id})
    one.ignored_columns, one.questions = list(reading.heading.ignored), questions_of(reading)
    if one.questions is not None:
        one.state = "asking"
        await count(session, one)
        return
    one.state = "checked"
    await session.flush()
    memory, wholes = Memory(may_change=one.mode == "update"), Wholes(kind.whole)
    # Reading is Python work: in a thread, other requests go on.
    while chunk := await asyncio.to_thread(reading.next_lines):
        lines, wrong, memory.filled = chunk.lines, chunk.wrong, chunk.filled
        verdicts = [*wrong, *(await kind.judge(session, caller, lines, memory) if lines else [])]
        wholes.judged(lines, verdicts)
        await keep(session, one, verdicts)
    wholes.judged([], memory.also_bad)
    await keep(session, one, list({verdict.row: verdict for verdict in [*wholes.left_out(), *memory.also_bad]}.values()))
    await count(session, one)
    await record_audit(session, caller, "import.checked", "import", one.id, after={"kind": kind.name, "file": one.file_sha256, "rows": one.rows, "bad": one.bad})


def questions_of(reading: Reading) -> dict[str, Any] | None:
    """Which headings are not known, with what stands under them, and which columns they may mean."""
    heading = reading.heading
    if not heading.missing:
        return None
    return {
        "missing": list(heading.missing),
        "columns": [column.name for column in reading.kind.columns if column.name not in heading.places],
        "headings": [{"heading": said, "examples": examples(reading.first, place)} for place, said in heading.unknown.items()],
    }
