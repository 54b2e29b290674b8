"""The days of a mission: one after the other, some days of each week, or one week of each month; a counter adds only days done (A21)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from shared.calendars import add_months

Pattern = Literal["continuous", "weekly_days", "monthly_week"]
Span = tuple[date, date]
ONE_DAY = timedelta(days=1)


def days_of(pattern: Pattern, first: date, last: date, *, weekdays: Sequence[int] = (), week: int | None = None) -> list[date]:
    """The days that a mission takes, both ends included; weekdays count from Monday = 0, weeks of a month from 1."""
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    if pattern == "weekly_days":
        return [day for day in every if day.weekday() in weekdays]
    if pattern == "monthly_week":
        return [day for day in every if day in _week_of_month(day, week or 1)]
    return list(every)


def _week_of_month(day: date, week: int) -> Sequence[date]:
    """Monday to Friday of the n-th whole week of the month of a day."""
    first = day.replace(day=1)
    monday = first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (week - 1))
    return [monday + timedelta(days=number) for number in range(5)]


def spans_of(days: Iterable[date]) -> list[Span]:
    """Days that touch make one span."""
    spans: list[Span] = []
    for day in sorted(days):
        if spans and day == spans[-1][1] + ONE_DAY:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def longest_tour(days: Iterable[date], others: Iterable[date] = ()) -> Span | None:
    """The longest run of days without a break that holds one of these days; days of other missions that touch it make it longer."""
    own = set(days)
    tours = [span for span in spans_of(own | set(others)) if any(span[0] <= day <= span[1] for day in own)]
    return max(tours, key=lambda span: (span[1] - span[0], span[0]), default=None)


def days_in(span: Span) -> int:
    return (span[1] - span[0]).days + 1


def last_day_within(days: Sequence[date], most: int) -> date | None:
    """The last of the first `most` days; None when none is left."""
    return sorted(days)[:most][-1] if days and most > 0 else None


def shortest_end(first: date, months: int) -> date:
    """The first day on which a tour of so many months is whole."""
    return add_months(first, months) - ONE_DAY
