"""The days of a contest, as the law counts them: the window for applications, the list posted before the session, appeals and offers."""

from datetime import date, timedelta

from shared.calendars import WorkingCalendar
from shared.rulepacks import RulePack


def window_closes(published_on: date, pack: RulePack) -> date:
    """Last day, whole, for applications: the days that the law gives, the day of the notice not counted (A1)."""
    return published_on + timedelta(days=pack.rule("REC-WINDOW").value)


def latest_posting(session_on: date, pack: RulePack, calendar: WorkingCalendar) -> date:
    """Last day on which the list of those admitted may be posted: clear working days before the session (A2)."""
    return calendar.working_notice(session_on, pack.rule("CONTEST-POSTING").value)


def calendar_of(jurisdiction: str, day: date) -> WorkingCalendar:
    """The working days around a day, of a country."""
    return WorkingCalendar.of_country(jurisdiction, [day.year - 1, day.year, day.year + 1])


def appeal_until(told_on: date, pack: RulePack) -> date:
    """Last day, whole, for an appeal against what was told that day."""
    return told_on + timedelta(days=pack.rule("CONTEST-APPEAL").value)


def offer_until(sent_on: date, pack: RulePack) -> date:
    """Last day, whole, on which whoever was called completes the file (REC-VN-10); the offer lapses the next day."""
    return sent_on + timedelta(days=pack.rule("REC-OFFER").value)
