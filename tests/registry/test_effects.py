"""What the registry does about facts of other services: a hire revoked or numbered, a transfer decided or revoked, a diploma obtained."""

from typing import Any
from uuid import uuid4

import pytest

from services.registry.consumers import consumer
from tests.registry.team import told
from tests.registry.test_hires import hire_of
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem
from tests.support.hearing import hear, message


async def hires(world: World, hire: dict[str, Any], *acts: str, **more: Any) -> None:
    for version, act in enumerate(acts, start=1):
        taken = await hear(consumer, message("relais.recruitment.hires", f"recruitment.hire.{act}.v1", hire | more, version=version))
        assert (taken.parked, taken.dead) == (0, 0)


async def assignments(world: World, person: dict[str, Any]) -> list[dict[str, Any]]:
    return list(ok(await world.api.as_("linh").get(f"{BASE}/assignments", params={"person": person["id"]}))["items"])


async def timeline(world: World, person: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    return list(ok(await world.api.as_("linh").get(f"{BASE}/persons/{person['id']}/timeline", params=query))["items"])


class TestHire:
    @pytest.fixture
    async def candidate(self, world: World) -> dict[str, Any]:
        return await world.person("Đặng Thị Ánh", purposes=["candidate"], facility_code=BACHE)

    async def test_revoked_from_its_first_day_it_never_counted(self, world: World, candidate: dict[str, Any]) -> None:
        post = await world.post()
        hire = hire_of(candidate, post)
        await hires(world, hire, "decided", "revoked", revoked_on="2025-04-10", revoked_from="2025-03-01")
        [assignment] = await assignments(world, candidate)
        assert (assignment["state"], assignment["available_actions"]) == ("revoked", [])
        assert ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}"))["state"] == "vacant"
        states = [(one["kind"], one["state"], (one["superseded"] or {}).get("act")) for one in await timeline(world, candidate)]
        assert ("assignment", "revoked", None) in states
        assert not any(kind == "employment" for kind, _state, _act in states)
        assert [one["type"].split(".")[2] for one in await told(world, assignment["id"])] == ["started", "revoked"]
        ending = await world.api.as_("linh").post(f"{BASE}/assignments/{assignment['id']}/ending", json={"ends_on": "2025-05-01", "reason": "left"})
        assert problem(ending, 409) == "revoked-already"
        await world.assignment(await world.person("Lê Văn Bình"), post_id=post["id"])

    async def test_revoked_from_a_later_day_it_ends_on_the_eve(self, world: World, candidate: dict[str, Any]) -> None:
        hire = hire_of(candidate, await world.post())
        await hires(world, hire, "decided", "revoked", revoked_on="2025-05-20", revoked_from="2025-06-01")
        [assignment] = await assignments(world, candidate)
        assert (assignment["state"], assignment["ends_on"]) == ("ended", "2025-05-31")
        [employment] = [one for one in await timeline(world, candidate) if one["kind"] == "employment"]
        assert employment["ends_on"] == "2025-05-31"

    async def test_revoked_while_conflicting_its_work_item_closes(self, world: World, candidate: dict[str, Any]) -> None:
        post = await world.post()
        await world.assignment(await world.person("Lê Văn Bình"), post_id=post["id"])
        await hires(world, hire_of(candidate, post), "decided", "revoked", revoked_on="2025-04-10", revoked_from="2025-06-01")
        assert [one["state"] for one in await assignments(world, candidate)] == ["revoked"]
        assert ok(await world.api.as_("linh").get(f"{BASE}/work-items", params={"state": "open"}))["items"] == []

    async def test_numbered_afterwards(self, world: World, candidate: dict[str, Any]) -> None:
        hire = hire_of(candidate, await world.post(), decision_number=None)
        await hires(world, hire, "decided")
        assert [one["decision"] for one in await assignments(world, candidate)] == ["to_regularise"]
        await hear(consumer, message("relais.recruitment.hires", "recruitment.hire.numbered.v1", hire | {"decision_number": "120/QĐ-SYT"}, version=2))
        assert [one["decision"] for one in await assignments(world, candidate)] == ["120/QĐ-SYT"]


