"""Dates, numbers and money as the reader's language writes them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_name, get_currency_precision
from markupsafe import Markup

from services.portal.texts import _, gettext, ngettext
from shared.clock import day_of, today, zone
from shared.i18n import current_language
from shared.jurisdictions import here

LOCALES = {"fr": "fr_FR", "vi": "vi_VN", "en": "en_GB"}


def locale() -> str:
    return LOCALES[current_language.get()]


def as_date(value: Any) -> date | None:
    """A date of an API answer: `2025-03-09`, or the day of an instant in the authority's zone."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return day_of(value)
    if isinstance(value, date):
        return value
    text = str(value)
    if len(text) <= 10:
        return date.fromisoformat(text)
    return as_date(datetime.fromisoformat(text))


def day(value: Any) -> str:
    """9 mars 2025 · 9 tháng 3, 2025 · 9 March 2025."""
    found = as_date(value)
    return format_date(found, "long", locale=locale()) if found else "–"


def day_short(value: Any) -> str:
    """09/03/2025, as forms and tables of the three languages write it."""
    found = as_date(value)
    return found.strftime("%d/%m/%Y") if found else "–"


def month(value: Any) -> str:
    found = as_date(value)
    return format_date(found, "LLLL yyyy", locale=locale()) if found else "–"


def instant(value: Any) -> str:
    """An instant in the authority's zone, to the minute."""
    if not value:
        return "–"
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return format_datetime(at, "d MMMM yyyy HH:mm" if current_language.get() != "vi" else "HH:mm d MMMM, yyyy", tzinfo=zone(), locale=locale())


def number(value: Any, decimals: int | None = None) -> str:
    """A number with the language's separators; as many decimals as given or as it has."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if decimals is None:
        return str(format_decimal(exact, format="#,##0.##########", locale=locale()))
    return str(format_decimal(exact, format="#,##0" + ("." + "0" * decimals if decimals else ""), locale=locale()))


def fraction(value: Any) -> str:
    """An exact mark ("46/3") with two decimals, rounded once, half up."""
    exact = Fraction(str(value))
    return number(Decimal(int(exact * 200 + 1) // 2).scaleb(-2))


def money(amount: Any, currency: str | None = None) -> str:
    """Integer minor units in the currency's own way; in that of the reader's country where none is said."""
    if amount is None:
        return "–"
    currency = currency or here().currency
    return str(format_currency(Decimal(int(amount)) / 10 ** get_currency_precision(currency), currency, locale=locale()))


def amount(value: Any) -> str:
    """Minor units as they are typed into a form, in the currency of the reader's country: 125050 is `1250.50` in euros."""
    if value in (None, ""):
        return ""
    decimals = get_currency_precision(here().currency)
    return f"{Decimal(int(value)).scaleb(-decimals):.{decimals}f}"


def currency() -> str:
    """The currency of the reader's country, in the reader's words: dôngs vietnamiens, euros."""
    return str(get_currency_name(here().currency, count=2, locale=locale()))


def in_words(value: Any) -> str:
    """How far a deadline is: "in 3 days", "today", "2 days late"."""
    found = as_date(value)
    if found is None:
        return ""
    days = (found - today()).days
    if days == 0:
        return gettext(_("today"))
    if days < 0:
        return ngettext("{n} day late", "{n} days late", -days)
    return ngettext("in {n} day", "in {n} days", days)


def nearness(value: Any, warn_within: timedelta = timedelta(days=14)) -> str:
    """`late`, `near` or `far`: what a deadline's colour and icon follow."""
    found = as_date(value)
    if found is None:
        return "far"
    if found < today():
        return "late"
    return "near" if found - today() <= warn_within else "far"


def sparkline(points: list[tuple[str, float]], width: int = 480, height: int = 72) -> Markup:
    """A line of the last months with its last point marked; the table beside it says the same in words."""
    values = [value for _label, value in points]
    if len(values) < 2:
        return Markup("")
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    step = (width - 12) / (len(values) - 1)
    at = [(6 + n * step, height - 8 - (value - low) / spread * (height - 16)) for n, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    x, y = at[-1]
    drawing = Markup(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true" focusable="false"><polygon class="spark-area" points="{first:.1f},{h} {line} {x:.1f},{h}"/>'
        '<polyline class="spark-line" points="{line}"/><circle class="spark-dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/></svg>'
    )
    return drawing.format(w=width, h=height, first=at[0][0], line=line, x=x, y=y)
