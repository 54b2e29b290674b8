"""Requests and attestations: mine on a phone, those that a facility answers, and the public check; whole in each language."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.forms import fill
from tests.portal.world import World, allowed, page, uid

R = "/api/v1/registry"
ME = f"{R}/persons/me"
SENT, RESTS, DONE, PAPER = uid(951), uid(952), uid(953), uid(961)
RULE = {"id": "REQ-CATALOGUE", "value": 3, "unit": "working days", "citation": "Decree 61/2018/NĐ-CP, article 19", "confidence": "to_confirm"}


def request(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "person_id": uid(1), "facility_code": "VN-22-BVT", "procedure": "employment_attestation", "state": "submitted", "note": "Vay ngân hàng", "asked_on": "2025-10-01",
        "due_on": "2025-10-06", "days_left": None, "is_late": False, "decided_on": None, "reason": None, "attestation_id": None, "documents": [], "rule": RULE, "version": 1,
        "acts": [{"act": "submitted", "day": "2025-10-01", "comment": None, "recorded_at": "2025-10-01T02:00:00Z"}],
        "files": [{"id": uid(971), "type": "identity", "size": 12, "kind": "pdf", "added_on": "2025-10-01", "destroyed_on": None}],
        "available_actions": allowed("withdraw", "take_up", "ask_documents", "accept", "refuse"),
    } | changes  # fmt: skip


REQUESTS = [
    request(SENT),
    request(RESTS, state="waiting", days_left=2, procedure="transfer", documents=["decision", "other"], available_actions=allowed("withdraw", "supply", "refuse")),
    request(DONE, state="accepted", decided_on="2025-10-02", attestation_id=PAPER, available_actions=[]),
]
ATTESTATION = {
    "id": PAPER, "number": "1/2025/VN-22-BVT", "kind": "employment", "code": "ABCD-EFGH-JKMN", "check_url": "https://relais/check/attestation/ABCD-EFGH-JKMN", "person_id": uid(1),
    "authority": "VN-22-BVT", "issued_on": "2025-10-02", "valid_to": "2026-03-31", "is_valid": True, "revoked_on": None, "revocation_reason": None, "facts_destroyed_on": None, "version": 1,
    "available_actions": allowed("revoke"),
}  # fmt: skip
CHECK = {
    "number": "1/2025/VN-22-BVT", "authority": "VN-22-BVT", "authority_name": "Bệnh viện Đa khoa tỉnh", "kind": "employment", "initials": "N.T.H.", "issued_on": "2025-10-02",
    "valid_to": "2026-03-31", "valid": True, "revoked_on": None,
}  # fmt: skip
CATALOGUE = [
    {"code": "employment_attestation", "days": 3, "unit": "working", "documents": [], "decides": "facility-hr-officer", "gives": "employment", "rule": RULE},
    {"code": "transfer", "days": 30, "unit": "calendar", "documents": ["decision"], "decides": "head-of-facility", "gives": None, "rule": RULE},
]


@pytest.fixture(autouse=True)
def registry(world: World) -> World:
    world.answers |= {f"{R}/procedures": CATALOGUE, f"{R}/attestations": page(ATTESTATION), f"{R}/attestations/{PAPER}": ATTESTATION, f"{ME}/attestations": page(ATTESTATION)}
    world.answers |= {f"{R}/attestations/check/ABCD-EFGH-JKMN": CHECK}
    for prefix in (R, ME):
        world.answers |= {f"{prefix}/requests": page(*REQUESTS)} | {f"{prefix}/requests/{one['id']}": one for one in REQUESTS}
    return world


PAGES = ["/my-file/requests", *(f"/my-file/requests/{one}" for one in (SENT, RESTS, DONE)), "/requests", "/requests?state=accepted"]
PAGES += [*(f"/requests/{one}" for one in (SENT, RESTS, DONE)), "/attestations", f"/attestations/{PAPER}", "/check/attestation", "/check/attestation/ABCD-EFGH-JKMN"]


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    shown = as_("hr-bvt", language).get(path)
    assert shown.status_code == 200
    assert shown.text.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', shown.text)
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    for name in re.findall(r'<label for="([^"]+)"', shown.text):
        assert name in ids, f"label for {name}"


def test_what_rests_says_so_and_how_it_goes_on(as_: Callable[..., TestClient]) -> None:
    shown = as_("hr-bvt", "en").get(f"/my-file/requests/{RESTS}").text
    assert "Documents are missing" in shown
    assert "rests: 2 days are left" in shown
    assert f'action="/my-file/requests/{RESTS}/supply"' in shown


def test_what_was_destroyed_after_its_time_says_so_and_is_opened_no_more(as_: Callable[..., TestClient], world: World) -> None:
    old = request(DONE, state="accepted", decided_on="2025-10-02", available_actions=[])
    world.answers[f"{R}/requests/{DONE}"] = old | {"files": [old["files"][0] | {"destroyed_on": "2026-10-03"}]}
    world.answers[f"{R}/attestations/{PAPER}"] = gone = ATTESTATION | {"facts_destroyed_on": "2031-04-01"}
    world.answers[f"{ME}/attestations"] = page(gone)
    client = as_("hr-bvt", "en")
    for path, link in (
        (f"/requests/{DONE}", f"/requests/{DONE}/files/"),
        (f"/attestations/{PAPER}", f"/attestations/{PAPER}/document"),
        ("/my-file/requests", f"/my-file/attestations/{PAPER}"),
    ):
        shown = client.get(path).text
        assert "destroyed on" in shown
        assert f'href="{link}' not in shown


def test_asked_from_a_phone_and_a_refusal_keeps_what_was_typed(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"POST {ME}/requests"] = Refusal(409, {"type": "/problems/asked-already", "title": "A rule refuses this", "status": 409, "detail": "This was asked already."})
    answer = fill(as_("hr-bvt", "en"), "/my-file/requests", "/my-file/requests", procedure="employment_attestation", note="for the bank")
    assert answer.status_code == 409
    assert "This was asked already." in answer.text
    assert "for the bank" in answer.text


def test_an_answer_is_sent_with_what_the_person_reads(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{R}/requests/{SENT}/refusal"] = request(SENT, state="refused")
    answer = fill(as_("hr-bvt", "en"), f"/requests/{SENT}", f"/requests/{SENT}/refusal", comment="already given in May")
    assert answer.status_code == 303
    assert ("POST", f"{R}/requests/{SENT}/refusal", {"comment": "already given in May"}) in world.sent
    assert as_("hr-bvt").post(f"/requests/{SENT}/erasure").status_code in (403, 404)


def test_a_code_that_is_unknown_is_not_found(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"{R}/attestations/check/ZZZZ"] = Refusal(404, {"type": "/problems/not-found", "status": 404})
    shown = as_("hr-bvt", "en").get("/check/attestation/ZZZZ")
    assert shown.status_code == 404
    assert "No attestation has this code." in shown.text
