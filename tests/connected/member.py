"""A consumer that keeps posts and hires, and a process that a test may kill: `python -m tests.connected.member relay|consumer`."""

import asyncio
import sys
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import Event, Received
from shared.inbox import Consumer, Poison
from shared.relay import Relay
from shared.subscription import Subscription

POSTS, HIRES = "relais.recruitment.seats", "relais.recruitment.hirings"

# No unique key on what processes write: a doubled effect must show, not be refused.
TABLES = """
CREATE TABLE kept_posts (id uuid PRIMARY KEY, number bigint NOT NULL, version bigint NOT NULL);
CREATE TABLE kept_hires (place bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, id uuid NOT NULL, version bigint NOT NULL, number bigint NOT NULL);
CREATE TABLE broken (number bigint PRIMARY KEY);
GRANT ALL ON kept_posts, kept_hires, broken TO recruitment_worker;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO recruitment_worker;
"""


class SeatOpened(Event):
    """A seat was opened."""

    type = "recruitment.seat.opened.v1"
    topic = POSTS

    number: int


class SeatState(BaseModel):
    topic: ClassVar[str] = POSTS

    id: UUID
    number: int


class HiringDone(Event):
    """Somebody was hired."""

    type = "recruitment.hiring.done.v1"
    topic = HIRES

    number: int
    remark: str = ""


class HiringState(Event):
    """What the consumer uses of it."""

    type = HiringDone.type
    topic = HIRES

    number: int


async def keep_seats(session: AsyncSession, events: list[Received[SeatState]]) -> None:
    await session.execute(
        text(
            "INSERT INTO kept_posts SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS bigint[]), CAST(:versions AS bigint[])) "
            "ON CONFLICT (id) DO UPDATE SET number = excluded.number, version = excluded.version"
        ),
        {"ids": [event.subject for event in events], "numbers": [event.data.number for event in events], "versions": [event.version for event in events]},
    )


async def keep_hiring(session: AsyncSession, event: Received[HiringState]) -> None:
    if await session.scalar(text("SELECT 1 FROM broken WHERE number = :number"), {"number": event.data.number}):
        raise Poison("this number is broken")
    await session.execute(
        text("INSERT INTO kept_hires (event_id, id, version, number) VALUES (:event, :id, :version, :number)"),
        {"event": event.id, "id": event.subject, "version": event.version, "number": event.data.number},
    )


def make_consumer() -> Consumer:
    consumer = Consumer("recruitment")
    consumer.replica(SeatState, keep_seats)
    consumer.on(HiringState, keep_hiring)
    consumer.derived_tables = ["kept_posts", "kept_hires"]
    return consumer


if __name__ == "__main__":
    duty = Relay("recruitment") if sys.argv[1] == "relay" else Subscription(make_consumer())
    asyncio.run(duty.run(asyncio.Event()))
