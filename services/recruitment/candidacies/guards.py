"""Eligibility of a candidacy: what is judged, and what a decision must respect."""

from datetime import date

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.policies.eligibility import Criterion, Situation, answers_the_need, evaluate, missing
from services.recruitment.rules import PACKS
from services.recruitment.workflow import ELIGIBLE
from shared.errors import Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule

HUMAN = Rule("ATT-01", "a person decides, with reasons", "", "Relais rule book, recruitment (criteria inform, a person decides)")


def criteria_on(candidacy: Candidacy, day: date, *, facility_group: str | None) -> list[Criterion]:
    """Every criterion on a day, under the rule pack of the campaign (RP-01); without a policy only the title is judged."""
    situation = Situation(
        occupation_code=candidacy.occupation_code,
        degree=candidacy.degree,
        experience=candidacy.experience,
        left_public_sector=candidacy.left_public_sector_of_province,
        wanted_occupation=candidacy.need.occupation_code,
        facility_code=candidacy.facility_code,
        facility_group=facility_group,
    )
    pack = PACKS.pinned(candidacy.campaign.rule_pack)
    if candidacy.campaign.policy is None:
        return [answers_the_need(situation, pack)]
    return evaluate(candidacy.campaign.policy, situation, day=day, pack=pack)


def criteria_must_be_met(criteria: list[Criterion]) -> None:
    """Nobody is found eligible against a criterion of the resolution (ATT-01). Raises Refused with the first one missing and the list of all."""
    lacking = missing(criteria)
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


def reasons_must_be_given(outcome: str, comment: str | None) -> None:
    """A person refused is told why, in words. Raises Refused."""
    if outcome != ELIGIBLE and not comment:
        raise Refused("reasons-missing", _("Say in a comment why the person is not eligible."), rule=HUMAN, possible=_("Add a comment."))
