"""Minimum staffing and the calendar of a unit."""

from typing import Any

import pytest

from tests.registry.team import UNIT, Team, ask, hold
from tests.registry.world import BASE, BVT, World, ok, problem

PATH = f"{BASE}/staffing-minimums"


def minimum(**more: Any) -> dict[str, Any]:
    return {"facility_code": BVT, "specialty": "orthopaedic-surgery", "min_present": 2, "valid_from": "2025-01-01"} | more


class TestMinimum:
    @pytest.mark.parametrize(
        "wrong", [{"specialty": None}, {"min_present": -1}, {"mission_cap_percent": 101}, {"valid_to": "2024-12-31"}, {"facility_code": "VN-22-NONE"}, {"occupation_code": "X"}]
    )
    async def test_malformed(self, world: World, wrong: dict[str, Any]) -> None:
        assert problem(await world.api.as_("hr-bvt").post(PATH, json=minimum(**wrong)), 422) == "malformed"

    async def test_set_by_those_who_manage_or_employ_there(self, world: World) -> None:
        assert problem(await world.api.as_("hr-bache").post(PATH, json=minimum()), 403) == "facility-not-yours"
        assert problem(await world.api.as_("training").post(PATH, json=minimum()), 403) == "minimums-are-set-by-hr"
        for who in ("linh", "hr-bvt", "head-bvt"):
            ok(await world.api.as_(who).post(PATH, json=minimum(unit=who)))
        assert len(ok(await world.api.as_("training").get(PATH))["items"]) == 3
        assert ok(await world.api.as_("hanoi").get(PATH))["items"] == []

    async def test_a_new_one_ends_the_one_that_stood(self, world: World) -> None:
        hr = world.api.as_("hr-bvt")
        first = ok(await hr.post(PATH, json=minimum()))
        assert (first["mission_cap_percent"], first["cap_rule"]["id"]) == (20, "ROT-03-CAP")
        assert problem(await hr.post(PATH, json=minimum(min_present=3)), 409) == "minimum-known"
        ok(await hr.post(PATH, json=minimum(min_present=3, valid_from="2025-07-01", mission_cap_percent=40)))
        found = [(one["min_present"], one["valid_from"], one["valid_to"], one["mission_cap_percent"]) for one in ok(await hr.get(PATH, params={"facility": BVT}))["items"]]
        assert found == [(2, "2025-01-01", "2025-06-30", 20), (3, "2025-07-01", None, 40)]
        assert len(ok(await hr.get(PATH, params={"as_of": "2025-06-30"}))["items"]) == 1

    async def test_ended(self, world: World) -> None:
        hr = world.api.as_("hr-bvt")
        first = ok(await hr.post(PATH, json=minimum()))
        read = ok(await hr.get(f"{PATH}/{first['id']}"))
        assert (read["min_present"], read["team_today"], read["available_actions"][0]["allowed"]) == (2, 0, True)
        assert problem(await world.api.as_("hr-bache").get(f"{PATH}/{first['id']}"), 404) == "not-found"
        assert problem(await hr.post(f"{PATH}/{first['id']}/ending", json={"ends_on": "2024-12-31", "reason": "closed"}), 422) == "malformed"
        assert ok(await hr.post(f"{PATH}/{first['id']}/ending", json={"ends_on": "2025-06-30", "reason": "closed"}))["valid_to"] == "2025-06-30"
        assert problem(await world.api.as_("hr-bache").post(f"{PATH}/{first['id']}/ending", json={"ends_on": "2025-06-30", "reason": "closed"}), 404) == "not-found"

    async def test_a_minimum_binds_on_its_days_alone(self, world: World) -> None:
        team = await Team(world).of(2)
        ok(await world.api.as_("hr-bvt").post(PATH, json=minimum(valid_to="2025-11-10")))
        assert problem(await ask(world, hold(team.people[0], ("2025-11-10", "2025-11-12"))), 409) == "below-minimum"
        ok(await ask(world, hold(team.people[0], ("2025-11-11", "2025-11-12"))))


class TestCalendar:
    async def test_present_against_minimum_by_day(self, world: World) -> None:
        team = await Team(world).of(3)
        ok(await world.api.as_("hr-bvt").post(PATH, json=minimum()))
        ok(await ask(world, hold(team.people[0], ("2025-11-29", "2025-12-03"))))
        query = {"facility": BVT, "unit": UNIT, "from": "2025-11-28", "to": "2025-12-01"}
        calendar = ok(await world.api.as_("hr-bvt").get(f"{BASE}/availability", params=query))
        [counted] = calendar["teams"]
        assert [(day["staff"], day["present"], day["on_mission"]) for day in counted["days"]] == [(3, 3, 0), (3, 2, 1), (3, 2, 1), (3, 2, 1)]
        assert counted["min_present"] == 2
        away = {one["person_id"]: one["unavailable"] for one in calendar["people"]}
        assert away[team.people[0]["id"]] == [{"starts_on": "2025-11-29", "ends_on": "2025-12-01", "ground": "mission"}]
        assert [away[person["id"]] for person in team.people[1:]] == [[], []]
        listed = ok(await world.api.as_("hr-bvt").get(PATH))["items"]
        assert [(one["team_today"], one["present_today"]) for one in listed] == [(3, 3)]

    async def test_of_the_whole_facility_only_those_who_are_away_are_listed(self, world: World) -> None:
        team = await Team(world).of(2)
        ok(await ask(world, hold(team.people[0], ("2025-11-29", "2025-12-03"), kind="session")))
        calendar = ok(await world.api.as_("linh").get(f"{BASE}/availability", params={"facility": BVT, "from": "2025-12-01", "to": "2025-12-31"}))
        assert [one["person_id"] for one in calendar["people"]] == [team.people[0]["id"]]
        assert calendar["units"] == [UNIT]

    async def test_another_facility_a_long_one_and_an_analyst(self, world: World) -> None:
        query = {"facility": BVT, "from": "2025-11-01", "to": "2025-11-30"}
        assert problem(await world.api.as_("hr-bache").get(f"{BASE}/availability", params=query), 404) == "not-found"
        assert problem(await world.api.as_("analyst").get(f"{BASE}/availability", params=query), 403) == "planning-closed"
        assert problem(await world.api.as_("linh").get(f"{BASE}/availability", params=query | {"to": "2026-11-30"}), 422) == "malformed"
        assert problem(await world.api.as_("linh").get(f"{BASE}/availability", params=query | {"to": "2025-10-30"}), 422) == "malformed"
