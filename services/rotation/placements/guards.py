"""What must hold before somebody is selected, hosted and leaves (EXC-01 to EXC-05); each refusal names the rule, its value and what would do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.rotation.exchanges.models import HostUnit
from services.rotation.placements.limits import Stay, free_year, full_days, nearest_free
from services.rotation.placements.models import Placement
from services.rotation.placements.months import whole_months
from services.rotation.placements.workflow import PLACEMENT
from services.rotation.rules import PACKS
from shared.calendars import add_months, period_end
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule, RulePack

ONE_DAY = timedelta(days=1)
ORDER = "Relais rule book, exchanges (what a placement needs before the departure)"
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
Check = Callable[[], None]


def _period(first: date, last: date) -> dict[str, str]:
    return {"starts_on": first.isoformat(), "ends_on": last.isoformat()}


def _host_rule(placement: Placement, rule_id: str) -> Rule:
    return PACKS.pinned(str(placement.host_pack)).rule(rule_id)


def _home_rule(placement: Placement, rule_id: str) -> Rule:
    return PACKS.pinned(str(placement.home_pack)).rule(rule_id)


# ---- how long, how many ---------------------------------------------------------------------------------------------


def length_must_fit(status_type: str, first: date, last: date, pack: RulePack) -> None:
    """The status of the host's country says how short and how long a stay is. Raises Refused."""
    rule = pack.rules.get(f"EXC-STATUS-{status_type}")
    if rule is None:
        return
    months = whole_months(first, last)
    least, most = rule.value["least"], rule.value["most"]
    if least <= months and last <= period_end(first, most):
        return
    end = period_end(first, least if months < least else most)
    raise Refused(
        "stay-length",
        _("This status is for {least} to {most} months; {months} are asked."),
        rule=rule,
        possible=_("End the stay on {until}, or choose another status."),
        more={"nearest": [_period(first, end)]},
        least=least,
        most=most,
        months=months,
        until=end.isoformat(),
    )


def quota_must_hold(placement: Placement, quota: int, taken: Mapping[int, int]) -> None:
    """Placements count in the civil year of their first day, cancelled ones left out (EXC-01, A24). Raises Refused."""
    year = placement.starts_on.year
    used = taken.get(year, 0)
    if used < quota:
        return
    later = free_year(taken, quota, year)
    raise Refused(
        "quota-reached",
        _("{used} of the {quota} places of {year} are taken."),
        rule=replace(_host_rule(placement, "EXC-01"), value=quota, unit="placements in a civil year"),
        possible=_("Begin in {later}, or cancel a placement of {year} that nobody needs any more.")
        if later
        else _("Cancel a placement that nobody needs any more, or sign for more places."),
        more={"year": year, "used": used, "free_from": date(later, 1, 1).isoformat() if later else None},
        used=used,
        quota=quota,
        year=year,
        later=later or "",
    )


def unit_must_have_room(placement: Placement, unit: HostUnit, others: Sequence[Stay]) -> None:
    """A unit hosts so many people on each day (EXC-01, A24). Raises Refused."""
    wanted = (placement.starts_on, placement.last_day)
    full = full_days(others, unit.capacity, wanted)
    if not full:
        return
    first, last = nearest_free(others, unit.capacity, wanted)
    raise Refused(
        "unit-full",
        _("{unit} hosts {capacity} at a time and is full from {first} to {last}."),
        rule=replace(_host_rule(placement, "EXC-01"), value=unit.capacity, unit="people in the unit on a day"),
        possible=_("Stay from {free} to {until}, or choose another unit."),
        more={"conflicts": [_period(*days) for days in full], "nearest": [_period(first, last)]},
        unit=unit.unit,
        capacity=unit.capacity,
        first=full[0][0].isoformat(),
        last=full[-1][1].isoformat(),
        free=first.isoformat(),
        until=last.isoformat(),
    )


def unit_must_be_open(unit: HostUnit) -> None:
    """Raises Refused."""
    if unit.state != "open":
        raise Refused(
            "unit-closed",
            _("{unit} hosts nobody new."),
            rule=Rule("EXC-UNIT", "open", "state of the unit", ORDER),
            possible=_("Choose another unit."),
            unit=unit.unit,
        )


# ---- papers ---------------------------------------------------------------------------------------------------------


