"""What is owed by who stops before the end of a commitment (COM-02), exactly; and how many months were served (R-MONTH)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from shared.calendars import ONE_DAY, period_end
from shared.commitments import WHOLE, BreachPolicy

Cause = Literal["leaves", "abandons", "no_diploma", "revoked"]
Pause = tuple[date, date]
"""First and last day that do not count, both whole."""

HALF_A_MONTH_DAYS = 15
UNFINISHED: frozenset[Cause] = frozenset({"abandons", "no_diploma"})


@dataclass(frozen=True)
class Owed:
    """An amount in minor units, with every figure that it comes from. `kind` says which formula was used."""

    amount: int
    kind: Literal["PRORATA", "FULL", "MULTIPLE", "TIERED"]
    months_due: int
    months_served: int
    percent: int | None = None

    @property
    def months_left(self) -> int:
        return max(self.months_due - self.months_served, 0)


def paused_days(pauses: Iterable[Pause], first: date, last: date) -> int:
    """Days of [first, last] that lie in a pause; a day in two pauses is one day."""
    days, reached = 0, first - ONE_DAY
    for starts_on, ends_on in sorted(pauses):
        begins, ends = max(starts_on, reached + ONE_DAY), min(ends_on, last)
        if begins <= ends:
            days += (ends - begins).days + 1
            reached = ends
    return days


def months_served(starts_on: date, on: date, pauses: Iterable[Pause] = ()) -> int:
    """Whole months of effective service from the first day to `on`, both whole; a rest of 15 days or more is one month."""
    last = on - timedelta(days=paused_days(pauses, starts_on, on))
    if last < starts_on:
        return 0
    months = (last.year - starts_on.year) * 12 + last.month - starts_on.month + 1
    while period_end(starts_on, months) > last:
        months -= 1
    return months + ((last - period_end(starts_on, months)).days >= HALF_A_MONTH_DAYS)


def clock_ends_on(starts_on: date, months_due: int, pauses: Iterable[Pause] = ()) -> date:
    """Last day of a commitment: its months of service, moved by the days that did not count, also those inside the move (COM-01)."""
    known = list(pauses)
    nominal = period_end(starts_on, months_due)
    ends_on = nominal
    while (moved := nominal + timedelta(days=paused_days(known, starts_on, ends_on))) != ends_on:
        ends_on = moved
    return ends_on


def half_up(amount: Fraction) -> int:
    """Money is rounded once, half up, to the smallest unit of its currency (R-MONEY)."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def owed(policy: BreachPolicy, benefit: int, *, months_due: int, served: int, cause: Cause = "leaves", prior_years: int = 0, discount_percent: int = 0) -> Owed:
    """What is owed after `served` months of `months_due`.

    PRORATA: F × (T1 − T2) ÷ T1. MULTIPLE: k times that (R-MULTIPLE). TIERED: a share by the months served. FULL: all of
    it, whatever was served; so too for a study that was abandoned or gave no diploma. Prior service lowers it by a share a
    year where the pack says so, never for FULL (R-FULL).
    """
    served = min(served, months_due)
    if policy.kind == "FULL" or cause in UNFINISHED:
        done = served >= months_due and cause not in UNFINISHED
        return Owed(0 if done else benefit, "FULL", months_due, served)
    percent = None
    if policy.kind == "TIERED":
        percent = next((step.percent for step in policy.steps if served < step.before_months), 0) if served < months_due else 0
        exact = Fraction(benefit * percent, WHOLE)
    else:
        exact = Fraction(benefit) * Fraction(months_due - served, months_due) * (Fraction(policy.multiple) if policy.kind == "MULTIPLE" and policy.multiple else 1)
    exact *= Fraction(max(WHOLE - discount_percent * prior_years, 0), WHOLE)
    return Owed(half_up(exact), policy.kind, months_due, served, percent)


def parts(amount: int, percents: Iterable[int]) -> list[int]:
    """An amount in parts that make exactly the whole: each is what is reached minus what was given."""
    given, reached, found = 0, 0, []
    for percent in percents:
        reached += percent
        upto = half_up(Fraction(amount * reached, WHOLE))
        found.append(upto - given)
        given = upto
    return found
