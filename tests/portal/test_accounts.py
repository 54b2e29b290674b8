"""The pages of accounts: whole in each language, saying what waits, keeping what was typed, and a password that is shown once."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal import visit
from services.portal.clients import Refusal
from services.portal.identity import Tokens
from services.portal.session import Session
from tests.portal.forms import fill
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import FACILITY, RULE, World, allowed, page, uid

As = Callable[..., TestClient]
R = "/api/v1/registry"
MAI, KHOA, NAMED = uid(701), uid(702), uid(703)
KEPT = {"kept_by": "keycloak", "changeable": True, "detail": "Keycloak keeps the accounts.", "roles": ["facility-hr-officer", "head-of-facility"], "waiting": 1}
FIXED = KEPT | {"kept_by": "fixed", "changeable": False, "detail": "The accounts of this installation are fixed.", "waiting": 0}
AWAY = {"state": "to_be_applied", "trouble": "provider-away", "detail": "The identity provider does not answer.", "tried_at": "2025-09-30T08:00:00Z", "applied_at": None}
SUBSTITUTE = {
    "id": NAMED, "account_id": MAI, "account_name": "Trần Thị Mai", "substitute_id": KHOA, "substitute_name": "Vũ Đình Khoa", "starts_on": "2025-09-29", "ends_on": "2025-10-17",
    "ended_on": None, "reason": "Annual leave", "state": "running", "available_actions": allowed("end"),
}  # fmt: skip
ACCOUNT = {
    "id": MAI, "username": "mai.tran", "email": "mai.tran@example.org", "name": "Trần Thị Mai", "language": "vi", "roles": ["facility-hr-officer"],
    "relations": ["/facilities/VN-22-BVT"], "state": "open", "source": "invited", "person_id": None, "invited_at": "2025-09-30T08:00:00Z", "closed_on": None, "closed_reason": None,
    "application": AWAY, "stands_in": [], "replaced_by": [SUBSTITUTE], "version": 1, "available_actions": allowed("change", "substitute", "link", "first_password", "close"),
}  # fmt: skip
STANDS_IN = ACCOUNT | {
    "id": KHOA, "username": "khoa.vu", "name": "Vũ Đình Khoa", "stands_in": [SUBSTITUTE | {"available_actions": []}], "replaced_by": [],
    "application": AWAY | {"state": "applied", "trouble": None, "detail": None}, "person_id": uid(1),
}  # fmt: skip
CARDS = page(
    *({name: one[name] for name in ("id", "username", "name", "roles", "relations", "state")} | {"application": one["application"]["state"]} for one in (ACCOUNT, STANDS_IN))
)


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= {
        f"{R}/accounts": CARDS,
        f"{R}/accounts/kept": KEPT,
        f"{R}/accounts/{MAI}": ACCOUNT,
        f"{R}/accounts/{KHOA}": STANDS_IN,
        f"{R}/facilities": page(FACILITY),
        f"{R}/areas": page(),
    }


def sent(world: World, path: str, method: str = "POST") -> list[Any]:
    return [body for how, where, body in world.sent if (how, where) == (method, path)]


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize(
    "path", ["/accounts", "/accounts?state=&application=waiting", "/accounts/new", f"/accounts/{MAI}", f"/accounts/{KHOA}", f"/accounts/{MAI}?person={uid(1)}"]
)
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_the_list_says_what_waits_for_the_identity_provider(as_: As) -> None:
    text = as_("linh").get("/accounts").text
    assert "1 account waits for the identity provider." in text
    assert "To be applied" in text
    assert "Bệnh viện đa khoa tỉnh Quảng Ninh" in text
    assert 'href="/accounts/new"' in text


def test_fixed_accounts_are_said_to_be_fixed_and_offer_no_form(as_: As, world: World) -> None:
    refused = [act | {"allowed": False, "reason": FIXED["detail"]} for act in allowed("change", "substitute", "link", "first_password", "close")]
    world.answers |= {f"{R}/accounts/kept": FIXED, f"{R}/accounts/{MAI}": ACCOUNT | {"available_actions": refused, "replaced_by": []}}
    for path in ("/accounts", "/accounts/new", f"/accounts/{MAI}"):
        text = as_("linh").get(path).text
        assert "The accounts of this installation are fixed." in text, path
        assert 'action="/accounts/' not in text, path
        assert 'href="/accounts/new"' not in text, path


def test_somebody_is_invited_for_ticked_and_typed_places(as_: As, world: World) -> None:
    typed: dict[str, Any] = {"username": "mai.tran", "email": "mai.tran@example.org", "name": "Trần Thị Mai", "language": "vi"}
    world.answers[f"{R}/accounts"] = ACCOUNT | CARDS
    places = {"relations": ["/territories/VN-22"], "facility": "VN-22-BVT", "territory": "VN-22-06652"}
    answered = fill(as_("linh"), "/accounts/new", "/accounts/new", **typed, roles=["facility-hr-officer", "head-of-facility"], **places)
    [body] = sent(world, f"{R}/accounts")
    assert body == typed | {"roles": ["facility-hr-officer", "head-of-facility"], "relations": ["/territories/VN-22", "/facilities/VN-22-BVT", "/territories/VN-22-06652"]}
    assert answered.headers["location"] == f"/accounts/{MAI}?done=invited"
    assert "The invitation is recorded" in as_("linh").get(answered.headers["location"]).text


def test_a_refused_invitation_shows_the_rule_and_keeps_what_was_typed(as_: As, world: World) -> None:
    problem = {
        "type": "/problems/place-not-yours",
        "title": "You may not do this",
        "detail": "VN-01 is neither managed by your authority nor below it.",
        "rule": RULE | {"id": "ACC-ROLES"},
    }
    world.refusals[f"POST {R}/accounts"] = Refusal(403, problem)
    answered = fill(as_("linh"), "/accounts/new", "/accounts/new", username="mai.tran", name="Trần Thị Mai", roles=["head-of-facility"], relations=["/territories/VN-22"])
    assert answered.status_code == 403
    for expected in ("ACC-ROLES", "neither managed by your authority", 'value="mai.tran"', 'value="head-of-facility" checked'):
        assert expected in answered.text


def test_roles_a_substitute_and_the_end(as_: As, world: World) -> None:
    here = f"/accounts/{MAI}"
    for path in ("grants", "substitutes", f"substitutes/{NAMED}/ending", "closure", "person"):
        world.answers[f"{R}{here}/{path}"] = ACCOUNT
    linh = as_("linh")
    fill(linh, here, f"{here}/grants", roles=["head-of-facility"], relations=["/facilities/VN-22-BVT"])
    assert sent(world, f"{R}{here}/grants", "PUT") == [{"roles": ["head-of-facility"], "relations": ["/facilities/VN-22-BVT"]}]
    days = {"substitute_id": KHOA, "starts_on": "2025-10-06", "ends_on": "2025-10-17", "reason": "Leave"}
    assert "The substitute is named." in linh.get(fill(linh, here, f"{here}/substitutes", **days).headers["location"]).text
    assert sent(world, f"{R}{here}/substitutes") == [days]
    fill(linh, here, f"{here}/substitutes/{NAMED}/ending")
    assert sent(world, f"{R}{here}/substitutes/{NAMED}/ending") == [{}]
    fill(linh, f"{here}?person={uid(1)}", f"{here}/person")
    assert sent(world, f"{R}{here}/person") == [{"person_id": uid(1)}]
    assert "The account is closed" in linh.get(fill(linh, here, f"{here}/closure", reason="Left").headers["location"]).text
    assert sent(world, f"{R}{here}/closure") == [{"reason": "Left"}]


def test_the_first_password_is_shown_on_one_answer_and_in_no_address(as_: As, world: World) -> None:
    here = f"/accounts/{MAI}"
    world.answers[f"{R}{here}/first-password"] = {"password": "m7Wq-xK2f-9dPe-TzRb"}
    answered = fill(as_("linh"), here, f"{here}/first-password")
    assert "m7Wq-xK2f-9dPe-TzRb" in answered.text
    assert "m7Wq" not in str(answered.url)
    assert answered.headers["cache-control"] == "no-store"
    assert "m7Wq" not in as_("linh").get(here).text


def test_the_header_says_for_whom_somebody_stands_in(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_session(_cookie: str) -> Session:
        return Session("c", Tokens("access", "refresh", "id"), "s-khoa", "Vũ Đình Khoa", frozenset({"head-of-facility"}), ("/facilities/VN-22-BVT",), ("Trần Thị Mai",))

    assert "stands-in" not in as_("linh").get("/problems").text
    monkeypatch.setattr(visit, "open_session", open_session)
    assert "You stand in for Trần Thị Mai" in as_("linh").get("/problems").text
