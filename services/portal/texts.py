"""Texts of the pages: English is the message id, the catalogs hold French and Vietnamese.

Named values are filled in after translation and escaped, so that a name with `<` in it stays a name.
"""

from typing import Any

from markupsafe import Markup

from shared.i18n import _, catalog, current_language, translate


def gettext(text: str, **values: Any) -> Markup:
    """A text in the reader's language."""
    found = catalog(current_language.get()).gettext(text) if text else ""
    return Markup(found).format(**values) if values else Markup(found)  # noqa: S704 - the catalogs are ours; values are escaped by `format`


def ngettext(one: str, many: str, n: int, **values: Any) -> Markup:
    """A text that counts, by the language's own plural rule; `{n}` is written as the language writes numbers."""
    from services.portal.formats import number

    found = catalog(current_language.get()).ngettext(one, many, n)
    return Markup(found).format(n=number(n), **values)  # noqa: S704 - as above


def translated(text: Any) -> str:
    """A text that a service keeps as data (of a rule, of a legal basis), in the reader's language; as it stands when no catalog knows it. Escaped like any data."""
    return translate(str(text))


__all__ = ["_", "gettext", "ngettext", "translated"]
