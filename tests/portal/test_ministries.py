"""Pages of returns, of programs and their quotas, and of a figure's definitions: whole in three languages, and what is refused keeps what was typed."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_ministries import ANSWERS, CALL, CLOSED, ROUND, R
from tests.portal.forms import fill
from tests.portal.world import World

PAGES = [
    "/returns",
    "/returns/new",
    f"/returns/{CALL}",
    f"/returns/{CALL}?by=authority",
    f"/returns/{CLOSED}",
    f"/returns/{ROUND}",
    f"/returns/{CALL}/hand_in",
    f"/returns/{CALL}/close",
]
PAGES += ["/figures/density.doctors", "/figures/density.doctors/definitions", "/figures/stock.doctors/definitions"]


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS


def must_be_whole(text: str) -> None:
    assert text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    shown = as_("linh", language).get(path)
    assert shown.status_code == 200, shown.text[:2000]
    must_be_whole(shown.text)


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
def test_programs_are_for_operations(as_: Callable[..., TestClient], language: str) -> None:
    shown = as_("ops", language).get("/operations/clients?client=ministry-sandbox")
    assert shown.status_code == 200
    must_be_whole(shown.text)
    assert 'value="ministry-sandbox"' in shown.text and 'value="2000"' in shown.text
    assert as_("linh", language).get("/operations/clients").status_code in (403, 404)


def test_who_is_late_is_said_in_words(as_: Callable[..., TestClient]) -> None:
    text = as_("linh", "en").get(f"/returns/{CALL}").text
    for said in ("Sent late", "Awaited", "96.2", "9 of 13"):
        assert said in text, said


def test_a_wrong_number_is_named_and_what_was_typed_stays(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"PUT {R}/clients/ministry-sandbox/quota"] = Refusal(422, {"fields": [{"path": "per_minute", "reason": "Write a whole number."}]})
    answer = fill(as_("ops"), "/operations/clients", "/operations/clients", client_id="ministry-sandbox", per_minute="many", per_day="2000")
    assert answer.status_code == 422
    assert 'href="#per_minute"' in answer.text
    assert 'value="many"' in answer.text


def test_a_return_that_was_sent_before_is_refused_in_the_form(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"POST {R}/returns/{CALL}/returns"] = Refusal(
        409, {"type": "/problems/handed-in-already", "title": "Refused", "detail": "This facility has already handed in its return."}
    )
    answer = fill(as_("linh"), f"/returns/{CALL}/hand_in", f"/returns/{CALL}/hand_in", facility_code="VN-22-BVT")
    assert answer.status_code == 409
    assert "already handed in" in answer.text


def test_each_definition_has_its_value_formula_and_records(as_: Callable[..., TestClient]) -> None:
    text = as_("linh", "en").get("/figures/density.doctors/definitions?area=VN-22").text
    for said in ("17.4", "16.9", "2,416.6", "-2.9", "1–4", "/figures/density.doctors_fte/records?area=VN-22"):
        assert said in text.replace("−", "-"), said
    assert "/figures/density.doctors/definitions" in as_("linh", "en").get("/figures/density.doctors?area=VN-22").text
