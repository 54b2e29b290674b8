"""Awards: titles, medals and initiatives, of people or of a whole unit; a share that is passed is said, and the signatory decides."""

from typing import Any

import pytest

from tests.appointment.world_personnel import PROVINCIAL, REMOTE, Personnel, facility, known
from tests.support.api import Api

PEOPLE = [f"colleague {n}" for n in range(7)]


@pytest.fixture
async def personnel(api: Api) -> Personnel:
    file = Personnel(api)
    await file.hear(facility(), facility(REMOTE))
    await file.employ(*PEOPLE)
    return file


def award(*names: str, **changes: Any) -> dict[str, Any]:
    people = [str(known(name)) for name in names]
    return {"person_ids": people, "title": "advanced_worker", "level": "unit", "year": 2025, "achievement": "Hoàn thành tốt nhiệm vụ năm 2025", "given_on": "2025-10-20"} | changes


class TestPropose:
    @pytest.mark.parametrize(
        "changes", [{"person_ids": []}, {"facility_code": PROVINCIAL}, {"title": "hero"}, {"title": "initiative"}, {"year": 1900}, {"level": "world"}, {"achievement": ""}]
    )
    async def test_what_cannot_be(self, personnel: Personnel, changes: dict[str, Any]) -> None:
        await personnel.post("hr-bvt", "awards", award(PEOPLE[0], **changes), expect=422)

    async def test_not_for_a_year_to_come(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "awards", award(PEOPLE[0], year=2026))
        assert answer["items"][0]["problem"]["fields"][0]["path"] == "year"

    async def test_once_a_year(self, personnel: Personnel) -> None:
        await personnel.post("hr-bvt", "awards", award(PEOPLE[0]))
        answer = await personnel.post("hr-bvt", "awards", award(*PEOPLE[:2]))
        assert answer["items"][0]["problem"]["type"].endswith("/award-once-a-year")
        assert answer["items"][1]["award"]["state"] == "proposed"

    async def test_an_initiative_rests_on_evidence(self, personnel: Personnel) -> None:
        body = award(PEOPLE[0], title="initiative", level="province", achievement="Quy trình báo động đỏ sản khoa", evidence="Biên bản 12/BB-HĐSK")
        assert (await personnel.post("hr-bvt", "awards", body))["items"][0]["award"]["evidence"] == "Biên bản 12/BB-HĐSK"

    async def test_a_whole_unit(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "awards", award(facility_code=PROVINCIAL, title="certificate_of_merit", level="province"))
        assert (answer["items"][0]["award"]["person_id"], answer["items"][0]["award"]["facility_code"]) == (None, PROVINCIAL)
        elsewhere = await personnel.post("hr-bvt", "awards", award(facility_code=REMOTE, title="certificate_of_merit", level="province"))
        assert elsewhere["items"][0]["problem"]["status"] == 403

    async def test_not_by_others(self, personnel: Personnel) -> None:
        for person in ("head-bvt", "director", "analyst"):
            await personnel.post(person, "awards", award(PEOPLE[0]), expect=403)

    async def test_a_share_that_is_passed_is_said_and_stops_nothing(self, personnel: Personnel) -> None:
        """EMU-01: 15 % of those with the title on which it rests; one of seven is 14.3 %, two are too many."""
        await personnel.post("hr-bvt", "awards", award(*PEOPLE))
        fighter = {"title": "unit_emulation_fighter"}
        assert (await personnel.post("hr-bvt", "awards", award(PEOPLE[0], **fighter)))["warnings"] == []
        answer = await personnel.post("hr-bvt", "awards", award(PEOPLE[1], **fighter))
        assert (answer["warnings"][0]["rule"]["id"], answer["warnings"][0]["rule"]["value"]) == ("EMU-01", 15)
        assert answer["items"][0]["award"]["state"] == "proposed"

    async def test_given_up(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "awards", award(PEOPLE[0]))
        given_up = await personnel.post("hr-bvt", f"awards/proposals/{answer['proposal_id']}/withdrawal")
        assert given_up["items"][0]["state"] == "withdrawn"


class TestGiven:
    async def test_when_signed_and_put_back_when_revoked(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "awards", award(*PEOPLE[:2], reference="QN-KT-1"))
        await personnel.sign(answer["proposal_id"])
        found = (await personnel.get("hr-bvt", "awards", year=2025, state="awarded"))["items"]
        assert [(one["awarded_on"], one["decision_number"]) for one in found] == [("2025-10-01", "12/QĐ-SYT")] * 2
        assert (await personnel.get("hanoi", "awards"))["items"] == []
        await personnel.revoke(answer["proposal_id"])
        assert {(one["state"], one["awarded_on"]) for one in (await personnel.get("hr-bvt", "awards"))["items"]} == {("revoked", None)}
        assert await personnel.announced("awards") == ["proposed"] * 2 + ["given"] * 2 + ["changed"] * 2

    async def test_a_number_given_afterwards(self, personnel: Personnel) -> None:
        answer = await personnel.post("hr-bvt", "awards", award(PEOPLE[0]))
        signed = await personnel.sign(answer["proposal_id"], number=None)
        await personnel.post("linh", f"decisions/{signed['id']}/numbering", {"number": "99/QĐ-SYT", "done_on": "2025-10-01"})
        assert (await personnel.get("hr-bvt", "awards"))["items"][0]["decision_number"] == "99/QĐ-SYT"
