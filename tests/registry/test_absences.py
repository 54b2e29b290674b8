"""Leave: asked by one, decided by another, its days held at once; its type read by HR of the employer alone."""

from typing import Any

import pytest

from services.registry.absences.counting import LeaveRule
from services.registry.rules import PACKS
from tests.registry.team import UNIT, Team, approve, ask, ask_leave, hold, leave, told
from tests.registry.world import BASE, BVT, World, ok, problem


@pytest.fixture
async def team(world: World) -> Team:
    return await Team(world).of(3)


async def holds_of(world: World, person: dict[str, Any], who: str = "linh") -> list[dict[str, Any]]:
    return list(ok(await world.api.as_(who).get(f"{BASE}/holds", params={"person": person["id"]}))["items"])


class TestRefused:
    async def test_a_leave_that_leaves_too_few(self, world: World, team: Team) -> None:
        await team.minimum(2)
        a, b, _c = team.people
        ok(await ask_leave(world, leave(a, "2025-11-03", "2025-11-07")))
        answer = await ask_leave(world, leave(b, "2025-11-07", "2025-11-12"))
        assert problem(answer, 409) == "below-minimum"
        assert answer.json()["nearest"][1] == {"starts_on": "2025-11-08", "ends_on": "2025-11-13"}
        assert answer.json()["moves"] == [], "a leave is never asked to move"

    async def test_who_asked_does_not_approve(self, world: World, team: Team) -> None:
        asked = ok(await ask_leave(world, leave(team.people[0], "2025-11-03", "2025-11-07"), "head-bvt"))
        assert problem(await approve(world, asked), 403) == "requester-does-not-decide"
        assert ok(await approve(world, asked, "hr-bvt"))["state"] == "approved"
        assert problem(await approve(world, asked, "hr-bvt"), 409) == "state-does-not-allow"

    async def test_somebody_on_mission_takes_no_leave(self, world: World, team: Team) -> None:
        ok(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-10"))))
        assert problem(await ask_leave(world, leave(team.people[0], "2025-11-10", "2025-11-12")), 409) == "double-booking"

    async def test_another_facility_and_a_planner(self, world: World, team: Team) -> None:
        assert problem(await ask_leave(world, leave(team.people[0], "2025-11-03", "2025-11-07"), "hr-bache"), 404) == "not-found"
        assert problem(await ask_leave(world, leave(team.people[0], "2025-11-03", "2025-11-07"), "training"), 403) == "leave-is-kept-by-hr"
        assert problem(await world.api.as_("training").get(f"{BASE}/absences"), 403) == "leave-closed"

    async def test_days_in_disorder_and_an_unknown_type(self, world: World, team: Team) -> None:
        assert problem(await ask_leave(world, leave(team.people[0], "2025-11-07", "2025-11-03")), 422) == "malformed"
        assert problem(await ask_leave(world, leave(team.people[0], "2025-11-03", "2025-11-07", "holiday")), 422) == "malformed"


class TestHeld:
    async def test_asked_it_holds_refused_it_frees(self, world: World, team: Team) -> None:
        a = team.people[0]
        asked = ok(await ask_leave(world, leave(a, "2025-11-03", "2025-11-07")))
        assert problem(await ask(world, hold(a, ("2025-11-07", "2025-11-08"))), 409) == "unavailable"
        assert problem(await world.api.as_("head-bvt").post(f"{BASE}/absences/{asked['id']}/refusal", json={}), 422) == "malformed"
        ok(await world.api.as_("head-bvt").post(f"{BASE}/absences/{asked['id']}/refusal", json={"reason": "audit week"}))
        ok(await ask(world, hold(a, ("2025-11-07", "2025-11-08"))))
        assert await told(world, asked["id"]) == []

    async def test_a_planner_reads_protected_and_nothing_more(self, world: World, team: Team) -> None:
        a = team.people[0]
        absence = ok(await approve(world, ok(await ask_leave(world, leave(a, "2025-11-03", "2025-11-07", "maternity")))))
        answer = await ask(world, hold(a, ("2025-11-07", "2025-11-08"), kind="session"), "training")
        assert problem(answer, 409) == "unavailable"
        assert answer.json()["conflicts"] == [{"day_from": "2025-11-07", "day_to": "2025-11-07", "reason": "protected", "present": None, "limit": None}]
        [held] = await holds_of(world, a, "training")
        assert (held["kind"], held["source_id"]) == ("protected", None)
        [own] = await holds_of(world, a, "hr-bvt")
        assert (own["kind"], own["source_id"]) == ("leave", absence["id"])
        query = {"facility": BVT, "unit": UNIT, "from": "2025-11-01", "to": "2025-11-30"}
        calendar = (await world.api.as_("training").get(f"{BASE}/availability", params=query)).text
        assert "maternity" not in calendar
        assert "leave" not in calendar
        [event] = await told(world, absence["id"])
        assert (event["type"], event["state"], event["counts_for_probation"], event["counts_for_step"]) == ("registry.absence.approved.v1", "approved", False, True)
        assert "maternity" not in str(event)

    async def test_an_illness_is_a_fact(self, world: World, team: Team) -> None:
        """It is not refused by a minimum; of days that a session had taken it takes none, and the planner must move it."""
        await team.minimum(3)
        a = team.people[0]
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE staffing_minimums SET min_present = 0"))
        ok(await ask(world, hold(a, ("2025-11-05", "2025-11-06"), kind="session")))
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE staffing_minimums SET min_present = 3"))
        ok(await ask_leave(world, leave(a, "2025-11-03", "2025-11-07", "sick")))
        periods = {one["kind"]: one["periods"] for one in await holds_of(world, a)}
        assert periods["leave"] == [{"starts_on": "2025-11-03", "ends_on": "2025-11-04"}, {"starts_on": "2025-11-07", "ends_on": "2025-11-07"}]
        [item] = ok(await world.api.as_("hr-bvt").get(f"{BASE}/work-items", params={"state": "open"}))["items"]
        assert (item["kind"], item["person_id"]) == ("leave-on-held-days", a["id"])

    async def test_asked_against_the_minimum_only_the_head_grants_it(self, world: World, team: Team) -> None:
        await team.minimum(3)
        asked = ok(await ask_leave(world, leave(team.people[0], "2025-11-03", "2025-11-07", override_reason="wedding")))
        assert await holds_of(world, team.people[0]) == []
        assert problem(await approve(world, asked, "linh"), 403) == "override-by-head"
        assert ok(await approve(world, asked, "head-bvt"))["state"] == "approved"
        [held] = await holds_of(world, team.people[0])
        assert held["override_reason"] == "wedding"

    async def test_cancelled_or_shortened(self, world: World, team: Team) -> None:
        a = team.people[0]
        absence = ok(await approve(world, ok(await ask_leave(world, leave(a, "2025-11-03", "2025-11-14")))))
        path = f"{BASE}/absences/{absence['id']}/cancellation"
        shorter = ok(await world.api.as_("hr-bvt").post(path, json={"from_day": "2025-11-10"}))
        assert (shorter["state"], shorter["ends_on"]) == ("approved", "2025-11-09")
        ok(await ask(world, hold(a, ("2025-11-10", "2025-11-10"))))
        assert problem(await world.api.as_("hr-bvt").post(path, json={"from_day": "2025-11-12"}), 422) == "malformed"
        ok(await world.api.as_("hr-bvt").post(path, json={}))
        ok(await ask(world, hold(a, ("2025-11-03", "2025-11-03"))))
        assert [(one["type"].split(".")[2], one["ends_on"]) for one in await told(world, absence["id"])] == [
            ("approved", "2025-11-14"),
            ("approved", "2025-11-09"),
            ("cancelled", "2025-11-09"),
        ]

    async def test_the_same_reference_is_the_same_leave(self, world: World, team: Team) -> None:
        body = leave(team.people[0], "2025-11-03", "2025-11-07", reference="NP-1")
        assert ok(await ask_leave(world, body))["id"] == ok(await ask_leave(world, body))["id"]
        assert problem(await ask_leave(world, body | {"ends_on": "2025-11-08"}), 409) == "reference-taken"


class TestCounting:
    """REC-VN-11 and PAY-01."""

    @pytest.mark.parametrize(
        ("type_", "days", "agrees", "probation", "step"),
        [
            ("annual", 10, True, True, True),
            ("sick", 13, True, True, True),
            ("sick", 13, False, False, True),
            ("sick", 14, True, False, True),
            ("maternity", 180, True, False, True),
            ("unpaid", 1, True, False, False),
            ("paternity", 5, False, False, True),
        ],
    )
    def test_by_type_length_and_the_heads_word(self, type_: Any, days: int, agrees: bool, probation: bool, step: bool) -> None:
        rule = LeaveRule.of(PACKS.pinned("vn-2020"), type_)
        assert (rule.counts_for_probation(days, agrees, 14), rule.counts_for_step()) == (probation, step)

    async def test_an_illness_that_goes_on_is_one_spell(self, world: World, team: Team) -> None:
        a = team.people[0]
        first = ok(await approve(world, ok(await ask_leave(world, leave(a, "2025-11-01", "2025-11-10", "sick")))))
        assert first["counts_for_probation"] is True
        second = ok(await approve(world, ok(await ask_leave(world, leave(a, "2025-11-11", "2025-11-14", "sick")))))
        assert second["counts_for_probation"] is False
        assert [one["counts_for_probation"] for one in await told(world, first["id"])] == [True, False]
