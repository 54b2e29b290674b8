"""What the rules say beside their numbers: units, citations and values in words, of every rule pack and of every rule that is written in code."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from shared.rulepacks import Rule, RulePacks
from shared.workflow import Workflow

ROOT = Path(__file__).parents[2]
MAKERS = {
    "Rule": ("id", "value", "unit", "citation", "confidence"),
    "Workflow": ("of", "transitions", "citation"),
    "replace": ("rule",),
    "limit": ("id", "name", "unit"),
}
"""Calls that make a rule, or one from another, and what their places mean."""
HANDED_ON = {"unit", "citation", "currency"}
"""Of a rule, policy or amount at hand: the text is read where that one is made."""


def in_words(value: Any) -> bool:
    """Whether a value is a phrase, and not a number or a code."""
    return isinstance(value, str) and " " in value


@cache
def texts_of_packs() -> dict[str, str]:
    """Text → the rule that says it."""
    packs = [pack for folder in sorted((ROOT / "services").glob("*/rules")) for pack in RulePacks.load(folder).packs]
    return {
        text: f"{pack.id}: {rule.id}" for pack in packs for rule in pack.rules.values() for text in (rule.unit, rule.citation, rule.value if in_words(rule.value) else "") if text
    }


@cache
def texts_of_code() -> dict[str, str]:
    """Text → the line that says it. Raises AssertionError for a unit or citation that cannot be followed to its text."""
    found: dict[str, str] = {}
    written = {path for part in ("services", "shared", "gateway") for path in (ROOT / part).rglob("*.py")}
    for path in sorted(written - {ROOT / "shared/rulepacks.py"}):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for said in _said_by(node):
                where = f"{path.relative_to(ROOT)}:{said.lineno}"
                found |= {text: where for text in _texts(said, module, where) if text}
    return found


def _said_by(node: ast.AST) -> Iterator[ast.expr]:
    """The units, citations and values in words that one expression gives."""
    match node:
        case ast.Call(func=ast.Name(id="replace"), keywords=keywords) if {keyword.arg for keyword in keywords} - set(MAKERS["Rule"]):
            return  # of something else: a rule has no such field
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
            given = [*zip(MAKERS.get(name, ()), args, strict=False), *((keyword.arg, keyword.value) for keyword in keywords if name in MAKERS or keyword.arg == "citation")]
        case ast.BinOp(left=ast.Call(func=ast.Attribute(attr="as_json")), op=ast.BitOr(), right=ast.Dict(keys=keys, values=values)):
            given = [(key.value, value) for key, value in zip(keys, values, strict=True) if isinstance(key, ast.Constant)]
        case _:
            return
    yield from (said for name, said in given if name in ("unit", "citation") or (name == "value" and isinstance(said, ast.Constant) and in_words(said.value)))


def _texts(said: ast.expr, module: str, where: str) -> list[str]:
    match said:
        case ast.Constant(value=str() | None as text):
            return [text or ""]
        case ast.IfExp(body=first, orelse=second) | ast.BoolOp(values=[first, second]):
            return _texts(first, module, where) + _texts(second, module, where)
        case ast.Name(id=name) if isinstance(text := getattr(import_module(module), name, None), str):
            return [text]
        case ast.Attribute(value=ast.Name(id=name), attr=field) if isinstance(thing := getattr(import_module(module), name, None), Rule | Workflow):
            return [getattr(thing, field)]
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in HANDED_ON:
            return []
    raise AssertionError(f"{where}: the text {ast.unparse(said)} of a rule cannot be followed")