class TestTransfer:
    @staticmethod
    def transfer_of(person: dict[str, Any], **more: Any) -> dict[str, Any]:
        body = {"id": str(uuid4()), "person_id": person["id"], "from_facility_code": BVT, "to_facility_code": BACHE, "post_id": None}
        return body | {"starts_on": "2025-06-01", "decision": "77/QĐ-SYT", "authority_path": "VN.VN-22", "shared_with": [], "state": "decided"} | more

    @staticmethod
    async def heard(transfer: dict[str, Any], *acts: str) -> None:
        for version, act in enumerate(acts, start=1):
            taken = await hear(consumer, message("relais.appointment.transfers", f"appointment.transfer.{act}.v1", transfer, version=version))
            assert (taken.parked, taken.dead) == (0, 0)

    @pytest.fixture
    async def hoa(self, world: World) -> dict[str, Any]:
        hoa = await world.person()
        employment = {"facility_code": BVT, "occupation_code": "VN-BS", "starts_on": "2020-01-01", "done_on": "2020-01-01"}
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/employments", json=employment))
        await world.assignment(hoa, post_id=(await world.post())["id"], starts_on="2020-01-01", done_on="2020-01-01")
        return hoa

    async def test_the_primary_assignment_and_the_employment_move(self, world: World, hoa: dict[str, Any]) -> None:
        transfer = self.transfer_of(hoa)
        await self.heard(transfer, "decided", "decided")
        found = {one["facility_code"]: one for one in await assignments(world, hoa)}
        assert (found[BVT]["ends_on"], found[BVT]["state"]) == ("2025-05-31", "ended")
        assert (found[BACHE]["starts_on"], found[BACHE]["kind"], found[BACHE]["decision"], found[BACHE]["source_id"]) == ("2025-06-01", "primary", "77/QĐ-SYT", transfer["id"])
        employments = [(one["facility_code"], one["ends_on"]) for one in await timeline(world, hoa) if one["kind"] == "employment"]
        assert employments == [(BVT, "2025-05-31"), (BACHE, None)]
        assert ok(await world.api.as_("hr-bache").get(f"{BASE}/persons/{hoa['id']}"))["name"] == hoa["name"]

    async def test_revoked_it_is_put_back_and_the_timeline_says_so(self, world: World, hoa: dict[str, Any]) -> None:
        await self.heard(self.transfer_of(hoa), "decided", "revoked")
        found = {one["facility_code"]: one for one in await assignments(world, hoa)}
        assert (found[BVT]["ends_on"], found[BVT]["state"], found[BACHE]["state"]) == (None, "active", "revoked")
        items = await timeline(world, hoa)
        assert [(one["facility_code"], one["ends_on"]) for one in items if one["kind"] == "employment"] == [(BVT, None)]
        assert any(one["state"] == "revoked" and one["facility_code"] == BACHE for one in items)

    async def test_into_a_full_post_it_conflicts_and_the_old_one_stays(self, world: World, hoa: dict[str, Any]) -> None:
        post = await world.post(BACHE)
        await world.assignment(await world.person("Lê Văn Bình"), post_id=post["id"])
        await self.heard(self.transfer_of(hoa, post_id=post["id"]), "decided")
        found = {one["facility_code"]: one for one in await assignments(world, hoa)}
        assert (found[BVT]["ends_on"], found[BACHE]["state"], found[BACHE]["conflict"]) == (None, "conflicting", "post-full")
        [item] = ok(await world.api.as_("linh").get(f"{BASE}/work-items"))["items"]
        assert item["reason"] == "post-full"


async def test_a_diploma_is_a_declared_qualification_that_hr_may_verify(world: World) -> None:
    hoa = await world.person()
    degree = {
        "id": str(uuid4()),
        "person_id": hoa["id"],
        "qualification_type": "ck1",
        "specialty": "surgery",
        "institution": "ĐH Y Hà Nội",
        "obtained_on": "2025-09-01",
        "number": "12",
    }
    for version in (1, 2):
        await hear(consumer, message("relais.training.sponsorships", "training.degree.obtained.v1", degree, version=version))
    [one] = ok(await world.api.as_("linh").get(f"{BASE}/persons/{hoa['id']}/qualifications"))["items"]
    assert (one["type"], one["state"], one["issued_on"], one["number"]) == ("ck1", "declared", "2025-09-01", "12")
    checked = {"outcome": "verified", "method": "letter", "evidence": "answer 5/ĐHY"}
    assert ok(await world.api.as_("linh").post(f"{BASE}/qualifications/{one['id']}/verification", json=checked))["state"] == "verified"
