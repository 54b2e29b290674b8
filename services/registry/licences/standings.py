"""The days of a licence: in force, suspended or revoked, with its scope; one standing a day, and nothing where it is not in force any more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

Standing = Literal["in_force", "suspended", "revoked"]
ONE_DAY = timedelta(days=1)
ALWAYS = date.max


@dataclass(frozen=True)
class Days:
    """From a first to a last day, both whole; without a last day, for good."""

    first: date
    last: date | None
    standing: Standing
    scope: tuple[str, ...]
    conditions: tuple[str, ...] = ()

    @property
    def end(self) -> date:
        return self.last or ALWAYS

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.end

    def is_part_of(self, other: "Days") -> bool:
        """Some of its days, worth the same."""
        return _is_the_same(self, other) and other.first <= self.first and self.end <= other.end


def without(known: Iterable[Days], first: date, last: date | None) -> list[Days]:
    """The same without the days from the first to the last."""
    end = last or ALWAYS
    left = []
    for one in known:
        if one.first < first:
            left.append(replace(one, last=min(one.end, first - ONE_DAY)) if one.end >= first else one)
        if one.end > end:
            left.append(replace(one, first=max(one.first, end + ONE_DAY)) if one.first <= end else one)
    return joined(left)


def joined(known: Iterable[Days]) -> list[Days]:
    """In order; days that follow each other and are worth the same are one period."""
    found: list[Days] = []
    for one in sorted(known, key=lambda days: days.first):
        if found and _is_the_same(found[-1], one) and found[-1].end != ALWAYS and found[-1].end + ONE_DAY == one.first:
            found[-1] = replace(found[-1], last=one.last)
        else:
            found.append(one)
    return found


def _is_the_same(one: Days, other: Days) -> bool:
    return (one.standing, one.scope, one.conditions) == (other.standing, other.scope, other.conditions)


def suspended(known: Sequence[Days], first: date, last: date | None) -> list[Days]:
    """What was in force on these days rests on them."""
    end = last or ALWAYS
    resting = [
        replace(one, first=max(one.first, first), last=one.last if one.end <= end else last, standing="suspended")
        for one in known
        if one.standing == "in_force" and one.first <= end and one.end >= first
    ]
    return joined([*without(known, first, last), *resting, *(one for one in _within(known, first, last) if one.standing != "in_force")])


def reinstated(known: Sequence[Days], first: date) -> list[Days]:
    """From a day on nothing rests any more."""
    again = [replace(one, first=max(one.first, first), standing="in_force") for one in known if one.standing == "suspended" and one.end >= first]
    kept = [one for one in known if one.standing != "suspended"]
    before = [replace(one, last=min(one.end, first - ONE_DAY)) for one in known if one.standing == "suspended" and one.first < first]
    return joined([*kept, *before, *again])


def revoked(known: Sequence[Days], first: date) -> list[Days]:
    """From a day on the right is withdrawn for good."""
    last = max(known, key=lambda one: one.first)
    return joined([*without(known, first, None), Days(first, None, "revoked", last.scope)])


def renewed(known: Sequence[Days], first: date, last: date, scope: tuple[str, ...], conditions: tuple[str, ...]) -> list[Days]:
    """From a day on it is in force to its new last day; days before it on which it had lapsed stay without a right."""
    return joined([*without(known, first, None), Days(first, last, "in_force", scope, conditions)])


def corrected(known: Sequence[Days], first: date, last: date | None, scope: tuple[str, ...], conditions: tuple[str, ...]) -> list[Days]:
    """The first and the last day as they should have been written, and what is said of the newest scope wherever that scope stands."""
    newest = max(known, key=lambda one: one.first)
    said = [replace(one, scope=scope, conditions=conditions) if _says(one) == _says(newest) else one for one in known]
    kept = _within(said, first, last)
    if kept:
        kept[0], kept[-1] = replace(kept[0], first=first), replace(kept[-1], last=last) if len(kept) > 1 else replace(kept[-1], first=first, last=last)
        return joined(kept)
    return [Days(first, last, "in_force", scope, conditions)]


def _says(one: Days) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return one.scope, one.conditions


def _within(known: Iterable[Days], first: date, last: date | None) -> list[Days]:
    end = last or ALWAYS
    return [replace(one, first=max(one.first, first), last=one.last if one.end <= end else last) for one in known if one.first <= end and one.end >= first]
