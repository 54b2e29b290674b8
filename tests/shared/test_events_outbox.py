"""A fact is announced with the transaction that made it, once, in the order of its aggregate, or not at all."""

import asyncio
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.db import database, worker_session
from shared.events import Event, record_event, record_events
from shared.ids import uuid7


class PostOpened(Event):
    """A post can be filled."""

    type = "registry.post.opened.v1"
    topic = "relais.registry.posts"

    facility_code: str = "VN-22-BVT"


class PostClosed(PostOpened):
    """A post cannot be filled any more."""

    type = "registry.post.closed.v1"


async def outbox(columns: str = "*") -> list[Any]:
    async with worker_session() as session:
        return list((await session.execute(text(f"SELECT {columns} FROM outbox WHERE topic = 'relais.registry.posts' ORDER BY seq"))).all())


@pytest.mark.usefixtures("rolled_back")
class TestRecordEvent:
    async def test_a_fact_waits_in_the_outbox_with_its_state(self):
        post = uuid7()
        async with database.session("app") as session:
            record_event(session, PostOpened(id=post))
            await session.commit()
        [row] = await outbox()
        assert (row.type, row.subject, row.version, row.published_at) == ("registry.post.opened.v1", post, 1, None)
        assert orjson.loads(row.data) == {"id": str(post), "facility_code": "VN-22-BVT"}

    async def test_versions_of_one_aggregate_follow_each_other(self):
        first, second = uuid7(), uuid7()
        async with worker_session() as session:
            record_events(session, [PostOpened(id=first), PostOpened(id=second), PostClosed(id=first)])
        async with worker_session() as session:
            record_event(session, PostOpened(id=first))
        assert [(row.subject, row.version) for row in await outbox()] == [(first, 1), (second, 1), (first, 2), (first, 3)]

    async def test_nothing_is_said_of_a_transaction_that_was_rolled_back(self):
        async with database.session("worker") as session:
            record_event(session, PostOpened(id=uuid7()))
            await session.execute(text("SELECT 1"))
            await session.rollback()
            await session.commit()
        assert await outbox() == []

    async def test_nothing_is_said_of_a_session_that_was_closed_without_commit(self):
        async with database.session("worker") as session:
            record_event(session, PostOpened(id=uuid7()))
            await session.execute(text("SELECT 1"))
            await session.close()
            await session.commit()
        assert await outbox() == []

    async def test_what_was_said_in_a_savepoint_goes_with_it(self):
        kept, inner, forgotten, after = (uuid7() for _ in range(4))
        async with worker_session() as session:
            record_event(session, PostOpened(id=kept))
            with pytest.raises(LookupError):
                async with session.begin_nested():
                    async with session.begin_nested():
                        record_event(session, PostOpened(id=forgotten))
                    raise LookupError
            async with session.begin_nested():
                record_event(session, PostOpened(id=inner))
            record_event(session, PostOpened(id=after))
        assert [row.subject for row in await outbox()] == [kept, inner, after]

    async def test_a_type_or_a_topic_that_does_not_follow_the_rule_is_refused_at_once(self):
        with pytest.raises(ValueError, match="past tense"):
            type("Wrong", (Event,), {"__module__": __name__, "type": "PostOpened", "__annotations__": {}})
        with pytest.raises(ValueError, match="relais"):
            type("Wrong", (Event,), {"__module__": __name__, "topic": "posts", "__annotations__": {}})


class TestTwoTransactions:
    async def test_versions_follow_the_order_of_the_commits(self, committed: str):
        """The second transaction waits for the first, whatever the order in which they began."""
        post, numbered, may_commit = uuid7(), asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            async with database.session("worker") as session:
                await session.execute(text("INSERT INTO aggregate_versions VALUES ('relais.registry.posts', :post, 1)"), {"post": post})
                numbered.set()
                await may_commit.wait()
                await session.commit()

        async def quick() -> None:
            await numbered.wait()
            async with worker_session() as session:
                record_event(session, PostClosed(id=post))

        tasks = [asyncio.create_task(slow()), asyncio.create_task(quick())]
        async with asyncio.timeout(10):
            await numbered.wait()
            done, _ = await asyncio.wait(tasks, timeout=0.2)
            assert not done
            may_commit.set()
            await asyncio.gather(*tasks)
        assert [row.version for row in await outbox()] == [2]

    async def test_a_refused_row_announces_nothing(self, committed: str):
        with pytest.raises(IntegrityError):
            async with worker_session() as session:
                record_event(session, PostOpened(id=uuid7()))
                await session.execute(text("INSERT INTO consumer_positions VALUES ('nobody', '', '', 0, 0, 0)"))
        assert await outbox() == []

    async def test_an_import_announces_twenty_thousand_facts_in_one_statement(self, committed: str):
        posts = [uuid7() for _ in range(20_000)]
        async with worker_session() as session:
            record_events(session, [PostOpened(id=post) for post in posts])
        rows = await outbox("subject, version")
        assert [row.subject for row in rows] == posts
        assert {row.version for row in rows} == {1}

    async def test_the_commit_hints_to_the_relay_once_for_many(self, committed: str):
        import asyncpg

        from shared.outbox import CHANNEL

        heard: list[str] = []
        arrived = asyncio.Event()
        url = str(database.engine("worker").url.set(drivername="postgresql").render_as_string(hide_password=False))
        listener = await asyncpg.connect(url)
        await listener.add_listener(CHANNEL, lambda *_: (heard.append("hint"), arrived.set()))
        try:
            for _ in range(3):
                async with worker_session() as session:
                    record_event(session, PostOpened(id=uuid7()))
            await asyncio.wait_for(arrived.wait(), 5)
        finally:
            await listener.close()
        assert 1 <= len(heard) <= 3


@pytest.mark.usefixtures("rolled_back")
class TestWhoMayTouchIt:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE outbox SET published_at = now()",
            "DELETE FROM outbox",
            "INSERT INTO inbox (consumer, event_id) VALUES ('x', gen_random_uuid())",
            "DELETE FROM dead_letters",
            "UPDATE incarnation SET value = 1",
        ],
    )
    async def test_a_request_announces_and_does_nothing_else(self, statement: str):
        async with database.session("app") as session:
            with pytest.raises(Exception, match="permission denied"):
                await session.execute(text(statement))


def test_ids_of_events_are_in_order_of_time():
    ids: list[UUID] = [uuid7() for _ in range(3)]
    assert [value.version for value in ids] == [7, 7, 7]
