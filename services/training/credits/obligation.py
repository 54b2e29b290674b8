"""What continuing education asks of a person, and where they stand: one engine for every pack (CME-01, CME-02).

Elapsed = days up to today, today included, ÷ days of the cycle (R-ELAPSED). Order: met, at risk, behind, on track; a
completed minimum is on track (R-RISK). All shares are exact; they are rounded once, half up, for display (R-HALFUP).
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from shared.calendars import ONE_DAY, add_months, period_end
from shared.rulepacks import RulePack

Standing = Literal["on_track", "behind", "at_risk"]


@dataclass(frozen=True)
class Cycle:
    """A cycle from its first to its last day, both whole."""

    starts_on: date
    ends_on: date

    def holds(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def elapsed(self, day: date) -> Fraction:
        """Share of the days that are over on a day, that day included; 0 before the cycle and 1 after it."""
        length = (self.ends_on - self.starts_on).days + 1
        return Fraction(min(max((day - self.starts_on).days + 1, 0), length), length)


@dataclass(frozen=True)
class Obligation:
    """`{cycle_start, years, unit, minimum}` of a pack, with the thresholds of “at risk”."""

    first_cycle: date
    years: int
    unit: str
    minimum: Decimal
    months_left: int
    share_percent: int

    @classmethod
    def of(cls, pack: RulePack) -> "Obligation":
        rule, risk = pack.rule("CME-01").value, pack.rule("CME-02").value
        return cls(date.fromisoformat(rule["from"]), rule["years"], rule["unit"], Decimal(rule["minimum"]), risk["months_left"], risk["share_percent"])

    def cycle_on(self, day: date, *, begins: date | None = None) -> Cycle:
        """The cycle of a day. The first one begins on the day of the text, or with the person's first day of work after it (CME-03)."""
        starts_on = max(self.first_cycle, begins) if begins else self.first_cycle
        first, number = starts_on, 1
        while True:
            last = period_end(starts_on, 12 * self.years * number)
            if day <= last:
                return Cycle(first, last)
            first, number = last + ONE_DAY, number + 1

    def expected(self, cycle: Cycle, day: date) -> Fraction:
        """What a person on track has by a day."""
        return Fraction(self.minimum) * cycle.elapsed(day)

    def standing(self, earned: Decimal, cycle: Cycle, day: date) -> Standing:
        """On track, behind (fewer than the elapsed share), or at risk (little time left and little earned)."""
        if earned >= self.minimum:
            return "on_track"
        if self.is_late(cycle, day) and Fraction(earned) * 100 < Fraction(self.minimum) * self.share_percent:
            return "at_risk"
        return "behind" if Fraction(earned) < self.expected(cycle, day) else "on_track"

    def is_late(self, cycle: Cycle, day: date) -> bool:
        """Less than some months of the cycle are left after this day."""
        return add_months(day + ONE_DAY, self.months_left) > cycle.ends_on + ONE_DAY


def shown(value: Fraction, decimals: int = 0) -> Decimal:
    """An exact value rounded once, half up."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
