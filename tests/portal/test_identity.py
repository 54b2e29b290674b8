"""Identity and contacts: on HR's page of a person and on one's own."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.forms import fill
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import PEOPLE, RULE, World, allowed, page, uid

As = Callable[..., TestClient]
R = "/api/v1/registry"
HOA, NUMBER = f"{R}/persons/{uid(1)}", uid(810)
HERE = f"/people/{uid(1)}/identity"
IDENTIFIER: dict[str, Any] = {
    "id": NUMBER, "person_id": uid(1), "kind": "national-id", "issuer": "VN", "shown": "•••234", "value": None, "state": "declared", "declared_on": "2025-09-01", "verified_on": None,
    "method": None, "evidence": None, "version": 1, "available_actions": allowed("verify", "read", "remove"),
}  # fmt: skip
KINDS = [{"kind": kind, "authorised": kind != "passport", "rule": RULE | {"id": "IDN-KINDS"}} for kind in ("national-id", "professional-number", "passport", "payroll")]
CONTACT = {"id": uid(811), "kind": "phone", "purpose": "work", "value": "+84912345678", "visibility": "hr"}
FRENCH = {
    "language": "fr", "level": "B2", "certificate": "DELF B2", "expires_on": None, "state": "declared", "declared_on": "2025-09-01", "verified_on": None, "evidence": None,
    "available_actions": allowed("verify"),
}  # fmt: skip
PURPOSES = [
    {"purpose": "worker", "since": "2011-03-01", "until": None, "erase_from": None, "months_kept": 840, "rule": RULE, "available_actions": allowed("end")},
    {"purpose": "candidate", "since": "2010-03-01", "until": "2011-02-28", "erase_from": "2013-02-28", "months_kept": 24, "rule": RULE, "available_actions": []},
]


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    for whose in (HOA, f"{R}/persons/me"):
        world.answers |= {f"{whose}/contacts": page(CONTACT), f"{whose}/languages": page(FRENCH), f"{whose}/nationalities": {"countries": ["VN"]}}
    world.answers |= {
        f"{HOA}/identifiers": {"items": [IDENTIFIER], "kinds": KINDS},
        f"{HOA}/purposes": page(*PURPOSES),
        f"{R}/identifiers/{NUMBER}": IDENTIFIER | {"value": "022085001234"},
        f"{R}/persons/me/identifiers": [IDENTIFIER],
    }


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize(
    "path",
    [
        HERE,
        *(f"{HERE}/{form}" for form in ("identifier", "contact", "address", "address?country=FR", "address?country=other", "language", "nationality")),
        *(f"{HERE}/{form}?of={NUMBER}" for form in ("verification", "removal")),
        f"{HERE}/language-verification?of=fr",
        f"{HERE}/ending?of=worker",
        "/my-file/contacts",
        "/my-file/contacts/address?country=MA",
    ],
)
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_a_value_is_whole_only_when_it_is_asked_for(as_: As) -> None:
    client = as_("linh")
    assert "022085001234" not in client.get(HERE).text
    shown = fill(client, HERE, f"{HERE}/value")
    assert shown.status_code == 200
    assert "022085001234" in shown.text and "The person sees that you read it." in shown.text


def test_a_kind_that_is_off_is_not_offered_and_its_law_is_cited(as_: As) -> None:
    client = as_("linh")
    assert "Not authorised here:" in client.get(HERE).text
    assert RULE["citation"] in client.get(HERE).text
    offered = re.findall(r'<option value="([a-z-]+)"', client.get(f"{HERE}/identifier").text)
    assert offered == ["national-id", "professional-number", "payroll"]


ACTS: list[tuple[str, str, dict[str, str], tuple[str, str, dict[str, Any]], str]] = [
    ("identifier", "", {"kind": "national-id", "issuer": "VN", "value": "022 085 001 234"}, ("POST", f"{HOA}/identifiers", {}), "identifier"),
    ("verification", NUMBER, {"outcome": "verified", "method": "paper seen", "evidence": "card"}, ("POST", f"{R}/identifiers/{NUMBER}/verification", {}), "verified"),
    ("removal", NUMBER, {"reason": "misread"}, ("POST", f"{R}/identifiers/{NUMBER}/removal", {}), "removed"),
    ("contact", "", {"kind": "phone", "purpose": "work", "value": "0912345678", "visibility": "hr"}, ("POST", f"{HOA}/contacts", {}), "contact"),
    ("language-verification", "fr", {"evidence": "DELF"}, ("POST", f"{HOA}/languages/fr/verification", {}), "language-verified"),
    ("ending", "worker", {"until": "2025-09-30", "reason": "retired"}, ("POST", f"{HOA}/purposes/worker/ending", {}), "ended"),
]


@pytest.mark.parametrize(("form", "of", "typed", "asked", "done"), ACTS)
def test_an_act_is_sent_and_a_refusal_keeps_what_was_typed(
    as_: As, world: World, form: str, of: str, typed: dict[str, str], asked: tuple[str, str, dict[str, Any]], done: str
) -> None:
    client, method, path = as_("linh"), *asked[:2]
    shown = f"{HERE}/{form}" + (f"?of={of}" if of else "")
    world.refusals[f"{method} {path}"] = Refusal(409, {"title": "A rule refuses this", "detail": "Not now.", "rule": RULE, "possible": None, "fields": []})
    again = fill(client, shown, f"{HERE}/{form}", **typed)
    assert again.status_code == 409
    assert "Not now." in again.text
    assert all(f'value="{value}"' in again.text for name, value in typed.items() if name in ("value", "evidence", "reason", "until"))
    del world.refusals[f"{method} {path}"]
    world.answers[path] = (world.answers.get(path) or {}) | {"id": NUMBER}
    assert fill(client, shown, f"{HERE}/{form}", **typed).headers["location"] == f"{HERE}?done={done}"
    assert world.sent[-1] == (method, path, typed)


def test_a_language_and_nationalities_are_written(as_: As, world: World) -> None:
    client = as_("linh")
    world.answers[f"{HOA}/languages/fr"] = FRENCH
    assert fill(client, f"{HERE}/language", f"{HERE}/language", language="fr", level="B2").headers["location"] == f"{HERE}?done=language"
    assert world.sent[-1] == ("PUT", f"{HOA}/languages/fr", {"level": "B2"})
    assert fill(client, f"{HERE}/nationality", f"{HERE}/nationality", countries="VN").headers["location"] == f"{HERE}?done=nationality"
    assert world.sent[-1] == ("PUT", f"{HOA}/nationalities", {"countries": ["VN"]})


def test_whoever_reads_alone_is_offered_no_act(as_: As, world: World) -> None:
    world.answers[f"{HOA}/identifiers"] = {"items": [IDENTIFIER | {"available_actions": []}], "kinds": KINDS}
    world.answers[f"{HOA}/languages"] = page(FRENCH | {"available_actions": []})
    world.answers[f"{HOA}/purposes"] = page(PURPOSES[1])
    text = as_("director").get(HERE).text
    assert PEOPLE[uid(1)] in text and "+84912345678" in text
    assert f'action="{HERE}' not in text and f'href="{HERE}/' not in text


def test_an_address_is_typed_in_the_parts_of_its_country(as_: As, world: World) -> None:
    client = as_("linh")
    here = client.get(f"{HERE}/address").text
    assert here.index('name="line"') < here.index('name="city"') < here.index('name="state"')
    there = client.get(f"{HERE}/address?country=FR").text
    assert there.index('name="postal_code"') < there.index('name="city"') and 'name="state"' not in there
    world.answers[f"{HOA}/contacts"] = page(CONTACT)
    typed = {"line": "12, rue du Port", "postal_code": "63000", "city": "Clermont-Ferrand"}
    sent = fill(client, f"{HERE}/address?country=FR", f"{HERE}/address", purpose="private", visibility="hr", **typed)
    assert sent.headers["location"] == f"{HERE}?done=contact"
    body = {"kind": "address", "purpose": "private", "visibility": "hr", "address": {"country": "FR"} | typed}
    assert world.sent[-1] == ("POST", f"{HOA}/contacts", body)
    world.answers[f"{R}/persons/me/contacts"] = page(CONTACT)
    abroad = {"value": "Hauptstraße 1, 10115 Berlin", "purpose": "private", "visibility": "self"}
    fill(client, "/my-file/contacts/address?country=other", "/my-file/contacts/address", **abroad)
    assert world.sent[-1] == ("POST", f"{R}/persons/me/contacts", {"kind": "address"} | abroad)


def test_my_own_contacts_and_languages(as_: As, world: World) -> None:
    client = as_("linh")
    world.answers[f"{R}/persons/me/contacts"] = page(CONTACT)
    typed = {"kind": "email", "purpose": "private", "value": "hoa@bvt.vn", "visibility": "self"}
    assert fill(client, "/my-file/contacts", "/my-file/contacts", **typed).headers["location"] == "/my-file/contacts?done=contact"
    assert world.sent[-1] == ("POST", f"{R}/persons/me/contacts", typed)
    world.answers[f"{R}/persons/me/contacts/{uid(811)}/removal"] = {}
    assert fill(client, "/my-file/contacts", "/my-file/contacts/removal").headers["location"] == "/my-file/contacts?done=contact-removed"
    world.answers[f"{R}/persons/me/languages/fr"] = FRENCH
    assert fill(client, "/my-file/contacts", "/my-file/languages", language="fr", level="C1").headers["location"] == "/my-file/contacts?done=language"
