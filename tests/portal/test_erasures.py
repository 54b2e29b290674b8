"""Erasures and legal holds: what is due and asked, the decision of another person, one's own request, what keeps a file."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal import conftest
from tests.portal.forms import fill
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import PEOPLE, RULE, World, allowed, page, uid

As = Callable[..., TestClient]
R = "/api/v1/registry"
MINE = f"{R}/persons/me/erasures"
ONE, DONE, HOLD = uid(840), uid(841), uid(845)
CLOSED = {"act": "confirm", "allowed": False, "reason": "Whoever asked does not decide.", "rule": RULE, "possible": "Ask a colleague to decide."}
ERASURE: dict[str, Any] = {
    "id": ONE, "person_id": uid(1), "ground": "retention", "state": "proposed", "reason": "Hết thời hạn lưu giữ", "asked_on": "2025-09-20", "asked_by": {"kind": "account", "account": "b7"},
    "decided_on": None, "decided_by": None, "decided_reason": None, "erased_on": None, "available_actions": allowed("confirm", "refuse"),
}  # fmt: skip
REFUSED = ERASURE | {
    "id": DONE, "ground": "request", "state": "refused", "asked_by": {"kind": "you", "account": None}, "decided_on": "2025-09-22", "decided_by": {"kind": "account", "account": None},
    "decided_reason": "Luật buộc giữ hồ sơ đến 2095", "available_actions": [],
}  # fmt: skip
STANDING: dict[str, Any] = {
    "id": HOLD, "person_id": uid(1), "reason": "Điều tra một khoản chi năm 2025", "ordered_by": "Tòa án nhân dân Hạ Long, lệnh 12/2026", "until": "2026-12-31", "placed_on": "2025-09-01",
    "lifted_on": None, "lifted_reason": None, "available_actions": allowed("lift"),
}  # fmt: skip
LIFTED = STANDING | {"id": uid(846), "placed_on": "2024-09-01", "until": "2025-02-28", "lifted_on": "2025-03-01", "lifted_reason": "until", "available_actions": []}
HOLDS = f"/people/{uid(1)}/legal-holds"


@pytest.fixture(autouse=True)
def answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(conftest.ROLES, "auditor", {"auditor"})
    world.answers |= {
        f"{R}/erasures": page(ERASURE, REFUSED),
        f"{R}/erasures/due": page({"person_id": uid(2), "name": PEOPLE[uid(2)]}),
        f"{R}/erasures/{ONE}": ERASURE,
        f"{R}/erasures/{DONE}": REFUSED,
        MINE: page(REFUSED),
        f"{R}{HOLDS.replace('people', 'persons')}": page(LIFTED, STANDING),
    }


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", ["/erasures", "/erasures/due", f"/erasures/new?person={uid(2)}", f"/erasures/{ONE}", f"/erasures/{DONE}", "/my-file/erasure", HOLDS])
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_a_file_that_is_due_is_proposed_with_its_reason(as_: As, world: World) -> None:
    client, form = as_("linh"), f"/erasures/new?person={uid(2)}"
    assert f'href="{form}"' in client.get("/erasures/due").text
    world.refusals[f"POST {R}/erasures"] = Refusal(409, {"title": "A rule refuses this", "detail": "The law keeps this file for longer.", "rule": RULE, "possible": None})
    again = fill(client, form, "/erasures", reason="Hết hạn")
    assert again.status_code == 409 and "The law keeps this file for longer." in again.text and "Hết hạn" in again.text
    del world.refusals[f"POST {R}/erasures"]
    world.answers[f"{R}/erasures"] = ERASURE
    assert fill(client, form, "/erasures", reason="Hết hạn").headers["location"] == f"/erasures/{ONE}?done=proposed"
    assert world.sent[-1] == ("POST", f"{R}/erasures", {"person_id": uid(2), "reason": "Hết hạn"})


def test_the_page_that_the_work_list_opens_leads_to_the_proposal_once_every_purpose_has_ended(as_: As, world: World) -> None:
    purpose = {"purpose": "worker", "since": "1950-03-01", "until": None, "erase_from": None, "months_kept": 840, "rule": RULE, "available_actions": []}
    whose = f"{R}/persons/{uid(1)}"
    world.answers |= {f"{whose}/identifiers": {"items": [], "kinds": []}, f"{whose}/contacts": page(), f"{whose}/languages": page(), f"{whose}/purposes": page(purpose)}
    path, link = f"/people/{uid(1)}/identity", f'href="/erasures/new?person={uid(1)}"'
    assert link not in as_("linh").get(path).text
    world.answers[f"{whose}/purposes"] = page(purpose | {"until": "1951-01-31", "erase_from": "2021-01-31"})
    assert link in as_("linh").get(path).text


def test_a_second_person_confirms_or_refuses_and_whoever_asked_reads_why_not(as_: As, world: World) -> None:
    client, path = as_("linh"), f"/erasures/{ONE}"
    shown = client.get(path).text
    assert "Account b7" in shown and f'formaction="{path}/refusal"' in shown
    for act, done in (("confirmation", "confirmed"), ("refusal", "refused")):
        world.answers[f"{R}{path}/{act}"] = ERASURE
        answer = client.post(f"{path}/{act}", data={"csrf": shown.split('name="csrf" value="')[1].split('"')[0], "once": "x", "reason": "Đã kiểm tra"})
        assert answer.headers["location"] == f"{path}?done={done}"
        assert world.sent[-1] == ("POST", f"{R}{path}/{act}", {"reason": "Đã kiểm tra"})
    world.answers[f"{R}/erasures/{ONE}"] = ERASURE | {"available_actions": [CLOSED]}
    closed = client.get(path).text
    assert "Whoever asked does not decide." in closed and "/confirmation" not in closed


def test_one_asks_for_oneself_once_and_reads_the_answer(as_: As, world: World) -> None:
    client, path = as_("hr-bvt"), "/my-file/erasure"
    assert "Luật buộc giữ hồ sơ đến 2095" in client.get(path).text
    again = fill(client, path, path, reason="Tôi đã rút hồ sơ")
    assert again.status_code == 422 and 'href="#understood"' in again.text and "Tôi đã rút hồ sơ" in again.text
    assert fill(client, path, path, reason="Tôi đã rút hồ sơ", understood="true").headers["location"] == f"{path}?done=requested"
    assert world.sent[-1] == ("POST", MINE, {"reason": "Tôi đã rút hồ sơ"})
    world.answers[MINE] = page(ERASURE | {"ground": "request"}, REFUSED)
    waiting = client.get(path).text
    assert "this one waits for its answer" in waiting and "understood" not in waiting


def test_a_hold_is_placed_and_another_lifts_it(as_: As, world: World) -> None:
    client, order = as_("auditor"), {"reason": "Điều tra", "ordered_by": "Tòa án 13/2026"}
    world.answers[f"{R}/legal-holds/{HOLD}/lifting"] = STANDING
    assert fill(client, HOLDS, HOLDS, **order).headers["location"] == f"{HOLDS}?done=placed"
    assert world.sent[-1][2] == order
    typed = {"lifting-reason": "Xong"}
    world.refusals[f"POST {R}/legal-holds/{HOLD}/lifting"] = Refusal(422, {"fields": [{"path": "reason", "reason": "Write a reason."}]})
    again = fill(client, HOLDS, f"{HOLDS}/lifting", **typed)
    assert '<a href="#lifting-reason">Write a reason.</a>' in again.text and 'id="lifting-reason"' in again.text and ">Xong</textarea>" in again.text
    world.refusals.clear()
    assert fill(client, HOLDS, f"{HOLDS}/lifting", **typed).headers["location"] == f"{HOLDS}?done=lifted"
    assert world.sent[-1] == ("POST", f"{R}/legal-holds/{HOLD}/lifting", {"reason": "Xong"})
    assert f'action="{HOLDS}"' not in as_("linh").get(HOLDS).text
