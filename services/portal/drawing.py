"""How pages are drawn: one Jinja environment, the texts of the reader's language, the addresses of static files."""

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2_fragments import render_block
from markupsafe import Markup

from services.portal import formats, labels
from services.portal.navigation import navigation, reads_figures, reads_people
from services.portal.texts import gettext, ngettext, translated
from shared.clock import today
from shared.jurisdictions import here

if TYPE_CHECKING:
    from services.portal.visit import Visit

HERE = Path(__file__).parent


@cache
def static(path: str) -> str:
    """Address of a static file that changes with its content, so that a browser keeps it for a year."""
    digest = hashlib.sha256((HERE / "static" / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite; with a label it speaks, without one it only accompanies a word."""
    said = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true" focusable="false"')
    return Markup('<svg class="icon"{}><use href="{}#{}"/></svg>').format(said, static("vendor/icons.svg"), name)


def attributes(**values: Any) -> Markup:
    """HTML attributes: None and False are left out, True stands alone."""
    kept = [(name.rstrip("_").replace("_", "-"), value) for name, value in values.items() if value is not None and value is not False]
    return Markup("").join(Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, value) for name, value in kept)


@cache
def environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.globals |= {
        "_": gettext, "ngettext": ngettext, "icon": icon, "static": static, "attributes": attributes, "today": today,
        "label": labels.label, "state": labels.state, "in_words": formats.in_words, "nearness": formats.nearness, "sparkline": formats.sparkline,
        "name_of_occupation": labels.name_of_occupation, "navigation": navigation,
        "reads_people": reads_people, "reads_figures": reads_figures, "as_date": formats.as_date, "here": here, "currency": formats.currency,
    }  # fmt: skip
    found.filters |= {
        "day": formats.day, "day_short": formats.day_short, "month": formats.month, "instant": formats.instant,
        "number": formats.number, "fraction": formats.fraction, "money": formats.money, "amount": formats.amount, "initials": initials,
        "spoken": labels.spoken, "translated": translated, "of_rule": labels.of_rule,
    }  # fmt: skip
    return found


def initials(name: str) -> str:
    """Two letters for an account: of the first and the last word of the name as written."""
    words = name.split()
    return "".join(word[0].upper() for word in ([words[0], words[-1]] if len(words) > 1 else words))


def draw(template: str, *, visit: "Visit", block: str | None = None, **content: Any) -> str:
    """The page, or the one block of it that htmx will put in place."""
    content = {"visit": visit, "problem": None, "errors": {}} | content
    if block and block in environment().get_template(template).blocks:
        return str(render_block(environment(), template, block, **content))
    return environment().get_template(template).render(**content)


__all__ = ["attributes", "draw", "environment", "icon", "static"]
