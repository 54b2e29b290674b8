"""What a country brings with it: its currency, time zone, languages, order of names, forms of numbers, letterhead and parts of an address, one YAML file each.

A code of an authority, a facility or an occupation begins with the country's: `VN-22-BVT`. What is asked or typed without
saying where follows the country of whoever asks (`here()`); outside a request, that of the installation. Rules that a text
lays down are in the rule packs of each service, areas and their levels in the registry's data.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml

from shared.settings import settings

Sorting = Literal["vi", "plain"]


@dataclass(frozen=True)
class Letterhead:
    """What stands over an official paper: the state and its motto by language, beside who decides or above."""

    place: Literal["beside", "above"]
    state: Mapping[str, str]
    motto: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Address:
    """How the post of a country writes an address: the parts (words of FHIR Address), what each is called, and the lines that they make."""

    parts: Mapping[str, Mapping[str, str]]
    lines: tuple[tuple[str, ...], ...]
    required: tuple[str, ...]
    postal_code: re.Pattern[str]

    def written(self, said: Mapping[str, str]) -> str:
        """On one line, in the country's order; what is not said is left out."""
        lines = (" ".join(said[part] for part in line if said.get(part)) for line in self.lines)
        return ", ".join(line for line in lines if line)


@dataclass(frozen=True)
class Jurisdiction:
    """One country, with what follows from being there."""

    country: str
    currency: str
    time_zone: str
    languages: tuple[str, ...]
    sorting: Sorting
    identifiers: Mapping[str, re.Pattern[str]]
    letterhead: Letterhead
    address: Address


@cache
def jurisdictions() -> Mapping[str, Jurisdiction]:
    """Those that are packaged, by their country (ISO 3166-1 alpha-2)."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        ZoneInfo(told["time_zone"])
        patterns = {kind: re.compile(pattern) for kind, pattern in told.pop("identifiers").items()}
        said = told["address"]
        address = Address(said["parts"], tuple(map(tuple, said["lines"])), tuple(said["required"]), re.compile(said["postal_code"]))
        built = {"languages": tuple(told["languages"]), "identifiers": patterns, "letterhead": Letterhead(**told["letterhead"]), "address": address}
        one = Jurisdiction(**told | built)
        found[one.country] = one
    return found


@lru_cache(maxsize=4096)
def country_of(code: str) -> str:
    """The country that a code or the path of an authority begins with: `VN-22-BVT`, `VN.VN-22`."""
    return re.split(r"[-.]", code, maxsplit=1)[0]


def jurisdiction_of(code: str) -> Jurisdiction:
    """That of the country of a code or a path; the installation's for a country that is not packaged."""
    return jurisdictions().get(country_of(code)) or home()


def home() -> Jurisdiction:
    """The country of the installation. Raises KeyError when it is not packaged."""
    return jurisdictions()[settings().country]


_here: ContextVar[Jurisdiction | None] = ContextVar("jurisdiction", default=None)


def here() -> Jurisdiction:
    """The country of whoever asks, or of the installation."""
    return _here.get() or home()


def own_country() -> str:
    return here().country


def own_currency() -> str:
    return here().currency


def be_in(code: str) -> None:
    """From now on in this task, what says no country means that of this code."""
    _here.set(jurisdiction_of(code))


class somewhere:  # noqa: N801  used as a word: `with somewhere():`
    """Around a request: whoever it is from, nothing of it stays afterwards."""

    def __enter__(self) -> None:
        self.before = _here.set(None)

    def __exit__(self, *_: object) -> None:
        _here.reset(self.before)
