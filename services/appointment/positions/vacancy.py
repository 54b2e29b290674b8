"""Days without a holder: what mandates leave empty of a position's period."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.calendars import ONE_DAY

Period = tuple[date, date]


def empty_periods(first_day: date, last_day: date, held: Iterable[Period]) -> Sequence[Period]:
    """The days of [first, last] that no period covers, as periods whose both ends are whole days."""
    empty: list[Period] = []
    day = first_day
    for start, end in sorted(held):
        if start > day and day <= last_day:
            empty.append((day, min(start - ONE_DAY, last_day)))
        day = max(day, end + ONE_DAY)
    if day <= last_day:
        empty.append((day, last_day))
    return empty


def days_in(periods: Iterable[Period]) -> int:
    return sum((end - start).days + 1 for start, end in periods)
