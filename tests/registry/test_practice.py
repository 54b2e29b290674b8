"""Who may practise, asked of the registry; and what follows where somebody works who has lost the right."""

from typing import Any

import pytest

from services.registry.practice.watch import watch_practice
from tests.registry.test_licences import licence, record
from tests.registry.world import BASE, BVT, World, ok, problem

PATH = f"{BASE}/practice"


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    hoa = await world.person()
    await world.assignment(hoa)
    return hoa


async def may(world: World, person: dict[str, Any], who: str = "linh", **query: Any) -> dict[str, Any]:
    return ok(await world.api.as_(who).get(f"{PATH}/{person['id']}", params=query))


async def open_items(world: World) -> list[dict[str, Any]]:
    found = ok(await world.api.as_("hr-bvt").get(f"{BASE}/work-items", params={"state": "open"}))["items"]
    return [one for one in found if one["kind"] == "no-right-to-practise"]


class TestRefused:
    async def test_without_a_relation_there_is_nobody(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await world.api.as_("hanoi").get(f"{PATH}/{hoa['id']}"), 404) == "not-found"
        assert problem(await world.api.as_("analyst").get(f"{PATH}/{hoa['id']}"), 403) == "practice-closed"

    async def test_a_machine_needs_the_scope_and_the_territory(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await world.api.as_machine("roster", "training.read", "territory:VN-22").get(f"{PATH}/{hoa['id']}"), 403) == "practice-closed"
        assert problem(await world.api.as_machine("roster", "registry.read", "territory:VN-01").get(f"{PATH}/{hoa['id']}"), 404) == "not-found"
        assert ok(await world.api.as_machine("roster", "registry.read", "territory:VN-22").get(f"{PATH}/{hoa['id']}"))["may_practise"] is False

    async def test_whoever_has_lost_the_right_is_not_assigned(self, world: World) -> None:
        binh = await world.person("Lê Văn Bình", birth_date="1979-01-01")
        known = ok(await record(world, licence(binh)))
        ok(await world.api.as_("licensing").post(f"{BASE}/licences/{known['id']}/revocation", json={"from_day": "2025-09-01", "reason": "court"}))
        refused = await world.try_assignment(binh, starts_on="2025-09-01", done_on="2025-10-01")
        assert problem(refused, 409) == "right-to-practise-lost"
        assert (refused.json()["rule"]["id"], refused.json()["rule"]["value"], refused.json()["licence_id"]) == ("LIC-PRACTICE", "revoked", known["id"])
        ok(await world.try_assignment(binh, starts_on="2025-01-01", ends_on="2025-08-31", done_on="2025-10-01"))


class TestAnswer:
    async def test_yes_with_licence_conditions_and_until_when(self, world: World, hoa: dict[str, Any]) -> None:
        assert [one["reason"] for one in (await may(world, hoa))["reasons"]] == ["no-licence"]
        known = ok(await record(world, licence(hoa, conditions=["under supervision"])))
        yes = await may(world, hoa, "hr-bvt", scope="orthopaedic-surgery", on="2025-10-01")
        assert (yes["may_practise"], yes["until"], yes["licence"]["id"], yes["licence"]["conditions"]) == (True, "2025-12-31", known["id"], ["under supervision"])
        assert yes["licence"]["authority"] == known["authority"]
        assert known["number"] not in str(yes)
        no = await may(world, hoa, scope="dentistry")
        assert (no["may_practise"], no["licence"], [one["reason"] for one in no["reasons"]]) == (False, None, ["out-of-scope"])
        assert [one["reason"] for one in (await may(world, hoa, on="2026-01-01"))["reasons"]] == ["expired"]


class TestWhereTheyWork:
    async def test_hr_is_told_and_the_item_closes_when_it_is_put_right(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await record(world, licence(hoa)))
        keeper, path = world.api.as_("licensing"), f"{BASE}/licences/{known['id']}"
        ok(await keeper.post(f"{path}/suspension", json={"from_day": "2025-10-01", "reason": "inquiry"}))
        [item] = await open_items(world)
        assert (item["person_id"], item["facility_code"]) == (hoa["id"], BVT)
        ok(await keeper.post(f"{path}/reinstatement", json={"reason": "cleared"}))
        assert await open_items(world) == []

    async def test_a_licence_that_has_ended_is_seen_by_the_daily_task_once(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await record(world, licence(hoa)))
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE licence_periods SET valid = daterange('2021-01-01', '2025-10-01')"))
            await session.execute(world.sql("UPDATE licences SET expires_on = '2025-09-30'"))
        await watch_practice()
        await watch_practice()
        assert len(await open_items(world)) == 1
        ok(await world.api.as_("licensing").post(f"{BASE}/licences/{known['id']}/renewal", json={"expires_on": "2030-12-31"}))
        assert await open_items(world) == []
