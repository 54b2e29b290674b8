"""Entering a person: whom the register may know already is shown with the reasons, what was typed is kept, and a number stands in no address."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.forms import fill, hidden_fields
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import PEOPLE, RULE, World, uid

As = Callable[..., TestClient]
R = "/api/v1/registry"
HERE, BY_NUMBER = "/people/new", "/people/identifier"
NUMBER = "022085001234"
HOA = {"name_legal": "Nguyễn Thị Hòa", "birth_year": "1986", "purposes": "worker", "number_national-id": NUMBER, "issuer_national-id": "VN", "language_1": "fr", "level_1": "B2"}
SENT = {
    "names": [{"kind": "legal", "value": "Nguyễn Thị Hòa"}],
    "birth_year": 1986,
    "sex": "unknown",
    "purposes": ["worker"],
    "identifiers": [{"kind": "national-id", "issuer": "VN", "value": NUMBER}],
    "languages": [{"language": "fr", "level": "B2"}],
}
REASONS = [{"field": "name", "comparison": "without-accents", "weight": 8.0}, {"field": "sex", "comparison": "different", "weight": -4.0}]
KNOWN = {
    "type": "x/possible-duplicate", "title": "A rule refuses this", "detail": "The register may know this person already.", "rule": RULE, "possible": None, "fields": [],
    "candidates": [{"person_id": uid(1), "authority": "VN-22", "weight": 9.1, "reasons": REASONS}, {"person_id": None, "authority": "VN-01", "weight": 8.0, "reasons": REASONS[:1]}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    kinds = [{"kind": kind, "authorised": kind != "passport", "rule": RULE} for kind in ("national-id", "professional-number", "passport", "payroll")]
    world.answers |= {f"{R}/identifier-kinds": {"items": kinds}, f"{R}/persons": world.answers[f"{R}/persons"] | {"id": uid(7)}}


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", [HERE, BY_NUMBER, f"/people/{uid(1)}?done=entered"])
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_only_what_was_typed_is_sent(as_: As, world: World) -> None:
    answer = fill(as_("linh"), HERE, HERE, **HOA)
    assert answer.headers["location"] == f"/people/{uid(7)}?done=entered"
    assert world.sent[-1] == ("POST", f"{R}/persons", SENT)


def test_a_kind_that_no_text_authorises_has_no_field(as_: As) -> None:
    page = as_("linh").get(HERE).text
    assert 'name="number_payroll"' in page and "passport" not in page


def test_whom_it_may_be_is_shown_and_what_was_typed_is_kept(as_: As, world: World) -> None:
    client = as_("linh", "en")
    world.refusals[f"POST {R}/persons"] = Refusal(409, KNOWN)
    shown = fill(client, HERE, HERE, **HOA)
    assert shown.status_code == 409
    assert f'href="/people/{uid(1)}"' in shown.text and PEOPLE[uid(1)] in shown.text and "9 March 1986" in shown.text
    assert "the same without accents" in shown.text and "A file of VN-01" in shown.text
    assert all(f'value="{value}"' in shown.text for value in ("Nguyễn Thị Hòa", "1986", NUMBER))
    del world.refusals[f"POST {R}/persons"]
    again = client.post(HERE, data=hidden_fields(shown.text, HERE) | HOA | {"confirmed_distinct": "another identity card"})
    assert again.headers["location"] == f"/people/{uid(7)}?done=entered"
    assert world.sent[-1] == ("POST", f"{R}/persons", SENT | {"confirmed_distinct": "another identity card"})


@pytest.mark.parametrize(
    ("path", "field"),
    [("names.0.value", "name_legal"), ("identifiers.0", "number_national-id"), ("languages.0.level", "level_1"), ("purposes", "purposes"), ("body", "birth_year")],
)
def test_a_wrong_field_is_named_where_it_was_typed(as_: As, world: World, path: str, field: str) -> None:
    world.refusals[f"POST {R}/persons"] = Refusal(422, {"type": "x/malformed", "fields": [{"path": path, "reason": "Not so."}]})
    shown = fill(as_("linh"), HERE, HERE, **HOA)
    assert (shown.status_code, f'<a href="#{field}">Not so.</a>' in shown.text) == (422, True)


@pytest.mark.parametrize(("found", "leads"), [([uid(1)], f"/people/{uid(1)}"), ([], "/people/new"), ([uid(1), uid(2)], f"/people/{uid(2)}")])
def test_a_number_finds_whose_it_is(as_: As, world: World, found: list[str], leads: str) -> None:
    world.answers[f"{R}/persons/identifier-search"] = {"items": found}
    typed: dict[str, Any] = {"kind": "national-id", "issuer": "VN", "value": NUMBER}
    answer = fill(as_("linh"), BY_NUMBER, BY_NUMBER, **typed)
    assert ("POST", f"{R}/persons/identifier-search", typed) in world.sent
    assert NUMBER not in answer.headers.get("location", "") and NUMBER not in str(answer.url)
    assert leads in (answer.headers.get("location") or answer.text)
