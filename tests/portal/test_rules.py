"""Each rule of each pack can be shown: a number, a list, a table of one, two or three columns, a yes."""

import re
from typing import Any

import pytest

from services.portal.drawing import environment
from shared.i18n import LANGUAGES, current_language
from shared.rulepacks import Rule, RulePacks
from tests.support.rule_texts import ROOT

RULES = {f"{pack.id}-{rule.id}": rule for folder in sorted((ROOT / "services").glob("*/rules")) for pack in RulePacks.load(folder).packs for rule in pack.rules.values()}


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


def test_a_yes_among_numbers() -> None:
    token = current_language.set("en")
    try:
        assert "aa 0.5, bb Yes, cc …" in shown(Rule("X", {"aa": 0.5, "bb": True, "cc": None}))
    finally:
        current_language.reset(token)
