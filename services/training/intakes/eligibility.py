"""Who may compete (the country's pack), and why somebody was or was not admitted (INT-02)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.training.intakes.workflow import ADMITTED, APPLIED, BELOW, DECLINED, OPEN, REGISTERED, WAITING
from services.training.sponsorships.eligibility import Criterion
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.rulepacks import RulePack


def day_of_age(year: int) -> date:
    """Ages are those of the last day of the year of the intake."""
    return date(year, 12, 31)


def age_must_fit(pack: RulePack, *, age: int | None, year: int) -> None:
    """So many completed years on the last day of the year of the intake. Raises Refused, naming who may compete."""
    rule = pack.rule("INT-AGE")
    least, most = rule.value["from"], rule.value.get("to")
    if age is None:
        raise Malformed.field("person_id", _("The register does not know when this person was born."))
    if age < least or (most is not None and age > most):
        oldest = year - most if most is not None else 1900
        raise Refused(
            "age-outside",
            _("The person is {age} on {day}; the competition is for those from {least} to {most}.")
            if most is not None
            else _("The person is {age} on {day}; the competition is for those of {least} or more."),
            rule=rule,
            possible=_("Whoever was born from {oldest} to {youngest} may compete in {year}; this person, from {first}.")
            if age < least
            else _("Whoever was born from {oldest} to {youngest} may compete in {year}."),
            age=age,
            day=day_of_age(year).isoformat(),
            least=least,
            most=most,
            oldest=oldest,
            youngest=year - least,
            year=year,
            first=year + least - age,
        )


def diploma_must_fit(pack: RulePack, *, diploma: str, stream: str) -> None:
    """The baccalaureate is one that opens the stream. Raises Refused, naming the streams that it does open."""
    rule = pack.rule("INT-DIPLOMAS")
    open_to = rule.value.get(stream, rule.value["default"])
    if diploma not in open_to:
        others = sorted(code for code, diplomas in rule.value.items() if code != "default" and diploma in diplomas)
        raise Refused(
            "diploma-does-not-open-stream",
            _("This diploma does not open the stream {stream}."),
            rule=rule,
            possible=_("It opens: {streams}.") if others else _("These diplomas open it: {diplomas}."),
            stream=stream,
            streams=", ".join(others),
            diplomas=", ".join(open_to),
        )


def quotas_must_be_known(pack: RulePack, reserved: Mapping[str, int], seats: int) -> None:
    """Reserved seats are of a kind that the rules know, and never more than there are. Raises Malformed."""
    known = pack.rule("INT-QUOTAS").value
    if strangers := sorted(set(reserved) - set(known)):
        raise Malformed.field("reserved", _("The rules know these reserved seats: {known}; not {named}."), known=", ".join(known) or "–", named=strangers[0])
    if sum(reserved.values()) > seats:
        raise Malformed.field("reserved", _("More seats are reserved than the intake has: {reserved} of {seats}."), reserved=sum(reserved.values()), seats=seats)


@dataclass(frozen=True)
class Outcome:
    """What is looked at to say why an application came out as it did."""

    state: str
    intake_state: str
    seats: int
    cut_off: Decimal | None
    score: Decimal
    mark: Decimal | None
    rank: int | None
    list: str | None
    waiting: int
    last_mark: Decimal | None


def why(pack: RulePack, outcome: Outcome) -> list[Criterion]:
    """Each step of the competition, met or not, with the number that decided (INT-02)."""
    if outcome.state == APPLIED or outcome.intake_state == OPEN or outcome.cut_off is None:
        return []
    found = [
        Criterion(
            "cut-off",
            outcome.state != BELOW,
            _("Pre-selection score {score}; the cut-off is {cut_off}."),
            pack.rule("INT-SCORE"),
            _("A score of {cut_off} or more was needed to sit."),
            {"score": str(outcome.score), "cut_off": str(outcome.cut_off)},
        )
    ]
    if outcome.state == BELOW or outcome.rank is None:
        return found
    admitted = outcome.state in (ADMITTED, REGISTERED, DECLINED)
    possible = (
        _("Number {waiting} of the waiting list: a seat that is given up is offered in this order.")
        if outcome.state == WAITING
        else _("The last one admitted on the general list had {last}.")
    )
    ranked = Criterion(
        "rank",
        admitted,
        _("Mark {mark}, rank {rank} for {seats} seats."),
        pack.rule("INT-TIES"),
        possible,
        {"mark": str(outcome.mark), "rank": outcome.rank, "seats": outcome.seats, "waiting": outcome.waiting, "last": str(outcome.last_mark or "–")},
    )
    return [*found, ranked]
