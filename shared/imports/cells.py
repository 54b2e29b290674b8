"""What one cell says: dates as Viet Nam writes them, numbers with either decimal sign, words of closed lists in three languages.

Each reader takes a cell and gives a value, or raises Fault with the reason.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from shared.clock import today
from shared.i18n import _
from shared.imports.tables import Cell
from shared.names import canonical, fold, is_a_name

Reader = Callable[[Cell], Any]

_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$")
_YEAR = re.compile(r"^(?:19|20)\d{2}$")
_CODE = re.compile(r"^[A-Z]{2}(-[A-Z0-9]+)+$")  # an authority or a facility
_CONTROL = re.compile("[\x00-\x1f\ud800-\udfff]")
LONGEST_TEXT = 300


class Fault(Exception):
    """Why a cell or a line is not accepted: a message id and its values. The value `unknown` is a word for which a code may be chosen and remembered."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


def written(cell: Cell) -> str:
    """The cell as somebody typed it: a number without the decimals that the spreadsheet added."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return canonical(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return canonical(str(cell))


def text_of(cell: Cell) -> str:
    value = written(cell)
    if len(value) > LONGEST_TEXT:
        raise Fault(_("This text is longer than {most} characters."), most=LONGEST_TEXT)
    if _CONTROL.search(value):
        raise Fault(_("This text holds a control character."))
    return value


def name_of(cell: Cell) -> str:
    value = text_of(cell)
    if not is_a_name(value):
        raise Fault(_("“{written}” is not a name."), written=value[:60])
    return value


def facility_code_of(cell: Cell) -> str:
    value = text_of(cell).upper()
    if not _CODE.match(value) or len(value) > 60:
        raise Fault(_("“{written}” is not a code such as VN-22-BVT."), written=value[:60])
    return value


def date_of(cell: Cell) -> date:
    """dd/mm/yyyy, d/m/yyyy, ISO or a cell typed as a date."""
    if isinstance(cell, datetime):
        if cell.hour or cell.minute or cell.second:
            raise Fault(_("“{written}” has a time of day; write the date alone."), written=written(cell))
        return sensible(cell.date(), written(cell))
    if isinstance(cell, date):
        return sensible(cell, written(cell))
    value = text_of(cell)
    if match := _SLASHED.match(value):
        day, month, year = (int(part) for part in match.groups())
    elif match := _ISO.match(value):
        year, month, day = (int(part) for part in match.groups())
    else:
        raise Fault(_("“{written}” is not a date: write dd/mm/yyyy, with four digits for the year."), written=value[:40])
    try:
        return sensible(date(year, month, day), value)
    except ValueError as error:
        raise Fault(_("“{written}” is no day of the calendar: write the day first, dd/mm/yyyy."), written=value[:40]) from error


def sensible(day: date, value: str) -> date:
    if not 1900 <= day.year <= 2100:
        raise Fault(_("The year of “{written}” cannot be meant."), written=value[:40])
    return day


def birth_of(cell: Cell) -> tuple[date | None, int]:
    """A birth date, or a bare year from 1900 to 2099: then only the year is known."""
    value = written(cell)
    if _YEAR.match(value):
        born, year = None, int(value)
    else:
        born = date_of(cell)
        year = born.year
    if (born or date(year, 1, 1)) > today():
        raise Fault(_("“{written}” is in the future."), written=value[:40])
    return born, year


def year_of(cell: Cell) -> int:
    value = written(cell)
    if not _YEAR.match(value):
        raise Fault(_("“{written}” is not a year."), written=value[:40])
    return int(value)


def number_of(least: Decimal, most: Decimal, places: int) -> Reader:
    """A number between two bounds, `0.5` or `0,5`."""

    def read(cell: Cell) -> Decimal:
        value = written(cell)
        try:
            number = Decimal(value.replace(",", ".")) if re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", value) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_nan():
            raise Fault(_("“{written}” is not a number."), written=value[:40])
        if not least <= number <= most:
            raise Fault(_("{number} is not between {least} and {most}."), number=str(number), least=str(least), most=str(most))
        return number.quantize(Decimal(1).scaleb(-places))

    return read


@dataclass(frozen=True)
class WordOf:
    """One code of a closed list, written as the code or as one of its words in any language."""

    words: Mapping[str, tuple[str, ...]]

    @cached_property
    def known(self) -> Mapping[str, str]:
        return {fold(word): code for code, others in self.words.items() for word in (code, *others)}

    def __call__(self, cell: Cell) -> str:
        value = text_of(cell)
        code = self.known.get(fold(value))
        if code is None:
            raise Fault(_("“{written}” is not known here. Known: {known}."), written=value[:60], known=", ".join(self.words), unknown=value[:60])
        return code


def word_of(words: Mapping[str, tuple[str, ...]]) -> WordOf:
    return WordOf(words)


_TRUE = {fold(word) for word in ("true", "yes", "oui", "có", "x", "1", "vrai", "đúng")}
_FALSE = {fold(word) for word in ("false", "no", "non", "không", "0", "faux", "sai", "")}


def truth_of(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    value = fold(written(cell))
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise Fault(_("“{written}” is neither yes nor no."), written=written(cell)[:40])
