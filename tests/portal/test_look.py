"""What the look promises: contrast in both themes, complete catalogs, a light first load, nothing foreign on a page."""

import hashlib
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import brotli
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

from services.portal.formats import day, day_short, in_words, money, number
from services.portal.labels import LABELS, STATES
from services.portal.texts import gettext, ngettext
from services.portal.vendor import words_of_templates
from shared.i18n import current_language
from tests.portal.world import CANDIDACY, uid

PORTAL = Path(__file__).parents[2] / "services" / "portal"
SHARED = Path(__file__).parents[2] / "shared"
THEME = (PORTAL / "static" / "theme.css").read_text("utf-8")

# foreground, background, smallest ratio: 4.5 for text, 3 for large text, borders of fields, icons and the focus ring
PAIRS = [
    *[(text, ground, 4.5) for text in ("text", "muted", "ink", "ink-hover", "teal", "brick", "amber-text") for ground in ("surface", "paper", "sunken")],
    ("on-ink", "ink", 4.5), ("on-ink", "ink-hover", 4.5), ("ink", "ink-soft", 4.5), ("text", "ink-soft", 4.5), ("teal", "teal-soft", 4.5), ("text", "teal-soft", 4.5),
    ("amber-text", "amber-soft", 4.5), ("text", "amber-soft", 4.5), ("brick", "brick-soft", 4.5), ("text", "brick-soft", 4.5), ("on-bar", "bar", 4.5), ("on-bar", "bar-field", 4.5), ("surface", "teal", 4.5),
    ("surface", "brick", 4.5), ("line-strong", "surface", 3), ("line-strong", "paper", 3), ("focus", "surface", 3), ("focus", "paper", 3), ("chart-1", "surface", 3), ("chart-2", "surface", 3), ("chart-3", "surface", 3), ("amber", "surface", 3),
]  # fmt: skip


def tokens(selector: str) -> dict[str, str]:
    block = THEME[THEME.index(selector + " {") :]
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block[: block.index("\n}" if not selector.startswith("  ") else "\n  }")]))


LIGHT, DARK, FOLLOWED = tokens(":root"), tokens(':root[data-theme="dark"]'), tokens("  :root:not([data-theme])")


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(theme: dict[str, str], ink: str, ground: str, least: float) -> None:
    assert contrast(theme[ink], theme[ground]) >= least, f"{ink} on {ground}: {contrast(theme[ink], theme[ground]):.2f}"


def test_the_dark_theme_is_one_whether_forced_or_followed() -> None:
    assert DARK == FOLLOWED
    assert set(DARK) == set(LIGHT)


def messages() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(
        PORTAL,
        [("**.py", "python"), ("templates/**.html", "jinja2")],
        {"**": {"trim_blocks": "true", "lstrip_blocks": "true"}},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message for _file, _line, message, _comments, _context in found}


def catalogs_of(owner: Path, language: str) -> list[Catalog]:
    return [read_po(BytesIO(path.read_bytes()), locale=language) for path in (owner / "translations").rglob(f"{language}.po")]


@pytest.mark.parametrize("language", ["fr", "vi"])
def test_every_text_is_translated(language: str) -> None:
    own, common = (catalogs_of(owner, language) for owner in (PORTAL, SHARED))
    assert not [message.id for catalog in own for message in catalog if message.fuzzy and message.id]
    for wanted in messages():
        found = next((said for catalog in [*own, *common] if (said := catalog.get(wanted[0] if isinstance(wanted, tuple) else wanted))), None)
        assert isinstance(found, Message), f"not in {language}.po: {wanted}"
        assert all(found.string) if isinstance(found.string, tuple | list) else found.string, f"empty in {language}.po: {wanted}"
        placeholders = set(re.findall(r"\{\w+\}", str(wanted)))
        for text in found.string if isinstance(found.string, tuple | list) else [found.string]:
            assert set(re.findall(r"\{\w+\}", text)) == placeholders, f"{language}: {text}"
    assert not {message.id if isinstance(message.id, str) else tuple(message.id) for catalog in own for message in catalog if message.id} - messages(), "no longer used"


def test_every_state_has_icon_and_word() -> None:
    sprite = (PORTAL / "static" / "vendor" / "icons.svg").read_text("utf-8")
    for state in STATES.values():
        assert f'id="{state.icon}"' in sprite, state.icon
        assert state.word
    assert all(word for words in LABELS.values() for word in words.values())


