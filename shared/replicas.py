"""Keeping a replica set-wise: a batch is two statements, whatever its size. The inbox gives only newer versions, in no order across topics."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import Received

Apply = Callable[[AsyncSession, list[Received[Any]]], Awaitable[None]]


def replaced_by(table: str, key: str, insert: str, *more: tuple[str, str, str]) -> Apply:
    """Replace everything that is kept of some aggregates: their rows go and the new ones come, `:rows` being their states as JSON."""
    steps = [(text(f"DELETE FROM {name} WHERE {column} = ANY(:ids)"), text(statement)) for name, column, statement in ((table, key, insert), *more)]  # noqa: S608

    async def apply(session: AsyncSession, events: list[Received[Any]]) -> None:
        rows = orjson.dumps([_state(event) for event in events]).decode()
        for forget, keep in steps:
            await session.execute(forget, {"ids": [event.data.id for event in events]})
            await session.execute(keep, {"rows": rows})

    return apply


def _state(event: Received[Any]) -> Any:
    state: BaseModel = event.data
    return state.model_dump(mode="json")
