"""Between services nothing is lost, doubled or turned round, whatever dies in the middle. On a real broker."""

import asyncio
import signal
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from shared.db import worker_session
from shared.dead_letters import discard, list_dead_letters, replay
from shared.events import record_event
from shared.ids import uuid7
from shared.kafka import close_client, make_producer
from shared.rebuild import rebuild, renew_incarnation
from shared.relay import Relay
from tests.connected.conftest import World, until
from tests.connected.member import HIRES, HiringDone


async def publish(value: bytes, *, key: UUID, headers: list[tuple[str, bytes]] | None = None) -> None:
    """A message that no relay of ours would write."""
    producer: AIOKafkaProducer = make_producer()
    await producer.start()
    await producer.send_and_wait(HIRES, key=str(key).encode(), value=value, headers=headers or [])
    await close_client(producer)


class TestAQuietDay:
    async def test_what_is_announced_is_heard_once_and_in_order(self, world: World):
        async with world.running(world.relay(), world.subscription()):
            await world.announce(500, seats=500)
            await until("all is heard", world.all_heard)
            await until("nothing is behind", lambda: nothing_behind(world))
        await world.assert_nothing_lost_doubled_or_turned_round()
        health = await world.health()
        assert (health["parked"], health["dead_letters"], health["oldest_unpublished_seconds"], health["replaying"]) == (0, 0, 0, 0)

    async def test_health_tells_how_old_the_oldest_unpublished_event_is(self, world: World):
        await world.announce(1)
        async with worker_session() as session:
            await session.execute(text("UPDATE outbox SET occurred_at = now() - interval '1 minute'"))
        assert (await world.health())["oldest_unpublished_seconds"] >= 60

    async def test_a_slow_transaction_with_a_lower_number_is_not_passed_over(self, world: World):
        """`seq` is given before the commit: "after the last one" would lose this event."""
        async with world.running(world.relay(), world.subscription()):
            async with worker_session() as slow:
                post = uuid7()
                await slow.execute(text("INSERT INTO aggregate_versions VALUES (:topic, :post, 1)"), {"topic": HIRES, "post": post})
                await slow.execute(
                    text("INSERT INTO outbox (id, topic, type, subject, version, occurred_at, data) VALUES (gen_random_uuid(), :topic, :type, :post, 1, now(), :data)"),
                    {"topic": HIRES, "type": HiringDone.type, "post": post, "data": HiringDone(id=post, number=1).model_dump_json()},
                )
                await world.announce(5)
                await until("the quicker ones are heard", lambda: count(world, 5))
            await until("the slow one is heard", lambda: count(world, 6))
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_of_two_relays_one_works_and_the_other_takes_over(self, world: World):
        first, second = world.relay(), world.relay()
        async with world.running(world.subscription()):
            async with world.running(second):
                async with world.running(first):
                    await world.announce(50)
                    await until("all is heard", world.all_heard)
                    await until("all is marked", world.all_published)  # what is heard is marked a moment later
                    assert min(first.published, second.published) == 0
                    working = max(first, second, key=lambda relay: relay.published)
                if working is first:
                    await world.announce(50)
                    await until("the other took over", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_an_event_that_the_broker_refuses_stops_its_own_aggregate_only(self, world: World):
        big, other = uuid7(), uuid7()
        async with worker_session() as session:
            record_event(session, HiringDone(id=big, number=1, remark="x" * 3_000_000))
            record_event(session, HiringDone(id=big, number=2))
            record_event(session, HiringDone(id=other, number=3))
        async with world.running(world.relay(), world.subscription()):
            await until("the other is heard", lambda: heard(world, 3))
            await world.announce(10)
            await until("later events are heard", lambda: count(world, 11))
        assert await world.rows(
            "SELECT version, published_at IS NULL FROM outbox WHERE octet_length(data) > 1000000 OR subject = (SELECT subject FROM outbox WHERE octet_length(data) > 1000000) ORDER BY seq"
        ) == [
            (1, True),
            (2, True),
        ]


async def waits(relay: Relay) -> bool:
    return relay.complaint == "the relay waits: BrokerNotReady"


class TestTheBroker:
    async def test_killed_and_empty_again_and_again_in_the_middle(self, world: World):
        async with world.running(world.relay(), world.subscription()):
            for _ in range(3):
                await world.announce(400, seats=100)
                world.broker.kill()
                await world.announce(100)
                await world.broker.start()
            await world.announce(100)
            await until("all is heard", world.all_heard)
            await until("nothing is behind", lambda: nothing_behind(world))
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_killed_while_everything_is_still_to_be_published(self, world: World):
        await world.announce(900, seats=1500)
        async with world.running(world.relay(), world.subscription()):
            for _ in range(2):
                before = await world.one("SELECT count(*) FROM kept_hires")
                await until("some more is heard", lambda before=before: more_than(world, before))
                world.broker.kill()
                await world.broker.start()
            await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_wiped_under_the_same_name_is_noticed_by_its_offsets(self, world: World):
        world.broker.kill()
        await world.broker.start()  # no record names its epoch yet: only its offsets can tell
        async with world.running(world.relay(), world.subscription()):
            await world.announce(300, seats=50)
            await until("all is heard", world.all_heard)
            world.broker.kill()
            await world.broker.start(same_cluster=True)
            await world.announce(30)
            # The few new ones may be heard before the relay misses the old ones.
            await until("the epoch names the record that says so", lambda: is_marked(world))
            await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_that_has_no_topic_yet_is_told_nothing_that_it_would_forget(self, world: World):
        """The embedded broker takes a record of a topic that it does not have, and hides it once the topic is made."""
        relay = world.relay()
        async with world.running(relay, world.subscription()):
            await world.announce(300, seats=50)
            await until("all is heard", world.all_heard)
            world.broker.kill()
            await world.broker.start(ready=False)
            await world.announce(30)
            await until("the relay waits for its topics", lambda: waits(relay))
            await world.broker.make_topics()
            await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_wiped_while_nobody_says_anything_is_filled_again(self, world: World):
        """A new consumer must find everything, even if no event comes for a month."""
        async with world.running(world.relay()):
            await world.announce(50)
            await until("all is published", world.all_published)
            world.broker.kill()
            await world.broker.start(same_cluster=True)
            async with world.running(world.subscription()):
                await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_that_does_not_answer_disturbs_nothing_and_is_caught_up_with(self, world: World):
        async with world.running(world.relay(), world.subscription()):
            await world.announce(50)
            await until("all is heard", world.all_heard)
            world.broker.send_signal(signal.SIGSTOP)
            try:
                await asyncio.wait_for(world.announce(50), 5)
            finally:
                world.broker.send_signal(signal.SIGCONT)
            await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()


class TestTheDatabase:
    async def test_away_gives_nothing_up(self, world: World):
        async with world.running(world.relay(), world.subscription()):
            await world.announce(300)
            await until("some is heard", lambda: more_than(world, 0))
            for _ in range(3):
                await world.door.shut()
                await asyncio.sleep(0.3)
                await world.door.open()
                await until("it is heard again", lambda: answers(world))
                await world.announce(100)
            await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_restored_speaks_louder_and_says_everything_again(self, world: World):
        async with world.running(world.relay(), world.subscription()):
            await world.announce(20, seats=60)
            await until("all is heard", world.all_heard)
            subject, version = (await world.rows("SELECT id, version FROM kept_posts ORDER BY id LIMIT 1"))[0]
            async with worker_session() as session:  # as if a backup from before its last change had been restored
                await session.execute(text("DELETE FROM outbox WHERE subject = :s AND version = :v AND topic LIKE '%seats'"), {"s": subject, "v": version})
                await session.execute(text("UPDATE aggregate_versions SET version = version - 1 WHERE subject = :s AND topic LIKE '%seats'"), {"s": subject})
            await renew_incarnation("recruitment")
            await until("the older state is kept", lambda: version_of(world, subject, version - 1))
            await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()


class TestPoison:
    async def test_goes_aside_and_the_next_aggregate_goes_on(self, world: World):
        bad = uuid7()
        async with world.running(world.relay(), world.subscription()):
            await publish(b"\xff{", key=bad)
            async with worker_session() as session:
                record_event(session, HiringDone(id=bad, number=1))
            await world.announce(50)
            await until("the others are heard", lambda: count(world, 50))
            await until("the next event of that aggregate waits", lambda: waiting(world, parked=1, dead=1))
            [letter] = await list_dead_letters("recruitment")
            assert (letter.value, letter.subject, letter.waiting, letter.cause) == (b"\xff{", bad, 1, "the header ce_specversion is missing")
            assert await discard("recruitment", letter.id) == 1
            await until("what waited goes on", lambda: count(world, 51))
        assert (await world.health())["dead_letters"] == 0

    async def test_is_mended_and_replayed_in_order(self, world: World):
        bad = uuid7()
        async with worker_session() as session:
            await session.execute(text("INSERT INTO broken VALUES (1)"))
            for number in (0, 1, 2, 3):
                record_event(session, HiringDone(id=bad, number=number))
        async with world.running(world.relay(), world.subscription()):
            await until("the later ones wait", lambda: waiting(world, parked=2, dead=1))
            assert await replay("recruitment", "all") == 1
            await until("it is dead again", lambda: waiting(world, parked=2, dead=1))
            async with worker_session() as session:
                await session.execute(text("DELETE FROM broken"))
            assert await replay("recruitment", (await list_dead_letters("recruitment"))[0].id) == 1
            await until("all is heard", world.all_heard)
        assert await world.rows("SELECT number FROM kept_hires ORDER BY place") == [(0,), (1,), (2,), (3,)]


class TestARebuild:
    async def test_comes_to_the_same_rows_byte_for_byte(self, world: World):
        async with world.running(world.relay(), world.subscription()):
            await world.announce(300, seats=300)
            await until("all is heard", world.all_heard)
            await until("nothing is behind", lambda: nothing_behind(world))
            before = await derived(world)
            await rebuild("recruitment", world.consumer)
            await until("all is heard again", world.all_heard)
            await until("nothing is behind", lambda: nothing_behind(world))
            assert await derived(world) == before
        await world.assert_nothing_lost_doubled_or_turned_round()

    async def test_in_the_middle_of_reading_loses_and_doubles_nothing(self, world: World):
        async with world.running(world.relay(), world.subscription()):
            await world.announce(600, seats=600)
            for _ in range(3):
                await until("some is heard", lambda: more_than(world, 0))
                await rebuild("recruitment", world.consumer)
            await until("all is heard", world.all_heard)
        await world.assert_nothing_lost_doubled_or_turned_round()


async def is_marked(world: World) -> bool:
    return bool((await world.one("SELECT epoch FROM relay_state")).startswith(f"{world.broker.cluster}."))


async def nothing_behind(world: World) -> bool:
    health = await world.health()
    return health["lag"] == 0 and health["oldest_unpublished_seconds"] == 0 and health["replaying"] == 0


async def heard(world: World, number: int) -> bool:
    return bool(await world.rows(f"SELECT 1 FROM kept_hires WHERE number = {number}"))


async def count(world: World, expected: int) -> bool:
    return bool(await world.one("SELECT count(*) FROM kept_hires") == expected)


async def more_than(world: World, before: int) -> bool:
    return bool(await world.one("SELECT count(*) FROM kept_hires") > before)


async def waiting(world: World, *, parked: int, dead: int) -> bool:
    health = await world.health()
    return (health["parked"], health["dead_letters"]) == (parked, dead) and not await world.one("SELECT count(*) FROM parked_events WHERE reason = 'replay'")


async def version_of(world: World, subject: UUID, version: int) -> bool:
    return bool(await world.rows(f"SELECT 1 FROM kept_posts WHERE id = '{subject}' AND version = {version}"))


async def answers(world: World) -> bool:
    try:
        return bool(await world.one("SELECT 1"))
    except Exception:  # the first connections out of the pool are those that were cut
        return False


async def derived(world: World) -> list[Any]:
    return [await world.rows("SELECT * FROM kept_posts ORDER BY id"), await world.rows("SELECT event_id, id, version, number FROM kept_hires ORDER BY id, version")]