def language_must_be_proved(placement: Placement, day: date) -> None:
    """The level that the call asks for, proved and still valid on the day of departure (EXC-03). Raises Refused."""
    paper, wanted = placement.paper("language"), str(placement.language_level)
    rule = replace(_host_rule(placement, "EXC-03"), value=wanted)
    if paper is None or paper.level is None or LEVELS.index(paper.level) < LEVELS.index(wanted):
        raise Refused(
            "language-not-proved",
            _("The call asks for level {wanted}; {level} is proved."),
            rule=rule,
            possible=_("Enter the proof of the level, or a course that leads to it."),
            wanted=wanted,
            level=paper.level if paper and paper.level else "–",
        )
    if paper.valid_until is not None and paper.valid_until < day:
        raise Refused(
            "language-proof-over",
            _("The proof of language is valid until {until}, the departure is on {day}."),
            rule=rule,
            possible=_("Enter a newer proof."),
            until=paper.valid_until.isoformat(),
            day=day.isoformat(),
        )


def host_must_have_accepted(placement: Placement) -> None:
    """A unit and a supervisor wait at the host's. Raises Refused."""
    if placement.accepted_on is None:
        raise Refused(
            "host-not-accepted",
            _("No unit of the host has accepted this person yet."),
            rule=Rule("EXC-HOST", 1, "unit that accepts", ORDER),
            possible=_("The host names the unit and the supervisor."),
        )


def _must_be_there(placement: Placement, kind: str, slug: str, text: str, possible: str) -> None:
    if placement.paper(kind) is None:
        raise Refused(slug, text, rule=Rule(f"EXC-PAPER-{kind}", 1, "paper", ORDER), possible=possible)


def scholarship_must_be_granted(placement: Placement) -> None:
    """Raises Refused."""
    _must_be_there(placement, "scholarship", "no-scholarship", _("Nobody says yet who pays for the stay."), _("Enter the scholarship: amount, payer, months."))


def convention_must_be_signed(placement: Placement) -> None:
    """Raises Refused."""
    _must_be_there(placement, "convention", "no-convention", _("The convention of the stay is not signed."), _("Enter its number and the day on which it was signed."))


def convention_in_time(placement: Placement, signed_on: date) -> None:
    """A convention is signed some months before the first day where the host's country says so. Raises Refused."""
    rule = PACKS.pinned(str(placement.host_pack)).rules.get("EXC-CONVENTION")
    if rule is None or placement.status_type != "stagiaire_associe":
        return
    until = add_months(placement.starts_on, -rule.value)
    if signed_on > until:
        first = add_months(signed_on, rule.value)
        raise Refused(
            "convention-late",
            _("The convention is signed at least {months} months before the stay: by {until}."),
            rule=rule,
            possible=_("Begin the stay on {first} or later."),
            more={"nearest": [_period(first, first + (placement.ends_on - placement.starts_on))]},
            months=rule.value,
            until=until.isoformat(),
            first=first.isoformat(),
        )


def convention_due_on(placement: Placement) -> date:
    """The last day on which the convention may be signed."""
    rule = PACKS.pinned(str(placement.host_pack)).rules.get("EXC-CONVENTION")
    return add_months(placement.starts_on, -rule.value) if rule and placement.status_type == "stagiaire_associe" else placement.starts_on


VISA = (_("No visa is granted yet."), _("The visa ends on {until}, the stay lasts to {last}."), _("End the stay on {until}, or have the visa extended."))
INSURANCE = (_("No insurance covers the stay yet."), _("The insurance ends on {until}, the stay lasts to {last}."), _("End the stay on {until}, or have the insurance extended."))


def stay_within(placement: Placement, kind: str, last: date) -> None:
    """A stay ends on the last day of visa and insurance at the latest (EXC-02, A25). Raises Refused."""
    missing, beyond, possible = VISA if kind == "visa" else INSURANCE
    paper, rule = placement.paper(kind), _host_rule(placement, "EXC-02")
    if paper is None or paper.valid_until is None:
        raise Refused(f"no-{kind}", missing, rule=replace(rule, value=last.isoformat()), possible=_("Enter it with its last day."))
    until = paper.valid_until
    if until < last:
        raise Refused(
            f"stay-beyond-{kind}",
            beyond,
            rule=replace(rule, value=until.isoformat()),
            possible=possible,
            more={
                "conflicts": [_period(max(until + ONE_DAY, placement.starts_on), last)],
                "nearest": [_period(placement.starts_on, until)] if until >= placement.starts_on else [],
            },
            until=until.isoformat(),
            last=last.isoformat(),
        )


