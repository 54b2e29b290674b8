"""Counting days as the law counts them: periods, notices and deadlines in calendar or working days.

A *period* of status counts its first day and ends on the eve of the same day number n months later (R-PERIOD);
a *notice* of N days before an event does not count the day of the act (R-BACK); a *deadline* does not count the
day of the act, counts its last day whole, and moves off a day off (RP-04).
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """Weekend days, public holidays and working weekend days (Viet Nam swaps days each year, R-SWAP)."""

    weekend: frozenset[int] = frozenset({5, 6})
    days_off: frozenset[date] = frozenset()
    working_weekend_days: frozenset[date] = frozenset()

    @classmethod
    def of_country(cls, country: str, years: Iterable[int], *, extra_days_off: Iterable[date] = (), working_weekend_days: Iterable[date] = ()) -> "WorkingCalendar":
        """The public holidays of a country (ISO 3166-1 alpha-2) with what its authority decided beside them."""
        import holidays  # noqa: PLC0415  few processes count working days, and it takes megabytes of each

        public = holidays.country_holidays(country, years=sorted(set(years)))
        return cls(days_off=frozenset(public) | frozenset(extra_days_off), working_weekend_days=frozenset(working_weekend_days))

    def works(self, day: date) -> bool:
        if day in self.working_weekend_days:
            return True
        return day.weekday() not in self.weekend and day not in self.days_off

    def deadline(self, act: date, days: int) -> date:
        """Last day, whole, of a time of `days` calendar days that opens with an act; off a day off (RP-04)."""
        day = act + timedelta(days=days)
        while not self.works(day):
            day += ONE_DAY
        return day

    def working_deadline(self, act: date, days: int) -> date:
        """Last day, whole, of a time of `days` working days that opens with an act."""
        day = act
        for _step in range(days):
            day += ONE_DAY
            while not self.works(day):
                day += ONE_DAY
        return day

    def working_notice(self, event: date, days: int) -> date:
        """Latest working day for an act that must come `days` clear working days before an event (A2)."""
        day = event
        for _step in range(days + 1):
            day -= ONE_DAY
            while not self.works(day):
                day -= ONE_DAY
        return day


def add_months(day: date, months: int) -> date:
    """The same day number `months` later, or the last day of that month when it lacks the number."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def completed_years(since: date, day: date) -> int:
    """Whole years on a day: 45 until the eve of the 46th birthday (R-AGE)."""
    years = day.year - since.year
    return years if add_months(since, 12 * years) <= day else years - 1


def period_end(start: date, months: int) -> date:
    """Last day, whole, of a period of status of `months` months that starts on `start` (R-PERIOD).

    It ends on the eve of the same day number; when the last month lacks that number, on its last day.
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    if start.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, start.day) - ONE_DAY


def calendar_notice_of_period_end(end: date, days: int) -> date:
    """Latest day for an act that must come `days` calendar days before a period ends, whose last day is one of those counted (A13)."""
    return end - timedelta(days=days)
