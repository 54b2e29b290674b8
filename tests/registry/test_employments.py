"""Employments by hand: who employs whom, from when, and until when."""

from typing import Any

import pytest

from shared.clock import now
from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem

BODY = {"facility_code": BVT, "occupation_code": "VN-BS", "starts_on": "2025-01-01", "done_on": "2025-01-01"}


async def employ(world: World, person: dict[str, Any], *, who: str = "linh", **more: Any) -> Any:
    return await world.api.as_(who).post(f"{BASE}/persons/{person['id']}/employments", json=BODY | more)


class TestRefusals:
    async def test_a_facility_employs_a_person_once_at_a_time(self, world: World) -> None:
        hoa = await world.person()
        ok(await employ(world, hoa, ends_on="2025-06-30"))
        answer = await employ(world, hoa, starts_on="2025-06-30")
        assert problem(answer, 409) == "employed-already"
        assert answer.json()["rule"]["id"] == "REG-EMPLOYMENT"
        ok(await employ(world, hoa, starts_on="2025-07-01"))
        ok(await employ(world, hoa, facility_code=BACHE))

    @pytest.mark.parametrize(("who", "status"), [("hanoi", 404), ("hr-bache", 404), ("analyst", 403), ("director", 403)])
    async def test_only_hr_with_a_relation_employs_and_ends(self, world: World, who: str, status: int) -> None:
        hoa = await world.person(facility_code=BVT)
        employment = ok(await employ(world, hoa))
        problem(await employ(world, hoa, who=who), status)
        problem(await world.api.as_(who).post(f"{BASE}/employments/{employment['id']}/ending", json={"ends_on": "2025-06-30", "reason": "left"}), status)

    async def test_nobody_employs_for_a_facility_of_others(self, world: World) -> None:
        assert problem(await employ(world, await world.person(), facility_code=BACHMAI), 403) == "facility-not-yours"

    async def test_it_does_not_end_before_it_begins_nor_twice(self, world: World) -> None:
        employment = ok(await employ(world, await world.person()))
        address, linh = f"{BASE}/employments/{employment['id']}/ending", world.api.as_("linh")
        assert problem(await linh.post(address, json={"ends_on": "2024-12-31", "reason": "left"}), 422) == "malformed"
        ended = ok(await linh.post(address, json={"ends_on": "2025-06-30", "reason": "transferred"}))
        assert (ended["ends_on"], ended["ended_reason"], ended["available_actions"][0]["allowed"]) == ("2025-06-30", "transferred", False)
        assert problem(await linh.post(address, json={"ends_on": "2025-07-31", "reason": "left"}), 409) == "ended-already"


class TestEmployed:
    async def test_the_employer_sees_the_person_and_lists_them(self, world: World) -> None:
        hoa = await world.person(facility_code=BVT)
        ok(await employ(world, hoa, facility_code=BACHE))
        assert [item["name"] for item in ok(await world.api.as_("hr-bache").get(f"{BASE}/persons", params={"facility": BACHE}))["items"]] == ["Nguyễn Thị Hoa"]

    async def test_what_was_believed_before_the_end_is_kept(self, world: World) -> None:
        hoa, linh = await world.person(), world.api.as_("linh")
        employment = ok(await employ(world, hoa))
        before = now()
        ok(await linh.post(f"{BASE}/employments/{employment['id']}/ending", json={"ends_on": "2025-06-30", "reason": "left"}))
        address = f"{BASE}/persons/{hoa['id']}/timeline"
        assert [item["ends_on"] for item in ok(await linh.get(address))["items"]] == ["2025-06-30"]
        assert [item["ends_on"] for item in ok(await linh.get(address, params={"known_at": before.isoformat()}))["items"]] == [None]
