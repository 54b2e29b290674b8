"""What is heard is taken in charge once, in order, and what cannot be handled stops nobody else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import orjson
import pytest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.clock import now
from shared.db import database, worker_session
from shared.errors import Refused, Unavailable
from shared.events import Event, Received, write_headers
from shared.ids import uuid7
from shared.inbox import Consumer, Message, NotKnownYet, Poison, Taken, Taking, retry_parked

POSTS, HIRES = "relais.registry.posts", "relais.recruitment.hires"


class PostState(BaseModel):
    topic: ClassVar[str] = POSTS

    id: UUID
    fte: float


class HireDecided(Event):
    type = "recruitment.hire.decided.v1"
    topic = HIRES

    post_id: UUID | None = None
    amount: int = 0


def message(topic: str, kind: str, subject: UUID, version: int, *, incarnation: int = 1, event_id: UUID | None = None, value: bytes | None = None, **body: Any) -> Message:
    row = {"id": event_id or uuid7(), "type": kind, "subject": subject, "version": version, "occurred_at": now()}
    headers = write_headers(topic.split(".")[1], row, incarnation, None)
    return Message(topic, str(subject).encode(), orjson.dumps({"id": str(subject), **body}) if value is None else value, headers, "test")


def post(subject: UUID, version: int, fte: float, **more: Any) -> Message:
    return message(POSTS, "registry.post.opened.v1", subject, version, fte=fte, **more)


def hire(subject: UUID, version: int = 1, **more: Any) -> Message:
    return message(HIRES, HireDecided.type, subject, version, **more)


class World:
    """A consumer that keeps posts and hires on them; `broken` says what goes wrong with which amount."""

    def __init__(self) -> None:
        self.consumer = Consumer("registry")
        self.consumer.replica(PostState, self.keep_posts)
        self.consumer.on(HireDecided, self.open_assignment)
        self.consumer.derived_tables = ["kept_posts", "kept_hires"]
        self.calls: list[int] = []
        self.broken: dict[int, Exception] = {}

    async def keep_posts(self, session: AsyncSession, events: list[Received[PostState]]) -> None:
        for event in events:
            if event.data.fte > 1:
                raise Poison("a post is at most one full share")
            await session.execute(
                text("INSERT INTO kept_posts VALUES (:id, :fte, :version) ON CONFLICT (id) DO UPDATE SET fte = excluded.fte, version = excluded.version"),
                {"id": event.subject, "fte": event.data.fte, "version": event.version},
            )

    async def open_assignment(self, session: AsyncSession, event: Received[HireDecided]) -> None:
        self.calls.append(event.data.amount)
        await session.execute(text("INSERT INTO kept_hires VALUES (:id, :version, :amount)"), {"id": event.subject, "version": event.version, "amount": event.data.amount})
        if event.data.amount in self.broken:
            raise self.broken[event.data.amount]
        if event.data.post_id is not None and not await session.scalar(text("SELECT 1 FROM kept_posts WHERE id = :id"), {"id": event.data.post_id}):
            raise NotKnownYet("post", event.data.post_id)

    async def hear(self, *messages: Message) -> Taken:
        taken = Taken()
        for topic in dict.fromkeys(message.topic for message in messages):
            async with worker_session() as session:
                found = await Taking(session, self.consumer, topic).take([message for message in messages if message.topic == topic])
                taken.parked, taken.dead, taken.arrived = taken.parked + found.parked, taken.dead + found.dead, taken.arrived | found.arrived
        return taken

    async def retry(self, arrived: set[str] | None = None) -> None:
        async with worker_session() as session:
            await retry_parked(session, self.consumer, arrived or ())

    async def rows(self, query: str) -> list[Any]:
        async with worker_session() as session:
            return [tuple(row) for row in await session.execute(text(query))]

    async def hires(self) -> list[Any]:
        return await self.rows("SELECT version, amount FROM kept_hires ORDER BY id, version")

    async def parked(self) -> list[Any]:
        return await self.rows("SELECT reason, version, tries FROM parked_events ORDER BY subject, version")

    async def dead(self) -> list[Any]:
        return await self.rows("SELECT cause FROM dead_letters WHERE closed_at IS NULL ORDER BY seq")


@pytest.fixture
async def world(rolled_back: None) -> AsyncIterator[World]:
    connection = database.rolled_back_connection
    assert connection is not None
    for statement in (
        "CREATE TABLE kept_posts (id uuid PRIMARY KEY, fte numeric NOT NULL CHECK (fte >= 0), version bigint NOT NULL)",
        "CREATE TABLE kept_hires (id uuid NOT NULL, version bigint NOT NULL, amount bigint NOT NULL CHECK (amount >= 0), UNIQUE (id, version))",
        "GRANT ALL ON kept_posts, kept_hires TO recruitment_worker",
    ):
        await connection.execute(text(statement))
    return World()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Parked events become due without waiting."""

    def pass_time(seconds: float = 120) -> None:
        instant = now() + timedelta(seconds=seconds)
        monkeypatch.setattr(inbox, "now", lambda: instant)

    return pass_time


