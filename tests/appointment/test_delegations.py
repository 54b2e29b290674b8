"""The competence matrix: who may sign an act on a day, refused by the rule and by the database, and how long acts take before and after."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.appointment.consumers import consumer
from shared.db import worker_session
from tests.appointment.world import PROVINCIAL, ROOT, decision_request, facility
from tests.support.api import Api
from tests.support.exports import file_as_listed, taken
from tests.support.hearing import hear
from tests.support.refusals import defended, refused

ROLES: dict[str, dict[str, Any]] = {
    "ministry": {"roles": ["regional-administrator", "records-officer"], "groups": ["/territories/VN"]},
    "minister": {"roles": ["signatory", "records-officer"], "groups": ["/territories/VN"]},
    "head-signs": {"roles": ["signatory", "records-officer"], "groups": [f"/facilities/{PROVINCIAL}"]},
}
CENTRE = {"authority": "VN", "act": "hire", "place": "VN", "competent": "VN", "citation": "Circular 1", "valid_from": "2020-01-01", "done_on": "2025-01-02"}
REGION = CENTRE | {"place": "VN-22", "competent": "VN-22", "citation": "Decision 12/2025", "valid_from": "2025-07-01"}


class Matrix:
    def __init__(self, api: Api) -> None:
        self.api = api

    def as_(self, name: str) -> Api:
        return self.api.as_(name, **ROLES.get(name, {}))

    async def give(self, who: str = "ministry", **changes: Any) -> httpx.Response:
        return await self.as_(who).post(f"{ROOT}/delegations", json=REGION | changes)

    async def both(self) -> None:
        for row in (CENTRE, REGION):
            assert (answer := await self.as_("ministry").post(f"{ROOT}/delegations", json=row)).status_code == 201, answer.text

    async def file(self, *, proposed: str = "2025-09-01", **changes: Any) -> dict[str, Any]:
        thing = uuid4()
        await hear(consumer, decision_request(thing, proposed_on=proposed, effective_on="2025-12-01", **changes))
        found: dict[str, Any] = (await self.as_("linh").get(f"{ROOT}/decisions", params={"source_id": str(thing)})).json()["items"][0]
        return found

    async def sign(self, decision: dict[str, Any], who: str, day: str) -> httpx.Response:
        return await self.as_(who).post(f"{ROOT}/decisions/{decision['id']}/signature", json={"done_on": day})


@pytest.fixture
async def matrix(api: Api) -> Matrix:
    await hear(consumer, facility())
    return Matrix(api)


async def test_who_may_not_enter_a_row_and_what_does_not_stand_below(matrix: Matrix) -> None:
    refused(await matrix.give("linh"), 403, "other-authority")
    refused(await matrix.give("hr-bvt"), 403, "role-missing")
    for changes, field in (({"competent": "VN-01", "place": "VN-22"}, "place"), ({"authority": "VN-22", "competent": "VN-01"}, "competent")):
        answer = await matrix.give(**changes)
        assert (answer.status_code, [one["path"] for one in answer.json()["fields"]]) == (422, [field])
    first = await matrix.give(reference="D-1")
    assert (await matrix.give(reference="D-1")).json()["id"] == first.json()["id"]
    refused(await matrix.give(competent="VN", valid_from="2026-01-01"), 409, "competent-already")
    assert (await matrix.give(rank="deputy")).status_code == 201


async def test_without_a_row_every_authority_above_signs_as_before(matrix: Matrix) -> None:
    one, other = await matrix.file(), await matrix.file()
    assert one["competence"] is None
    assert [(await matrix.sign(one, "minister", "2025-09-02")).status_code, (await matrix.sign(other, "director", "2025-09-02")).status_code] == [201, 201]


async def test_the_day_of_the_signature_says_who_is_competent(matrix: Matrix) -> None:
    await matrix.both()
    early, late = await matrix.file(proposed="2025-06-01"), await matrix.file(proposed="2025-06-01")
    answer = await matrix.sign(early, "director", "2025-06-30")
    refused(answer, 409, "authority-not-competent")
    defended(answer.json(), "authority-not-competent", "DEL-COMPETENCE", "VN", possible="VN")
    assert answer.json()["rule"]["citation"] == "Circular 1"
    assert (await matrix.sign(early, "minister", "2025-06-30")).json()["authority"] == "VN"
    defended((await matrix.sign(late, "minister", "2025-07-01")).json(), "authority-not-competent", "DEL-COMPETENCE", "VN-22", possible="VN-22")
    assert late["competence"]["competent"] == "VN-22"
    reading = (await matrix.as_("minister").get(f"{ROOT}/decisions/{late['id']}")).json()
    sign = next(action for action in reading["available_actions"] if action["act"] == "sign")
    assert (sign["allowed"], sign["rule"]["value"]) == (False, "VN-22")
    signable = [len((await matrix.as_(who).get(f"{ROOT}/decisions", params={"signable": "true"})).json()["items"]) for who in ("minister", "director")]
    assert signable == [0, 1]
    assert (await matrix.sign(late, "director", "2025-07-01")).status_code == 201


async def test_a_signature_leaves_the_power_and_a_smaller_place_or_a_rank_goes_first(matrix: Matrix) -> None:
    await matrix.both()
    await matrix.give(nature="signature", act="mission")
    assert (await matrix.sign(await matrix.file(kind="mission"), "minister", "2025-09-02")).status_code == 201
    ranked = await matrix.file(facts={"rank": "head"})
    await matrix.give(rank="head", competent="VN")
    refused(await matrix.sign(ranked, "director", "2025-09-02"), 409, "authority-not-competent")
    onward = {"authority": "VN-22", "place": PROVINCIAL, "competent": PROVINCIAL, "valid_from": "2025-08-01"}
    refused(await matrix.give("linh", **onward | {"valid_from": "2025-06-01"}), 409, "act-not-yours-to-delegate")
    assert (await matrix.give("linh", **onward)).status_code == 201
    plain = await matrix.file()
    refused(await matrix.sign(plain, "director", "2025-09-02"), 409, "authority-not-competent")
    assert (await matrix.sign(plain, "head-signs", "2025-09-02")).json()["authority"] == PROVINCIAL


async def test_a_row_that_ended_binds_until_its_last_day(matrix: Matrix) -> None:
    await matrix.both()
    rows = (await matrix.as_("director").get(f"{ROOT}/delegations", params={"as_of": "2025-07-01", "act": "hire"})).json()["items"]
    assert [(row["place"], row["valid_to"]) for row in rows] == [("VN", None), ("VN-22", None)]
    path, body = f"{ROOT}/delegations/{rows[1]['id']}/end", {"reason": "withdrawn", "valid_to": "2025-09-30"}
    refused(await matrix.as_("director").post(path, json=body), 403, "other-authority")
    assert (await matrix.as_("ministry").post(path, json=body | {"valid_to": "2025-06-30"})).status_code == 422
    assert (await matrix.as_("ministry").post(path, json=body)).json()["valid_to"] == "2025-09-30"
    refused(await matrix.as_("ministry").post(path, json=body), 409, "state-does-not-allow")
    assert (await matrix.sign(await matrix.file(), "director", "2025-09-30")).status_code == 201
    refused(await matrix.sign(await matrix.file(), "director", "2025-10-01"), 409, "authority-not-competent")


async def test_the_database_refuses_what_passed_the_rule(matrix: Matrix) -> None:
    await matrix.both()
    decision = await matrix.file()
    signed = "UPDATE decisions SET state = 'signed', authority = 'VN', signed_by = 'x', signed_on = '2025-09-02', check_code = 'x' WHERE id = :id"
    with pytest.raises(IntegrityError, match="another authority is competent"):
        async with worker_session() as session:
            await session.execute(text(signed), {"id": UUID(decision["id"])})


async def test_delays_before_and_after_by_region_and_centre(matrix: Matrix) -> None:
    await matrix.both()
    for proposed, signed, who in (
        ("2025-03-01", "2025-05-01", "minister"),
        ("2025-03-01", "2025-05-11", "minister"),
        ("2025-08-01", "2025-08-06", "director"),
        ("2025-06-20", "2025-07-10", "director"),
    ):
        assert (await matrix.sign(await matrix.file(proposed=proposed), who, signed)).status_code == 201
    await matrix.sign(await matrix.file(kind="stay"), "director", "2025-09-04")
    found = (await matrix.as_("analyst").get(f"{ROOT}/delegations/delays", params={"to": "2025-09-30"})).status_code
    assert found == 403
    items = (await matrix.as_("ministry").get(f"{ROOT}/delegations/delays", params={"to": "2025-09-30"})).json()["items"]
    told = [(one["act"], one["region"], one["level"], one["phase"], one["decisions"], one["median_days"]) for one in items]
    assert told == [
        ("hire", "VN-22", "centre", "before", 2, 66.0),
        ("hire", "VN-22", "region", "before", 1, 20.0),
        ("hire", "VN-22", "region", "after", 1, 5.0),
        ("stay", "VN-22", "region", "never", 1, 3.0),
    ]
    assert (await matrix.as_("hanoi").get(f"{ROOT}/delegations/delays", params={"to": "2025-09-30"})).json()["items"] == []


async def test_of_two_orders_at_once_one_stands(committed_api: Api) -> None:
    await hear(consumer, facility())
    ministry = Matrix(committed_api)
    answers = await asyncio.gather(*(ministry.give(citation=f"Decision {number}/2025") for number in (12, 13)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused(next(answer for answer in answers if answer.status_code == 409), 409, "competent-already")


async def test_the_matrix_is_a_file_as_it_is_filtered(matrix: Matrix) -> None:
    await matrix.both()
    await taken(matrix.as_("ops"), f"{ROOT}/exports/delegations", 403)
    [row] = await file_as_listed(matrix.as_("ministry"), ROOT, "delegations", "delegations", place="VN-22", as_of="2025-08-01")
    assert (row["act"], row["competent"], row["citation"]) == ("hire", "VN-22", "Decision 12/2025")
