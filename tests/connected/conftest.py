import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord
from sqlalchemy import text

from deploy.local.postgres import Postgres
from shared.db import database, worker_session
from shared.events import record_events
from shared.ids import uuid7
from shared.inbox import Consumer
from shared.kafka import close_client, within
from shared.relay import Relay
from shared.settings import settings
from shared.subscription import Subscription
from shared.worker import event_health
from tests.connected.brokers import Broker, Door
from tests.connected.member import HIRES, POSTS, SESSION, TABLES, HiringDone, Member, SeatOpened, make_consumer
from tests.support.service import environment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("connected")


async def until(what: str, condition: Callable[[], Awaitable[Any]], seconds: float = 60) -> None:
    """Wait for a condition, not for a time."""
    deadline = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"in {seconds} s it did not become true that {what}")
        await asyncio.sleep(0.02)


class World:
    """One database that announces and hears, a broker, and the duties that a test starts and stops."""

    def __init__(self, broker: Broker, door: Door, folder: Path) -> None:
        self.broker, self.door, self.folder = broker, door, folder
        self.consumer: Consumer = make_consumer()
        self.said = 0
        self.members: list[Member] = []

    async def announce(self, hires: int, seats: int = 0, aggregates: int = 20) -> None:
        """Facts about a few aggregates, so that each has many versions; in transactions of up to a hundred."""
        if not hasattr(self, "ids"):
            self.ids = [uuid7() for _ in range(aggregates)]
        for start in range(0, max(hires, seats), 100):
            async with worker_session() as session:
                count = range(start, min(start + 100, hires))
                record_events(session, [HiringDone(id=self.ids[n % len(self.ids)], number=self.said + n) for n in count])
                record_events(session, [SeatOpened(id=self.ids[n % len(self.ids)], number=n) for n in range(start, min(start + 100, seats))])
        self.said += hires

    @asynccontextmanager
    async def running(self, *duties: Relay | Subscription) -> AsyncIterator[None]:
        stop = asyncio.Event()
        tasks = [asyncio.create_task(duty.run(stop)) for duty in duties]
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait(tasks, timeout=10)
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            assert [error for error in done if isinstance(error, Exception)] == []

    def relay(self) -> Relay:
        return Relay("recruitment")

    def subscription(self) -> Subscription:
        return Subscription(self.consumer)

    async def rows(self, query: str) -> list[Any]:
        async with worker_session() as session:
            return [tuple(row) for row in await session.execute(text(query))]

    async def one(self, query: str) -> Any:
        return (await self.rows(query))[0][0]

    async def health(self) -> dict[str, Any]:
        async with worker_session() as session:
            return await event_health(session)

    async def all_heard(self) -> bool:
        hires = f"(SELECT count(DISTINCT event_id) FROM kept_hires) = (SELECT count(*) FROM outbox WHERE topic = '{HIRES}')"
        seats = f"(SELECT sum(version) FROM kept_posts) IS NOT DISTINCT FROM (SELECT sum(version) FROM aggregate_versions WHERE topic = '{POSTS}')"
        return bool(await self.one(f"SELECT {hires} AND {seats}"))

    async def all_published(self) -> bool:
        return bool(await self.one("SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"))

    async def assert_nothing_lost_doubled_or_turned_round(self) -> None:
        assert await self.one(f"SELECT count(*) FROM outbox o WHERE topic = '{HIRES}' AND NOT EXISTS (SELECT FROM kept_hires k WHERE k.event_id = o.id)") == 0
        assert await self.rows("SELECT event_id, count(*) FROM kept_hires GROUP BY event_id HAVING count(*) > 1") == []
        assert (
            await self.rows(
                "SELECT id, version FROM (SELECT *, lag(version) OVER (PARTITION BY id ORDER BY place) AS before FROM kept_hires) k WHERE version <> coalesce(before, 0) + 1"
            )
            == []
        )
        newest = f"SELECT subject, max(version) FROM outbox WHERE topic = '{POSTS}' GROUP BY subject ORDER BY subject"
        assert await self.rows("SELECT id, version FROM kept_posts ORDER BY id") == await self.rows(newest)
        assert await self.one("SELECT count(*) FROM dead_letters") == 0
        assert await self.one("SELECT count(*) FROM parked_events") == 0

    async def on_topics(self) -> list[ConsumerRecord]:
        """All that the topics hold now, of each partition in order."""
        reader = AIOKafkaConsumer(bootstrap_servers=self.broker.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
        found: list[ConsumerRecord] = []
        try:
            await within(30, reader.start())
            reader.assign([TopicPartition(topic, number) for topic in self.broker.topics for number in range(settings().kafka_partitions)])
            ends = await within(30, reader.end_offsets(list(reader.assignment())))
            await within(30, reader.seek_to_beginning())
            async with asyncio.timeout(60):
                while any([await reader.position(partition) < end for partition, end in ends.items()]):
                    for records in (await reader.getmany(timeout_ms=200)).values():
                        found += records
        finally:
            await close_client(reader)
        return found

    def process(self, duty: str, *, constants: dict[str, float] | None = None, **variables: str) -> Member:
        """A relay or a consumer in a process of its own; none is left behind at the end of the test."""
        self.members.append(Member(duty, self.folder / f"{duty}.log", constants or {}, variables))
        return self.members[-1]


@pytest.fixture
def service_name() -> str:
    return "recruitment"


@pytest.fixture(scope="session")
def only_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = Broker(tmp_path_factory.mktemp("broker"))
    yield made
    made.kill()


@pytest.fixture
async def broker(only_broker: Broker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Broker]:
    """The broker of all tests, emptied for this one."""
    monkeypatch.setattr(*SESSION)
    with environment(**only_broker.environment):
        await only_broker.empty([POSTS, HIRES])
        yield only_broker


@pytest.fixture
async def door(postgres: Postgres) -> AsyncIterator[Door]:
    made = Door(postgres.port)
    await made.open()
    yield made
    await made.shut()


@pytest.fixture
async def world(committed: str, postgres: Postgres, broker: Broker, door: Door, tmp_path: Path) -> AsyncIterator[World]:
    postgres.sql(TABLES, committed)
    await database.dispose()
    with environment(RELAIS_DATABASE_PORT=str(door.port)):
        made = World(broker, door, tmp_path)
        yield made
        for member in made.members:
            member.kill()
        await database.dispose()
