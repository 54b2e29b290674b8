"""The columns of a kind of import: their headings in three languages, whether they must be filled, and how to read them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller, Permission
from shared.errors import FieldError, Malformed
from shared.i18n import LANGUAGES, _, translate
from shared.imports.cells import Fault, Reader, written
from shared.imports.tables import Cell, Row
from shared.names import fold

if TYPE_CHECKING:
    from shared.imports.judging import Memory, Verdict

Lists = Mapping[str, Mapping[str, str]]
"""By column the codes that it takes, each with what a person calls it."""
Line = Any  # a frozen dataclass with slots, `row` first


@dataclass(frozen=True)
class Column:
    """A column: its name, how to read a filled cell, and what an empty one means (`...`: it must be filled).

    Of its headings the first is Vietnamese and the last French: so an empty file is headed in the reader's language.
    """

    name: str
    read: Reader
    empty: Any = ...
    headings: tuple[str, ...] = ()
    must_stand: bool | None = None  # in the file; by default when it must be filled

    @property
    def is_mandatory(self) -> bool:
        return self.empty is ... if self.must_stand is None else self.must_stand


class Faults(Exception):
    """What is wrong with a line: columns and reasons."""

    def __init__(self, found: Sequence[tuple[str, Fault]]) -> None:
        super().__init__()
        self.found = found


def refuse_end_before_start(cells: Mapping[str, Any], start: str, end: str) -> None:
    if cells[end] is not None and cells[end] < cells[start]:
        raise Faults([(end, Fault(_("The last day is before the first one.")))])


def as_it_is(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    return cells


@dataclass(frozen=True)
class Kind:
    """One kind of import: its columns and line, and how its lines are judged and written. `build` judges the cells of a line together.

    `lists` says, in a language, what some columns take by the register of today. `change` writes what the lines change of what is recorded, and tells which of them were refused; a kind without it only adds. `whole` is the column whose value the rows of one thing share, when a thing takes several rows: it is written whole or not at all.
    """

    name: str
    columns: tuple[Column, ...]
    line: type[Any]
    judge: Callable[[AsyncSession, Caller, Sequence[Any], "Memory"], Awaitable[list["Verdict"]]]
    write: Callable[[AsyncSession, Caller, Sequence[Any]], Awaitable[None]]
    allowed: Callable[[Caller], Permission]
    build: Callable[[Mapping[str, Any]], Mapping[str, Any]] = as_it_is
    whole: str | None = None
    change: Callable[[AsyncSession, Caller, Sequence["Verdict"]], Awaitable[Sequence["Verdict"]]] | None = None
    lists: Callable[[AsyncSession, Caller, str], Awaitable[Lists]] | None = None


@dataclass(frozen=True)
class Heading:
    """Where each column stands, and which headings mean nothing here."""

    row: int
    places: Mapping[str, int]
    ignored: Sequence[str]
    twice: Sequence[str]
    cells: Sequence[Cell]
    unknown: Mapping[int, str]  # by place the headings about which nobody said yet what they mean
    missing: Sequence[str] = ()


LAST_ROW_OF_HEADING = 10
REASON = _("reason")


def find_heading(kind: Kind, rows: Sequence[Row], said: Mapping[str, str | None] = MappingProxyType({})) -> Heading:
    """The row among the first ones that has the headings; titles above it do not matter.

    Raises Malformed: wrong columns come first. Those that are missing may stand under a heading that is not known: then it is asked.
    """
    if not rows:
        raise Malformed.field("file", _("The file is empty."))
    headings = [heading_of(kind, row, said) for row in rows]
    best = max(headings, key=lambda heading: (len(heading.places), len(heading.unknown)))
    missing = [column.name for column in kind.columns if column.is_mandatory and column.name not in best.places]
    if best.twice or len(missing) > len(best.unknown):
        raise Malformed(
            [FieldError(name, _("This column is missing from the headings of the file.")) for name in missing]
            + [FieldError(name, _("Two columns of the file have this heading.")) for name in best.twice]
        )
    return replace(best, missing=missing)


def folded_heading(heading: str) -> str:
    return fold(heading.replace("_", " ").rstrip("*"))


def heading_of(kind: Kind, row: Row, said: Mapping[str, str | None]) -> Heading:
    meant: dict[str, str | None] = {folded_heading(word): column.name for column in kind.columns for word in (column.name, *column.headings)}
    meant = {**said, **meant}
    places: dict[str, int] = {}
    ignored, twice, unknown = [], [], {}
    for place, cell in enumerate(row[1]):
        heading = written(cell)
        name = meant.get(folded_heading(heading))
        if name is None:
            if heading and fold(heading) not in words_for_reason():
                ignored.append(heading[:100])
                if folded_heading(heading) not in meant:
                    unknown[place] = heading[:100]
        elif name in places:
            twice.append(name)
        else:
            places[name] = place
    return Heading(row[0], places, ignored, twice, row[1], unknown)


@cache
def words_for_reason() -> frozenset[str]:
    """The heading of the column that our own files of rows in error end with."""
    return frozenset(fold(translate(REASON, language)) for language in LANGUAGES)


def thing_of(kind: Kind, heading: Heading, row: Row) -> Any:
    """Which thing of several rows a row is a part of, however wrong its other cells are; nothing when even that cannot be read."""
    place = heading.places.get(kind.whole or "")
    column = next((column for column in kind.columns if column.name == kind.whole), None)
    if column is None or place is None or place >= len(row[1]) or written(row[1][place]) == "":
        return None
    try:
        return column.read(row[1][place])
    except Fault:
        return None


CodeOf = Callable[[str, str], str | None]


def no_code(_column: str, _word: str) -> None:
    return None


def filled_cells(heading: Heading, row: Row) -> frozenset[str]:
    """The columns in which a row says something."""
    return frozenset(name for name, place in heading.places.items() if place < len(row[1]) and written(row[1][place]) != "")


Known = dict[str, dict[str, Any]]
"""By column what cells mean that were read before: most columns say the same few things again and again."""
MOST_KNOWN = 2_000


def read_line(kind: Kind, heading: Heading, row: Row, code_of: CodeOf = no_code, known: Known | None = None) -> Line | None:
    """A typed line, or nothing when the row is empty. Raises Faults with every wrong cell."""
    number, cells = row
    if all(cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in cells):
        return None
    values: dict[str, Any] = {}
    wrong: list[tuple[str, Fault]] = []
    for column in kind.columns:
        place = heading.places.get(column.name)
        cell = cells[place] if place is not None and place < len(cells) else None
        read = known.setdefault(column.name, {}) if known is not None else {}
        if isinstance(cell, str) and cell in read:
            values[column.name] = read[cell]
            continue
        try:
            values[column.name] = read_cell(column, cell, code_of)
        except Fault as fault:
            wrong.append((column.name, fault))
        else:
            if isinstance(cell, str) and len(read) < MOST_KNOWN:
                read[cell] = values[column.name]
    if wrong:
        raise Faults(wrong)
    return kind.line(row=number, **kind.build(values))


def read_cell(column: Column, cell: Cell, code_of: CodeOf) -> Any:
    """What one cell says, by its own words or by what the authority said that they mean. Raises Fault."""
    said = written(cell)
    if said != "":
        return column.read(code_of(column.name, said) or cell)
    if column.empty is ...:
        raise Fault(_("This must be filled."))
    return column.empty
