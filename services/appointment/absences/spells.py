"""Counting days of absence: a day is excluded once, and days that touch are one spell (R-SPELL)."""

from collections.abc import Iterable
from datetime import date

from shared.calendars import ONE_DAY, period_end

Days = tuple[date, date]


def spells(absences: Iterable[Days]) -> list[Days]:
    """The continuous spells that some absences make, in order; overlapping days count once."""
    found: list[Days] = []
    for first, last in sorted(absences):
        if found and first <= found[-1][1] + ONE_DAY:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def end_with_absences(first_day: date, last_day: date, absences: Iterable[Days]) -> date:
    """The day on which a period from `first_day` to `last_day` really ends when days of absence do not count.

    Each excluded day moves the end by one day; an absence that starts in the extension counts too (R-EXTEND).
    """
    end = last_day
    for first, last in spells(absences):
        if last < first_day:
            continue
        if first > end:
            break
        end += last - max(first, first_day) + ONE_DAY
    return end


def excluded_days(first_day: date, last_day: date, absences: Iterable[Days]) -> int:
    """How many days the end of a period was moved."""
    return (end_with_absences(first_day, last_day, absences) - last_day).days


def whole_months(first: date, last: date) -> int:
    """Whole months of a spell, both days included (R-PERIOD)."""
    months = 0
    while period_end(first, months + 1) <= last:
        months += 1
    return months


def day_after(day: date) -> date:
    return day + ONE_DAY
