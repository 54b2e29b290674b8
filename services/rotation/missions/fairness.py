"""Who goes next (ROT-05): volunteers first, then the lowest burden, then the longest wait, then a drawn lot that anybody can draw again."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from uuid import UUID

from shared.calendars import add_months

LOT = "sha256(seed + ' ' + person id), ascending"


@dataclass(frozen=True)
class Served:
    """Days done on missions at a place of some remoteness."""

    days: Sequence[date]
    remoteness: str


@dataclass(frozen=True)
class Eligible:
    """Somebody who could go: since when, what they have done, whether they offer to."""

    person_id: UUID
    since: date | None
    served: Sequence[Served]
    volunteer: bool = False

    @property
    def last_day(self) -> date | None:
        return max((day for served in self.served for day in served.days), default=None)


@dataclass(frozen=True)
class Ranked:
    """One line of the order, with everything that made it."""

    person_id: UUID
    volunteer: bool
    burden: Fraction
    days: int
    eligible_years: Fraction
    last_day: date | None
    lot: str


def window_of(day: date, years: int) -> tuple[date, date]:
    """Mission days count in [day − n years, day) (R-WINDOW)."""
    return add_months(day, -12 * years), day


def eligible_years(since: date | None, day: date, years: int) -> Fraction:
    """Years of service inside the window; somebody who has just come has none."""
    first, last = window_of(day, years)
    start = max(since or first, first)
    return Fraction(max((last - start).days, 0), (last - first).days) * years


def burden(days_by_remoteness: Mapping[str, int], weights: Mapping[str, int], years: Fraction) -> Fraction:
    """Σ (days × weight of the place) ÷ eligible years; without an eligible year it is 0 (A20, R-NEVER)."""
    total = sum(days * weights.get(remoteness, 1) for remoteness, days in days_by_remoteness.items())
    return Fraction(total) / years if years > 0 else Fraction(0)


def lot_of(seed: str, person_id: UUID) -> str:
    return hashlib.sha256(f"{seed} {person_id}".encode()).hexdigest()


def order(people: Iterable[Eligible], *, day: date, years: int, weights: Mapping[str, int], seed: str) -> list[Ranked]:
    """The order in which people are asked; whoever was never sent has waited longest (R-NEVER)."""
    first, last = window_of(day, years)
    ranked = []
    for person in people:
        counted: dict[str, int] = {}
        for served in person.served:
            counted[served.remoteness] = counted.get(served.remoteness, 0) + sum(first <= done < last for done in served.days)
        service = eligible_years(person.since, day, years)
        ranked.append(
            Ranked(
                person_id=person.person_id,
                volunteer=person.volunteer,
                burden=burden(counted, weights, service),
                days=sum(counted.values()),
                eligible_years=service,
                last_day=person.last_day,
                lot=lot_of(seed, person.person_id),
            )
        )
    return sorted(ranked, key=lambda each: (not each.volunteer, each.burden, each.last_day or date.min, each.lot))


def shown(value: Fraction) -> Decimal:
    """Two decimals, rounded once, half up."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def gini(days: Sequence[int]) -> Fraction | None:
    """How unevenly mission days lie on those who are eligible; none for nobody or no day."""
    total, count = sum(days), len(days)
    if not count or not total:
        return None
    weighted = sum(place * value for place, value in enumerate(sorted(days), start=1))
    return Fraction(2 * weighted, count * total) - Fraction(count + 1, count)
