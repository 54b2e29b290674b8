"""A source below its minimum for more than 48 hours while its person is on mission: told once, and taken back once (ROT-RECALL)."""

from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.consumers import consumer
from services.registry.holds.roster import Held, Limits, Member, Minimum, Roster
from services.registry.shortfalls.watch import spell_on, watch
from tests.registry.team import Team, ask, ask_leave, hold, leave
from tests.registry.world import BASE, BVT, World, ok
from tests.support.hearing import hear, message

TODAY = date(2025, 10, 1)
DAY = timedelta(days=1)


@pytest.fixture
async def team(world: World) -> Team:
    """Three orthopaedists of whom two must stay; the first is on mission in October."""
    team = await Team(world).of(3)
    await team.minimum(2)
    return team


async def sent(world: World, person: dict[str, Any], first: str = "2025-10-01", last: str = "2025-10-31") -> dict[str, Any]:
    held = ok(await ask(world, hold(person, (first, last))))
    await settled(held, "confirmed")
    return held


async def settled(held: dict[str, Any], outcome: str, on: str = "2025-10-01") -> None:
    body = {"id": held["id"], "outcome": outcome, "source_id": held["source_id"], "on": on}
    taken = await hear(consumer, message("relais.rotation.holds", "rotation.hold.settled.v1", body))
    assert (taken.dead, taken.parked) == (0, 0)


async def watched(world: World, *days: date) -> list[dict[str, Any]]:
    """What was told after the task of each of these days."""
    for day in days:
        async with world.as_worker() as session:
            await watch(session, day)
    async with world.as_worker() as session:
        rows = await session.execute(world.sql("SELECT type, data FROM outbox WHERE topic = 'relais.registry.shortfalls' ORDER BY seq"))
        return [{"said": row.type.split(".")[2]} | orjson.loads(row.data) for row in rows]


class TestNothingIsTold:
    async def test_while_enough_are_present(self, world: World, team: Team) -> None:
        await sent(world, team.people[0])
        assert await watched(world, TODAY) == []

    async def test_for_48_hours(self, world: World, team: Team) -> None:
        """Two whole days are 48 hours, not more."""
        await sent(world, team.people[0])
        ok(await ask_leave(world, leave(team.people[1], "2025-10-01", "2025-10-02", "sick")))
        assert await watched(world, TODAY, TODAY + DAY) == []

    async def test_when_nobody_is_on_mission(self, world: World, team: Team) -> None:
        for person in team.people[:2]:
            ok(await ask_leave(world, leave(person, "2025-10-01", "2025-10-20", "sick")))
        assert await watched(world, TODAY) == []

    async def test_before_the_first_day_of_the_mission(self, world: World, team: Team) -> None:
        await sent(world, team.people[0], first="2025-10-03")
        ok(await ask_leave(world, leave(team.people[1], "2025-10-01", "2025-10-20", "sick")))
        assert await watched(world, TODAY, TODAY + DAY) == []

    async def test_of_days_that_nobody_confirmed(self, world: World, team: Team) -> None:
        ok(await ask(world, hold(team.people[0], ("2025-10-01", "2025-10-31"))))
        ok(await ask_leave(world, leave(team.people[1], "2025-10-01", "2025-10-20", "sick")))
        assert await watched(world, TODAY) == []


class TestTold:
    async def test_longer_than_48_hours_it_is_told_once_with_its_days(self, world: World, team: Team) -> None:
        held = await sent(world, team.people[0])
        ok(await ask_leave(world, leave(team.people[1], "2025-10-01", "2025-10-03", "sick")))
        [found] = await watched(world, TODAY, TODAY, TODAY + DAY)
        assert (found["said"], found["id"], found["source_service"], found["source_id"]) == ("found", held["id"], "rotation", held["source_id"])
        assert (found["first_day"], found["last_day"], found["present"], found["minimum"], found["facility_code"]) == ("2025-10-01", "2025-10-03", 1, 2, BVT)
        assert "person_id" not in found
        assert "type" not in found

    async def test_a_longer_spell_is_told_again(self, world: World, team: Team) -> None:
        await sent(world, team.people[0])
        ok(await ask_leave(world, leave(team.people[1], "2025-10-01", "2025-10-03", "sick")))
        await watched(world, TODAY)
        ok(await ask_leave(world, leave(team.people[1], "2025-10-04", "2025-10-06", "sick")))
        assert [(one["said"], one["last_day"]) for one in await watched(world, TODAY + DAY)] == [("found", "2025-10-03"), ("found", "2025-10-06")]

    async def test_over_once_enough_are_back(self, world: World, team: Team) -> None:
        await sent(world, team.people[0])
        ok(await ask_leave(world, leave(team.people[1], "2025-10-01", "2025-10-03", "sick")))
        assert [one["said"] for one in await watched(world, TODAY, date(2025, 10, 4), date(2025, 10, 5))] == ["found", "over"]

    async def test_over_once_the_person_is_back(self, world: World, team: Team) -> None:
        held = await sent(world, team.people[0])
        ok(await ask_leave(world, leave(team.people[1], "2025-10-01", "2025-10-09", "sick")))
        await watched(world, TODAY)
        await settled(held, "released", on="2025-10-02")
        assert [one["said"] for one in await watched(world, TODAY + DAY)] == ["found", "over"]
        assert ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"source": held["source_id"]}))["items"][0]["state"] == "released"


def _person(number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"spell {number}")


@given(leaves=st.lists(st.tuples(st.integers(1, 4), st.integers(-10, 10), st.integers(0, 8)), max_size=6), least=st.integers(1, 5), day=st.integers(-9, 9))
def test_a_spell_is_the_whole_row_of_days_below_the_minimum(leaves: list[tuple[int, int, int]], least: int, day: int) -> None:
    """Counted day by day: every day of it is below, the days beside it are not, and the fewest are named."""
    first, last = TODAY - 20 * DAY, TODAY + 20 * DAY
    members = [Member(_person(number), BVT, "Khoa Ngoại", "VN-BSCK", None, first, None) for number in range(5)]
    held = [Held(_person(99), _person(0), "mission", "rotation", _person(99), first, last)]
    held += [
        Held(_person(100 + n), _person(who), "leave", "registry", _person(100 + n), TODAY + start * DAY, TODAY + (start + length) * DAY)
        for n, (who, start, length) in enumerate(leaves)
    ]
    team = Minimum(_person(50), BVT, None, "VN-BSCK", None, least, 20, first, None)
    roster = Roster(members, held, [team], Limits(20, 4), first, last)

    def present(on: date) -> int:
        return sum(all(not (thing.person_id == one.person_id and thing.first <= on <= thing.last) for thing in held) for one in members)

    on = TODAY + day * DAY
    spell = spell_on(roster, team, _person(0), on)
    if present(on) >= least:
        assert spell is None
        return
    assert spell is not None
    days = [spell.first_day + number * DAY for number in range((spell.last_day - spell.first_day).days + 1)]
    assert on in days
    assert min(map(present, days)) == spell.present < least
    assert max(map(present, days)) < least
    assert all(present(beside) >= least or not first <= beside <= last for beside in (spell.first_day - DAY, spell.last_day + DAY))
