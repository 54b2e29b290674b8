"""Numbered meetings of a committee: programme, who was there, minutes adopted by another person, and what became of what was decided."""

from typing import Any

import pytest

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import ROOT, facility, known
from tests.support.api import Api
from tests.support.refusals import refused

BODY = {"authority": "VN-22", "code": "training-committee", "title": "Training committee", "kind": "committee", "done_on": "2024-01-01"}


@pytest.fixture
async def committee(api: Api, tell: Tell) -> str:
    await tell(facility("VN-22-BVT"))
    answer = await api.as_("linh").post(f"{ROOT}/meeting-bodies", json=BODY)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
async def meet(api: Api, committee: str) -> Any:
    """Plan a meeting of the committee, by default its first, and hold it unless told otherwise."""

    async def planned(number: int = 1, day: str = "2025-03-10", *, person: str = "linh", hold: bool = True, **more: Any) -> Any:
        body = {"body_id": committee, "number": number, "starts_on": day, "ends_on": day, "place": "Hạ Long", "done_on": "2025-01-10"}
        answer = await api.as_(person).post(f"{ROOT}/meetings", json=body | more)
        if hold and answer.status_code == 201:
            answer = await api.as_(person).post(f"{ROOT}/meetings/{answer.json()['id']}/holding", json={"done_on": day})
        return answer

    return planned


async def written(api: Api, meeting: str, *, text: str = "Open 20 seats more", kind: str = "recommendation", **more: Any) -> Any:
    body = {"kind": kind, "text": text, "owner": "Training office", "due_on": "2025-06-30", "done_on": "2025-03-10"} | more
    return await api.as_("linh").post(f"{ROOT}/meetings/{meeting}/resolutions", json=body)


@pytest.mark.parametrize(("person", "status", "slug"), [("analyst", 403, "role-missing"), ("director", 403, "role-missing"), ("hanoi", 422, None)])
async def test_who_may_not_plan(meet: Any, person: str, status: int, slug: str | None) -> None:
    """A stranger does not learn that there is such a committee."""
    answer = await meet(person=person)
    assert answer.status_code == status
    assert slug is None or answer.json()["type"].endswith(f"/{slug}")


async def test_what_numbers_and_days_refuse(meet: Any, api: Api, committee: str) -> None:
    await meet(6)
    refused(await meet(6, "2025-04-10"), 409, "meeting-number-taken")
    refused(await meet(5, "2025-04-10"), 409, "meeting-out-of-order")
    assert (await meet(7, "2025-04-10", agenda=[{"day": "2025-04-11", "subject": "Seats"}])).status_code == 422
    larger = (await meet(7, "2025-04-10", hold=False)).json()["id"]
    assert [f["path"] for f in (await meet(8, "2025-04-12", within_id=larger)).json()["fields"]] == ["starts_on"]


async def test_minutes_are_written_while_held_and_adopted_by_another_person(meet: Any, api: Api) -> None:
    planned = (await meet(hold=False)).json()["id"]
    refused(await written(api, planned), 409, "state-does-not-allow")
    assert (await api.as_("linh").post(f"{ROOT}/meetings/{planned}/holding", json={"done_on": "2025-03-09"})).status_code == 422
    await api.as_("linh").post(f"{ROOT}/meetings/{planned}/holding", json={"done_on": "2025-03-10"})
    assert (await written(api, planned, owner=None)).status_code == 422
    assert [(await written(api, planned)).json()["number"], (await written(api, planned)).json()["number"], (await written(api, planned, kind="decision")).json()["number"]] == [
        1,
        2,
        1,
    ]
    refused(await api.as_("linh").post(f"{ROOT}/meetings/{planned}/adoption", json={}), 403, "minutes-are-yours")
    refused(await api.as_("hr-bvt").post(f"{ROOT}/meetings/{planned}/adoption", json={}), 403, "role-missing")
    adopted = await api.as_("director").post(f"{ROOT}/meetings/{planned}/adoption", json={"done_on": "2025-03-20"})
    assert (adopted.status_code, adopted.json()["state"]) == (201, "adopted")
    refused(await written(api, planned), 409, "state-does-not-allow")


