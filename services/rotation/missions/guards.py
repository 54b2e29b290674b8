"""What must hold before somebody is sent (ROT-01 to ROT-06); each refusal names the rule, its value and what would do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.rotation.missions.days import days_in, last_day_within, longest_tour, shortest_end
from services.rotation.missions.models import Mission
from services.rotation.missions.queries import days_counted
from services.rotation.programmes.queries import Programme
from shared.calendars import add_months
from shared.directory import Work
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule, RulePack

ONE_DAY = timedelta(days=1)
TEACHING = ("transfer", "mixed")


def nearest(first: date, last: date | None) -> dict[str, Any]:
    """The nearest days that would do, in the shape of the registry's own refusals."""
    return {"nearest": [{"starts_on": first.isoformat(), "ends_on": last.isoformat()}] if last is not None and last >= first else []}


def level_must_suffice(mode: str, level: int | None, pack: RulePack) -> None:
    """Who teaches a technique masters it (ROT-01). Raises Refused."""
    rule = pack.rule("ROT-01")
    if mode in TEACHING and (level is None or level < rule.value):
        raise Refused(
            "level-too-low",
            _("A technique is handed over by somebody who does it alone: level {least} or above, not {level}."),
            rule=rule,
            possible=_("Choose somebody at level {least} or 5, or send this person as manpower."),
            least=rule.value,
            level=level or 0,
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def stands_until(licence: dict[str, Any], first: date, last: date) -> date | None:
    """The last day of a mission on which a licence of the registry still stands; None when it does not stand on the first."""
    ends = [last]
    if expires := _day(licence["expires_on"]):
        ends.append(expires)
    if revoked := _day(licence["revoked_on"]):
        ends.append(revoked - ONE_DAY)
    suspended, until = _day(licence["suspended_from"]), _day(licence["suspended_until"])
    if suspended is not None and suspended <= last and (until is None or until >= first):
        ends.append(suspended - ONE_DAY)
    end = min(ends)
    return end if date.fromisoformat(licence["issued_on"]) <= first <= end else None


def licence_must_last(licences: Sequence[dict[str, Any]], specialty: str | None, first: date, last: date, pack: RulePack) -> None:
    """A licence in force and in scope covers the whole mission (ROT-01, A12). Raises Refused."""
    rule = replace(pack.rule("ROT-01"), value=last.isoformat(), unit="licence valid until")
    standing = [(licence, until) for licence in licences if (until := stands_until(licence, first, last)) is not None]
    ends = [until for licence, until in standing if specialty is None or specialty in licence["scope"]]
    if not ends:
        raise Refused(
            "licence-not-in-scope" if standing else "no-licence",
            _("This person has a licence, but not for this work.") if standing else _("This person has no licence in force on {first}."),
            rule=rule,
            possible=_("Have the licence recorded by the licensing officer, or choose another person."),
            first=first.isoformat(),
        )
    until = max(ends)
    if until < last:
        raise Refused(
            "licence-ends-before",
            _("The licence is valid until {until}, the mission lasts to {last}."),
            rule=rule,
            possible=_("Have the licence renewed, or shorten the mission to {until}."),
            more=nearest(first, until),
            until=until.isoformat(),
            last=last.isoformat(),
        )


def retirement_must_be_far(work: Work, last: date, pack: RulePack) -> None:
    """Nobody is sent in the last months before retirement (ROT-02). Raises Refused."""
    rule = pack.rule("ROT-02")
    if work.retirement_on is None or not is_exempt(work, last, pack):
        return
    until = add_months(work.retirement_on, -rule.value) - ONE_DAY
    raise Refused(
        "near-retirement",
        _("This person is exempt: retirement comes less than {months} months after the mission."),
        rule=rule,
        possible=_("Choose another person, or days that end by {until}."),
        months=rule.value,
        until=until.isoformat(),
    )


def pattern_must_be_open(programme: Programme, pattern: str) -> None:
    """A programme says how its days may lie. Raises Refused."""
    if pattern not in programme.patterns:
        raise Refused(
            "pattern-not-open",
            _("This programme does not know this way of laying the days."),
            rule=programme.limit("ROT-04", "patterns", "patterns"),
            possible=_("Lay the days otherwise, or choose another programme."),
        )


def length_must_fit(programme: Programme, pattern: str, days: Sequence[date], others: Sequence[Mission], *, first: date, last: date) -> None:
    """At least the shortest tour, at most the longest one and the programme's total, in days done (ROT-04, A21, R-270). Raises Refused."""
    if pattern == "continuous" and programme.tour_min_months and last < (end := shortest_end(first, programme.tour_min_months)):
        raise Refused(
            "tour-too-short",
            _("A tour of this programme lasts at least {months} months: to {until}."),
            rule=programme.limit("ROT-04", "tour_min_months", "months per tour"),
            possible=_("End it on {until} or later."),
            more=nearest(first, end),
            months=programme.tour_min_months,
            until=end.isoformat(),
        )
    if programme.tour_max_days:
        _tour_must_end(programme, programme.tour_max_days, days, others)
    if programme.total_max_days:
        left = programme.total_max_days - days_counted(others)
        if len(days) > left:
            end_of_total = last_day_within(days, left)
            raise Refused(
                "total-too-long",
                _("{wanted} days are asked; {left} are left of the {most} of this programme."),
                rule=programme.limit("ROT-04", "total_max_days", "days in all"),
                possible=_("End it by {until}.") if end_of_total else _("Choose another person."),
                more=nearest(first, end_of_total),
                wanted=len(days),
                left=max(left, 0),
                most=programme.total_max_days,
                until=end_of_total.isoformat() if end_of_total else "",
            )


def _tour_must_end(programme: Programme, most: int, days: Sequence[date], others: Sequence[Mission]) -> None:
    tour = longest_tour(days, [taken for other in others for taken in other.days])
    if tour is None or days_in(tour) <= most:
        return
    until = tour[0] + timedelta(days=most - 1)
    raise Refused(
        "tour-too-long",
        _("One tour of {days} days without a break; this programme allows {most}."),
        rule=programme.limit("ROT-04", "tour_max_days", "days per tour"),
        possible=_("End the tour by {until}, or lay days of rest between two tours.") if until >= days[0] else _("Leave at least one day between two tours."),
        more=nearest(days[0], until),
        days=days_in(tour),
        most=most,
        until=until.isoformat(),
    )


def rest_must_be_over(programme: Programme, others: Sequence[Mission], first: date, pack: RulePack, *, consents: bool) -> None:
    """No second duty mission in the months after the last one ended, unless the worker consents (ROT-05, R-REST). Raises Refused."""
    if not programme.duty or consents:
        return
    months = pack.rule("ROT-05").value["rest_months"]
    ended = [mission.ended_on for mission in others if mission.programme == programme.code and mission.ended_on is not None and mission.ended_on < first]
    if not ended:
        return
    free_from = add_months(max(ended) + timedelta(days=1), months)
    if first < free_from:
        raise Refused(
            "rest-after-duty",
            _("The last duty mission ended on {ended}: no other one within {months} months without consent."),
            rule=replace(pack.rule("ROT-05"), value=months, unit="months of rest"),
            possible=_("Record the consent of the worker, choose another person, or begin on {free_from}."),
            ended=max(ended).isoformat(),
            months=months,
            free_from=free_from.isoformat(),
        )


def is_exempt(work: Work, day: date, pack: RulePack) -> bool:
    """Too near retirement to be sent on a day (ROT-02)."""
    return work.retirement_on is not None and day >= add_months(work.retirement_on, -pack.rule("ROT-02").value)


def both_must_have_reported(mission: Mission) -> None:
    """A mission is evaluated on two reports. Raises Refused."""
    if len(mission.reports) < 2:
        raise Refused(
            "report-missing",
            _("Both sides report before the mission is evaluated."),
            rule=Rule("ROT-REPORTS", 2, "reports", "Relais rule book, rotation (both sides report)"),
            possible=_("Write the report that is missing."),
        )
