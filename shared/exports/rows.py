"""What a file holds: columns over the rows of a list, written by the database."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from anyio import CancelScope
from sqlalchemy import ColumnElement, Select, String, Text, case, cast, collate, func, literal, or_, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from shared.i18n import translate

Kind = Literal["text", "number", "date"]
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH COMMERCIAL AT}")
"""What a spreadsheet takes for the beginning of a formula."""
HELD_CHUNKS = 4
SLOWEST_SECONDS = 60.0
_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # dialects have no types


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, its title for people (a text to translate), its value. `words` say what its codes mean, for people."""

    name: str
    title: str
    value: Any
    kind: Kind = "text"
    words: Mapping[str, str] = field(default_factory=dict)

    def said(self) -> ColumnElement[Any]:
        """For people: codes in the reader's words."""
        if not self.words:
            return self.value  # type: ignore[no-any-return]
        return case(*[(self.value == code, translate(word)) for code, word in self.words.items()], else_=cast(self.value, Text))


@dataclass(frozen=True)
class Rows:
    """The rows of a list as the caller sees them under its filters, in its order; and what the file says of each."""

    statement: Select[Any]
    columns: Sequence[Column]
    id: Any

    def only(self, ids: Sequence[Any]) -> "Rows":
        return Rows(self.statement.where(self.id.in_(ids)), self.columns, self.id) if ids else self

    def for_people(self, *, guarded: bool) -> Select[Any]:
        """One text a cell. `guarded`: none that a spreadsheet would take for a formula."""
        rows = self.statement.with_only_columns(*[column.said().label(column.name) for column in self.columns]).subquery("rows")
        return select(*[_guarded(rows.c[column.name]) if guarded and column.kind == "text" else rows.c[column.name] for column in self.columns])

    def csv(self, session: AsyncSession, *, guarded: bool) -> AsyncGenerator[bytes]:
        """The rows for people, as the database writes them."""
        return copied(session, self.for_people(guarded=guarded))

    def ndjson(self, session: AsyncSession) -> AsyncGenerator[bytes]:
        """The rows for programs, as the database writes them."""
        return copied(session, self.for_programs(), is_json=True)

    async def first(self, session: AsyncSession, most: int) -> Sequence[Sequence[Any]]:
        """The first rows for people."""
        return (await session.execute(self.for_people(guarded=False).limit(most))).all()

    def for_programs(self) -> Select[Any]:
        """One JSON object a row, with codes as they are."""
        rows = self.statement.with_only_columns(*[column.value.label(column.name) for column in self.columns]).subquery("rows")
        return select(cast(func.row_to_json(rows.table_valued()), Text))


def _guarded(cell: Any) -> ColumnElement[Any]:
    """An apostrophe stands before what would be a formula. Most cells begin with a letter, and one comparison tells."""
    text, last = collate(cast(cell, Text), "C"), literal(min(FORMULAS[-4:]), String)
    return case(((text >= literal("A", String)) & (text < last), cell), (or_(*[func.left(text, 1) == sign for sign in FORMULAS]), literal("'", String) + text), else_=cell)


async def copied(session: AsyncSession, statement: Select[Any], *, is_json: bool = False) -> AsyncGenerator[bytes]:
    """What the database writes, in pieces, as fast as they are taken: a reader who takes none for a minute ends it.

    Whoever stops early closes it (`aclosing`) before the session.
    """
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = compiled.params
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(HELD_CHUNKS)

    async def take(piece: bytes | None) -> None:
        async with asyncio.timeout(SLOWEST_SECONDS):
            await pieces.put(piece)

    async def copy() -> None:
        # A line of JSON holds no control character, so that with these signs it is written as it is.
        how = {"delimiter": "\x01", "quote": "\x02"} if is_json else {}
        await driver.copy_from_query(compiled.string, *[values[name] for name in compiled.positiontup or ()], output=take, format="csv", **how)
        await take(None)

    copying = asyncio.create_task(copy())
    waiting: asyncio.Task[bytes | None] | None = None
    try:
        while True:
            waiting = asyncio.create_task(pieces.get())
            await asyncio.wait({waiting, copying}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done() and pieces.empty():
                break
            piece = await waiting
            if piece is None:
                break
            yield bytes(piece)
        await copying
    finally:
        with CancelScope(shield=True):  # a reader who goes away cancels whatever waits here
            if not copying.done():  # what the connection is in the middle of cannot be taken back
                driver.terminate()
                await connection.invalidate()
            left = [task for task in (waiting, copying) if task is not None]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)


class Written(Protocol):
    """Rows that can be written as a file."""

    @property
    def columns(self) -> Sequence[Column]: ...

    def only(self, ids: Sequence[Any]) -> "Written": ...

    def csv(self, session: AsyncSession, *, guarded: bool) -> AsyncGenerator[bytes]: ...

    def ndjson(self, session: AsyncSession) -> AsyncGenerator[bytes]: ...

    async def first(self, session: AsyncSession, most: int) -> Sequence[Sequence[Any]]: ...
