"""Benefits: proposed for several people, granted by one signature, never twice for the same days."""

from typing import Any

import pytest

from tests.appointment.world_personnel import REMOTE, Personnel, facility, known
from tests.support.api import Api


@pytest.fixture
async def personnel(api: Api) -> Personnel:
    file = Personnel(api)
    await file.hear(facility(), facility(REMOTE))
    await file.employ("Ánh", "Bình")
    return file


def benefit(*names: str, **changes: Any) -> dict[str, Any]:
    people = [str(known(name)) for name in names or ("Ánh", "Bình")]
    return {"person_ids": people, "kind": "occupational_allowance", "percent": "60", "starts_on": "2025-11-01", "basis": "Decree 56/2011/NĐ-CP"} | changes


class TestPropose:
    @pytest.mark.parametrize(
        "changes",
        [
            {"percent": None},
            {"amount": 500_000, "currency": "VND", "frequency": "monthly"},
            {"percent": None, "amount": 500_000},
            {"ends_on": "2025-10-01"},
            {"percent": "0"},
            {"kind": "bonus"},
            {"person_ids": []},
        ],
    )
    async def test_what_cannot_be(self, personnel: Personnel, changes: dict[str, Any]) -> None:
        await personnel.post("hr-bvt", "benefits", benefit(**changes), expect=422)

    async def test_not_above_what_the_rules_allow(self, personnel: Personnel) -> None:
        """REC-VN-14: 70 % until the end of 2025, 100 % from 2026."""
        answer = await personnel.post("hr-bvt", "benefits", benefit("Ánh", percent="80"))
        assert (answer["items"][0]["problem"]["rule"]["id"], answer["items"][0]["problem"]["rule"]["value"]) == ("REC-VN-14-ALLOWANCE", 70)
        answer = await personnel.post("hr-bvt", "benefits", benefit("Ánh", percent="80", starts_on="2026-01-01"))
        assert answer["items"][0]["benefit"]["percent"] == "80.00"

    async def test_not_by_others(self, personnel: Personnel) -> None:
        for person in ("head-bvt", "director", "analyst"):
            await personnel.post(person, "benefits", benefit(), expect=403)
        elsewhere = await personnel.post("hr-bc", "benefits", benefit())
        assert [bool(item["problem"]) for item in elsewhere["items"]] == [True, True]

    async def test_never_twice_for_the_same_days(self, personnel: Personnel) -> None:
        await personnel.post("hr-bvt", "benefits", benefit("Ánh", ends_on="2025-12-31"))
        answer = await personnel.post("hr-bvt", "benefits", benefit(starts_on="2025-12-31"))
        assert answer["items"][0]["problem"]["type"].endswith("/benefit-overlaps")
        assert answer["items"][1]["benefit"]["state"] == "proposed"
        answer = await personnel.post("hr-bvt", "benefits", benefit("Ánh", starts_on="2026-01-01"))
        assert answer["items"][0]["problem"] is None

    async def test_the_same_reference_is_the_same_proposal(self, personnel: Personnel) -> None:
        first = await personnel.post("hr-bvt", "benefits", benefit(reference="QN-PC-1"))
        assert await personnel.post("hr-bvt", "benefits", benefit(reference="QN-PC-1")) == first
        refused = await personnel.post("hr-bvt", "benefits", benefit(reference="QN-PC-1", percent="40"), expect=409)
        assert refused["type"].endswith("/reference-taken")

    async def test_one_decision_for_all(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "benefits", benefit())
        decision = await personnel.decision(answer["proposal_id"])
        assert (decision["kind"], decision["legal_basis"], len(decision["person_ids"])) == ("benefits", ["Decree 56/2011/NĐ-CP"], 2)
        assert await personnel.announced("benefits") == ["proposed", "proposed"]

    async def test_given_up(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "benefits", benefit())
        await personnel.post("hr-bc", f"benefits/proposals/{answer['proposal_id']}/withdrawal", expect=404)
        given_up = await personnel.post("hr-bvt", f"benefits/proposals/{answer['proposal_id']}/withdrawal")
        assert {item["state"] for item in given_up["items"]} == {"withdrawn"}
        assert (await personnel.decision(answer["proposal_id"]))["state"] == "withdrawn"


class TestGranted:
    async def test_when_signed(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "benefits", benefit(percent=None, amount=1_500_000, currency="VND", frequency="monthly", kind="housing"))
        await personnel.sign(answer["proposal_id"])
        found = (await personnel.get("hr-bvt", "benefits", state="granted", as_of="2025-11-01"))["items"]
        assert [(one["amount"], one["frequency"], one["granted_on"], one["decision_number"]) for one in found] == [(1_500_000, "monthly", "2025-10-01", "12/QĐ-SYT")] * 2
        assert (await personnel.get("hr-bvt", "benefits", as_of="2025-10-31"))["items"] == []
        assert (await personnel.get("hanoi", "benefits"))["items"] == []
        assert (await personnel.announced("benefits"))[-2:] == ["granted", "granted"]

    async def test_revoked_from_its_first_day(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "benefits", benefit())
        await personnel.sign(answer["proposal_id"])
        await personnel.revoke(answer["proposal_id"])
        assert {one["state"] for one in (await personnel.get("hr-bvt", "benefits"))["items"]} == {"revoked"}
        assert (await personnel.post("hr-bvt", "benefits", benefit()))["items"][0]["problem"] is None

    async def test_revoked_from_a_later_day_ends_on_its_eve(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "benefits", benefit())
        await personnel.sign(answer["proposal_id"])
        await personnel.revoke(answer["proposal_id"], effective_on="2026-03-01")
        assert {(one["state"], one["ends_on"]) for one in (await personnel.get("hr-bvt", "benefits"))["items"]} == {("granted", "2026-02-28")}

    async def test_a_number_given_afterwards(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "benefits", benefit())
        signed = await personnel.sign(answer["proposal_id"], number=None)
        await personnel.post("linh", f"decisions/{signed['id']}/numbering", {"number": "99/QĐ-SYT", "done_on": "2025-10-01"})
        assert {one["decision_number"] for one in (await personnel.get("hr-bvt", "benefits"))["items"]} == {"99/QĐ-SYT"}
