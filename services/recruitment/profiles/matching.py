"""A need and somebody who looks for work, criterion by criterion: what is met, what is missing and what would meet it.

Looked at are the title, the specialty, the right to practise, the day and the place. Age, sex, family, origin and health are not there to be
looked at: nothing of the person but what stands in `Seeker` comes in. A person decides, with a reason; these lines are put before them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.recruitment.policies.eligibility import Criterion
from services.recruitment.pools.models import BOOK
from shared.i18n import _
from shared.practice import RULE as PRACTICE
from shared.practice import Answer
from shared.rulepacks import Rule, RulePack


@dataclass(frozen=True)
class Seeker:
    """What somebody can do, from when, and where they would work: anywhere when no place is named."""

    occupation_code: str
    specialty: str | None
    available_from: date
    places: Sequence[str]
    practice: Answer


@dataclass(frozen=True)
class Wanted:
    """What an employer needs, from when, and in which areas the place lies, its own code among them."""

    occupation_code: str
    specialty: str | None
    wanted_from: date | None
    facility_code: str
    areas: Sequence[str]


@dataclass(frozen=True)
class Crossing:
    """A way from one title to another."""

    from_occupation: str
    to_occupation: str
    training: str
    months: int


def compare(seeker: Seeker, wanted: Wanted, pack: RulePack, bridges: Sequence[Crossing] = ()) -> list[Criterion]:
    """Every criterion, none skipped, so that all that is missing is seen at once."""
    found = [_title(seeker, wanted, pack, bridges)]
    if wanted.specialty is not None:
        found.append(_specialty(seeker, wanted))
    if wanted.occupation_code in pack.rule(PRACTICE).value["occupations"]:
        found.append(_right_to_practise(seeker, pack))
    if wanted.wanted_from is not None:
        found.append(_from_when(seeker, wanted, wanted.wanted_from))
    found.append(_where(seeker, wanted))
    return found


def accepted_titles(occupation_code: str, pack: RulePack) -> list[str]:
    """The title itself and those that answer it too."""
    return [occupation_code, *pack.rule("REC-TITLES").value.get(occupation_code, [])]


def leads(seeker_occupation: str, wanted_occupation: str, pack: RulePack, bridges: Sequence[Crossing]) -> bool:
    """Whether somebody is worth comparing with a need: their title answers it, or a bridge leads there."""
    return seeker_occupation in accepted_titles(wanted_occupation, pack) or _bridge(seeker_occupation, wanted_occupation, pack, bridges) is not None


def _bridge(seeker_occupation: str, wanted_occupation: str, pack: RulePack, bridges: Sequence[Crossing]) -> Crossing | None:
    accepted = accepted_titles(wanted_occupation, pack)
    return next((bridge for bridge in bridges if bridge.from_occupation == seeker_occupation and bridge.to_occupation in accepted), None)


def _title(seeker: Seeker, wanted: Wanted, pack: RulePack, bridges: Sequence[Crossing]) -> Criterion:
    rule = pack.rule("REC-TITLES")
    accepted = accepted_titles(wanted.occupation_code, pack)
    bridge = _bridge(seeker.occupation_code, wanted.occupation_code, pack, bridges)
    values = {"occupation": seeker.occupation_code, "wanted": wanted.occupation_code, "training": bridge.training if bridge else "", "months": bridge.months if bridge else 0}
    way = _("A bridge leads there: {training}, {months} months.") if bridge else _("Choose a need for this title.")
    return Criterion("title", seeker.occupation_code in accepted, _("The title {occupation} answers the need for {wanted}."), replace(rule, value=accepted), way, values)


def _specialty(seeker: Seeker, wanted: Wanted) -> Criterion:
    return Criterion(
        "specialty",
        seeker.specialty == wanted.specialty,
        _("The specialty is {wanted}."),
        Rule("PTRH-SPECIALTY", wanted.specialty, "specialty", BOOK),
        _("Record the specialty in the file, or choose a need without one."),
        {"wanted": wanted.specialty},
    )


def _right_to_practise(seeker: Seeker, pack: RulePack) -> Criterion:
    """The register refuses whoever has lost the right; where no licence was ever recorded it says nothing."""
    return Criterion(
        "right-to-practise",
        not seeker.practice.is_lost,
        _("No right to practise was lost."),
        replace(pack.rule(PRACTICE), value=seeker.practice.reasons[0], unit="right to practise"),
        _("Have the licence renewed or reinstated by the licensing officer."),
    )


def _from_when(seeker: Seeker, wanted: Wanted, day: date) -> Criterion:
    return Criterion(
        "from-when",
        seeker.available_from <= day,
        _("Available on {available}, wanted from {wanted}."),
        Rule("PTRH-WHEN", day.isoformat(), "first day wanted", BOOK),
        _("Agree on a later first day, {available} or after."),
        {"available": seeker.available_from.isoformat(), "wanted": day.isoformat()},
    )


def _where(seeker: Seeker, wanted: Wanted) -> Criterion:
    return Criterion(
        "where",
        not seeker.places or bool({wanted.facility_code, *wanted.areas} & set(seeker.places)),
        _("The place is among those that the person named."),
        Rule("PTRH-WHERE", list(seeker.places), "places named; anywhere when there is none", BOOK),
        _("Ask the person whether they would work there; housing or a way to get there may change the answer."),
    )
