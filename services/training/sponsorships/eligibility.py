"""Who may be sent to study (4.4): every criterion of the person's regime, met or missing, with its rule, value and citation.

A public employee has no age limit in the pack; a civil servant has one, at the first postgraduate study and since 1 July 2025.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.training.sponsorships.bonds import CIVIL_SERVANT, bond_ends_on, whole_months
from shared.calendars import ONE_DAY, add_months, completed_years
from shared.errors import Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule, RulePack


@dataclass(frozen=True)
class Degree:
    """A qualification that the registry knows of the person."""

    type: str
    specialty: str | None
    issued_on: date | None


@dataclass(frozen=True)
class Situation:
    """What the rules need to know of one person and one study. The birth date is looked at for civil servants alone, and not kept."""

    person_id: UUID
    facility_code: str
    employment_type: str | None
    worker_specialty: str | None
    first_day: date | None
    retirement_on: date | None
    on_probation: bool
    birth: date | None
    degrees: Sequence[Degree]
    programme: str
    specialty: str | None
    first_postgraduate: bool
    starts_on: date
    ends_on: date
    months_due: int
    need_facility: str
    need_specialty: str | None


@dataclass(frozen=True)
class Criterion:
    """One condition: what it says, whether it is met, the rule behind it and what would meet it."""

    id: str
    met: bool
    text: str
    rule: Rule
    possible: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        return {"id": self.id, "met": self.met, "text": self.text, "possible": self.possible, "values": self.values, "rule": self.rule.as_json()}


def evaluate(situation: Situation, *, day: date, pack: RulePack) -> list[Criterion]:
    """Judge every criterion on one day; none is skipped, so that the person sees all that is missing at once."""
    criteria = [_need_of_the_place(situation, pack), _specialty_fits(situation, pack), _experience(situation, pack), _retirement_leaves_time(situation, pack)]
    if situation.employment_type == CIVIL_SERVANT:
        return [*criteria, *_civil_servant(situation, day, pack)]
    return [*criteria, _probation_over(situation, pack)]


def shown(stored: dict[str, Any]) -> dict[str, Any]:
    """A criterion in the caller's language."""
    return {
        "id": stored["id"],
        "met": stored["met"],
        "text": translate(stored["text"], **stored["values"]),
        "possible": translate(stored["possible"], **stored["values"]) if stored["possible"] and not stored["met"] else None,
        "rule": stored["rule"],
    }


def criteria_must_be_met(criteria: Sequence[Criterion]) -> None:
    """Nobody is sent against a rule of their regime. Raises Refused with the first criterion missing and the list of all."""
    lacking = [criterion for criterion in criteria if not criterion.met]
    if not lacking:
        return
    first = lacking[0]
    raise Refused(
        "not-eligible",
        _("Not eligible: “{criterion}” is not met ({count} missing in all)."),
        rule=first.rule,
        possible=first.possible,
        more={"missing": [translate(criterion.text, **criterion.values) for criterion in lacking]},
        criterion=translate(first.text, **first.values),
        count=len(lacking),
        **{name: value for name, value in first.values.items() if name not in ("criterion", "count")},
    )


def _need_of_the_place(situation: Situation, pack: RulePack) -> Criterion:
    return Criterion(
        "need-of-the-place",
        situation.need_facility == situation.facility_code,
        _("The need is one of {facility}, where the person works."),
        pack.rule("TRN-NEED"),
        _("Cite a validated need of this facility."),
        {"facility": situation.facility_code},
    )


def _specialty_fits(situation: Situation, pack: RulePack) -> Criterion:
    own = {situation.worker_specialty, situation.need_specialty} - {None}
    return Criterion(
        "specialty-fits",
        situation.specialty is None or not own or situation.specialty in own,
        _("The specialty of the study is the one of the person's job or of the need."),
        pack.rule("TRN-SPECIALTY"),
        _("Choose this specialty, or cite a need for the specialty of the study."),
    )


def _experience(situation: Situation, pack: RulePack) -> Criterion:
    if situation.programme == "ck2":
        rule = pack.rule("TRN-EXPERIENCE-CK2")
        return Criterion(
            "holds-ck1",
            any(_opens_ck2(degree, situation, rule.value) for degree in situation.degrees),
            _("The person holds a specialist level I, or a master and {months} months in the same specialty."),
            rule,
            _("Enter the diploma in the person's qualifications, or apply for specialist level I first."),
            {"months": rule.value},
        )
    rule = pack.rule("TRN-EXPERIENCE-CK1")
    if situation.programme != "ck1":
        return Criterion("experience", True, _("The programme asks for no months of practice."), Rule(rule.id, 0, rule.unit, rule.citation, rule.confidence))
    served = whole_months(situation.first_day, situation.starts_on - ONE_DAY) if situation.first_day and situation.first_day < situation.starts_on else 0
    return Criterion(
        "experience",
        served >= rule.value,
        _("The person has {served} months of practice on the first day; {months} are needed."),
        rule,
        _("Start from {day} on."),
        {"served": served, "months": rule.value, "day": add_months(situation.first_day, rule.value).isoformat() if situation.first_day else "–"},
    )


def _opens_ck2(degree: Degree, situation: Situation, months: int) -> bool:
    same = situation.specialty is None or degree.specialty in (None, situation.specialty)
    if degree.type == "ck1":
        return same
    return degree.type == "master" and same and degree.issued_on is not None and add_months(degree.issued_on, months) <= situation.starts_on


def _retirement_leaves_time(situation: Situation, pack: RulePack) -> Criterion:
    last = bond_ends_on(situation.ends_on, situation.months_due)
    return Criterion(
        "retirement-leaves-time",
        situation.retirement_on is None or last <= situation.retirement_on,
        _("The {months} months of service owed end on {last}, before the retirement."),
        pack.rule("TRN-RETIREMENT"),
        _("Choose a shorter course, or another person."),
        {"months": situation.months_due, "last": last.isoformat()},
    )


def _probation_over(situation: Situation, pack: RulePack) -> Criterion:
    return Criterion("probation-over", not situation.on_probation, _("The probation is over."), pack.rule("TRN-PROBATION"), _("Apply once the probation is confirmed."))


def _civil_servant(situation: Situation, day: date, pack: RulePack) -> list[Criterion]:
    """So many years of service and an age at most, from the day on which the country's text says so."""
    service, age = pack.rules.get("TRN-SERVICE-civil_servant"), pack.rules.get("TRN-AGE-civil_servant")
    found = []
    if service is not None and day >= date.fromisoformat(str(service.value["from"])):
        years = completed_years(situation.first_day, situation.starts_on) if situation.first_day else 0
        found.append(
            Criterion(
                "years-of-service",
                years >= service.value["years"],
                _("The person has {served} years of service; {years} are needed."),
                service,
                _("Apply once the years of service are completed."),
                {"served": years, "years": service.value["years"]},
            )
        )
    if age is not None and day >= date.fromisoformat(str(age.value["from"])) and situation.first_postgraduate:
        known = situation.birth is not None
        completed = completed_years(situation.birth, situation.starts_on) if situation.birth else 0
        found.append(
            Criterion(
                "age",
                known and completed <= age.value["years"],
                _("The person is at most {years} on the first day of a first postgraduate study."),
                age,
                _("Only a study that is not the first after the degree is open, or another person."),
                {"years": age.value["years"]},
            )
        )
    return found
