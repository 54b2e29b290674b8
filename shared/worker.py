"""The worker of a service: relay, consumer and daily tasks, each watched. Locally they are tasks of the API's process.

Their trouble, or the broker's, disturbs no request: each is started again by itself.
"""

import asyncio
import contextlib
import importlib
import logging
import math
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import metrics
from shared.audit_seals import Sealer
from shared.clock import today
from shared.db import database, worker_session
from shared.exposition import heart
from shared.relay import Relay, pause
from shared.settings import settings
from shared.subscription import Subscription
from shared.telemetry import is_measuring, span, start_telemetry, statement_name, stop_telemetry

if TYPE_CHECKING:
    from shared.app import Service
    from shared.inbox import Consumer

logger = logging.getLogger("relais.worker")

SILENCE_SECONDS = 180.0  # longer than any wait that has its own end
LOOK_SECONDS = 5.0
DAILY_LOOK_SECONDS = 30.0
FREQUENT_SECONDS = 20.0
MEASURE_SECONDS = 15.0
STATEMENTS_SECONDS = 60.0


class Duty(Protocol):
    """Something that runs until it is told to stop, and shows that it is alive."""

    alive_at: float

    async def run(self, stop: asyncio.Event) -> None: ...


class DailyTasks:
    """Runs each task once a day, at the start and when the day changes. A task may run late, twice or in parallel without harm."""

    def __init__(self, tasks: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self.tasks = tasks
        self.alive_at = time.monotonic()
        self._done_on: dict[int, date] = {}

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            for place, task in enumerate(self.tasks):
                self.alive_at = time.monotonic()
                day = today()
                if self._done_on.get(place) != day and await self._did(task):
                    self._done_on[place] = day
            self.alive_at = time.monotonic()
            await pause(stop, DAILY_LOOK_SECONDS)

    async def _did(self, task: Callable[[], Awaitable[None]]) -> bool:
        name = getattr(task, "__name__", "task")
        try:
            with span(f"task {name}"):
                await task()
        except Exception as error:  # noqa: BLE001  tried again at the next look
            logger.error("the task %s failed: %s", name, type(error).__name__, exc_info=error)
            return False
        return True


class FrequentTasks(DailyTasks):
    """Runs each task again and again, some seconds apart: what expires in minutes cannot wait for the next day."""

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            for task in self.tasks:
                self.alive_at = time.monotonic()
                await self._did(task)
            self.alive_at = time.monotonic()
            await pause(stop, FREQUENT_SECONDS)


class Measuring:
    """Measures now and then what operations see on the health page, and which statements take the database's time."""

    def __init__(self) -> None:
        self.alive_at = time.monotonic()
        self._statements_at = -math.inf

    async def run(self, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                with contextlib.suppress(DBAPIError, OSError, TimeoutError):  # a database that is away is seen elsewhere
                    async with asyncio.timeout(LOOK_SECONDS), worker_session() as session:
                        await self._measure(session)
                self.alive_at = time.monotonic()
                heart.beat()
                await pause(stop, MEASURE_SECONDS)
        finally:
            heart.rest()

    async def _measure(self, session: AsyncSession) -> None:
        health = await event_health(session)
        for gauge, name in MEASURED.items():
            gauge.set(health[name])
        if time.monotonic() - self._statements_at >= STATEMENTS_SECONDS:
            for row in await session.execute(_STATEMENTS):
                labels = (f"{row.query_id & 0xFFFFFFFFFFFFFFFF:016x}", statement_name(row.query))
                metrics.STATEMENT_CALLS.follow(row.calls, labels)
                metrics.STATEMENT_TIME.follow(row.seconds, labels)
                metrics.STATEMENT_LONGEST.set(row.longest, labels)
            self._statements_at = time.monotonic()


MEASURED = {
    metrics.OUTBOX_AGE: "oldest_unpublished_seconds",
    metrics.CONSUMER_LAG: "lag",
    metrics.PARKED: "parked",
    metrics.DEAD_LETTERS: "dead_letters",
}


async def run_worker(service: "Service", stop: asyncio.Event) -> None:
    """Relay what the service announces, take in charge what it hears, do what falls due, until `stop`."""
    consumer = service.consumer
    duties: list[tuple[str, Callable[[], Duty]]] = [("relay", lambda: Relay(service.name))]
    if consumer is not None and consumer.topics:
        duties.append(("consumer", lambda: Subscription(consumer)))
    if (sealed := service.sealed) is not None:
        duties.append(("sealer", lambda: Sealer(service.name, sealed)))
    if service.daily:
        duties.append(("daily tasks", lambda: DailyTasks(service.daily)))
    if service.frequent:
        duties.append(("frequent tasks", lambda: FrequentTasks(service.frequent)))
    duties += service.duties
    if is_measuring():
        duties.append(("measures", Measuring))
    async with asyncio.TaskGroup() as group:
        for name, make in duties:
            group.create_task(_watch(name, make, stop), name=f"{service.name} {name}")


async def _watch(name: str, make: Callable[[], Duty], stop: asyncio.Event) -> None:
    """Start a duty again when it dies or falls silent."""
    while not stop.is_set():
        duty = make()
        running = asyncio.create_task(duty.run(stop))
        try:
            await _until_it_ends(name, duty, running)
        finally:
            running.cancel()
            await asyncio.wait([running], timeout=5)
        await pause(stop, 1.0)


async def _until_it_ends(name: str, duty: Duty, running: "asyncio.Task[None]") -> None:
    while not running.done():
        await asyncio.wait([running], timeout=LOOK_SECONDS)
        if not running.done() and time.monotonic() - duty.alive_at > SILENCE_SECONDS:
            logger.error("the %s is silent; starting it again", name)
            return
    if not running.cancelled() and (error := running.exception()) is not None:
        logger.error("the %s died: %s; starting it again", name, type(error).__name__, exc_info=error)


async def event_health(session: AsyncSession) -> dict[str, Any]:
    """What operations ask: how old is the oldest event that nobody heard, how far behind is the consumer, what waits, what is dead."""
    row = (await session.execute(_HEALTH)).one()
    return {
        "oldest_unpublished_seconds": math.ceil(row.oldest * 10) / 10,  # zero only when nothing waits
        "replaying": row.replaying,
        "lag": row.lag,
        "consumer_silent_seconds": None if row.silent is None else round(row.silent, 1),
        "parked": row.parked,
        "dead_letters": row.dead_letters,
    }


async def event_positions(session: AsyncSession, consumer: "Consumer | None") -> dict[str, Any]:
    """How far this service has told its own events and heard those of others, by topic and partition, each in one life of the broker.

    Everything is heard when nothing waits to be told and, for each topic that a consumer hears, it stands behind the
    last event told, in the same epoch: `everything_is_heard` says so for all services together.
    """
    told = (await session.execute(_TOLD)).all()
    heard = (await session.execute(_HEARD, {"consumer": consumer.name if consumer else ""})).all()
    return {
        "newest": await session.scalar(_NEWEST),
        "told": [{"epoch": row.epoch, "topic": row.topic, "partition": row.partition, "offset": row.last_offset} for row in told],
        "heard": [{"epoch": row.epoch, "topic": row.topic, "partition": row.partition, "next": row.next_offset} for row in heard],
        "hears": sorted(consumer.topics) if consumer else [],
    }


def everything_is_heard(services: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether every event of every service has been taken in charge by all who hear its topic, from what the services say of themselves."""
    details = list(services.values())
    if any(detail["oldest_unpublished_seconds"] or detail["replaying"] for detail in details):
        return False
    told = [promise for detail in details for promise in detail["positions"]["told"]]
    for detail in details:
        places = {(place["epoch"], place["topic"], place["partition"]): place["next"] for place in detail["positions"]["heard"]}
        hears = set(detail["positions"]["hears"])
        if any(promise["topic"] in hears and places.get((promise["epoch"], promise["topic"], promise["partition"]), 0) <= promise["offset"] for promise in told):
            return False
    return True


_STATEMENTS = text("SELECT query_id, query, calls, seconds, longest FROM statement_times()")
_NEWEST = text("SELECT coalesce(max(seq), 0) FROM outbox")
_TOLD = text("SELECT epoch, topic, partition, last_offset FROM relay_acknowledged")
_HEARD = text("SELECT epoch, topic, partition, next_offset FROM consumer_positions JOIN consumers USING (consumer, epoch) WHERE consumer = :consumer")
_HEALTH = text(
    """
    SELECT greatest(coalesce(extract(epoch FROM clock_timestamp() - (SELECT occurred_at FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT 1)), 0), 0)::float8 AS oldest,
        (SELECT greatest(replay_until - replayed_to, 0) FROM relay_state) AS replaying,
        (SELECT coalesce(sum(greatest(end_offset - next_offset, 0)), 0)::bigint FROM consumer_positions JOIN consumers USING (consumer, epoch)) AS lag,
        (SELECT extract(epoch FROM clock_timestamp() - min(heard_at))::float8 FROM consumers) AS silent,
        (SELECT count(*) FROM parked_events) AS parked,
        (SELECT count(*) FROM dead_letters WHERE closed_at IS NULL) AS dead_letters
    """
)


async def work(service: "Service") -> None:
    """A worker as a process of its own (production): ends on SIGTERM or SIGINT when the work in hand is done."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    start_telemetry(f"{service.name}-worker")
    try:
        await run_worker(service, stop)
    finally:
        await database.dispose()
        stop_telemetry()


def main() -> None:
    """`RELAIS_SERVICE=registry python -m shared.worker`"""
    service: Service = importlib.import_module(f"services.{settings().service}.app").service
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work(service))


if __name__ == "__main__":
    main()
