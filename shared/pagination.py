"""Keyset pages: the ten-thousandth page costs what the first one does, and no row is seen twice.

found = await keyset_page(session, statement, keys=sorted_by(sort, {"name": [Person.sort_key]}, Person.id), params=page)
return found.of([PersonCard.of(person) for person in found.items])
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, literal, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import operators

from shared.errors import Malformed
from shared.i18n import _

T = TypeVar("T")
LARGEST = 200


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
    backwards, after = _decode(params.cursor, len(keys)) if params.cursor else (False, [])
    order = [_turned(key) for key in keys] if backwards else keys
    ordered = statement.order_by(*order).limit(params.limit + 1)
    if params.cursor:
        ordered = ordered.where(_beyond(order, after))
    rows = list((await session.execute(ordered.add_columns(*[literal_of(_column(key), position) for position, key in enumerate(keys)]))).all())
    more, rows = len(rows) > params.limit, rows[: params.limit]
    if backwards:
        rows.reverse()
    width = len(keys)
    following = _encode(rows[-1][-width:]) if rows and (more or backwards) else None
    before = _encode(rows[0][-width:], backwards=True) if rows and params.cursor and (more or not backwards) else None
    items = [row[0] if scalars else row[:-width] for row in rows]
    return Page(items=items, next=following, previous=before)


def literal_of(key: Any, position: int) -> Any:
    return key.label(f"_key{position}") if hasattr(key, "label") else literal(key).label(f"_key{position}")


def _descends(key: Any) -> bool:
    return isinstance(key, UnaryExpression) and key.modifier is operators.desc_op


def _column(key: Any) -> Any:
    return key.element if _descends(key) else key


def _turned(key: Any) -> Any:
    return key.element if _descends(key) else key.desc()


def _beyond(keys: Sequence[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    steps = []
    for position, key in enumerate(keys):
        column, value = _column(key), values[position]
        farther = column < value if _descends(key) else column > value
        steps.append(and_(*[_column(earlier) == same for earlier, same in zip(keys[:position], values[:position], strict=True)], farther))
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
        raise Malformed.field("cursor", _("This cursor is not one that a list gave.")) from error


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
