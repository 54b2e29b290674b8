"""Every text that a person may read exists in French and Vietnamese, with the same named values."""

import re
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).parents[2]
PARTS = ["shared", "gateway", *sorted(f"services/{path.parent.name}" for path in (ROOT / "services").glob("*/app.py"))]
NAMED = re.compile(r"\{\w+\}|%\(\w+\)s")
METHODS = [("**.py", "python"), ("**.html", "jinja2")]


def marked(part: str) -> set[str]:
    """What the code marks for translation."""
    found = extract_from_dir(ROOT / part, METHODS, keywords={"_": None, "gettext": None, "ngettext": (1, 2)}, options_map={"**.html": {"extensions": "jinja2.ext.i18n"}})
    texts: set[str] = set()
    for _file, _line, message, _comments, _context in found:
        texts.update([message] if isinstance(message, str) else [text for text in message if text])
    return {text for text in texts if text}


@pytest.mark.parametrize("language", ["fr", "vi"])
@pytest.mark.parametrize("part", PARTS)
def test_everything_is_translated(part: str, language: str) -> None:
    catalogs = [polib.pofile(str(path)) for owner in (part, "shared") for path in (ROOT / owner / "translations").rglob(f"{language}.po")]
    known = {text: entry for catalog in catalogs for entry in catalog for text in (entry.msgid, entry.msgid_plural) if text}
    missing = sorted(marked(part) - {text for text, entry in known.items() if entry.translated() and not entry.fuzzy})
    assert missing == []
    for text, entry in known.items():
        for said in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert not said or entry.msgid_plural or set(NAMED.findall(said)) == set(NAMED.findall(text)), f"{text!r} and {said!r} name other values"


@pytest.mark.parametrize("language", ["fr", "vi"])
def test_one_text_is_said_one_way(language: str) -> None:
    """A sentence that two parts use has one translation: a person meets both."""
    said: dict[str, set[str]] = {}
    for part in PARTS:
        for path in (ROOT / part / "translations").rglob(f"{language}.po"):
            for entry in polib.pofile(str(path)):
                if not entry.msgid_plural:
                    said.setdefault(entry.msgid, set()).add(entry.msgstr)
    assert {text: ways for text, ways in said.items() if len(ways) > 1} == {}
