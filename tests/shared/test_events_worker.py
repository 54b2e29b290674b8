"""The worker keeps its duties alive, does what falls due once a day, and tells operations how it stands."""

import asyncio
import time
from datetime import date
from typing import Any, ClassVar

import pytest
from sqlalchemy import text

from shared import worker
from shared.db import worker_session
from shared.inbox import Consumer
from shared.worker import DailyTasks, event_health, event_positions, everything_is_heard


class Dying:
    """A duty that dies at its first start and then works."""

    starts = 0

    def __init__(self, working: asyncio.Event) -> None:
        self.alive_at = time.monotonic()
        self.working = working

    async def run(self, stop: asyncio.Event) -> None:
        Dying.starts += 1
        if Dying.starts == 1:
            raise LookupError("a defect")
        self.working.set()
        await stop.wait()


class Silent(Dying):
    """A duty that hangs at its first start."""

    starts = 0

    async def run(self, stop: asyncio.Event) -> None:
        Silent.starts += 1
        if Silent.starts == 1:
            self.alive_at = time.monotonic() - 10_000
            await asyncio.Event().wait()
        self.working.set()
        await stop.wait()


@pytest.mark.parametrize("duty", [Dying, Silent])
async def test_a_duty_that_dies_or_falls_silent_is_started_again(duty: type[Dying], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.01)
    working, stop = asyncio.Event(), asyncio.Event()
    watching = asyncio.create_task(worker._watch("duty", lambda: duty(working), stop))
    await asyncio.wait_for(working.wait(), 10)
    stop.set()
    await asyncio.wait_for(watching, 10)
    assert duty.starts == 2


async def test_a_daily_task_runs_at_the_start_and_again_when_the_day_changes(monkeypatch: pytest.MonkeyPatch):
    days = iter([date(2025, 10, 1), date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 2)])
    done, stop = [], asyncio.Event()
    monkeypatch.setattr(worker, "DAILY_LOOK_SECONDS", 0.0)

    def today() -> date:
        day = next(days, None)
        if day is None:
            stop.set()
            return date(2025, 10, 2)
        return day

    async def falls_due() -> None:
        done.append("done")

    monkeypatch.setattr(worker, "today", today)
    await asyncio.wait_for(DailyTasks([falls_due]).run(stop), 10)
    assert done == ["done", "done"]


async def test_a_daily_task_that_fails_is_tried_again_and_the_others_are_done(monkeypatch: pytest.MonkeyPatch):
    tries, done, stop = [], [], asyncio.Event()
    monkeypatch.setattr(worker, "DAILY_LOOK_SECONDS", 0.0)

    async def fails_once() -> None:
        tries.append("try")
        if len(tries) == 1:
            raise LookupError
        stop.set()

    async def falls_due() -> None:
        done.append("done")

    await asyncio.wait_for(DailyTasks([fails_once, falls_due]).run(stop), 10)
    assert (len(tries), done) == (2, ["done"])


@pytest.mark.usefixtures("rolled_back")
async def test_health_counts_what_waits_and_what_is_dead():
    async with worker_session() as session:
        await session.execute(text("INSERT INTO consumers (consumer, epoch, heard_at) VALUES ('c', 'now', now()), ('d', 'now', now())"))
        await session.execute(text("INSERT INTO consumer_positions VALUES ('c', 'now', 't', 0, 5, 9), ('d', 'now', 't', 0, 3, 3), ('c', 'before', 't', 0, 0, 99)"))
        await session.execute(
            text(
                "INSERT INTO dead_letters (id, consumer, event_id, topic, type, incarnation, version, cause, readable, headers, origin, closed_at, closed_how) "
                "SELECT gen_random_uuid(), 'c', gen_random_uuid(), 't', 'x', 1, 1, '', false, '[]', '', closed, CASE WHEN closed IS NOT NULL THEN 'discarded' END "
                "FROM unnest(ARRAY[NULL, now()]) AS closed"
            )
        )
        health = await event_health(session)
    assert (health["lag"], health["parked"], health["dead_letters"]) == (4, 0, 1)


class TestEverythingIsHeard:
    TOLD: ClassVar = {"epoch": "now", "topic": "t", "partition": 0, "offset": 7}

    def told(self, **other: Any) -> dict[str, Any]:
        return {"oldest_unpublished_seconds": 0.0, "replaying": 0, "positions": {"told": [self.TOLD], "heard": [], "hears": []}} | other

    def hears(self, *heard: dict[str, Any], topic: str = "t") -> dict[str, Any]:
        return {"oldest_unpublished_seconds": 0.0, "replaying": 0, "positions": {"told": [], "heard": list(heard), "hears": [topic]}}

    @pytest.mark.parametrize(
        ("place", "is_heard"),
        [
            ([{"epoch": "now", "topic": "t", "partition": 0, "next": 8}], True),
            ([{"epoch": "now", "topic": "t", "partition": 0, "next": 7}], False),
            ([{"epoch": "before", "topic": "t", "partition": 0, "next": 8}], False),
            ([{"epoch": "now", "topic": "t", "partition": 1, "next": 8}], False),
            ([], False),
        ],
        ids=["behind the last", "at the last", "in another life of the broker", "in another partition", "nowhere yet"],
    )
    def test_is_so_when_who_hears_stands_behind_the_last_one_told(self, place: list[dict[str, Any]], is_heard: bool):
        assert everything_is_heard({"a": self.told(), "b": self.hears(*place)}) is is_heard

    def test_who_does_not_hear_a_topic_is_not_waited_for(self):
        assert everything_is_heard({"a": self.told(), "b": self.hears(topic="other")})

    @pytest.mark.parametrize("unsaid", [{"oldest_unpublished_seconds": 0.1}, {"replaying": 3}])
    def test_what_is_not_told_yet_is_not_heard(self, unsaid: dict[str, Any]):
        assert not everything_is_heard({"a": self.told(**unsaid), "b": self.hears({"epoch": "now", "topic": "t", "partition": 0, "next": 8})})


@pytest.mark.usefixtures("rolled_back")
async def test_positions_are_those_of_this_life_of_the_broker():
    consumer = Consumer("c")
    async with worker_session() as session:
        await session.execute(text("INSERT INTO consumers (consumer, epoch) VALUES ('c', 'now')"))
        await session.execute(text("INSERT INTO consumer_positions VALUES ('c', 'now', 't', 0, 5, 9), ('c', 'before', 't', 0, 3, 3)"))
        await session.execute(text("INSERT INTO relay_acknowledged VALUES ('own', 2, 'now', 41)"))
        said = await event_positions(session, consumer)
    assert said["heard"] == [{"epoch": "now", "topic": "t", "partition": 0, "next": 5}]
    assert said["told"] == [{"epoch": "now", "topic": "own", "partition": 2, "offset": 41}]