def test_every_icon_of_a_page_is_in_the_sprite(as_: Callable[..., TestClient]) -> None:
    sprite = (PORTAL / "static" / "vendor" / "icons.svg").read_text("utf-8")
    drawn = set()
    for path in (
        "/",
        "/people",
        f"/people/{uid(1)}",
        f"/candidacies/{CANDIDACY}",
        "/campaigns",
        "/imports",
        f"/imports/registry/{uid(600)}",
        f"/imports/registry/{uid(600)}/rows?state=changed",
        f"/imports/registry/{uid(600)}/rows",
        f"/imports/registry/{uid(601)}",
        f"/imports/registry/{uid(602)}",
        f"/imports/registry/{uid(603)}",
        "/figures/density.doctors",
        "/needs",
        "/facilities",
    ):
        drawn |= set(re.findall(r'icons\.svg\?v=[0-9a-f]+#([a-z0-9-]+)"', as_("linh").get(path).text))
    assert drawn
    for name in drawn:
        assert f'id="{name}"' in sprite, name


def test_no_class_of_bootstrap_is_missing_after_the_purge() -> None:
    """The purge is repeated when templates change: a class that they use and Bootstrap has must be in our file."""
    ours = (PORTAL / "static" / "vendor" / "bootstrap.css").read_text("utf-8") + THEME
    for name in ("btn", "btn-primary", "form-control", "form-select", "visually-hidden", "small"):
        assert name in words_of_templates()
        assert f".{name}" in ours


def test_vendored_files_are_what_their_list_says() -> None:
    listed = (PORTAL / "static" / "vendor" / "VENDORED.md").read_text("utf-8")
    for path in (PORTAL / "static" / "vendor").iterdir():
        if path.name != "VENDORED.md":
            assert hashlib.sha256(path.read_bytes()).hexdigest() in listed, path.name
    for licence in ("0BSD", "MIT"):
        assert licence in listed


class TestWeight:
    STATIC = ("vendor/bootstrap.css", "theme.css", "vendor/htmx.min.js", "portal.js", "vendor/icons.svg", "mark.svg")

    def test_the_first_load_is_light(self, as_: Callable[..., TestClient]) -> None:
        files = sum(len(brotli.compress((PORTAL / "static" / name).read_bytes(), quality=4)) for name in self.STATIC)
        page = len(brotli.compress(as_("linh", "vi").get("/").content, quality=4))
        assert files + page <= 60 * 1024

    @pytest.mark.parametrize("path", ["/", "/people", f"/people/{uid(1)}", f"/candidacies/{CANDIDACY}", "/figures/density.doctors/records"])
    def test_a_next_page_is_light(self, as_: Callable[..., TestClient], path: str) -> None:
        page = as_("linh", "vi").get(path, headers={"accept-encoding": "br"})
        assert page.headers["content-encoding"] == "br"
        assert int(page.headers.get("content-length", 0)) <= 15 * 1024 or len(brotli.compress(page.content, quality=4)) <= 15 * 1024

    def test_static_files_are_kept_for_a_year_and_pages_by_nobody(self, as_: Callable[..., TestClient]) -> None:
        page = as_("linh").get("/")
        assert page.headers["cache-control"] == "no-store"
        address = re.search(r'href="(/static/theme\.css\?v=[0-9a-f]+)"', page.text)
        assert address
        assert "immutable" in as_("linh").get(address[1]).headers["cache-control"]


def test_a_page_may_load_only_what_is_ours(as_: Callable[..., TestClient]) -> None:
    page = as_("linh").get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in page.headers
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("fr", ("9 mars 2025", "09/03/2025", "1\u202f430\u202f000", "17,4", "550\u202f000\u202f000\xa0₫", "dans 3 jours", "2 jours de retard")),
        ("vi", ("9 tháng 3, 2025", "09/03/2025", "1.430.000", "17,4", "550.000.000\xa0₫", "còn 3 ngày", "quá hạn 2 ngày")),
        ("en", ("9 March 2025", "09/03/2025", "1,430,000", "17.4", "₫550,000,000", "in 3 days", "2 days late")),
    ],
)
def test_dates_numbers_and_money_as_the_language_writes_them(language: str, written: tuple[str, ...]) -> None:
    token = current_language.set(language)
    try:
        assert (day("2025-03-09"), day_short("2025-03-09"), number(1_430_000), number(17.4, 1), money(550_000_000), in_words("2025-10-03"), in_words("2025-09-28")) == written
    finally:
        current_language.reset(token)


def test_values_in_a_text_are_escaped() -> None:
    assert str(gettext("Account of {name}", name="<b>")).endswith("&lt;b&gt;")
    assert "{n}" not in str(ngettext("{n} year", "{n} years", 1))
