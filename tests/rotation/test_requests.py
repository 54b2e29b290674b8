"""Support requests: the receiving side says who learns and what is ready; another person validates it, or sends it back with the list."""

from typing import Any
from uuid import uuid4

import pytest

from tests.rotation.world import CENTRE, World, announced, known, support_request


@pytest.fixture
async def world(province: World) -> World:
    await province.heard(known("learner"), known("second learner"), at=CENTRE)
    await province.heard(known("surgeon"))
    return province


LEARNERS = {"learners": [str(known("learner")), str(known("second learner"))]}


class TestSubmit:
    @pytest.mark.parametrize(
        ("person", "changes", "status", "slug"),
        [
            ("analyst", {}, 403, "role-missing"),
            ("hr-bvt", {}, 403, "other-authority"),
            ("hr-bache", {"technique": None}, 422, "malformed"),
            ("hr-bache", {"target_level": 1}, 422, "malformed"),
            ("hr-bache", {"learners": [str(known("surgeon"))]}, 422, "malformed"),
            ("hr-bache", {"learners": [str(known("learner"))] * 2}, 422, "malformed"),
            ("hr-bache", {"agreement_id": str(uuid4())}, 422, "malformed"),
            ("hr-bache", {"days_needed": 0}, 422, "malformed"),
        ],
    )
    async def test_what_is_refused(self, world: World, person: str, changes: dict[str, Any], status: int, slug: str) -> None:
        assert (await world.act(person, "/support-requests", support_request(**changes), expect=status))["type"].endswith(f"/{slug}")

    async def test_the_facility_that_is_asked_sees_it(self, world: World) -> None:
        asked = await world.submitted(**LEARNERS)
        assert (asked["state"], asked["missing"], asked["coverage_percent"]) == ("submitted", [], 0)
        assert (await world.read("hr-bvt", f"/support-requests/{asked['id']}"))["id"] == asked["id"]
        await world.read("hr-bc", f"/support-requests/{asked['id']}", expect=404)

    async def test_the_agreement_says_who_is_asked(self, world: World) -> None:
        agreement = await world.active()
        assert (await world.submitted(giver_code=None, agreement_id=agreement["id"], **LEARNERS))["giver_code"] == agreement["giver_code"]
        refused = await world.act("hr-bache", "/support-requests", support_request(giver_code="VN-01-BVHN", agreement_id=agreement["id"]), expect=422)
        assert refused["fields"][0]["path"] == "agreement_id"


class TestDecide:
    async def test_never_by_its_author(self, world: World) -> None:
        asked = await world.submitted(by="linh", **LEARNERS)
        refused = await world.act("linh", f"/support-requests/{asked['id']}/decision", {"outcome": "validated", "done_on": "2025-01-22"}, expect=403)
        assert refused["type"].endswith("/decider-is-author")

    async def test_the_receiver_itself_does_not_decide(self, world: World) -> None:
        asked = await world.submitted(**LEARNERS)
        refused = await world.act("head-bache", f"/support-requests/{asked['id']}/decision", {"outcome": "validated", "done_on": "2025-01-22"}, expect=403)
        assert refused["type"].endswith("/other-authority")

    async def test_a_unit_that_is_not_ready_gets_the_list_and_completes_it(self, world: World) -> None:
        asked = await world.submitted(equipment_ready=False)
        path = f"/support-requests/{asked['id']}"
        refused = await world.act("linh", f"{path}/decision", {"outcome": "validated", "done_on": "2025-01-22"}, expect=409)
        assert refused["type"].endswith("/receiver-not-ready")
        assert refused["missing"] == ["learners", "equipment"]
        back = await world.act("linh", f"{path}/decision", {"outcome": "not_ready", "done_on": "2025-01-22"})
        assert (back["state"], back["missing"]) == ("not_ready", ["learners", "equipment"])
        again = await world.act("hr-bache", f"{path}/completion", {"equipment_ready": True, "done_on": "2025-02-01", **LEARNERS})
        assert (again["state"], again["missing"]) == ("submitted", [])
        assert (await world.act("head-bvt", f"{path}/decision", {"outcome": "validated", "done_on": "2025-02-03"}))["state"] == "validated"
        assert [event["type"].split(".")[2] for event in await announced("support_requests")] == ["submitted", "found_not_ready", "submitted", "validated"]

    async def test_what_is_ready_is_not_sent_back(self, world: World) -> None:
        asked = await world.submitted(**LEARNERS)
        refused = await world.act("linh", f"/support-requests/{asked['id']}/decision", {"outcome": "not_ready", "done_on": "2025-01-22"}, expect=409)
        assert refused["type"].endswith("/nothing-missing")

    async def test_refused_with_reasons(self, world: World) -> None:
        asked = await world.submitted(**LEARNERS)
        path = f"/support-requests/{asked['id']}/decision"
        assert (await world.act("linh", path, {"outcome": "refused", "done_on": "2025-01-22"}, expect=422))["type"].endswith("/malformed")
        assert (await world.act("linh", path, {"outcome": "refused", "comment": "Đã có tại TTYT Tiên Yên", "done_on": "2025-01-22"}))["state"] == "refused"

    async def test_manpower_needs_no_learner(self, world: World) -> None:
        asked = await world.submitted(mode="manpower", technique=None, baseline_level=None, target_level=None)
        assert asked["missing"] == []
