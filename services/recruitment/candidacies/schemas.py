"""Candidacies over HTTP."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.recruitment.candidacies.guards import criteria_must_be_met, criteria_on
from services.recruitment.candidacies.models import Candidacy
from services.recruitment.candidacies.permissions import can_judge
from services.recruitment.hires.guards import candidacy_must_be_eligible
from services.recruitment.hires.permissions import can_propose
from services.recruitment.policies.eligibility import shown
from services.recruitment.policies.schemas import Code, Line, Reference, Word
from services.recruitment.workflow import CANDIDACY
from shared.actions import Action, action
from shared.auth import Caller
from shared.records import Body

Experience = Literal["experienced", "new_graduate"]


class CandidacyCreate(Body):
    """What a known person declares. The name stays in the registry."""

    reference: Reference | None = None
    campaign_id: UUID
    need_id: UUID
    person_id: UUID
    occupation_code: Code = Field(examples=["VN-BS"])
    degree: Word = Field(examples=["ck1"])
    experience: Experience
    left_public_sector_of_province: bool = False
    done_on: date | None = None


class Eligibility(Body):
    """The decision of a person about a candidacy, with reasons when it is refused."""

    outcome: Literal["eligible", "ineligible"]
    comment: Line | None = None
    done_on: date | None = None


class CriterionRead(BaseModel):
    """One condition with the rule behind it, and what would meet it."""

    id: str
    met: bool
    text: str
    possible: str | None
    rule: dict[str, Any]


class CandidacyRead(BaseModel):
    """A candidacy, its criteria, and what the caller may do next."""

    id: UUID
    reference: str | None
    campaign_id: UUID
    need_id: UUID
    policy_id: UUID | None
    person_id: UUID
    occupation_code: str
    degree: str
    experience: Experience
    left_public_sector_of_province: bool
    facility_code: str
    state: Literal["submitted", "eligible", "ineligible", "withdrawn"]
    submitted_on: date
    decided_on: date | None
    comment: str | None
    criteria: list[CriterionRead] = Field(description="As decided, or as judged on the day of the application while nobody has decided.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, candidacy: Candidacy) -> Self:
        judged = criteria_on(candidacy, candidacy.submitted_on, facility_group=candidacy.facility_group)
        stored = candidacy.criteria if candidacy.criteria is not None else [criterion.stored() for criterion in judged]
        values = {name: getattr(candidacy, name) for name in cls.model_fields if name != "criteria" and hasattr(candidacy, name)}
        return cls(
            **values,
            policy_id=candidacy.campaign.policy_id,
            criteria=[CriterionRead(**shown(criterion)) for criterion in stored],
            available_actions=[
                action(
                    "find_eligible",
                    can_judge(caller, candidacy),
                    lambda: CANDIDACY.after("find_eligible", candidacy.state),
                    lambda: criteria_must_be_met(judged),
                ),
                action("find_ineligible", can_judge(caller, candidacy), lambda: CANDIDACY.after("find_ineligible", candidacy.state)),
                action("propose_hire", can_propose(caller, candidacy), lambda: candidacy_must_be_eligible(candidacy)),
            ],
        )
