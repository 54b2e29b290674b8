"""Keyset pages: the ten-thousandth page costs what the first one does, and no row is seen twice.

found = await keyset_page(session, statement, keys=sorted_by(sort, {"name": [Person.sort_key]}, Person.id), params=page)
return found.of([PersonCard.of(person) for person in found.items])
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import BindParameter, ColumnElement, Select, UnaryExpression, and_, literal, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import operators

from shared.errors import Malformed
from shared.i18n import _

T = TypeVar("T")
LARGEST = 200
FOREIGN = _("This cursor is not one that a list gave.")


class Page(BaseModel, Generic[T]):
    """A page of a list: `next` is the cursor of the following one, null on the last; `previous` that of the one before, null on the first."""

    items: Sequence[T]
    next: str | None = None
    previous: str | None = None

    def of(self, items: Sequence[Any]) -> "Page[Any]":
        """The same page with its rows in the form in which they are shown."""
        return Page(items=items, next=self.next, previous=self.previous)


@dataclass(frozen=True)
class PageParams:
    limit: int
    cursor: str | None


def page_params(limit: Annotated[int, Query(ge=1, le=LARGEST)] = 50, cursor: Annotated[str | None, Query(max_length=2000)] = None) -> PageParams:
    return PageParams(limit, cursor)


PageDep = Annotated[PageParams, Depends(page_params)]


def sorted_by(sort: str, columns: Mapping[str, Sequence[Any]], unique: Any) -> list[Any]:
    """The keys of an order by its name, from its end when a minus stands before it; the last key gives each row a place of its own."""
    keys = [*columns[sort.removeprefix("-")], unique]
    return [key.desc() for key in keys] if sort.startswith("-") else keys


async def keyset_page(session: AsyncSession, statement: Select[Any], *, keys: Sequence[ColumnElement[Any] | Any], params: PageParams, scalars: bool = True) -> Page[Any]:
    """One page of a statement in the order of `keys`, which must end with a unique one; a key may be `.desc()`.

    Raises Malformed when the cursor is not one of ours.
    """
    place = place_of(params, len(keys))
    if place is not None and not all(map(_fits, keys, place.after)):
        raise Malformed.field("cursor", FOREIGN)
    rows = (await session.execute(keyset_statement(statement, keys=keys, limit=params.limit, place=place))).all()
    width = len(keys)
    rows, following, before = turned_page(rows, params, place, lambda row: row[-width:])
    return Page(items=[row[0] if scalars else row[:-width] for row in rows], next=following, previous=before)


@dataclass(frozen=True)
class Place:
    """The row beyond which a page begins, and in which direction."""

    backwards: bool
    after: Sequence[Any]


def place_of(params: PageParams, width: int) -> Place | None:
    """Where a cursor leads; None at the beginning. Raises Malformed when it is not one of ours."""
    return Place(*_decode(params.cursor, width)) if params.cursor else None


def keyset_statement(statement: Select[Any], *, keys: Sequence[ColumnElement[Any] | Any], limit: int, place: Place | None) -> Select[Any]:
    """The rows of a page and one more, with the values of their keys behind the other columns."""
    return statement_from(statement, keys=keys, place=place).limit(limit + 1).add_columns(*[literal_of(_column(key), position) for position, key in enumerate(keys)])


def statement_from(statement: Select[Any], *, keys: Sequence[ColumnElement[Any] | Any], place: Place | None) -> Select[Any]:
    """The rows beyond a place, in the order in which they are met from there."""
    order = [_turned(key) for key in keys] if place is not None and place.backwards else keys
    ordered = statement.order_by(*order)
    return ordered if place is None else ordered.where(_beyond(order, place.after))


def turned_page(rows: Sequence[T], params: PageParams, place: Place | None, key_of: Callable[[T], Sequence[Any]]) -> tuple[list[T], str | None, str | None]:
    """The rows of the page in their order, the cursor of the next page and that of the one before."""
    backwards = place is not None and place.backwards
    more, shown = len(rows) > params.limit, list(rows[: params.limit])
    if backwards:
        shown.reverse()
    following = _encode(key_of(shown[-1])) if shown and (more or backwards) else None
    before = _encode(key_of(shown[0]), backwards=True) if shown and place is not None and (more or not backwards) else None
    return shown, following, before


def literal_of(key: Any, position: int) -> Any:
    return key.label(f"_key{position}") if hasattr(key, "label") else literal(key).label(f"_key{position}")


def _descends(key: Any) -> bool:
    return isinstance(key, UnaryExpression) and key.modifier is operators.desc_op


def _column(key: Any) -> Any:
    return key.element if _descends(key) else key


def _fits(key: Any, value: Any) -> bool:
    """Whether a cursor's value can stand beside a key: that of another order of the list is a day beside a word."""
    try:
        kind = _column(key).type.python_type
    except (AttributeError, NotImplementedError):
        return True
    return isinstance(value, kind) if kind in (date, datetime, UUID, str) else True


def _turned(key: Any) -> Any:
    return key.element if _descends(key) else key.desc()


def _beyond(keys: Sequence[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    columns, descend = [_column(key) for key in keys], {_descends(key) for key in keys}
    if len(descend) == 1:  # one comparison of rows, which an index answers from its place on
        place = tuple_(*[value if isinstance(value, BindParameter) else literal(value) for value in values])
        return tuple_(*columns) < place if descend == {True} else tuple_(*columns) > place
    steps = []
    for position, key in enumerate(keys):
        column, value = columns[position], values[position]
        farther = column < value if _descends(key) else column > value
        steps.append(and_(*[earlier == same for earlier, same in zip(columns[:position], values[:position], strict=True)], farther))
    return or_(*steps)


def _encode(values: Sequence[Any], *, backwards: bool = False) -> str:
    place: Any = [_tagged(value) for value in values]
    return base64.urlsafe_b64encode(orjson.dumps({"before": place} if backwards else place)).decode().rstrip("=")


def _tagged(value: Any) -> Any:
    if isinstance(value, UUID):
        return {"u": str(value)}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value


def _decode(cursor: str, width: int) -> tuple[bool, list[Any]]:
    """Whether it leads backwards, and the place of the row beyond which it leads."""
    try:
        said = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = said.get("before") if isinstance(said, dict) else said
        if not isinstance(values, list) or len(values) != width:
            raise ValueError(cursor)
        return isinstance(said, dict), [_untagged(value) for value in values]
    except ValueError as error:
        raise Malformed.field("cursor", FOREIGN) from error


def _untagged(value: Any) -> Any:
    if isinstance(value, dict):
        if "u" in value:
            return UUID(value["u"])
        if "t" in value:
            return datetime.fromisoformat(value["t"])
        if "d" in value:
            return date.fromisoformat(value["d"])
        raise ValueError(value)
    return value
