"""How many seats of a session are taken, whoever asks: a hospital sees only its own people, but not fewer free seats than there are."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

_SEATS = text("SELECT session_id, enrolled, waiting, completed FROM seats_of(:ids)").bindparams(bindparam("ids", type_=ARRAY(PG_UUID(as_uuid=True))))


@dataclass(frozen=True)
class Seats:
    """Seats taken, people waiting for one, and people who came."""

    enrolled: int = 0
    waiting: int = 0
    completed: int = 0


NONE = Seats()


async def seats_of(session: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, Seats]:
    """Seats of several sessions; a session in which nobody is enrolled is not in it."""
    await session.flush()
    rows = await session.execute(_SEATS, {"ids": list(session_ids)})
    return {row.session_id: Seats(row.enrolled, row.waiting, row.completed) for row in rows}


async def seats_in(session: AsyncSession, session_id: UUID) -> Seats:
    return (await seats_of(session, [session_id])).get(session_id, NONE)


async def lock_seats(session: AsyncSession, session_id: UUID) -> None:
    """One enrolment after the other: two that race for the last seat are answered in order."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 1))"), {"id": str(session_id)})