class TestAReplica:
    async def test_keeps_the_newest_version_of_a_batch(self, world: World):
        a, b = uuid7(), uuid7()
        await world.hear(post(a, 1, 1), post(b, 1, 0.5), post(a, 2, 0.25))
        assert sorted(await world.rows("SELECT fte::float, version FROM kept_posts")) == [(0.25, 2), (0.5, 1)]

    async def test_an_older_version_that_comes_late_changes_nothing(self, world: World):
        a = uuid7()
        await world.hear(post(a, 2, 0.5))
        await world.hear(post(a, 1, 1), post(a, 2, 0.75))
        assert await world.rows("SELECT fte::float, version FROM kept_posts") == [(0.5, 2)]

    async def test_a_restored_database_speaks_louder_than_the_life_that_was_lost(self, world: World):
        a = uuid7()
        await world.hear(post(a, 7, 1, incarnation=1))
        await world.hear(post(a, 3, 0.5, incarnation=2), post(a, 8, 0.75, incarnation=1))
        assert await world.rows("SELECT fte::float, version FROM kept_posts") == [(0.5, 3)]

    async def test_one_bad_event_in_a_batch_dies_and_the_others_are_kept(self, world: World):
        a, b, c = uuid7(), uuid7(), uuid7()
        taken = await world.hear(post(a, 1, 1), post(b, 1, 0.5), post(b, 2, 3), post(c, 1, 1))
        assert taken.dead == 1
        assert await world.dead() == [("a post is at most one full share",)]
        assert sorted(await world.rows("SELECT fte::float, version FROM kept_posts")) == [(0.5, 1), (1.0, 1), (1.0, 1)]

    async def test_the_next_state_is_kept_whether_or_not_the_bad_one_came_alone(self, world: World):
        """A rebuild reads in larger batches than life does, and must come to the same rows."""
        together, apart = uuid7(), uuid7()
        await world.hear(post(together, 1, 1), post(together, 2, 3), post(together, 3, 0.25))
        for one in (post(apart, 1, 1), post(apart, 2, 3), post(apart, 3, 0.25)):
            await world.hear(one)
        assert await world.rows("SELECT fte::float, version FROM kept_posts") == [(0.25, 3), (0.25, 3)]

    async def test_what_could_not_be_read_holds_back_the_later_states_until_an_operator_has_looked(self, world: World):
        a, b = uuid7(), uuid7()
        await world.hear(post(a, 1, 1, value=b"{"), post(a, 2, 0.5), post(b, 1, 1))
        assert await world.parked() == [("behind", 2, 0)]
        assert await world.rows("SELECT version FROM kept_posts") == [(1,)]

    async def test_a_value_that_the_database_refuses_is_dead_at_once(self, world: World):
        await world.hear(post(uuid7(), 1, -1))
        assert await world.dead() == [("database: 23514 kept_posts_fte_check",)]


class TestAProcess:
    async def test_hears_an_event_twice_and_acts_once(self, world: World):
        first = hire(uuid7(), amount=5)
        await world.hear(first, first)
        await world.hear(first)
        assert await world.hires() == [(1, 5)]

    async def test_a_later_version_that_comes_first_waits_for_the_one_before(self, world: World):
        a = uuid7()
        taken = await world.hear(hire(a, 2, amount=2))
        assert (taken.parked, await world.parked()) == (1, [("gap", 2, 0)])
        taken = await world.hear(hire(a, 1, amount=1))
        await world.retry(taken.arrived)
        assert world.calls == [1, 2]
        assert await world.parked() == []

    async def test_what_is_not_known_yet_is_tried_when_it_arrives(self, world: World):
        a, place = uuid7(), uuid7()
        await world.hear(hire(a, 1, amount=1, post_id=str(place)), hire(a, 2, amount=2), hire(uuid7(), 1, amount=3))
        assert [row[1] for row in await world.hires()] == [3]
        assert await world.parked() == [("unknown", 1, 1), ("behind", 2, 0)]
        taken = await world.hear(post(place, 1, 1))
        await world.retry(taken.arrived)
        assert world.calls[-2:] == [1, 2]
        assert sorted(await world.hires()) == [(1, 1), (1, 3), (2, 2)]
        assert await world.parked() == []

    async def test_what_is_not_known_yet_is_also_tried_from_time_to_time(self, world: World, later: Any):
        place = uuid7()
        await world.hear(hire(uuid7(), 1, amount=1, post_id=str(place)))
        await world.retry()
        assert world.calls == [1]
        later()
        await world.retry()
        assert world.calls == [1, 1]
        assert await world.parked() == [("unknown", 1, 2)]

    async def test_what_a_handler_wrote_goes_with_its_failure(self, world: World):
        world.broken[1] = Poison("never")
        await world.hear(hire(uuid7(), amount=2), hire(uuid7(), amount=1), hire(uuid7(), amount=3))
        assert sorted(await world.hires()) == [(1, 2), (1, 3)]

    async def test_an_unforeseen_exception_dies_after_five_tries(self, world: World, later: Any):
        a = uuid7()
        world.broken[1] = KeyError("Nguyễn")
        await world.hear(hire(a, 1, amount=1), hire(a, 2, amount=2))
        for tries in range(1, 5):
            assert await world.parked() == [("failed", 1, tries), ("behind", 2, 0)]
            later(60 * tries)
            await world.retry()
        assert await world.dead() == [("unforeseen: KeyError",)]
        assert await world.parked() == [("behind", 2, 0)]

    async def test_an_unforeseen_exception_that_does_not_come_back_costs_nothing(self, world: World, later: Any):
        a = uuid7()
        world.broken[1] = KeyError("once")
        await world.hear(hire(a, 1, amount=1), hire(a, 2, amount=2))
        world.broken.clear()
        later()
        await world.retry()
        assert await world.hires() == [(1, 1), (2, 2)]
        assert (await world.parked(), await world.dead()) == ([], [])

    @pytest.mark.parametrize("trouble", [ConnectionResetError(), TimeoutError(), Unavailable(), OSError("Multiple exceptions")])
    async def test_what_may_pass_gives_nothing_up(self, world: World, trouble: Exception):
        world.broken[1] = trouble
        with pytest.raises(type(trouble)):
            await world.hear(hire(uuid7(), amount=2), hire(uuid7(), amount=1))
        assert (await world.hires(), await world.parked(), await world.dead()) == ([], [], [])

    async def test_a_rule_that_refuses_is_dead_at_once(self, world: World):
        world.broken[1] = Refused("post-is-full", "The post is full.")
        await world.hear(hire(uuid7(), amount=1))
        assert await world.dead() == [("refused: post-is-full",)]


