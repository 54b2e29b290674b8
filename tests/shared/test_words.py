"""Codes that pages and letters say are words in every language."""

import csv
from pathlib import Path

import pytest

from shared.i18n import LANGUAGES, current_language
from shared.words import KINDS, SPECIALTIES, said

STORIES = Path(__file__).parents[1] / "stories"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_a_word(language: str) -> None:
    token = current_language.set(language)
    try:
        for kind, words in KINDS.items():
            for code in words:
                assert said(kind, code) != code
    finally:
        current_language.reset(token)


@pytest.mark.parametrize(
    ("kind", "code", "word"),
    [
        ("specialty", "haematology", "Huyết học"),
        ("country", "CN", "Trung Quốc"),
        ("region", "CN-GX", "Quảng Tây"),
        ("programme", "bsnt", "Bác sĩ nội trú"),
        ("specialty", "nuclear-medicine", "Nuclear medicine"),
        ("award", "Giải thưởng của tỉnh", "Giải thưởng của tỉnh"),
        ("country", "ZZ-X", "ZZ-X"),
    ],
)
def test_in_vietnamese(kind: str, code: str, word: str) -> None:
    """A code that no list knows is written as words; what a person typed stays."""
    token = current_language.set("vi")
    try:
        assert said(kind, code) == word
    finally:
        current_language.reset(token)


def test_every_specialty_of_a_story_is_a_word() -> None:
    told = {row["specialty"] for file in STORIES.glob("*/bulk/*.csv") for row in csv.DictReader(file.read_text("utf-8").splitlines()) if row.get("specialty")}
    assert told
    assert told <= set(SPECIALTIES)
