"""In which encoding a text file was written, where its bytes alone do not say it.

UTF-8 and UTF-16 with its mark are certain. A file of Windows-1252, 1256 or 1258 has no mark: the same byte is Ã in one and Ă in another. It is
recognised when its words are words of French, Vietnamese or Arabic in one of them alone, or read the same in all that are possible. Else whoever
sent it says which: shown are some of its own words as each would read them. Nothing is guessed, because a name that is read wrongly is stored wrongly.
"""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared.errors import Malformed
from shared.i18n import _

Windows = Literal["windows-1252", "windows-1256", "windows-1258"]
WINDOWS: tuple[Windows, ...] = ("windows-1252", "windows-1256", "windows-1258")
CHUNK = 1 << 20
MOST_WORDS = 20_000
SHOWN = 8

_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_FRENCH = frozenset("àâäæçéèêëîïôöœùûüÿ")
_TYPOGRAPHY = "’‘“”«»–—…°º€·\xa0\xad\u200c\u200d"
_MARKS = "\u0300\u0301\u0303\u0309\u0323"  # the five tones
_VIETNAMESE = frozenset("ăâđêôơư") | {unicodedata.normalize("NFC", letter + mark) for letter in "aăâeêioôơuưy" for mark in _MARKS}


@dataclass(frozen=True)
class Preview:
    """How some words of the file would be read."""

    encoding: str
    examples: Sequence[str]


class NotDecided(Exception):
    """Several encodings are possible: how each would read the file."""

    def __init__(self, previews: Sequence[Preview]) -> None:
        super().__init__()
        self.previews = previews


def encoding_of(path: Path, said: str | None = None) -> str:
    """The encoding of a text file: what is certain of it, else what was said. Raises NotDecided when somebody must say it, and Malformed when the file cannot be read so."""
    with path.open("rb") as source:
        mark = source.read(2)
    encoding = "utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    line = first_line_not_in(encoding, path)
    if line is None:
        return encoding
    if said is not None:
        line = first_line_not_in(said, path)
        if line is None:
            return said
        raise Malformed.field("encoding", _("The file cannot be read so (line {line}). Choose another encoding, or save the file as “CSV UTF-8”."), line=line)
    not_in_utf8 = Malformed.field("file", _("The file is not in UTF-8 (line {line}). Save it again as “CSV UTF-8”, or send the XLSX file."), line=line)
    if encoding == "utf-16":
        raise not_in_utf8
    words, used = high_words(path)
    # A NUL is UTF-16 without its mark; a word that is UTF-8 after all says that two encodings were mixed: no single one is right.
    possible = [name for name in WINDOWS if _decodes(bytes(used), name)]
    if 0 in used or not possible or any(_decodes(word, "utf-8") for word in words):
        raise not_in_utf8
    readings = {name: [unicodedata.normalize("NFC", word.decode(name)) for word in words] for name in possible}
    plausible = [name for name in possible if all(_is_plausible(word, name) for word in readings[name])]
    if plausible and all(readings[name] == readings[plausible[0]] for name in plausible):
        return plausible[0]
    different = {tuple(readings[name]): name for name in reversed(possible)}
    raise NotDecided([Preview(name, _most_telling(readings, name)) for name in possible if name in different.values()])


def first_line_not_in(encoding: str, path: Path) -> int | None:
    """The first line that cannot be read so; nothing when the whole file can."""
    decoder, line, chunk = codecs.getincrementaldecoder(encoding)(), 1, b"-"
    with path.open("rb") as source:
        while chunk:
            chunk = source.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + chunk.count(b"\n", 0, error.start)
            line += chunk.count(b"\n")
    return None


def high_words(path: Path) -> tuple[list[bytes], set[int]]:
    """The words that are not plain ASCII, each once, and every byte that the file uses."""
    words: dict[bytes, None] = {}
    used: set[int] = set()
    with path.open("rb") as source:
        while line := source.readline(CHUNK):
            used |= set(line)
            if len(words) < MOST_WORDS:
                words |= dict.fromkeys(_WORD.findall(line))
    return list(words), used


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_plausible(word: str, encoding: str) -> bool:
    """Whether a word may be one of the language for which an encoding is used."""
    signs = {sign for sign in word.casefold() if not sign.isascii() and sign not in _TYPOGRAPHY}
    if encoding == "windows-1258":
        return signs <= _VIETNAMESE
    is_arabic = all("\u0600" <= sign <= "\u06ff" for sign in signs) and not re.search("[A-Za-z]", word)
    return signs <= _FRENCH or (encoding == "windows-1256" and is_arabic)


def _most_telling(readings: dict[Windows, list[str]], name: Windows) -> list[str]:
    """Words that the encodings read differently."""
    places = [place for place, said in enumerate(zip(*readings.values(), strict=True)) if len(set(said)) > 1] or range(len(readings[name]))
    return [readings[name][place][:60] for place in places[:SHOWN]]
