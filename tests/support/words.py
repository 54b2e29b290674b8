"""Every text that a service marks for translation is in its French and Vietnamese catalogs, with the same named values."""

import ast
import string
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]


def marked_texts(service: str) -> set[str]:
    """The texts inside `_("…")` in the service's code."""
    found = set()
    for path in (ROOT / "services" / service).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def translated_texts(service: str, language: str) -> dict[str, str]:
    with (ROOT / "services" / service / "translations" / f"{language}.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source, locale=language) if message.id}


def named_values(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name}


def faults(service: str, language: str) -> list[str]:
    """What is missing, left over, empty, or names other values than the English text."""
    marked, translated = marked_texts(service), translated_texts(service, language)
    wrong = [text for text, other in translated.items() if not other or named_values(text) != named_values(other)]
    return sorted(marked ^ set(translated)) + wrong
