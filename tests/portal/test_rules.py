"""Each rule of each pack can be shown: a number, a list, a table of one, two or three columns, a yes."""

import re
from collections.abc import Iterator
from typing import Any

import polib
import pytest

from services.portal.drawing import environment
from services.portal.labels import of_rule
from shared.i18n import LANGUAGES, current_language
from shared.rulepacks import Rule, RulePacks
from tests.support.rule_texts import ROOT

RULES = {f"{pack.id}-{rule.id}": rule for folder in sorted((ROOT / "services").glob("*/rules")) for pack in RulePacks.load(folder).packs for rule in pack.rules.values()}

CODE = re.compile(r"[a-z][a-z0-9_-]*")


def leaves(value: Any) -> Iterator[str]:
    """The texts of a value: names of parameters and codes, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(name)
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)


def shown(rule: Rule) -> str:
    macros: Any = environment().get_template("components/ui.html").module
    return re.sub(r"\s+", " ", macros.rule_facts(rule.told())).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_shown(language: str) -> None:
    token = current_language.set(language)
    try:
        for name, rule in RULES.items():
            assert not re.search(r"\bNone\b|\bTrue\b|\bFalse\b|[{\[]&#39;", shown(rule)), f"{name}: {shown(rule)}"
    finally:
        current_language.reset(token)


@pytest.mark.parametrize("language", ["fr", "vi"])
def test_every_name_and_code_has_words(language: str) -> None:
    """The English of a name or code is known to the catalogs of the pages: a code shown as it is stored is not."""
    catalogs = [polib.pofile(str(path)) for part in ("shared", "services/portal") for path in (ROOT / part / "translations").rglob(f"{language}.po")]
    known = {entry.msgid for catalog in catalogs for entry in catalog if entry.translated() and not entry.fuzzy}
    token = current_language.set("en")
    try:
        bare = {(rule.id, leaf) for rule in RULES.values() for leaf in leaves(rule.value) if CODE.fullmatch(leaf) and of_rule(leaf, rule.id) not in known}
    finally:
        current_language.reset(token)
    assert sorted(bare) == []


def test_what_is_inside_a_table_ends_before_what_follows_it() -> None:
    token = current_language.set("en")
    try:
        assert "aa bb 1, cc –; dd ee, ff; gg 2" in shown(Rule("X", {"aa": {"bb": 1, "cc": []}, "dd": ["ee", "ff"], "gg": 2}))
    finally:
        current_language.reset(token)


def test_a_yes_among_numbers() -> None:
    token = current_language.set("en")
    try:
        assert "aa 0.5, bb Yes, cc …" in shown(Rule("X", {"aa": 0.5, "bb": True, "cc": None}))
    finally:
        current_language.reset(token)
