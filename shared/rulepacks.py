"""Country rules as data: a pack is a YAML file with a jurisdiction, a period and parameters that each carry a citation.

A case keeps the pack of the day it opened (RP-01); every date or amount computed from a parameter shows
"rule, value, citation" (RP-02), and a parameter that no text confirms says so.
A pack may stand on another one of its folder (`extends`), whose parameters hold where it says nothing else: `generic` has those of the product.
The product asks for a parameter by one name in every country; where the country's own text is known by another id, `id` says it and that one is cited.
Units, citations and values in words are English message ids: their French and Vietnamese are in `translations/rules`, and `told` gives them.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml

from shared.i18n import translate

GENERIC = "generic"
"""The pack of no jurisdiction: what the product itself lays down."""
Confidence = Literal["confirmed", "to_confirm"]


@dataclass(frozen=True)
class Rule:
    """One parameter of a pack, or one rule of the product, as it is shown to the person whom it decides about."""

    id: str
    value: Any = None
    unit: str = ""
    citation: str = ""
    confidence: Confidence = "confirmed"

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "value": self.value, "unit": self.unit, "citation": self.citation, "confidence": self.confidence}

    def told(self, language: str | None = None) -> dict[str, Any]:
        """As it is told to a reader: unit and citation in their language; what is stored keeps the English of the packs."""
        return self.as_json() | {"unit": translate(self.unit, language), "citation": translate(self.citation, language)}


class NoPackInForce(LookupError):
    """No rule pack of this jurisdiction covers the day that was asked."""


@dataclass(frozen=True)
class RulePack:
    """The rules of one jurisdiction for one period; `valid_to` is the last day, whole."""

    id: str
    jurisdiction: str
    valid_from: date
    valid_to: date | None
    rules: dict[str, Rule]

    def rule(self, rule_id: str) -> Rule:
        """One rule with its value and citation. Raises KeyError when the pack does not have it."""
        return self.rules[rule_id]

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class RulePacks:
    """The packs of one service."""

    packs: tuple[RulePack, ...]

    @classmethod
    def load(cls, folder: Path) -> "RulePacks":
        """Read every `*.yaml` of a folder. Raises ValueError when two packs of a jurisdiction overlap or a rule lacks its citation."""
        packs = sorted((_read_pack(path) for path in sorted(folder.glob("*.yaml")) if path.stem != GENERIC), key=lambda pack: (pack.jurisdiction, pack.valid_from))
        for earlier, later in pairwise(packs):
            if earlier.jurisdiction == later.jurisdiction and earlier.covers(later.valid_from):
                raise ValueError(f"Rule packs {earlier.id} and {later.id} are both in force on {later.valid_from}.")
        return cls(tuple(packs))

    def in_force(self, jurisdiction: str, day: date) -> RulePack:
        """The pack of a jurisdiction on a day. Raises NoPackInForce."""
        for pack in self.packs:
            if pack.jurisdiction == jurisdiction and pack.covers(day):
                return pack
        raise NoPackInForce(f"No rule pack of {jurisdiction} is in force on {day.isoformat()}.")

    def pinned(self, pack_id: str) -> RulePack:
        """The pack that a case was opened under. Raises KeyError."""
        return {pack.id: pack for pack in self.packs}[pack_id]


def _read_pack(path: Path) -> RulePack:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = _read_rules(path, content["rules"])
    if content.get("extends"):
        below = path.with_name(f"{content['extends']}.yaml")
        rules = _read_rules(below, yaml.safe_load(below.read_text(encoding="utf-8"))["rules"]) | rules
    return RulePack(content["id"], content["jurisdiction"], content["valid_from"], content.get("valid_to"), rules)


def _read_rules(path: Path, entries: dict[str, Any]) -> dict[str, Rule]:
    rules = {}
    for name, entry in entries.items():
        if not entry.get("citation"):
            raise ValueError(f"{path.name}: rule {name} has no citation.")
        rules[name] = Rule(entry.get("id", name), entry["value"], entry.get("unit", ""), entry["citation"], entry.get("confidence", "confirmed"))
    return rules
