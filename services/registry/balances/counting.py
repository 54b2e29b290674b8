"""Annual leave in working days, by the pack: a number of days, one more for so many years of service, by months in the first year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from shared.calendars import WorkingCalendar
from shared.rulepacks import Rule

MIDDLE_OF_MONTH = 15
MONTHS = 12


class Balance(BaseModel):
    """The leave of one year as of a day, in working days."""

    person_id: UUID
    year: int
    as_of: date
    serves_since: date | None = Field(description="The first day of service that the register knows of.")
    years_of_service: int = Field(description="Whole years by the end of the year.")
    entitled: int
    taken: int = Field(description="Approved, to this day.")
    planned: int = Field(description="Approved, after this day.")
    asked: int = Field(description="Asked, and not decided yet.")
    left: int = Field(description="Entitled, and what still counts of the year before, less taken and planned; below zero when more was approved.")
    carried: int = Field(description="What passed from the year before into this one.")
    carried_until: date | None = Field(description="The last day on which it is taken; what is left of it then lapses.")
    lapsed: int = Field(description="What lapsed of it by this day.")
    rule: dict[str, Any]
    carry_rule: dict[str, Any]


def entitlement(rule: Rule, since: date | None, year: int) -> tuple[int, int]:
    """Days of a year, and whole years of service by its end. A month begun by its middle counts; half a day and more is a whole one."""
    if since is None or since.year > year:
        return 0, 0
    years = year - since.year + (1 if (since.month, since.day) == (1, 1) else 0)
    months = MONTHS if since.year < year else MONTHS - since.month + (1 if since.day <= MIDDLE_OF_MONTH else 0)
    days = Decimal(rule.value["days"] + rule.value["seniority_days"] * (years // rule.value["seniority_years"])) * months / MONTHS
    return int(days.quantize(Decimal(1), ROUND_HALF_UP)), years


@dataclass(frozen=True, slots=True)
class LeaveYear:
    """What somebody was entitled to in a year, and the working days that were approved in it: all, and those up to the day on which carried leave lapses."""

    entitled: int
    approved: int
    approved_in_time: int


def carried_after(years: Iterable[LeaveYear], most: int) -> int:
    """What passes out of the last of these years, each following the other: carried leave is taken first, lapses on its day and never passes on twice."""
    carried = 0
    for year in years:
        carried = min(most, max(0, year.entitled + min(carried, year.approved_in_time) - year.approved))
    return carried


def still_counting(carried: int, approved_in_time: int, as_of: date, until: date) -> int:
    """How much of what was carried still counts on a day: all of it to its last day, afterwards what was taken of it in time."""
    return carried if as_of <= until else min(carried, approved_in_time)


def last_day_of_carry(rule: Rule, year: int) -> date:
    return date(year, rule.value["month"], rule.value["day"])


def working_days(calendar: WorkingCalendar, first: date, last: date) -> int:
    return sum(calendar.works(first + timedelta(days=number)) for number in range((last - first).days + 1))


def days_between(calendar: WorkingCalendar, spans: Sequence[tuple[date, date]], first: date, last: date) -> int:
    """Working days of these leaves that lie between two days."""
    return sum(working_days(calendar, max(begin, first), min(end, last)) for begin, end in spans if begin <= last and end >= first)
