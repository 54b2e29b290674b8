"""Who is judged by a rule reads it in their own language: each unit, citation and value in words has its French and its Vietnamese."""

import re

import polib
import pytest

from shared.actions import action
from shared.errors import Refused
from shared.i18n import current_language
from shared.rulepacks import Rule
from tests.support.rule_texts import ROOT, texts_of_code, texts_of_packs

BOND = Rule("TRN-BOND-public_employee", 2, "times the months of the course", "Decree 101/2017/NĐ-CP (public employees serve at least twice the training time)")
NUMBER = re.compile(r"\d+/(?:\d{4}/)?[A-ZĐ]+\d*(?:-[A-ZĐa-z]+\d*)*")
PLACES = re.compile(r"(?:\barticles?|\bart\.|\bĐiều) (\d+)(?: (?:and|et) (\d+))?")
KINDS = {
    "Decree": {"fr": "décret", "vi": "Nghị định"},
    "Decision": {"fr": "décision", "vi": "Quyết định"},
    "Circular": {"fr": "circulaire", "vi": "Thông tư"},
    "Resolution": {"fr": "résolution", "vi": "Nghị quyết"},
    "Law": {"fr": "loi", "vi": "Luật"},
    "Official letter": {"fr": "lettre officielle", "vi": "Công văn"},
}


def places(text: str) -> list[str]:
    return sorted(number for pair in PLACES.findall(text) for number in pair if number)


def said_in(language: str) -> dict[str, str]:
    """What every process knows: the catalogs of `shared`."""
    catalogs = [polib.pofile(str(path)) for path in (ROOT / "shared/translations").rglob(f"{language}.po")]
    return {entry.msgid: entry.msgstr for catalog in catalogs for entry in catalog if entry.translated() and not entry.fuzzy}


@pytest.mark.parametrize("language", ["fr", "vi"])
def test_every_rule_is_said_in_the_reader_s_language(language: str) -> None:
    known = said_in(language)
    assert {text: where for text, where in (texts_of_packs() | texts_of_code()).items() if text not in known} == {}


@pytest.mark.parametrize("language", ["fr", "vi"])
def test_a_translation_cites_the_same_text(language: str) -> None:
    """Numbers and articles are never translated; the kind of text is."""
    known = said_in(language)
    for text in texts_of_packs() | texts_of_code():
        said = known[text]
        assert sorted(NUMBER.findall(said)) == sorted(NUMBER.findall(text)), said
        assert places(said) == places(text), said
        for kind, words in KINDS.items():
            assert kind + " " not in said, said
            assert not re.match(rf"{kind} \S*\d", text) or said.lower().startswith(words[language].lower()), said


@pytest.mark.parametrize(
    ("language", "unit", "citation"),
    [
        ("en", BOND.unit, BOND.citation),
        ("fr", "fois les mois des études", "Décret 101/2017/NĐ-CP (les agents publics servent au moins le double du temps de formation)"),
        ("vi", "lần số tháng học", "Nghị định 101/2017/NĐ-CP (viên chức phục vụ ít nhất gấp đôi thời gian đào tạo)"),
    ],
)
def test_a_refusal_and_a_closed_act_cite_it_in_the_reader_s_language(language: str, unit: str, citation: str) -> None:
    refused = Refused("bond-too-short", "The bond is too short.", rule=BOND)

    def refuse() -> None:
        raise refused

    before = current_language.set(language)
    try:
        told = [refused.as_json()["rule"], action("apply", True, refuse).rule]
    finally:
        current_language.reset(before)
    told.append(refused.as_json(language)["rule"])
    assert told == [{"id": BOND.id, "value": 2, "unit": unit, "citation": citation, "confidence": "confirmed"}] * 3


def test_what_is_stored_keeps_the_text_of_the_pack() -> None:
    before = current_language.set("vi")
    try:
        assert (BOND.as_json()["unit"], BOND.as_json()["citation"]) == (BOND.unit, BOND.citation)
    finally:
        current_language.reset(before)


def test_an_unknown_text_stays_as_it_is() -> None:
    """A policy's own citation is typed by people."""
    typed = Rule("ATT-01", 1, "VND", "Nghị quyết 28/2023/NQ-HĐND {ngày 8} 100 %")
    assert typed.told("vi") == typed.as_json()
