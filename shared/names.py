"""Names as people write them, as people search them, and in the order in which people look them up.

A name is stored as it was written. What is compared is a *folded* form: without case, accents, Arabic vowel marks
and the many shapes of one apostrophe, so that `Nguyễn`, `NGUYEN` and a decomposed `Nguyễn` are one name to whoever searches.
"""

import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not decompose, and Arabic letters that are written in several ways for one sound.
_ONE_LETTER_FOR_ANOTHER = str.maketrans(
    {
        "đ": "d", "ð": "d", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "ı": "i", "ħ": "h", "þ": "th",
        "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا", "ء": "", "ـ": "",
    }
)  # fmt: skip
# U+02BC and U+02BB are *letters* in Unicode, yet people type them for an apostrophe.
_APOSTROPHES = "'’‘‛ʼʻʹʽʾʿ`´′＇"
_HYPHENS = "-‐‑‒–—―−﹣－"
_APOSTROPHE = re.compile(f"[{re.escape(_APOSTROPHES)}]+")
_HYPHEN = re.compile(f"[{re.escape(_HYPHENS)}]+")
_INSIDE_A_WORD = re.compile(f"[{re.escape(_APOSTROPHES + _HYPHENS)}]+")
_NOT_IN_A_WORD = re.compile(r"[^\w\s]+|_+")

# Marks that turn the reading direction round would let a name show as another one.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")

_LETTER_MARKS = {"\u0306": "~", "\u0302": "~", "\u031b": "~"}  # ă, â ê ô, ơ ư; their order is set below
_SECOND_LETTERS = {("a", "\u0302"), ("o", "\u031b")}  # a < ă < â and o < ô < ơ
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}  # huyền, hỏi, ngã, sắc, nặng


def canonical(text: str) -> str:
    """The name as written: one Unicode form (NFC), single spaces, nothing around it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """The form in which two spellings of one name are equal: apostrophes vanish, hyphens are spaces."""
    plain = _HYPHEN.sub(" ", _APOSTROPHE.sub("", text))
    return " ".join(_NOT_IN_A_WORD.sub(" ", _without_marks(plain)).split())


def search_words(name: str) -> set[str]:
    """Every word by which a name may be found: `Saint-Exupéry` by saint, exupery and saintexupery."""
    found: set[str] = set()
    for chunk in name.split():
        parts = [part for piece in _INSIDE_A_WORD.split(chunk) for part in fold(piece).split()]
        found.update(parts, fold(chunk).split())
        if len(parts) > 1:
            found.add("".join(parts))
    return found


def query_words(query: str) -> list[list[list[str]]]:
    """What a search must find: for each word typed, the alternatives, each a list of beginnings of words.

    `o'brien anh` gives `[[["obrien"], ["o", "brien"]], [["anh"]]]`: a name matches when, for every word typed, all the
    beginnings of one alternative each begin one of its `search_words`, in any order.
    """
    typed = []
    for chunk in query.split():
        parts = [part for piece in _INSIDE_A_WORD.split(chunk) for part in fold(piece).split()]
        if len(parts) > 1:
            typed.append([["".join(parts)], parts])
        elif parts:
            typed.append([parts])
    return typed


def tsquery(query: str) -> str:
    """The same as PostgreSQL's `to_tsquery('simple', …)` wants it, over a column `array_to_tsvector(search_words)`; an empty query finds nothing."""
    return " & ".join(
        "(" + " | ".join("(" + " & ".join(f"'{start}':*" for start in alternative) + ")" for alternative in alternatives) + ")" for alternatives in query_words(query)
    )


def matches(name: str, query: str) -> bool:
    """Every word of the query begins a word of the name, in any order; the rule that the SQL search follows."""
    words = search_words(name)
    return all(any(all(any(word.startswith(start) for word in words) for start in alternative) for alternative in alternatives) for alternatives in query_words(query))


SCRIPTS = {"LATIN": "Latn", "ARABIC": "Arab"}


def script_of(name: str) -> str | None:
    """The script of a name's letters (ISO 15924); None where they are of several, or of another one."""
    found = {unicodedata.name(character, "").partition(" ")[0] for character in name if character.isalpha()}
    return SCRIPTS.get(found.pop()) if len(found) == 1 else None


def initials_of(name: str) -> str:
    """What a page that everybody reads may say of a name: the first letter of each word."""
    return "".join(f"{word[0]}." for word in name.split())


def sort_key(name: str, language: str = "vi") -> str:
    """A key whose plain byte order is the order of a list of people; the database has no collation of its own.

    Vietnamese compares word by word as written (family name first): first the letters of its own alphabet
    (a ă â b c d đ e ê … o ô ơ … u ư …), then the tone (none, huyền, hỏi, ngã, sắc, nặng).
    """
    written = canonical(name)
    ordered = " ".join(_vietnamese_key(word) for word in _words(written)) if language == "vi" else fold(written)
    return f"{ordered}\t{written}"


def is_a_name(text: str) -> bool:
    """A name has a letter of some script, no control character, and fits on a certificate."""
    written = canonical(text)
    return (
        0 < len(written) <= 200
        and any(character.isalpha() for character in written)
        and not _DIRECTION.search(written)
        and not any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in written)
    )


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Me", "Cf"))
    return kept.translate(_ONE_LETTER_FOR_ANOTHER)


def _words(text: str) -> list[str]:
    return _HYPHEN.sub(" ", _APOSTROPHE.sub("", text)).split()


@lru_cache(maxsize=50_000)
def _vietnamese_key(word: str) -> str:
    letters: list[str] = []
    tone = "0"
    for character in unicodedata.normalize("NFD", word.casefold()):
        if character in _TONES:
            tone = _TONES[character]
        elif character in _LETTER_MARKS and letters:
            # "~" follows every letter in byte order: `a~` is after `az` and before `b`.
            letters.append("~~" if (letters[-1], character) in _SECOND_LETTERS else "~")
        elif character == "đ":
            letters += ["d", "~"]
        else:
            letters.append(character if character.isascii() else _without_marks(character))
    return "".join(letters) + tone
