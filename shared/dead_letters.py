"""Dead letters: events that could never be handled. An operator reads the cause, mends it, and replays them.

A replayed event is parked again as it came, and the running consumer takes it, and what waits behind it, in order.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from shared.settings import settings


@dataclass(frozen=True)
class DeadLetter:
    """One event, why it failed, and how many events of the same thing wait behind it."""

    id: UUID
    consumer: str
    type: str
    topic: str
    subject: UUID | None
    event_id: UUID
    version: int
    cause: str
    details: str
    tries: int
    trace_id: str | None
    died_at: datetime
    origin: str
    waiting: int
    headers: list[list[str]]
    value: bytes | None


@dataclass(frozen=True)
class Closed:
    """One that was open until now."""

    id: UUID
    type: str
    cause: str


@asynccontextmanager
async def worker_connection(service: str) -> AsyncIterator[AsyncConnection]:
    """One transaction in a service's database, for commands that are no service themselves."""
    engine = create_async_engine(settings().database_url("worker", service), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def list_dead_letters(service: str, *, limit: int = 200) -> list[DeadLetter]:
    """The open ones, the oldest first."""
    async with worker_connection(service) as connection:
        rows = await connection.execute(_OPEN, {"limit": limit})
        return [
            DeadLetter(
                row.id, row.consumer, row.type, row.topic, row.subject, row.event_id, row.version, row.cause, row.details, row.tries,
                row.traceparent.split("-")[1] if row.traceparent and row.traceparent.count("-") == 3 else None,
                row.died_at, row.origin, row.waiting, row.headers, row.value,
            )
            for row in rows
        ]  # fmt: skip


async def replay(service: str, which: UUID | Literal["all"]) -> int:
    """Give dead letters back to their consumer, which tries them within a second. Returns how many."""
    return await _close(service, which, "replayed")


async def discard(service: str, which: UUID) -> int:
    """Give an event up for good: what waits behind it goes on without it."""
    return await _close(service, which, "discarded")


async def _close(service: str, which: UUID | Literal["all"], how: Literal["replayed", "discarded"]) -> int:
    async with worker_connection(service) as connection:
        return len(await close_letters(connection, how, id=None if which == "all" else which))


async def close_letters(
    connection: AsyncConnection | AsyncSession,
    how: Literal["replayed", "discarded"],
    *,
    id: UUID | None = None,  # noqa: A002
    cause: str | None = None,
    type: str | None = None,  # noqa: A002
) -> Sequence[Closed]:
    """Close the open ones that fit, in the caller's transaction as the worker; what is replayed is parked again as it came. Returns them."""
    closed = [Closed(*row) for row in await connection.execute(_CLOSE, {"id": id, "cause": cause, "type": type, "how": how})]
    ids = [letter.id for letter in closed]
    if how == "replayed":
        await connection.execute(_PARK_AGAIN, {"ids": ids})
    await connection.execute(_WAKE_WAITING, {"ids": ids})
    return closed


async def wait_until_replayed(service: str, seconds: float = 10.0) -> int:
    """Wait for the consumer to have tried what was replayed; returns how many are dead again or were not tried in that time."""
    for _ in range(int(seconds / 0.2)):
        async with worker_connection(service) as connection:
            waiting = int(await connection.scalar(text("SELECT count(*) FROM parked_events WHERE reason = 'replay'")) or 0)
        if not waiting:
            return len(await list_dead_letters(service))
        await asyncio.sleep(0.2)
    return waiting + len(await list_dead_letters(service))


_OPEN = text(
    """
    SELECT d.*, (SELECT count(*) FROM parked_events p WHERE (p.consumer, p.topic, p.subject) = (d.consumer, d.topic, d.subject)) AS waiting
    FROM dead_letters d WHERE closed_at IS NULL ORDER BY seq LIMIT :limit
    """
)
_CLOSE = text(
    """
    UPDATE dead_letters SET closed_at = now(), closed_how = :how
    WHERE closed_at IS NULL AND (id = :id OR CAST(:id AS uuid) IS NULL)
      AND (cause = :cause OR CAST(:cause AS text) IS NULL) AND (type = :type OR CAST(:type AS text) IS NULL)
    RETURNING id, type, cause
    """
)
_PARK_AGAIN = text(
    """
    INSERT INTO parked_events (consumer, event_id, topic, subject, type, incarnation, version, reason, cause, next_try_at, key, value, headers, origin)
    SELECT consumer, event_id, topic, subject, type, incarnation, version, 'replay', 'replayed by an operator', now(), key, value, headers, origin
    FROM dead_letters WHERE id = ANY(:ids) ORDER BY seq
    ON CONFLICT (consumer, event_id) DO UPDATE SET reason = 'replay', waits_for_kind = NULL, waits_for_id = NULL, tries = 0, next_try_at = now()
    """
)
_WAKE_WAITING = text(
    """
    UPDATE parked_events p SET next_try_at = now() FROM dead_letters d
    WHERE d.id = ANY(:ids) AND (p.consumer, p.topic, p.subject) = (d.consumer, d.topic, d.subject)
    """
)
