"""The four kinds of file. Each says what it holds, by which filters, when and for which account it was made."""

import asyncio
import csv
import io
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from anyio import CancelScope
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Problem
from shared.exports.rows import Written
from shared.i18n import _, current_language, translate
from shared.papers import compiled

TEMPLATE = Path(__file__).with_name("list.typ")
WRITER = Path(__file__).parents[1] / "sheets.py"
PRINTED = 2000
"""More lines than this nobody prints; the file would take minutes."""


@dataclass(frozen=True)
class Head:
    """What stands above the rows, in the reader's language."""

    title: str
    lines: Sequence[tuple[str, str]]


def titles(rows: Written) -> list[str]:
    return [translate(column.title) for column in rows.columns]


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(lines)
    return written.getvalue().encode()


async def as_csv(session: AsyncSession, rows: Written, head: Head | None) -> AsyncGenerator[bytes]:
    """RFC 4180. With a head also the mark by which spreadsheets know UTF-8; a program asks for the bare rows."""
    if head is not None:
        yield b"\xef\xbb\xbf" + _csv([[head.title], *head.lines, []])
    yield _csv([titles(rows)])
    async with aclosing(rows.csv(session, guarded=True)) as pieces:
        async for piece in pieces:
            yield piece


async def as_ndjson(session: AsyncSession, rows: Written, head: Head | None) -> AsyncGenerator[bytes]:
    """One JSON object a line; the first says what follows."""
    if head is not None:
        yield orjson.dumps({"about": {"title": head.title} | dict(head.lines)}) + b"\n"
    async with aclosing(rows.ndjson(session)) as pieces:
        async for piece in pieces:
            yield piece


async def write_xlsx(session: AsyncSession, rows: Written, head: Head, path: Path) -> None:
    """A workbook, written by a process of its own: what it costs disturbs no other request, and its memory does not grow with the list."""
    about = {
        "title": head.title,
        "about": translate(_("About this file")),
        "lines": [list(line) for line in head.lines],
        "columns": [[title, column.kind] for title, column in zip(titles(rows), rows.columns, strict=True)],
    }
    child = await asyncio.create_subprocess_exec(sys.executable, "-P", str(WRITER), str(path), stdin=asyncio.subprocess.PIPE)
    assert child.stdin is not None
    try:
        child.stdin.write(json.dumps(about).encode() + b"\n")
        async with aclosing(rows.csv(session, guarded=False)) as pieces:
            async for piece in pieces:
                child.stdin.write(piece)
                await child.stdin.drain()
        child.stdin.close()
        if await child.wait() != 0:
            raise ChildProcessError("The workbook could not be written.")
    finally:
        if child.returncode is None:
            child.kill()
            with CancelScope(shield=True):
                await child.wait()


async def as_pdf(session: AsyncSession, rows: Written, head: Head) -> bytes:
    """Pages to print, with the head of the table on each. Raises Problem when there are too many lines."""
    found = await rows.first(session, PRINTED + 1)
    if len(found) > PRINTED:
        raise Problem(
            409, "export-too-long-to-print", _("More than {most} lines cannot be printed."), possible=_("Set a filter, tick the rows, or take a spreadsheet."), most=PRINTED
        )
    data: dict[str, Any] = {
        "lang": current_language.get(),
        "title": head.title,
        "lines": [list(line) for line in head.lines],
        "columns": [[title, column.kind] for title, column in zip(titles(rows), rows.columns, strict=True)],
        "rows": [["" if cell is None else str(cell) for cell in row] for row in found],
        "page": translate(_("page")),
    }
    return await asyncio.to_thread(compiled, TEMPLATE, {"data": orjson.dumps(data).decode()})
