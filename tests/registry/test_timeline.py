"""The timeline: decided, effective and recorded apart; corrections struck through; what was true or known when."""

from typing import Any, ClassVar

import pytest

from shared.clock import now
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem


async def timeline(world: World, person: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(await world.api.as_("linh").get(f"{BASE}/persons/{person['id']}/timeline", params=query))["items"]
    return items


class TestTimeline:
    async def test_it_tells_what_happened_in_order_of_effect(self, world: World) -> None:
        hoa, linh = await world.person(), world.api.as_("linh")
        ok(await linh.post(f"{BASE}/persons/{hoa['id']}/qualifications", json={"title": "Bác sĩ đa khoa", "institution": "Đại học Y Hà Nội", "issued_year": 2010}))
        await world.assignment(hoa, facility_code=BVT, occupation_code="VN-BS", starts_on="2024-03-01", ends_on="2025-03-31", done_on="2024-02-20")
        await world.assignment(hoa, facility_code=BACHE, starts_on="2025-04-01", done_on="2025-05-02")
        told = [(item["kind"], item["starts_on"], item["ends_on"], item["decided_on"], item["facility_name"], item["title"]) for item in await timeline(world, hoa)]
        assert told == [
            ("qualification", "2010-01-01", None, "2025-10-01", None, "Bác sĩ đa khoa"),
            ("assignment", "2024-03-01", "2025-03-31", "2024-02-20", "Bệnh viện đa khoa tỉnh", "Doctor"),
            ("assignment", "2025-04-01", None, "2025-05-02", "Trung tâm y tế Ba Chẽ", "Doctor"),
        ]
        assert all(item["recorded_at"] for item in await timeline(world, hoa))

    async def test_a_correction_is_struck_through_with_who_and_why(self, world: World) -> None:
        hoa = await world.person()
        assignment = await world.assignment(hoa)
        before = now()
        ok(await world.api.as_("linh").post(f"{BASE}/assignments/{assignment['id']}/corrections", json={"starts_on": "2025-02-01", "reason": "the letter says February"}))
        items = await timeline(world, hoa)
        assert [(item["starts_on"], item["superseded"] is not None) for item in items] == [("2025-01-01", True), ("2025-02-01", False)]
        assert (items[0]["superseded"]["act"], items[0]["superseded"]["reason"]) == ("corrected", "the letter says February")
        assert items[0]["superseded"]["by"]
        assert [item["starts_on"] for item in await timeline(world, hoa, known_at=before.isoformat())] == ["2025-01-01"]
        assert await timeline(world, hoa, as_of="2025-01-15") == []

    async def test_ended_or_changed_is_no_correction(self, world: World) -> None:
        hoa = await world.person()
        assignment = await world.assignment(hoa)
        linh = world.api.as_("linh")
        ok(await linh.post(f"{BASE}/assignments/{assignment['id']}/changes", json={"effective_on": "2025-03-01", "fte_share": 0.5}))
        ok(await linh.post(f"{BASE}/assignments/{assignment['id']}/ending", json={"ends_on": "2025-06-30", "reason": "left"}))
        items = await timeline(world, hoa)
        assert [(item["starts_on"], item["ends_on"], item["fte_share"], item["superseded"]) for item in items] == [
            ("2025-01-01", "2025-02-28", 1, None),
            ("2025-03-01", "2025-06-30", 0.5, None),
        ]


class TestQualifications:
    @pytest.fixture
    async def degree(self, world: World) -> dict[str, Any]:
        hoa = await world.person(facility_code=BVT)
        return ok(await world.api.as_("hr-bvt").post(f"{BASE}/persons/{hoa['id']}/qualifications", json={"title": "Bác sĩ đa khoa", "issued_on": "2010-07-01"}))

    CHECK: ClassVar = {"outcome": "verified", "method": "letter to the university", "evidence": "answer 512"}

    async def test_whoever_declares_does_not_verify(self, world: World, degree: dict[str, Any]) -> None:
        answer = await world.api.as_("hr-bvt").post(f"{BASE}/qualifications/{degree['id']}/verification", json=self.CHECK)
        assert problem(answer, 403) == "declarer-does-not-verify"
        assert degree["available_actions"][0]["allowed"] is False
        checked = ok(await world.api.as_("linh").post(f"{BASE}/qualifications/{degree['id']}/verification", json=self.CHECK))
        assert (checked["state"], checked["verified_on"]) == ("verified", "2025-10-01")
        assert problem(await world.api.as_("linh").post(f"{BASE}/qualifications/{degree['id']}/verification", json=self.CHECK), 409) == "verified-already"

    async def test_the_database_says_the_same(self, world: World, degree: dict[str, Any]) -> None:
        with pytest.raises(Exception, match="qualification_verifier_is_not_declarer"):
            async with world.as_worker() as session:
                await session.execute(
                    world.sql("UPDATE qualifications SET state = 'verified', verified_by = declared_by, verified_on = '2025-01-01', evidence = 'x' WHERE id = CAST(:id AS uuid)"),
                    {"id": degree["id"]},
                )

    @pytest.mark.parametrize(("who", "status"), [("hanoi", 404), ("hr-bache", 404), ("analyst", 403)])
    async def test_whoever_has_no_relation_verifies_nothing(self, world: World, degree: dict[str, Any], who: str, status: int) -> None:
        problem(await world.api.as_(who).post(f"{BASE}/qualifications/{degree['id']}/verification", json=self.CHECK), status)
        problem(await world.api.as_(who).get(f"{BASE}/persons/{degree['person_id']}/qualifications"), status)

    async def test_it_is_declared_once(self, world: World, degree: dict[str, Any]) -> None:
        answer = await world.api.as_("linh").post(f"{BASE}/persons/{degree['person_id']}/qualifications", json={"title": "Bác sĩ đa khoa", "issued_on": "2010-07-01"})
        assert problem(answer, 409) == "declared-already"
