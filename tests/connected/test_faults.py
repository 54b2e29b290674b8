"""What the world may do to events between services, one fault at a time: none is lost, doubled or turned round."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psutil
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.postgres import Postgres
from shared.db import worker_session
from shared.dead_letters import discard, list_dead_letters, replay
from shared.events import Event, Received, record_events, write_headers
from shared.ids import uuid7
from shared.inbox import Consumer
from shared.kafka import close_client, make_producer
from shared.settings import settings
from tests.connected.conftest import World, until
from tests.connected.member import HIRES, HiringDone, HiringState, Member, SeatState, keep_hiring, keep_seats

RECOVERY_SECONDS = 30.0
BUGGY = 1_000_000


@asynccontextmanager
async def producer() -> AsyncIterator[AIOKafkaProducer]:
    made = make_producer()
    await made.start()
    try:
        yield made
    finally:
        await close_client(made)


class TestTheNetwork:
    """What was said may come again, late, and in any order."""

    async def test_ten_times_the_same_is_once(self, world: World):
        async with world.running(world.relay(), world.subscription()):
            await world.announce(200, seats=200)
            await until("all is heard", world.all_heard)
            said = await world.on_topics()
            async with producer() as again:
                for _ in range(10):
                    for record in said:
                        await again.send(record.topic, key=record.key, value=record.value, headers=list(record.headers), partition=record.partition)
                await again.flush()
            await world.announce(20)
            await until("what was said afterwards is heard", world.all_heard)
            await until("all eleven times are read", lambda: read_to(world, 11 * len(said)))
        await world.assert_nothing_lost_doubled_or_turned_round()

    @pytest.mark.parametrize("seed", [1, 2])
    async def test_any_order_over_any_partitions_comes_to_the_same(self, world: World, seed: int):
        """The late event after its successor, the first after the last, some of them twice, before the relay says them in order."""
        await world.announce(200, seats=200)
        chance = random.Random(seed)
        async with world.running(world.subscription()):
            said, incarnation = await outbox(), await world.one("SELECT value FROM incarnation")
            disordered = chance.sample(said, len(said)) + chance.sample(said, 50)
            async with producer() as network:
                for row in disordered:
                    partition = chance.randrange(settings().kafka_partitions)
                    headers = write_headers("recruitment", row, incarnation, None)
                    await network.send(row["topic"], key=str(row["subject"]).encode(), value=row["data"].encode(), headers=headers, partition=partition)
                await network.flush()
            await until("all is heard", world.all_heard)
            await until("nothing waits", lambda: nothing_waits(world))
            async with world.running(world.relay()):
                await until("the relay has said it too", world.all_published)
                await world.announce(20)
                await until("what was said afterwards is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()


class TestAZombie:
    """Stopped in the middle of a transaction, replaced, and woken up: it can neither keep the others out nor finish."""

    QUICKLY = {"shared.db.IDLE_TRANSACTION_SECONDS": 1, "shared.relay.SILENT_SECONDS": 2}  # noqa: RUF012

    async def test_relay_marks_nothing_once_another_publishes(self, world: World):
        zombie = world.process("relay", constants=self.QUICKLY)
        await world.announce(100, seats=100)
        await until("it works", world.all_published)
        async with kept_from_writing("relay_acknowledged"):
            await world.announce(100, seats=100)
            await until("it marks", lambda: waits_for_a_lock(world))
            zombie.send_signal(signal.SIGSTOP)
        async with world.running(world.relay(), world.subscription()):
            await until("another took over", world.all_published)
            await until("all is heard", world.all_heard)
            marked = await marks(world)
            zombie.send_signal(signal.SIGCONT)
            await world.announce(100, seats=100)
            await until("all is heard", world.all_heard)
            assert marked.items() <= (await marks(world)).items()
            await until("nothing is left to mark", world.all_published)
        assert zombie.returncode is None, zombie.said()
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_relay_that_is_stopped_while_nothing_happens_keeps_nobody_out(self, world: World):
        zombie = world.process("relay", constants=self.QUICKLY)
        await world.announce(10)
        await until("it works", world.all_published)
        zombie.send_signal(signal.SIGSTOP)
        async with world.running(world.relay(), world.subscription()):
            await world.announce(10)
            await until("another took over", world.all_heard, 30)
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_consumer_applies_nothing_once_another_reads(self, world: World):
        zombie = world.process("consumer", constants=self.QUICKLY)
        async with world.running(world.relay()):
            await world.announce(100, seats=100)
            await until("it works", world.all_heard)
            async with kept_from_writing("heard_versions"):
                await world.announce(100)
                await until("it is in the middle of it", lambda: waits_for_a_lock(world))
                zombie.send_signal(signal.SIGSTOP)
            async with world.running(world.subscription()):
                await until("another took over", world.all_heard)
                zombie.send_signal(signal.SIGCONT)
                await world.announce(100, seats=100)
                await until("all is heard", world.all_heard)
            await world.announce(10)
            await until("the woken one goes on alone", world.all_heard)
        assert zombie.returncode is None, zombie.said()
        await world.assert_nothing_lost_doubled_or_turned_round()


class TestAnOutage:
    """Nobody is asked to do anything: within thirty seconds of its end all is as if it had not been."""

    @pytest.mark.parametrize("seconds", [1, pytest.param(60, marks=pytest.mark.long)])
    async def test_of_the_broker_disturbs_no_business_transaction(self, world: World, seconds: int):
        async with world.running(world.relay(), world.subscription()):
            await world.announce(100, seats=100)
            await until("all is heard", world.all_heard)
            world.broker.kill(keep=True)
            await last(seconds, lambda: asyncio.wait_for(world.announce(20, seats=20), 5))
            await world.broker.start()
            await until("all is heard", world.all_heard, RECOVERY_SECONDS)
        await world.assert_nothing_lost_doubled_or_turned_round()

    @pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.long)])
    async def test_of_the_database_gives_nothing_up(self, world: World, seconds: int):
        await world.announce(600, seats=600)
        async with world.running(world.relay(), world.subscription()):
            await until("it hears", lambda: hears(world))
            await world.door.shut()
            await asyncio.sleep(seconds)
            await world.door.open()
            await until("the database answers", lambda: answers(world))
            await until("all is heard", world.all_heard, RECOVERY_SECONDS)
        await world.assert_nothing_lost_doubled_or_turned_round()


class HiringTold(HiringDone):
    """The same fact, told in a later version of its type."""

    type = "recruitment.hiring.done.v2"


class HiringToldState(HiringState):
    type = HiringTold.type


class HiringInWords(Event):
    """A number that the consumer of the day cannot read."""

    type = HiringDone.type
    topic = HIRES

    number: str


class HiringInAnyWords(Event):
    """What the mended consumer reads."""

    type = HiringDone.type
    topic = HIRES

    number: int | str


async def keep_hiring_in_words(session: AsyncSession, event: Received[HiringInAnyWords]) -> None:
    number = int(str(event.data.number).removeprefix("number "))
    await keep_hiring(session, Received(event.id, event.type, event.subject, event.version, event.incarnation, event.time, HiringState(id=event.data.id, number=number)))


class TestPoison:
    async def test_each_kind_goes_aside_as_it_came_and_comes_back_once_it_is_mended(self, world: World, postgres: Postgres, committed: str):
        cut, unknown, refused, broken = (uuid7() for _ in range(4))
        bug: set[int] = {BUGGY}

        async def keep_with_a_bug(session: AsyncSession, event: Received[HiringState]) -> None:
            if event.data.number in bug:
                raise LookupError(event.data.number)
            await keep_hiring(session, event)

        async with worker_session() as session:
            first = [HiringDone(id=cut, number=1), HiringTold(id=unknown, number=2), HiringDone(id=refused, number=-3), HiringDone(id=broken, number=BUGGY)]
            record_events(session, [*first, *(HiringDone(id=event.id, number=10) for event in first)])
        async with worker_session() as session:
            await session.execute(text("UPDATE outbox SET data = left(data, 20) WHERE subject = :cut AND version = 1"), {"cut": cut})
        said = {row["subject"]: row["data"].encode() for row in await outbox() if row["version"] == 1}
        world.consumer = consumer_of((HiringState, keep_with_a_bug))
        async with world.running(world.relay(), world.subscription()):
            await world.announce(50)
            await until("the others are heard", lambda: effects(world, 50))
            await until("each has died, and what is behind it waits", lambda: aside(world, dead=4, parked=4))
        letters = {letter.subject: letter for letter in await list_dead_letters("recruitment")}
        assert {subject: letter.cause for subject, letter in letters.items()} == {
            cut: "schema: body json_invalid",
            unknown: "recruitment.hiring.done.v2 is a version that this consumer does not know",
            refused: "database: 23514 number_counts",
            broken: "unforeseen: LookupError",
        }
        assert {subject: letter.value for subject, letter in letters.items()} == said
        assert {subject: letter.tries for subject, letter in letters.items()} == {cut: 1, unknown: 1, refused: 1, broken: 5}

        bug.clear()
        postgres.sql("ALTER TABLE kept_hires DROP CONSTRAINT number_counts", committed)
        world.consumer = consumer_of((HiringState, keep_with_a_bug), (HiringToldState, keep_hiring))
        await discard("recruitment", letters[cut].id)
        assert await replay("recruitment", "all") == 3
        async with world.running(world.subscription()):
            await until("nothing waits", lambda: aside(world, dead=0, parked=0))
        kept = await world.rows("SELECT id, array_agg(number ORDER BY place) FROM kept_hires WHERE id = ANY(SELECT subject FROM dead_letters) GROUP BY id")
        assert dict(kept) == {cut: [10], unknown: [2, 10], refused: [-3, 10], broken: [BUGGY, 10]}
        assert await world.rows("SELECT event_id FROM kept_hires GROUP BY event_id HAVING count(*) > 1") == []

    @pytest.mark.parametrize("many", [1000, pytest.param(10_000, marks=pytest.mark.long)])
    async def test_thousands_in_a_row_are_kept_and_the_partition_moves_on(self, world: World, many: int):
        reader = world.process("consumer")
        async with world.running(world.relay()):
            await world.announce(500)
            await until("it works", world.all_heard)
            before = memory_of(reader)
            for start in range(0, many, 1000):
                async with worker_session() as session:
                    record_events(session, [HiringInWords(id=uuid7(), number=f"number {number}") for number in range(start, start + 1000)])
            await world.announce(20)
            await until("what comes behind them is heard", lambda: effects(world, 520))
            assert memory_of(reader) - before < 64 * 2**20
            reader.kill()
        assert (
            await world.one(
                "SELECT count(*) FROM dead_letters d JOIN outbox o ON o.id = d.event_id AND d.value = convert_to(o.data, 'UTF8') WHERE d.cause = 'schema: number int_parsing'"
            )
            == many
        )
        assert reader.said().count("dead letters, the first is") < 50, "a line for a batch, not for a letter"

        world.consumer = consumer_of((HiringInAnyWords, keep_hiring_in_words))
        assert await replay("recruitment", "all") == many
        async with world.running(world.subscription()):
            await until("all are heard", world.all_heard, 600)
            await until("nothing waits", lambda: nothing_waits(world))
        assert await world.one("SELECT count(DISTINCT event_id) FROM kept_hires") == await world.one("SELECT count(*) FROM kept_hires") == many + 520


@pytest.mark.full
class TestAGroup:
    async def test_of_consumers_that_come_and_go_applies_each_event_once(self, world: World):
        """Only Kafka has groups; at each coming and going it shares the partitions out anew."""
        async with world.running(world.relay(), world.subscription()):
            for _ in range(3):
                async with world.running(world.subscription(), world.subscription()):
                    await world.announce(200, seats=200)
                    await until("some more is heard", lambda: hears(world))
            await world.announce(100)
            await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_gives_the_partitions_of_one_that_is_stopped_to_the_others(self, world: World):
        stopped = world.process("consumer")
        async with world.running(world.relay()):
            await world.announce(100, seats=100)
            await until("it works", world.all_heard)
            stopped.send_signal(signal.SIGSTOP)
            await world.announce(300, seats=300)
            async with world.running(world.subscription()):
                await until("all is heard", world.all_heard, RECOVERY_SECONDS)
                stopped.send_signal(signal.SIGCONT)
                await world.announce(100)
                await until("all is heard", world.all_heard, RECOVERY_SECONDS)
        await world.assert_nothing_lost_doubled_or_turned_round()


def consumer_of(*heard: tuple[type[Event], Any]) -> Consumer:
    """The consumer of these tests, with other handlers of hires."""
    consumer = Consumer("recruitment")
    consumer.replica(SeatState, keep_seats)
    for model, handler in heard:
        consumer.on(model, handler)
    return consumer


def memory_of(member: Member) -> int:
    return int(psutil.Process(member.pid).memory_info().rss)


@asynccontextmanager
async def kept_from_writing(table: str) -> AsyncIterator[None]:
    """Who writes in this table waits, in the middle of its transaction, until the end of this block."""
    async with worker_session() as session:
        await session.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
        yield


async def last(seconds: float, doing: Callable[[], Awaitable[None]]) -> None:
    """A fault that lasts, with something done meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await doing()
        await asyncio.sleep(0.2)