async def test_who_was_there_by_region_and_who_sees_their_files(meet: Any, api: Api) -> None:
    meeting = (await meet()).json()["id"]
    path = f"{ROOT}/meetings/{meeting}/participants"
    few = {"area_code": "VN-22-C1", "capacity": "Training manager", "people": 1, "person_ids": [known("person An"), known("person Bình")]}
    assert (await api.as_("linh").post(path, json={"delegations": [few]})).status_code == 422
    assert (await api.as_("linh").post(path, json={"delegations": [few | {"area_code": "VN-99", "people": 2}]})).status_code == 422
    seen = await api.as_("linh").post(path, json={"delegations": [few | {"people": 3}, {"area_code": "VN-22", "capacity": "Department", "people": 4}]})
    assert (seen.json()["people"], len(seen.json()["participants"])) == (7, 2)
    again = await api.as_("linh").post(path, json={"delegations": [few | {"people": 2, "person_ids": [known("person An")]}]})
    assert (again.json()["people"], [one["person_id"] for one in again.json()["participants"]]) == (6, [known("person An")])
    below = (await api.as_("hr-bvt").get(f"{ROOT}/meetings/{meeting}")).json()
    assert (below["people"], below["participants"]) == (6, [])
    assert (await api.as_("hanoi").get(f"{ROOT}/meetings/{meeting}")).status_code == 404


async def test_what_became_of_the_previous_meetings_recommendations(meet: Any, api: Api, ask: Ask) -> None:
    sixth, seventh = (await meet(6)).json()["id"], (await meet(7, "2025-09-10")).json()["id"]
    done, late, dropped = [(await written(api, sixth, text=text)).json()["id"] for text in ("Seats", "Conventions", "Fees")]
    path = f"{ROOT}/resolutions"
    assert (await api.as_("linh").post(f"{path}/{done}/follow-ups", json={"outcome": "done", "done_on": "2025-05-02"})).status_code == 422  # without evidence
    said = {"outcome": "done", "evidence": "Circular 12", "done_on": "2025-05-02", "meeting_id": sixth}
    assert (await api.as_("linh").post(f"{path}/{done}/follow-ups", json=said)).status_code == 422  # not looked at by the very meeting
    assert (await api.as_("linh").post(f"{path}/{done}/follow-ups", json=said | {"meeting_id": None})).json()["standing"] == "done"
    refused(await api.as_("linh").post(f"{path}/{done}/follow-ups", json=said | {"meeting_id": None, "outcome": "dropped"}), 409, "state-does-not-allow")
    await api.as_("linh").post(f"{path}/{late}/follow-ups", json={"outcome": "under_way", "evidence": "Half signed", "done_on": "2025-09-10", "meeting_id": seventh})
    await api.as_("linh").post(f"{path}/{dropped}/follow-ups", json={"outcome": "dropped", "evidence": "No budget", "done_on": "2025-09-10", "meeting_id": seventh})
    read = (await api.as_("analyst").get(f"{ROOT}/meetings/{seventh}", params={"as_of": "2025-09-30"})).json()
    assert [(one["text"], one["standing"]) for one in read["followed"]] == [("Seats", "done"), ("Conventions", "late"), ("Fees", "dropped")]
    before = (await api.as_("linh").get(f"{ROOT}/meetings/{seventh}", params={"as_of": "2025-04-01"})).json()
    assert [one["standing"] for one in before["followed"]] == ["open", "open", "open"]
    assert [one["id"] for one in (await api.as_("linh").get(path, params={"late": "true", "as_of": "2025-09-30"})).json()["items"]] == [late]
    counted = (await ask("committee.meeting")).json()
    assert (counted["value"], (await ask("committee.resolutions_late")).json()["value"]) == (2, 1)
    assert {record["record_id"] for record in (await ask("committee.meeting/records")).json()["items"]} == {sixth, seventh}
    assert (await ask("committee.meeting", as_of="2025-09-09")).json()["value"] == 1
    history = (await api.as_("linh").get(f"{ROOT}/history", params={"subject_kind": "resolution", "subject_id": late})).json()
    assert [change["act"] for change in history["items"]] == ["resolution.under_way", "resolution.written"]
