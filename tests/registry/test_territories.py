"""A health territory is a named set of areas and facilities with dates, beside the administrative tree."""

from typing import Any

import pytest

from tests.registry.test_reorganisations import ACTS, DAY, EVE, applied, merge, neighbours, no_connection_stays_open, place
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem

__all__ = ["no_connection_stays_open"]

SETS = f"{BASE}/territories"


async def made(world: World, who: str = "linh", **more: Any) -> dict[str, Any]:
    body = {"code": "VN-22-GHT-1", "kind": "ght", "name": "Cụm Hạ Long", "valid_from": "2025-01-01", "facilities": [BVT]} | more
    return ok(await world.api.as_(who).post(SETS, json=body))


async def members(world: World, one: dict[str, Any], day: str) -> list[str]:
    return [member["code"] for member in ok(await world.api.as_("analyst").get(f"{SETS}/{one['id']}", params={"as_of": day}))["members"]]


class TestWhoKeepsTerritories:
    @pytest.mark.parametrize("person", ["hr-bvt", "analyst", "ops"])
    async def test_nobody_but_a_regional_administrator(self, world, person):
        answer = await world.api.as_(person).post(SETS, json={"code": "VN-22-X", "kind": "pool", "name": "x", "valid_from": DAY})
        assert problem(answer, 403) == "territories-are-kept-by-authorities"

    async def test_not_that_of_another_authority(self, world):
        one = await made(world)
        for act, body in (("members", {"starts_on": DAY, "facilities": [BACHE]}), ("departures", {"facility": BVT, "last_day": DAY}), ("ending", {"last_day": DAY})):
            assert problem(await world.api.as_("hanoi").post(f"{SETS}/{one['id']}/{act}", json=body), 403) == "territory-not-yours"

    async def test_everybody_who_signed_in_reads_them(self, world):
        one = await made(world)
        assert ok(await world.api.as_("analyst").get(f"{SETS}/{one['id']}"))["name"] == "Cụm Hạ Long"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("body", "field"),
        [({"facilities": ["VN-22-NONE"]}, "facilities"), ({"areas": ["VN-22-00000"]}, "areas"), ({"kind": "galaxy"}, "kind"), ({"name": " "}, "name"), ({"code": "x"}, "code")],
    )
    async def test_each_wrong_field_is_named(self, world, body, field):
        answer = await world.api.as_("linh").post(SETS, json={"code": "VN-22-A", "kind": "pool", "name": "A", "valid_from": DAY} | body)
        assert problem(answer, 422) == "malformed"
        assert field in [wrong["path"] for wrong in answer.json()["fields"]]

    async def test_a_facility_is_in_one_ght_a_day_but_in_several_networks(self, world):
        await made(world)
        again = {"code": "VN-22-GHT-2", "kind": "ght", "name": "Cụm khác", "valid_from": "2025-06-01", "facilities": [BVT]}
        assert problem(await world.api.as_("linh").post(SETS, json=again), 409) == "one-territory-of-its-kind"
        for code in ("VN-22-NET-1", "VN-22-NET-2"):
            await made(world, code=code, kind="satellite-network", name=code)

    async def test_the_same_member_twice_and_a_day_outside(self, world):
        one = await made(world)
        assert problem(await world.api.as_("linh").post(f"{SETS}/{one['id']}/members", json={"starts_on": DAY, "facilities": [BVT]}), 409) in (
            "member-already",
            "one-territory-of-its-kind",
        )
        assert problem(await world.api.as_("linh").post(f"{SETS}/{one['id']}/members", json={"starts_on": "2020-01-01", "facilities": [BACHE]}), 422) == "malformed"
        assert problem(await world.api.as_("linh").post(f"{SETS}/{one['id']}/departures", json={"facility": BACHE, "last_day": DAY}), 422) == "malformed"


class TestThroughTime:
    async def test_members_join_and_leave_by_date(self, world):
        one = await made(world)
        ok(await world.api.as_("linh").post(f"{SETS}/{one['id']}/members", json={"starts_on": DAY, "facilities": [BACHE]}))
        ok(await world.api.as_("linh").post(f"{SETS}/{one['id']}/departures", json={"facility": BVT, "last_day": "2025-12-31"}))
        assert [await members(world, one, day) for day in (EVE, DAY, "2026-01-01")] == [[BVT], [BVT, BACHE], [BACHE]]
        ok(await world.api.as_("linh").post(f"{SETS}/{one['id']}/ending", json={"last_day": "2026-06-30"}))
        assert ok(await world.api.as_("linh").get(SETS, params={"as_of": "2026-07-01"}))["items"] == []

    async def test_a_facility_belongs_by_the_area_in_which_it_stands(self, world):
        one = await made(world, kind="gst", facilities=[], areas=["VN-22"])
        found = ok(await world.api.as_("linh").get(f"{SETS}/{one['id']}/facilities", params={"as_of": DAY}))["items"]
        assert {facility["code"] for facility in found} == {BVT, BACHE}
        assert [t["id"] for t in ok(await world.api.as_("linh").get(SETS, params={"facility": BVT, "as_of": DAY}))["items"]] == [one["id"]]
        assert ok(await world.api.as_("linh").get(SETS, params={"facility": "VN-01-XP", "as_of": DAY}))["items"] == []

    async def test_it_keeps_what_became_of_its_areas_and_goes_back_with_them(self, world):
        own = (await place(world, BVT, DAY))["area"]["code"]
        other = next(code for code in await neighbours(world) if code != own)
        one = await made(world, facilities=[], areas=[own, other], valid_from="2025-08-01")
        done = await applied(world, merge(own, other))
        assert [sorted(await members(world, one, day)) for day in (EVE, DAY)] == [sorted([own, other]), ["VN-22-99001"]]
        ok(await world.api.as_("linh").post(f"{ACTS}/{done['id']}/undoing", json={"reason": "x"}))
        assert sorted(await members(world, one, DAY)) == sorted([own, other])

    async def test_a_territory_that_took_a_new_area_stands_in_the_way_of_undoing(self, world):
        done = await applied(world, merge(*(await neighbours(world))[:2]))
        await made(world, facilities=[], areas=["VN-22-99001"], valid_from=DAY)
        answer = await world.api.as_("linh").post(f"{ACTS}/{done['id']}/undoing", json={"reason": "x"})
        assert problem(answer, 409) == "built-upon"
        assert "Cụm Hạ Long" in [thing["name"] for thing in answer.json()["built"]]
