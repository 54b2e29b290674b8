"""The gallery: every component in every state, on one page that is nobody's record."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.portal import drawing
from services.portal.labels import STATES
from shared.settings import settings

COMPONENTS = Path(drawing.__file__).parent / "templates" / "components"
MADE_OF_OTHERS = {"csrf", "once", "rule_part", "rule_value", "rule_facts", "field_error", "described", "table", "bar", "file", "pager"}
"""Shown as a part of another component."""
NEEDS_A_RECORD = {"done_on", "done_note", "person_link", "act_form", "history_link", "history_short"}
"""Only makes sense about something that there is."""


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
def test_it_is_whole(as_: Callable[..., TestClient], language: str) -> None:
    text = as_("ops", language).get("/gallery").text
    assert text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    for name in re.findall(r'<label for="([^"]+)"', text):
        assert name in ids


def test_no_component_is_left_out() -> None:
    """Whoever writes a new one shows it here."""
    shown = (COMPONENTS.parent / "gallery" / "page.html").read_text("utf-8")
    made = {name for path in COMPONENTS.glob("*.html") for name in re.findall(r"{% macro (\w+)\(", path.read_text("utf-8"))}
    assert {name for name in made - MADE_OF_OTHERS - NEEDS_A_RECORD if f".{name}(" not in shown} == set()
    assert made >= MADE_OF_OTHERS | NEEDS_A_RECORD


def test_every_state_is_shown_with_its_word(as_: Callable[..., TestClient]) -> None:
    assert as_("ops").get("/gallery").text.count('class="badge-state') >= len(STATES)


@pytest.mark.parametrize(("tab", "marked"), [("", "Summary"), ("?tab=documents", "Documents"), ("?tab=secrets", "Summary")])
def test_a_part_of_a_record_has_an_address(as_: Callable[..., TestClient], tab: str, marked: str) -> None:
    text = as_("ops").get(f"/gallery{tab}").text
    inside = re.search(r'<nav class="tabs".*?</nav>', text, re.DOTALL)
    assert inside
    assert re.findall(r'aria-current="page">(\w+)<', inside[0]) == [marked]
    assert 'href="/gallery?tab=history"' in inside[0]


def test_in_production_only_operations_find_it(as_: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_("linh").get("/gallery").status_code == 200
    monkeypatch.setenv("RELAIS_ENV", "production")
    monkeypatch.delenv("RELAIS_TODAY")
    settings.cache_clear()
    assert as_("linh").get("/gallery").status_code == 404
    assert as_("ops").get("/gallery").status_code == 200
