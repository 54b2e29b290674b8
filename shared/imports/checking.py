"""Reading and judging a file, some thousands of lines at a time; nothing is written in the register."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from anyio import CancelScope
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
from shared.imports.reading import Chunk, Reading


async def read_heading(session: AsyncSession, kind: Kind, path: str, file: StoredFile, encoding: str | None = None) -> Reading:
    """The file, opened at its headings as the authority means them. Raises Malformed when the columns are wrong."""
    reading = Reading(kind, file, await remembered(session, path, kind.name), encoding)
    await asyncio.to_thread(reading.begin)
    return reading


async def begin(session: AsyncSession, one: ImportColumns, reading: Reading, state: str = "checked") -> None:
    """What was found of the file earlier goes; it is asked first when a column that must stand may be under a heading that is not known."""
    await session.execute(text("DELETE FROM import_rows WHERE import_id = :id"), {"id": one.id})
    one.ignored_columns, one.questions, one.state, one.encoding = list(reading.heading.ignored), questions_of(reading), state, reading.encoding
    one.rows = one.good = one.changed = one.bad = one.unchanged = one.done = 0
    if one.questions is not None:
        one.state, one.as_caller = "asking", None
    await session.flush()


class Checking:
    """The lines of one file on their way to their verdicts; it knows what the earlier lines said.

    After a kill it goes on behind the last row that was kept. The rows before are judged once more, since later ones are judged against them; of that nothing is written.
    """

    def __init__(self, kind: Kind, reading: Reading, mode: str, kept_until: int = 0) -> None:
        self.kind, self.reading, self.kept_until = kind, reading, kept_until
        self.memory, self.wholes = Memory(may_change=mode == "update"), Wholes(kind.whole)
        reading.may_change = self.memory.may_change

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """The lines, some thousands at a time. The next ones are read in a thread while these are judged: other requests go on."""
        coming = asyncio.create_task(asyncio.to_thread(self.reading.next_lines))
        try:
            while chunk := await coming:
                coming = asyncio.create_task(asyncio.to_thread(self.reading.next_lines))
                yield chunk
        finally:
            with CancelScope(shield=True):  # a thread cannot be stopped, and the file must not be closed under it
                await asyncio.gather(coming, return_exceptions=True)

    async def judge(self, session: AsyncSession, caller: Caller, one: ImportColumns, chunk: Chunk) -> bool:
        """Whether the verdicts were new: those that were kept before a kill stay as they are."""
        self.memory.filled = chunk.filled
        verdicts = [*chunk.wrong, *(await self.kind.judge(session, caller, chunk.lines, self.memory) if chunk.lines else [])]
        self.wholes.judged(chunk.lines, verdicts)
        if chunk.last <= self.kept_until:
            return False
        await keep(session, one, verdicts)
        return True

    async def finish(self, session: AsyncSession, caller: Caller, one: ImportColumns) -> None:
        """What a later line spoiled of an earlier one, and the counts."""
        self.wholes.judged([], self.memory.also_bad)
        await keep(session, one, list({verdict.row: verdict for verdict in [*self.wholes.left_out(), *self.memory.also_bad]}.values()))
        await count(session, one)
        await record_audit(session, caller, "import.checked", "import", one.id, after={"kind": self.kind.name, "file": one.file_sha256, "rows": one.rows, "bad": one.bad})


async def check(session: AsyncSession, caller: Caller, kind: Kind, one: ImportColumns, reading: Reading) -> None:
    """All of a file in one transaction."""
    await begin(session, one, reading)
    if one.state == "asking":
        return
    checking = Checking(kind, reading, one.mode)
    async with aclosing(checking.chunks()) as chunks:
        async for chunk in chunks:
            await checking.judge(session, caller, one, chunk)
    await checking.finish(session, caller, one)


def questions_of(reading: Reading) -> dict[str, Any] | None:
    """How each possible encoding reads the file; or which headings are not known, with what stands under them, and which columns they may mean."""
    heading = reading.heading
    if not reading.asks:
        return None
    if reading.previews:
        return {"encodings": [{"encoding": preview.encoding, "examples": list(preview.examples)} for preview in reading.previews], "missing": [], "columns": [], "headings": []}
    return {
        "missing": list(heading.missing),
        "columns": [column.name for column in reading.kind.columns if column.name not in heading.places],
        "headings": [{"heading": said, "examples": examples(reading.first, place)} for place, said in heading.unknown.items()],
    }
