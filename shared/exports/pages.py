"""A list of a service as a file, without another query: its own route is asked page by page, so that the file holds what the list shows under the same filters
and rights, masked as the list masks it. For lists of some ten thousands; one of a million is written by the database (Rows).
"""

import csv
import io
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.exports.rows import FORMULAS, Column
from shared.i18n import translate
from shared.pagination import LARGEST, Page, PageParams

PERSON = "person_id"


@dataclass(frozen=True)
class PagedRows:
    """The rows of a list as its route gives them, a page at a time. A person is told by the number that the authority gave."""

    ask: Callable[[AsyncSession, PageParams], Awaitable[Page[Any]]]
    read: type[BaseModel]
    columns: Sequence[Column]
    ids: frozenset[UUID] = frozenset()

    def only(self, ids: Sequence[UUID]) -> "PagedRows":
        return replace(self, ids=frozenset(ids)) if ids else self

    async def csv(self, session: AsyncSession, *, guarded: bool) -> AsyncGenerator[bytes]:
        async for rows in self.pages(session):
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows(
                [_guarded(cell) if guarded and column.kind == "text" else cell for cell, column in zip(row, self.columns, strict=True)] for row in self.told(rows)
            )
            yield out.getvalue().encode()

    async def ndjson(self, session: AsyncSession) -> AsyncGenerator[bytes]:
        async for rows in self.pages(session):
            yield b"".join(orjson.dumps({column.name: _value(_cell(row, column.name)) for column in self.columns}) + b"\n" for row in rows)

    async def first(self, session: AsyncSession, most: int) -> Sequence[Sequence[Any]]:
        found: list[Sequence[str]] = []
        async for rows in self.pages(session):
            found += self.told(rows)
            if len(found) >= most:
                break
        return found[:most]

    async def pages(self, session: AsyncSession) -> AsyncGenerator[Sequence[Mapping[str, Any]]]:
        cursor, missing = None, set(self.ids)
        while True:
            page = await self.ask(session, PageParams(LARGEST, cursor))
            items = [item if isinstance(item, BaseModel) else self.read.model_validate(item, from_attributes=True) for item in page.items]
            rows: list[dict[str, Any]] = [dict(item) for item in items if not self.ids or getattr(item, "id", None) in self.ids]
            if any(column.name == "worker_no" for column in self.columns):
                numbers = await _numbers_of(session, {row[PERSON] for row in rows if row.get(PERSON)})
                rows = [row | {"worker_no": numbers.get(row.get(PERSON))} for row in rows]
            if rows:
                yield rows
            missing -= {row["id"] for row in rows if "id" in row}
            cursor = page.next
            if cursor is None or (self.ids and not missing):
                return

    def told(self, rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
        """One text a cell, codes in the reader's words."""
        words = [{code: translate(word) for code, word in column.words.items()} for column in self.columns]
        return [[_told(_cell(row, column.name), known) for column, known in zip(self.columns, words, strict=True)] for row in rows]


def _cell(row: Mapping[str, Any], name: str) -> Any:
    """`body.title` is the title of what the row has as its body."""
    first, *rest = name.split(".")
    value = row.get(first)
    for part in rest:
        value = getattr(value, part, None)
    return value


def _told(value: Any, words: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(_told(one, words) for one in value)
    said = _value(value)
    return words.get(str(said), str(said))


def _value(value: Any) -> Any:
    """As JSON has it: exact numbers without the zeros that only fill their column."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if value is None or isinstance(value, str | int | float | bool | list | tuple | date | datetime) else str(value)


def _guarded(cell: str) -> str:
    """An apostrophe stands before what a spreadsheet would take for a formula."""
    return "'" + cell if cell.startswith(FORMULAS) else cell


async def _numbers_of(session: AsyncSession, persons: set[UUID]) -> dict[UUID | None, str]:
    rows = await session.execute(_NUMBERS, {"persons": list(persons)})
    return {row.person_id: row.worker_no for row in rows}


_NUMBERS = text("SELECT DISTINCT ON (person_id) person_id, worker_no FROM workers WHERE person_id = ANY(:persons) AND worker_no IS NOT NULL ORDER BY person_id, id")
