"""Three languages from Babel catalogs: English is the message id, French and Vietnamese are in `translations/**/{fr,vi}.po`.

`_("…")` only marks a text; `translate` chooses the language when the answer is written, because the same
refusal may be logged, stored and shown to people who read different languages.
"""

from contextvars import ContextVar
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = ("fr", "vi", "en")
DEFAULT_LANGUAGE = "fr"

current_language: ContextVar[str] = ContextVar("current_language", default=DEFAULT_LANGUAGE)
_folders: list[Path] = [Path(__file__).parent / "translations"]


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


def add_translations(folder: Path) -> None:
    """Make a service's catalogs known; called once when the service is created."""
    if folder.is_dir() and folder not in _folders:
        _folders.append(folder)
        catalog.cache_clear()


@cache
def catalog(language: str) -> NullTranslations:
    """All catalogs of one language, merged; a text without translation stays in English."""
    merged = Translations()
    for folder in _folders:
        for path in sorted(folder.rglob(f"{language}.po")):
            compiled = BytesIO()
            with path.open("rb") as source:
                write_mo(compiled, read_po(source, locale=language))
            compiled.seek(0)
            found = Translations(compiled)
            merged.merge(found)
            merged.plural = found.plural  # merging does not bring the language's own plural rule along
    return merged


def translate(text: str, language: str | None = None, **values: object) -> str:
    """The text in the caller's language with its named values filled in."""
    found = catalog(language or current_language.get()).gettext(text) if text else ""
    return found.format(**values) if values else found


@lru_cache(maxsize=512)
def choose_language(accept_language: str | None) -> str:
    """The first of our languages in an `Accept-Language` header, by weight; French when none is ours."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept_language or "").split(",")[:20]):
        tag, _semicolon, weight = part.strip().partition(";")
        try:
            q = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        wanted.append((-q, position, tag.strip().lower().split("-")[0]))
    return next((tag for q, _position, tag in sorted(wanted) if tag in LANGUAGES and q < 0), DEFAULT_LANGUAGE)
