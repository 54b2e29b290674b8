"""How long a term lasts, how much of it is left before retirement, and what is offered when it ends (APP-06, APP-09, APP-10; R-PERIOD, R-LEFT, R-BACK)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.calendars import ONE_DAY, WorkingCalendar, calendar_notice_of_period_end, period_end
from shared.rulepacks import Rule, RulePack

Offer = Literal["reappoint", "reappoint_until_retirement", "extend", "retire"]


def months_left(first_day: date, retirement_on: date) -> int:
    """Whole months of [first day, retirement day] by R-PERIOD: exactly 24 is not “less than two years”, exactly 60 is a full term."""
    months = max((retirement_on.year - first_day.year) * 12 + retirement_on.month - first_day.month + 1, 0)
    while months > 0 and period_end(first_day, months) > retirement_on:
        months -= 1
    return months


def notice_by(ends_on: date, rule: Rule, country: str) -> date:
    """Last day of the notice before a mandate ends (APP-09): calendar days back, or clear working days of the country where the rule counts those."""
    days = int(rule.value["days"])
    if rule.value["unit"] == "working":
        return calendar_around(ends_on, country).working_notice(ends_on + ONE_DAY, days)
    return calendar_notice_of_period_end(ends_on, days)


def calendar_around(day: date, country: str) -> WorkingCalendar:
    """The working days of the year of a day and of those beside it."""
    return WorkingCalendar.of_country(country, range(day.year - 1, day.year + 2))


@dataclass(frozen=True)
class NextTerm:
    """What is offered to the holder when the mandate ends: from when to when, told by when, and the rules that say so."""

    offer: Offer
    starts_on: date
    ends_on: date | None
    months_left: int | None
    notice_by: date
    rules: tuple[Rule, ...]


def next_term(ends_on: date, *, retirement_on: date | None, term_months: int, pack: RulePack) -> NextTerm:
    """Less than 24 months left: extension to retirement; less than a term: reappointment to retirement; else a full term."""
    starts_on = ends_on + ONE_DAY
    notice, near, term = pack.rule("APP-09"), pack.rule("APP-10"), pack.rule("APP-06")
    told_by = notice_by(ends_on, notice, pack.jurisdiction)
    full = period_end(starts_on, term_months)
    if retirement_on is None:
        return NextTerm("reappoint", starts_on, full, None, told_by, (notice, term))
    if retirement_on <= ends_on:
        return NextTerm("retire", starts_on, None, 0, told_by, (near,))
    left = months_left(starts_on, retirement_on)
    if left < near.value["extend_under_months"]:
        return NextTerm("extend", starts_on, retirement_on, left, told_by, (notice, near))
    if left < term_months:
        return NextTerm("reappoint_until_retirement", starts_on, retirement_on, left, told_by, (notice, near))
    return NextTerm("reappoint", starts_on, full, left, told_by, (notice, term))
