"""Who may be hired under an attraction policy (ATT-01): every criterion, met or missing, with its rule, value and citation.

Only what the policy names is looked at: title, degree, place, and having left the province's public service.
Age, sex, family, origin and health are never asked. A human decides; these lines are the reasons put before them.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.recruitment.policies.models import AttractionPolicy
from shared.i18n import _, translate
from shared.rulepacks import Rule, RulePack


@dataclass(frozen=True)
class Situation:
    """What the policy needs to know about one application at one place."""

    occupation_code: str
    degree: str
    experience: str
    left_public_sector: bool
    wanted_occupation: str
    facility_code: str
    facility_group: str | None


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


def evaluate(policy: AttractionPolicy, situation: Situation, *, day: date, pack: RulePack) -> list[Criterion]:
    """Judge every criterion on one day; none is skipped, so that the person sees all that is missing at once."""
    return [
        _in_force(policy, day),
        _occupation_eligible(policy, situation),
        _occupation_not_excluded(policy, situation),
        _not_former_staff(policy, situation),
        _amount_foreseen(policy, situation),
        answers_the_need(situation, pack),
    ]


def missing(criteria: list[Criterion]) -> list[Criterion]:
    return [criterion for criterion in criteria if not criterion.met]


def shown(stored: dict[str, Any]) -> dict[str, Any]:
    """A criterion in the caller's language."""
    return {
        "id": stored["id"],
        "met": stored["met"],
        "text": translate(stored["text"], **stored["values"]),
        "possible": translate(stored["possible"], **stored["values"]) if stored["possible"] and not stored["met"] else None,
        "rule": stored["rule"],
    }


def _in_force(policy: AttractionPolicy, day: date) -> Criterion:
    return Criterion(
        "policy-in-force",
        policy.in_force(day),
        _("The policy is approved and in force on {day}."),
        Rule("ATT-VALIDITY", [policy.valid_from.isoformat(), policy.valid_to.isoformat() if policy.valid_to else None], "period", policy.citation),
        _("Only a new resolution, or an act dated within the period, makes this possible."),
        {"day": day.isoformat()},
    )


def _occupation_eligible(policy: AttractionPolicy, situation: Situation) -> Criterion:
    return Criterion(
        "occupation-eligible",
        situation.occupation_code in policy.eligible_occupations,
        _("The policy is open to the title {occupation}."),
        Rule("ATT-01", policy.eligible_occupations, "titles", policy.citation),
        _("Apply under a campaign that is open to this title."),
        {"occupation": situation.occupation_code},
    )


def _occupation_not_excluded(policy: AttractionPolicy, situation: Situation) -> Criterion:
    return Criterion(
        "occupation-not-excluded",
        situation.occupation_code not in policy.excluded_occupations,
        _("The policy does not exclude the title {occupation}."),
        Rule("ATT-01", policy.excluded_occupations, "excluded titles", policy.citation),
        _("Apply under a campaign that is open to this title."),
        {"occupation": situation.occupation_code},
    )


def _not_former_staff(policy: AttractionPolicy, situation: Situation) -> Criterion:
    return Criterion(
        "not-former-public-staff",
        not (policy.excludes_former_public_staff and situation.left_public_sector),
        _("The person has not left the public health service of the authority."),
        Rule("ATT-01", policy.excludes_former_public_staff, "excludes former public staff", policy.citation),
        _("The person may still be hired without the attraction policy."),
    )


def _amount_foreseen(policy: AttractionPolicy, situation: Situation) -> Criterion:
    return Criterion(
        "amount-foreseen",
        policy.amount_for(situation.facility_group, situation.degree) is not None,
        _("The policy foresees an amount for the degree {degree} at {facility} (group {group})."),
        Rule("ATT-01", policy.amounts_by_degree(situation.facility_group), policy.currency, policy.citation),
        _("Choose a place whose group has an amount for this degree, or record the facility's group in the registry."),
        {"degree": situation.degree, "facility": situation.facility_code, "group": situation.facility_group or "–"},
    )


def answers_the_need(situation: Situation, pack: RulePack) -> Criterion:
    """The only criterion of whoever is hired without a policy."""
    rule = pack.rule("REC-TITLES")
    accepted = [situation.wanted_occupation, *rule.value.get(situation.wanted_occupation, [])]
    return Criterion(
        "answers-the-need",
        situation.occupation_code in accepted,
        _("The title {occupation} answers the need for {wanted}."),
        Rule(rule.id, accepted, rule.unit, rule.citation, rule.confidence),
        _("Choose a need for this title."),
        {"occupation": situation.occupation_code, "wanted": situation.wanted_occupation},
    )
