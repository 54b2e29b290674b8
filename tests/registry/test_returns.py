"""An authority asks its facilities for a return by a day: who has sent, when, how complete, and who is late."""

from typing import Any
from uuid import uuid4

import pytest

from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem

RETURNS = f"{BASE}/returns"
CALL = {"authority": "VN-22", "title": "Nhân lực quý 3", "first_on": "2025-07-01", "last_on": "2025-09-30", "due_on": "2025-09-30", "done_on": "2025-10-01"}


async def called(world: World, **more: Any) -> dict[str, Any]:
    return ok(await world.api.as_("linh").post(RETURNS, json=CALL | more))


async def handed_in(world: World, call: dict[str, Any], facility: str = BACHE, *, who: str = "linh", **more: Any) -> Any:
    return await world.api.as_(who).post(f"{RETURNS}/{call['id']}/returns", json={"facility_code": facility, "done_on": "2025-10-01"} | more)


async def status(world: World, call: dict[str, Any], by: str = "facility", *, who: str = "linh") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(await world.api.as_(who).get(f"{RETURNS}/{call['id']}/status", params={"by": by}))["items"]
    return items


class TestRefusals:
    @pytest.mark.parametrize(("who", "authority", "slug"), [("hr-bache", "VN-22", "returns-are-asked-by-the-authority"), ("hanoi", "VN-22", "authority-not-yours")])
    async def test_who_may_not_ask(self, world: World, who: str, authority: str, slug: str) -> None:
        assert problem(await world.api.as_(who).post(RETURNS, json=CALL | {"authority": authority}), 403) == slug

    @pytest.mark.parametrize("wrong", [{"due_on": "2025-09-29"}, {"first_on": "2025-10-01"}, {"facility_types": ["castle"]}, {"what": "money"}, {"state": "closed"}])
    async def test_what_makes_no_sense(self, world: World, wrong: dict[str, Any]) -> None:
        assert (await world.api.as_("linh").post(RETURNS, json=CALL | wrong)).status_code == 422

    async def test_a_facility_hands_in_its_own_once(self, world: World) -> None:
        call = await called(world)
        assert problem(await handed_in(world, call, BVT, who="hr-bache"), 403) == "facility-not-yours"
        assert (await handed_in(world, call, who="hr-bache")).status_code == 201
        assert problem(await handed_in(world, call), 409) == "handed-in-already"
        assert (await handed_in(world, call, BACHMAI, who="hanoi")).status_code == 404
        assert problem(await handed_in(world, call, BVT, import_id=str(uuid4())), 422) == "malformed"

    async def test_a_closed_call_takes_none_and_an_establishment_is_asked_in_its_round(self, world: World) -> None:
        call = await called(world, what="establishment")
        assert problem(await handed_in(world, call), 409) == "handed-in-by-asking"
        call = await called(world)
        ok(await world.api.as_("linh").post(f"{RETURNS}/{call['id']}/closing", json={}))
        assert (await handed_in(world, call)).status_code == 409

    async def test_another_province_does_not_know_of_it(self, world: World) -> None:
        call = await called(world)
        assert (await world.api.as_("hanoi").get(f"{RETURNS}/{call['id']}")).status_code == 404
        assert ok(await world.api.as_("hanoi").get(RETURNS))["items"] == []


class TestStatus:
    async def test_who_has_sent_how_complete_and_who_is_late(self, world: World) -> None:
        for name, known in (("Nguyễn Thị Hoa", {"unit": "Khoa Nội", "decision_number": "12/QĐ"}), ("Trần Văn Ánh", {})):
            await world.assignment(await world.person(name), facility_code=BACHE, occupation_code="VN-BS", **known)
        await world.assignment(await world.person("Đặng Quốc Bảo"), facility_code=BVT, occupation_code="VN-BS")
        call = await called(world, due_on="2025-10-15")
        given = ok(await handed_in(world, call, who="hr-bache"))
        assert (given["people"], given["complete"], given["sent_on"]) == (2, 1, "2025-10-01")
        waits, sent = await status(world, call)
        assert (waits["code"], waits["sent"], waits["late"], waits["missing"], waits["people"], waits["last_sent_on"]) == (BVT, 0, 0, 1, None, None)
        assert (sent["code"], sent["sent"], sent["late"], sent["complete_percent"], sent["last_sent_on"]) == (BACHE, 1, 0, 50.0, "2025-10-01")
        (province,) = await status(world, call, "authority", who="analyst")
        assert {name: province[name] for name in ("code", "expected", "sent", "late", "missing", "people", "complete")} == {
            "code": "VN-22", "expected": 2, "sent": 1, "late": 0, "missing": 1, "people": 2, "complete": 1,
        }  # fmt: skip
        assert [place["code"] for place in await status(world, call, who="hr-bache")] == [BACHE]

    async def test_after_the_day_whoever_sent_later_or_not_at_all_is_late(self, world: World) -> None:
        call = await called(world)
        ok(await handed_in(world, call))
        assert [(place["code"], place["sent"], place["late"]) for place in await status(world, call)] == [(BVT, 0, 1), (BACHE, 1, 1)]
        read = ok(await world.api.as_("linh").get(f"{RETURNS}/{call['id']}"))
        assert (read["expected"], read["sent"], read["late"]) == (2, 1, 2)

    async def test_only_the_kinds_of_facility_that_were_asked(self, world: World) -> None:
        assert await status(world, await called(world, facility_types=["station"])) == []

    async def test_the_ministry_asks_all_provinces_and_each_sees_its_own(self, world: World) -> None:
        call = ok(await world.api.as_("analyst").post(RETURNS, json=CALL | {"authority": "VN"}))
        ok(await handed_in(world, call))
        assert [(place["code"], place["expected"], place["sent"]) for place in await status(world, call, "authority", who="analyst")] == [("VN-01", 1, 0), ("VN-22", 2, 1)]
        assert [place["code"] for place in await status(world, call, "authority", who="hanoi")] == ["VN-01"]

    async def test_asking_in_the_yearly_round_is_the_return_of_the_establishment(self, world: World) -> None:
        call = await called(world, what="establishment", due_on="2025-10-15")
        of_round = ok(await world.api.as_("linh").post(f"{BASE}/establishment/rounds", json={"authority": "VN-22", "year": 2025, "ask_by": "2025-10-31", "done_on": "2025-10-01"}))
        asked = {"facility_code": BACHE, "asked_fte": 12, "justification": "Two wards more", "done_on": "2025-10-01"}
        ok(await world.api.as_("hr-bache").post(f"{BASE}/establishment/rounds/{of_round['id']}/ceilings", json=asked))
        assert [(place["code"], place["sent"], place["last_sent_on"]) for place in await status(world, call)] == [(BVT, 0, None), (BACHE, 1, "2025-10-01")]

    async def test_the_same_reference_again_is_the_same_call(self, world: World) -> None:
        assert (await called(world, reference="Q3"))["id"] == (await called(world, reference="Q3"))["id"]
