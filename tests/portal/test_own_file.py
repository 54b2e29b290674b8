"""My file: everybody's own page, what they dispute in it, and the page on which HR decides."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_documents import DOCUMENTS
from tests.portal.forms import fill
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import PEOPLE, RULE, World, allowed, page, uid

As = Callable[..., TestClient]
R = "/api/v1/registry"
ME = f"{R}/persons/me"
FILE: dict[str, Any] = {
    "id": uid(1), "name": PEOPLE[uid(1)], "birth_date": "1986-03-09", "birth_year": 1986, "sex": "female", "kept_by": "VN-22", "version": 3,
    "names": [{"kind": "legal", "script": None, "value": PEOPLE[uid(1)]}, {"kind": "usual", "script": None, "value": "Bác sĩ Hoa"}],
    "purposes": [{"purpose": "worker", "since": "2011-03-01"}], "workers": [{"id": uid(400), "occupation_code": "VN-BSCK", "specialty": None, "worker_no": "QN-01234"}],
    "employments": [{"facility_code": "VN-22-BVT", "facility_name": "Bệnh viện đa khoa tỉnh", "employment_type": "public_employee", "status": "confirmed", "starts_on": "2021-01-01", "ends_on": None, "decision_number": None}],
    "assignments": [{"facility_code": "VN-22-BVT", "facility_name": "Bệnh viện đa khoa tỉnh", "unit": "Khoa Ngoại", "kind": "primary", "fte_share": 0.8, "starts_on": "2021-01-01", "ends_on": None, "decision_number": "12/QĐ-SYT"}],
    "qualifications": [{"type": "degree", "title": "Bác sĩ đa khoa", "specialty": None, "institution": "Đại học Y Hà Nội", "issued_on": "2010-06-30", "issued_precision": "date", "state": "verified"}],
    "licences": [{"number": "004512/QNI-CCHN", "authority": "Sở Y tế", "scope": ["surgery"], "issued_on": "2021-01-01", "expires_on": "2025-12-31", "suspended_from": None, "suspended_until": None, "revoked_on": None, "status": "expiring"}],
}  # fmt: skip
ASKED: dict[str, Any] = {
    "id": uid(800), "person_id": uid(1), "field": "birth", "stood": "1986-03-09", "proposed": "1986-09-03", "evidence": "Giấy khai sinh số 12/1986", "state": "requested",
    "requested_on": "2025-09-28", "decided_on": None, "comment": None, "recorded_at": "2025-09-28T02:00:00Z", "version": 1, "available_actions": allowed("withdraw"),
}  # fmt: skip
DECIDED = ASKED | {"id": uid(801), "field": "sex", "stood": "unknown", "proposed": "female", "state": "rejected", "decided_on": "2025-09-29", "comment": "Không có giấy tờ", "available_actions": [{"act": "withdraw", "allowed": False, "reason": "", "rule": None, "possible": None}]}  # fmt: skip
TO_DECIDE = ASKED | {"available_actions": allowed("accept", "reject")}


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= {
        ME: FILE,
        f"{ME}/corrections": page(ASKED, DECIDED),
        f"{R}/corrections": page(TO_DECIDE),
        f"{R}/corrections/{uid(800)}": TO_DECIDE,
        f"{R}/me/reads": page(),
        f"{ME}/documents": page(*DOCUMENTS),
    }


def test_my_own_papers_lead_to_my_own_files(as_: As, world: World) -> None:
    text = as_("linh").get("/my-file/documents").text
    assert DOCUMENTS[0]["title"] in text
    assert f'href="/my-file/documents/{DOCUMENTS[0]["id"]}/versions/1/file"' in text
    del world.answers[f"{ME}/documents"]
    assert "linked to no person" in as_("linh").get("/my-file/documents").text


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/my-file",
        "/my-file/documents",
        "/my-file/corrections",
        "/my-file/corrections/new",
        "/my-file/corrections/new?field=birth",
        "/my-file/corrections/new?field=sex",
        "/corrections",
        f"/corrections/{uid(800)}",
    ],
)
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_the_file_says_what_waits_and_where_to_dispute_the_rest(as_: As) -> None:
    text = as_("linh").get("/my-file").text
    for said in (
        "Bác sĩ Hoa",
        "Bệnh viện đa khoa tỉnh",
        "004512/QNI-CCHN",
        "you propose: 3 September 1986",
        "VN-22 entered it",
        'href="/my-file/corrections/new?field=legal-name"',
        'href="/reads"',
    ):
        assert said in text, said
    assert "field=birth" not in text


@pytest.mark.parametrize("path", ["/my-file", "/my-file/corrections"])
def test_an_account_of_nobody_is_told_what_to_ask(as_: As, world: World, path: str) -> None:
    for known in (ME, f"{ME}/corrections"):
        del world.answers[known]
    text = as_("linh").get(path).text
    assert "Your account is linked to no person of the register" in text
    assert "/my-file/corrections/new" not in text


def test_a_wrong_value_is_named_beside_its_field_and_kept(as_: As, world: World) -> None:
    world.refusals[f"POST {ME}/corrections"] = Refusal(
        422, {"title": "Please correct", "detail": "", "fields": [{"path": "proposed", "reason": "Write the birth date"}], "rule": None, "possible": None}
    )
    client = as_("linh")
    typed = {"proposed": "9 March", "evidence": "Birth certificate"}
    again = fill(client, "/my-file/corrections/new?field=birth", "/my-file/corrections/new", **typed)
    assert again.status_code == 422
    assert "Write the birth date" in again.text and 'value="9 March"' in again.text and "Birth certificate" in again.text


def test_a_correction_is_asked_and_taken_back(as_: As, world: World) -> None:
    client = as_("linh")
    world.answers[f"{ME}/corrections"] |= ASKED
    done = fill(client, "/my-file/corrections/new?field=birth", "/my-file/corrections/new", proposed_year="1986", evidence="Birth certificate")
    assert done.headers["location"] == "/my-file/corrections?done=requested"
    assert world.sent[-1] == ("POST", f"{ME}/corrections", {"field": "birth", "proposed": "1986", "evidence": "Birth certificate"})
    action = f"/my-file/corrections/{uid(800)}/withdrawal"
    world.answers[f"{ME}/corrections/{uid(800)}/withdrawal"] = ASKED
    assert fill(client, "/my-file/corrections", action).headers["location"] == "/my-file/corrections?done=withdrawn"


def test_hr_accepts_or_rejects_with_a_reason(as_: As, world: World) -> None:
    client, path = as_("linh"), f"/corrections/{uid(800)}"
    for act, done, body in (("acceptance", "corrected", {}), ("rejection", "rejected", {"comment": "The register of births says otherwise."})):
        world.answers[f"{R}{path}/{act}"] = TO_DECIDE
        answer = fill(client, path, f"{path}/{act}", **body)
        assert answer.headers["location"] == f"{path}?done={done}"
        assert world.sent[-1] == ("POST", f"{R}{path}/{act}", body)


def test_whoever_may_not_decide_reads_why(as_: As, world: World) -> None:
    closed = {"act": "accept", "allowed": False, "reason": "Another person decides.", "rule": RULE, "possible": "Ask a colleague of HR."}
    world.answers[f"{R}/corrections/{uid(800)}"] = TO_DECIDE | {"available_actions": [closed]}
    text = as_("hr-bvt").get(f"/corrections/{uid(800)}").text
    assert "Another person decides." in text and "/acceptance" not in text


def test_a_correction_stands_on_the_work_list_of_hr(as_: As, world: World) -> None:
    item = world.answers[f"{R}/work-items"]["items"][0] | {
        "kind": "correction-asked",
        "reason": "correction-asked",
        "subject_kind": "correction",
        "subject_id": uid(800),
        "person_id": uid(1),
    }
    world.answers[f"{R}/work-items"] = page(item)
    text = as_("linh").get("/").text
    assert f"Decide on the correction that {PEOPLE[uid(1)]} asks" in text
    assert f'href="/corrections/{uid(800)}"' in text