def visa_must_last(placement: Placement) -> None:
    """Raises Refused."""
    stay_within(placement, "visa", placement.ends_on)


def insurance_must_last(placement: Placement) -> None:
    """Raises Refused."""
    stay_within(placement, "insurance", placement.ends_on)


def home_must_have_released(placement: Placement) -> None:
    """The registry holds the days, and somebody does the work. Raises Refused."""
    if placement.released_on is None:
        raise Refused(
            "not-released",
            _("The home has not let this person go yet."),
            rule=Rule("EXC-04", 1, "release by the home", ORDER),
            possible=_("The home holds the days and names who does the work."),
        )


def replacement_must_be_named(placement: Placement, *, named: bool) -> None:
    """Beyond some months somebody replaces whoever is away (EXC-04). Raises Refused."""
    rule = _home_rule(placement, "EXC-04")
    until = period_end(placement.starts_on, rule.value)
    if named or placement.ends_on <= until:
        return
    raise Refused(
        "replacement-missing",
        _("The stay is longer than {months} months: somebody must replace this person."),
        rule=rule,
        possible=_("Name a replacement of the same facility, or end the stay by {until}."),
        more={"nearest": [_period(placement.starts_on, until)]},
        months=rule.value,
        until=until.isoformat(),
    )


def return_must_be_promised(placement: Placement) -> None:
    """Whoever is sent to come back signs for it (EXC-05). Raises Refused."""
    if placement.purpose == "return" and placement.paper("commitment") is None:
        rule = _home_rule(placement, "EXC-05")
        raise Refused(
            "no-commitment",
            _("The commitment to return is not signed."),
            rule=rule,
            possible=_("Have it signed for {months} months."),
            months=months_promised(placement),
        )


def months_promised(placement: Placement) -> int:
    """Months of service that the stay asks for when nothing else is agreed (EXC-05)."""
    return int(_home_rule(placement, "EXC-05").value) * whole_months(placement.starts_on, placement.ends_on)


# ---- leaving, arriving, coming back ---------------------------------------------------------------------------------


def before_leaving(placement: Placement, day: date) -> Mapping[str, Check]:
    """Each thing that a departure needs, by the step that brings it."""
    return {
        "language": lambda: language_must_be_proved(placement, day),
        "host": lambda: host_must_have_accepted(placement),
        "scholarship": lambda: scholarship_must_be_granted(placement),
        "convention": lambda: convention_must_be_signed(placement),
        "visa": lambda: visa_must_last(placement),
        "insurance": lambda: insurance_must_last(placement),
        "release": lambda: home_must_have_released(placement),
        "commitment": lambda: return_must_be_promised(placement),
    }


def missing_before_leaving(placement: Placement, day: date) -> Iterator[tuple[str, Refused]]:
    """What still stands in the way, with the refusals."""
    for step, check in before_leaving(placement, day).items():
        try:
            check()
        except Refused as refused:
            yield step, refused


def must_be_ready(placement: Placement, day: date) -> None:
    """Nobody leaves before everything is there; the refusal is that of the first thing that is missing. Raises Refused."""
    for _step, refused in missing_before_leaving(placement, day):
        raise refused


def day_must_follow(day: date, earlier: date | None) -> None:
    """What happens comes after what it follows. Raises Refused."""
    if earlier is not None and day < earlier:
        raise Refused(
            "before-what-it-follows",
            _("The act is of {day}, what it follows is of {earlier}."),
            rule=Rule("EXC-ORDER", earlier.isoformat(), "earliest day", PLACEMENT.citation),
            possible=_("Enter it on {earlier} or later."),
            day=day.isoformat(),
            earlier=earlier.isoformat(),
        )


def day_must_be_in_the_stay(placement: Placement, day: date) -> None:
    """Raises Refused."""
    if not placement.starts_on <= day <= placement.ends_on:
        raise Refused(
            "day-outside-stay",
            _("The stay is from {first} to {last}; the act is of {day}."),
            rule=Rule("EXC-ORDER", [placement.starts_on.isoformat(), placement.ends_on.isoformat()], "days", PLACEMENT.citation),
            possible=_("Enter the day on which it happened, or change the days of the stay first."),
            first=placement.starts_on.isoformat(),
            last=placement.ends_on.isoformat(),
            day=day.isoformat(),
        )
