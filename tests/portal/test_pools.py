"""Pages of a pool: whole in three languages, shown as the service shows them, and each form says what it sends."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_pools import ANSWERS, ASKED_FIRST, BRIDGE, COMPARED, HOSPITAL, MEMBER, OTHER, POOL, POOL_READ, PROFILE, PROFILE_READ, RESOURCE, ROUND, H
from tests.portal.forms import fill
from tests.portal.world import NEED, NEED_READ, PEOPLE, World, uid

PARTS = ("", "/needs", "/people", "/people/new", f"/people/new?person={uid(1)}", "/resources", "/bridges", "/rounds")
PAGES = ["/pools", "/pools/new", *(f"/pools/{POOL}{part}" for part in PARTS), f"/profiles/{PROFILE}", f"/needs/{NEED}/people", f"/needs/{NEED}", "/needs/new"]


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS
    need = {
        "pool_id": POOL,
        "wanted_from": "2025-10-01",
        "difficulty": "hard",
        "available_actions": [{"act": "close", "allowed": True, "reason": None, "rule": None, "possible": None}],
    }
    world.answers[f"{H}/needs/{NEED}"] = NEED_READ | need


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_in_each_language(as_: Callable[..., TestClient], path: str) -> None:
    for language in ("fr", "vi", "en"):
        page = as_("linh", language).get(path)
        assert page.status_code == 200, page.text[:2000]
        assert page.text.count("<h1") == 1
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text)
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)
        for name in re.findall(r'<label for="([^"]+)"', page.text):
            assert name in ids, f"label for {name}"


def test_a_member_that_has_not_accepted_reads_the_charter_and_is_asked_to_accept_it(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{H}/pools/{POOL}"] = POOL_READ | {"is_open_to_you": False}
    text = as_("hr-bvt", "en").get(f"/pools/{POOL}").text
    assert "Première règle." in text
    assert "accepts the charter" in text
    assert f"/pools/{POOL}/people" not in text


def test_somebody_who_has_not_consented_is_not_decided_on(as_: Callable[..., TestClient]) -> None:
    text = as_("linh", "en").get(f"/needs/{NEED}/people").text
    assert text.count('name="profile_id"') == 1
    assert "The person has not consented." in text
    assert ASKED_FIRST["profile_id"] in text


def test_why_nobody_else_may_decide_is_said_once_and_alone(as_: Callable[..., TestClient], world: World) -> None:
    closed = ASKED_FIRST["available_actions"][0] | {"possible": None}
    world.answers[f"{H}/needs/{NEED}/profiles"] = {"items": [ASKED_FIRST | {"available_actions": [closed]}]}
    text = as_("linh", "en").get(f"/needs/{NEED}/people").text
    assert "The person has not consented." in text
    assert "None" not in text


class TestForms:
    @pytest.mark.parametrize(
        ("page", "action", "typed", "path", "sent"),
        [
            ("/pools/new", "/pools/new", {"title": "T", "code": "C", "purpose": "P"}, "/pools", {"title": "T", "code": "C", "purpose": "P", "authority": "VN-22"}),
            (f"/pools/{POOL}", f"/pools/{POOL}/charters", {"words": "Règle"}, f"/pools/{POOL}/charters", {"words": "Règle"}),
            (f"/pools/{POOL}", f"/pools/{POOL}/partners", {"facility_code": OTHER, "takes_part_as": "partner"}, f"/pools/{POOL}/partners", {"facility_code": OTHER, "takes_part_as": "partner"}),
            (f"/pools/{POOL}", f"/pools/{POOL}/partners/{MEMBER}/leaving", {"reason": "seul"}, f"/pools/{POOL}/partners/{MEMBER}/leaving", {"reason": "seul"}),
            (f"/pools/{POOL}/rounds", f"/pools/{POOL}/rounds", {"title": "R", "due_on": "2025-10-01"}, f"/pools/{POOL}/rounds", {"title": "R", "due_on": "2025-10-01", "facility_codes": []}),
            (f"/pools/{POOL}/rounds", f"/pools/{POOL}/rounds/{ROUND}/answers", {"comment": "Fini"}, f"/pool-rounds/{ROUND}/answers", {"facility_code": HOSPITAL, "comment": "Fini"}),
            (f"/pools/{POOL}/resources", f"/pools/{POOL}/resources/{RESOURCE}/ending", {"reason": "pris"}, f"/pool-resources/{RESOURCE}/ending", {"reason": "pris"}),
            (f"/profiles/{PROFILE}", f"/profiles/{PROFILE}/consents", {"partners": HOSPITAL, "means": "oral"}, f"/profiles/{PROFILE}/consents", {"partners": [HOSPITAL], "means": "oral"}),
            (f"/profiles/{PROFILE}", f"/profiles/{PROFILE}/consent-withdrawal", {}, f"/profiles/{PROFILE}/consent-withdrawal", {}),
            (f"/profiles/{PROFILE}", f"/profiles/{PROFILE}/ending", {"closing": "hired"}, f"/profiles/{PROFILE}/ending", {"closing": "hired"}),
            (f"/profiles/{PROFILE}", f"/profiles/{PROFILE}/bridges/{BRIDGE}", {"to_facility": HOSPITAL}, f"/bridges/{BRIDGE}/crossings", {"profile_id": PROFILE, "to_facility": HOSPITAL}),
            (f"/needs/{NEED}", f"/needs/{NEED}/closing", {"closing_reason": "autrement"}, f"/needs/{NEED}/closing", {"reason": "autrement"}),
        ],
    )  # fmt: skip
    def test_it_says_what_it_sends(self, as_: Callable[..., TestClient], world: World, page: str, action: str, typed: dict[str, str], path: str, sent: dict[str, object]) -> None:
        world.answers[f"{H}{path}"] = world.answers.get(f"{H}{path}", POOL_READ) if path in ("/pools", f"/pools/{POOL}/rounds") else PROFILE_READ
        if path == "/pools":
            world.answers[f"{H}/pools"] = POOL_READ
        answer = fill(as_("linh"), page, action, **typed)
        assert answer.status_code == 303, answer.text[:2000]
        assert [body for method, where, body in world.sent if (method, where) == ("POST", f"{H}{path}")] == [sent]

    def test_a_decision_keeps_its_reason_when_it_is_refused(self, as_: Callable[..., TestClient], world: World) -> None:
        rule = {"id": "PTRH-02", "value": "consent of the person", "unit": "", "citation": "Rule book", "confidence": "confirmed"}
        world.refusals[f"{H}/matches"] = Refusal(409, {"title": "A rule refuses this", "detail": "No consent", "rule": rule, "possible": "Ask first"})
        page = fill(as_("linh", "en"), f"/needs/{NEED}/people", f"/needs/{NEED}/people", outcome="kept", reason="Convient bien")
        assert page.status_code == 409
        assert all(said in page.text for said in ("No consent", "PTRH-02", "Ask first", "Convient bien", COMPARED["profile_id"], PEOPLE[uid(1)]))