async def outbox() -> list[dict[str, Any]]:
    async with worker_session() as session:
        return [dict(row._mapping) for row in await session.execute(text("SELECT * FROM outbox ORDER BY seq"))]


async def waits_for_a_lock(world: World) -> bool:
    return bool(await world.one("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"))


async def marks(world: World) -> dict[UUID, datetime]:
    return dict(await world.rows("SELECT id, published_at FROM outbox WHERE published_at IS NOT NULL"))


async def read_to(world: World, records: int) -> bool:
    return bool(await world.one("SELECT sum(next_offset) FROM consumer_positions") >= records)


async def nothing_waits(world: World) -> bool:
    return await aside(world, dead=0, parked=0)


async def aside(world: World, *, dead: int, parked: int) -> bool:
    health = await world.health()
    return (health["dead_letters"], health["parked"]) == (dead, parked)


async def effects(world: World, number: int) -> bool:
    return bool(await world.one("SELECT count(*) FROM kept_hires") == number)


async def hears(world: World) -> bool:
    """Something, and not all."""
    return bool(await world.one("SELECT count(*) FROM kept_hires"))


async def answers(world: World) -> bool:
    try:
        return bool(await world.one("SELECT 1"))
    except Exception:  # the first connections out of the pool are those that were cut
        return False