class TestPoison:
    @pytest.mark.parametrize(
        ("value", "cause"),
        [
            (b"{", "schema: body json_invalid"),
            (b"", "schema: body json_invalid"),
            (b'{"id": "x", "amount": "many"}', "schema: amount int_parsing, id uuid_parsing"),
            (b'{"id": "01930000-0000-7000-8000-000000000000"}', "the id of the body is not the subject"),
        ],
    )
    async def test_what_cannot_be_read_is_dead_and_the_next_aggregate_goes_on(self, world: World, value: bytes, cause: str):
        a = uuid7()
        await world.hear(hire(a, 1, value=value), hire(a, 2, amount=2), hire(uuid7(), 1, amount=3))
        assert await world.dead() == [(cause,)]
        assert await world.hires() == [(1, 3)]
        assert await world.parked() == [("behind", 2, 0)]

    async def test_a_version_of_the_type_that_nobody_here_knows_is_not_passed_over(self, world: World):
        await world.hear(message(HIRES, "recruitment.hire.decided.v2", uuid7(), 1))
        assert await world.dead() == [("recruitment.hire.decided.v2 is a version that this consumer does not know",)]

    async def test_another_type_of_the_topic_is_none_of_our_business(self, world: World):
        a = uuid7()
        await world.hear(message(HIRES, "recruitment.hire.proposed.v1", a, 1), hire(a, 2, amount=2))
        assert await world.hires() == [(2, 2)]

    @pytest.mark.parametrize("missing", ["ce_id", "ce_type", "ce_subject", "ce_time", "ce_aggregateversion", "ce_incarnation", "ce_specversion"])
    async def test_a_message_without_one_of_its_headers_is_dead_once(self, world: World, missing: str):
        whole = hire(uuid7(), amount=1)
        cut = Message(whole.topic, whole.key, whole.value, [header for header in whole.headers if header[0] != missing], "test")
        await world.hear(cut)
        await world.hear(cut)
        assert await world.dead() == [(f"the header {missing} is missing",)]

    async def test_a_message_with_nothing_at_all_is_kept_as_it_came(self, world: World):
        await world.hear(Message(HIRES, None, b"\xff\x00", (), "epoch/0/7"))
        assert await world.rows("SELECT value, key, headers, origin, type FROM dead_letters") == [(b"\xff\x00", None, [], "epoch/0/7", "unknown")]

    async def test_a_dead_letter_keeps_the_original_bytes_and_no_value_in_its_cause(self, world: World):
        value = orjson.dumps({"id": str(uuid7()), "amount": "Nguyễn Thị Ánh"})
        await world.hear(hire(uuid7(), 1, value=value))
        [(kept, cause, details)] = await world.rows("SELECT value, cause, details FROM dead_letters")
        assert kept == value
        assert "Nguyễn" not in cause + details

    async def test_a_dead_letter_that_comes_again_stays_one(self, world: World):
        bad = hire(uuid7(), 1, value=b"{")
        await world.hear(bad, bad)
        await world.hear(bad)
        assert len(await world.dead()) == 1

    async def test_thousands_of_poison_messages_are_all_kept(self, world: World):
        await world.hear(*[hire(uuid7(), 1, value=b"{") for _ in range(2000)], hire(uuid7(), 1, amount=1))
        assert len(await world.dead()) == 2000
        assert await world.hires() == [(1, 1)]


def test_a_fact_has_one_handler():
    consumer = Consumer("registry")

    async def handler(session: AsyncSession, event: Received[HireDecided]) -> None: ...

    consumer.on(HireDecided, handler)
    with pytest.raises(ValueError, match="already"):
        consumer.on(HireDecided, handler)
