"""Keyset pages: the ten-thousandth page costs what the first one does, and no row is seen twice."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, and_, literal, or_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Malformed
from shared.i18n import _

T = TypeVar("T")
LARGEST = 200


class Page(BaseModel, Generic[T]):
    """A page of a list: `next` is the cursor of the following one, null on the last."""

    items: Sequence[T]
    next: str | None = None


@dataclass(frozen=True)
class PageParams:
    limit: int
    cursor: str | None


def page_params(limit: Annotated[int, Query(ge=1, le=LARGEST)] = 50, cursor: Annotated[str | None, Query(max_length=2000)] = None) -> PageParams:
    return PageParams(limit, cursor)


PageDep = Annotated[PageParams, Depends(page_params)]


async def keyset_page(session: AsyncSession, statement: Select[Any], *, keys: Sequence[ColumnElement[Any] | Any], params: PageParams, scalars: bool = True) -> Page[Any]:
    """One page of a statement in the order of `keys`, which must end with a unique one.

    Raises Malformed when the cursor is not one of ours.
    """
    ordered = statement.order_by(*keys).limit(params.limit + 1)
    if params.cursor:
        ordered = ordered.where(_after(keys, _decode(params.cursor, len(keys))))
    rows = list((await session.execute(ordered.add_columns(*[literal_of(key, position) for position, key in enumerate(keys)]))).all())
    more, rows = len(rows) > params.limit, rows[: params.limit]
    width = len(keys)
    following = _encode(rows[-1][-width:]) if more else None
    items = [row[0] if scalars else row[:-width] for row in rows]
    return Page(items=items, next=following)


def literal_of(key: Any, position: int) -> Any:
    return key.label(f"_key{position}") if hasattr(key, "label") else literal(key).label(f"_key{position}")


def _after(keys: Sequence[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    steps = []
    for position, key in enumerate(keys):
        steps.append(and_(*[earlier == value for earlier, value in zip(keys[:position], values[:position], strict=True)], key > values[position]))
    return or_(*steps)


def _encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_tagged(value) for value in values])).decode().rstrip("=")


def _tagged(value: Any) -> Any:
    if isinstance(value, UUID):
        return {"u": str(value)}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value


def _decode(cursor: str, width: int) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != width:
            raise ValueError(cursor)
        return [_untagged(value) for value in values]
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
