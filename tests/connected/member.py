"""A consumer that keeps posts and hires, and a process of a relay or a consumer that a test may kill or stop."""

import asyncio
import importlib
import multiprocessing
import os
import signal
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.processes import die_with_parent
from shared.events import Event, Received
from shared.inbox import Consumer, Poison
from shared.relay import Relay
from shared.subscription import Subscription

POSTS, HIRES = "relais.recruitment.seats", "relais.recruitment.hirings"

# No unique key on what processes write: a doubled effect must show, not be refused.
TABLES = """
CREATE TABLE kept_posts (id uuid PRIMARY KEY, number bigint NOT NULL, version bigint NOT NULL);
CREATE TABLE kept_hires (place bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, id uuid NOT NULL, version bigint NOT NULL, number bigint NOT NULL,
    CONSTRAINT number_counts CHECK (number >= 0));
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


# A group misses a killed consumer after this while: ten seconds in life, too long for a test.
SESSION = ("shared.kafka.SESSION_MILLISECONDS", 2000)

# Forked from a process that has imported everything: a start costs milliseconds, not a second of CPU.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["pytest", __name__])


class Member:
    """A relay or a consumer in a process of its own, under the settings of the test."""

    def __init__(self, duty: str, log: Path, constants: dict[str, float], variables: dict[str, str]) -> None:
        settings = {name: value for name, value in os.environ.items() if name.startswith("RELAIS_")} | variables
        self._log = log
        self._process = _forks.Process(target=_work, args=(duty, str(log), dict([SESSION]) | constants, settings), daemon=True)
        self._process.start()
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def said(self) -> str:
        return self._log.read_text()

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As a power cut does; harmless when it has ended."""
        self._process.kill()
        self._process.join()

    def wait(self) -> int | None:
        self._process.join()
        return self.returncode


def _work(duty: str, log: str, constants: dict[str, float], settings: dict[str, str]) -> None:
    die_with_parent(os.getppid(), signal.SIGKILL)
    for name in [name for name in os.environ if name.startswith("RELAIS_")]:
        del os.environ[name]
    os.environ.update(settings)
    for name, value in constants.items():
        module, _, constant = name.rpartition(".")
        setattr(importlib.import_module(module), constant, value)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(output, stream)
    asyncio.run((Relay("recruitment") if duty == "relay" else Subscription(make_consumer())).run(asyncio.Event()))
