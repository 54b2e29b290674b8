"""Hires over HTTP."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.recruitment.hires.models import Hire
from services.recruitment.hires.permissions import can_settle, can_withdraw
from services.recruitment.policies.schemas import Line, Reference
from services.recruitment.replicas.models import Landing
from services.recruitment.workflow import DECIDED, HIRE
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import day_of
from shared.commitments import BreachPolicy, Instalment
from shared.records import Body


class HireCreate(Body):
    """A hire as proposed."""

    reference: Reference | None = None
    candidacy_id: UUID
    post_id: UUID
    starts_on: date
    done_on: date | None = None


class Withdrawal(Body):
    """Why a proposal is taken back before it is signed."""

    reason: Line
    done_on: date | None = None


class GrantRead(BaseModel):
    """What the policy gives, in minor units, against years of service, with the rules behind the figures."""

    amount: int
    currency: str
    facility_group: str
    degree: str
    commitment_years: int
    commitment_ends_on: date
    payment_schedule: list[Instalment]
    breach_policy: BreachPolicy
    frozen: bool = Field(description="The group of the facility is frozen at signature (ATT-04).")
    rules: list[dict[str, Any]]

    @classmethod
    def of(cls, hire: Hire) -> Self | None:
        if hire.policy_id is None:
            return None
        values = {name: getattr(hire, name) for name in cls.model_fields if hasattr(hire, name)}
        return cls.model_validate(values | {"frozen": hire.state in ("decided", "revoked"), "rules": hire.grant_rules})


class LandingRead(BaseModel):
    """Where the hire arrived in the registry."""

    state: Literal["awaited", "active", "conflicting", "ended", "revoked"]
    assignment_id: UUID | None


class HireRead(BaseModel):
    """A hire, its grant, where it landed in the registry, and what the caller may do next."""

    id: UUID
    reference: str | None
    candidacy_id: UUID
    need_id: UUID
    policy_id: UUID | None
    person_id: UUID
    occupation_code: str
    post_id: UUID
    facility_code: str
    starts_on: date
    state: Literal["proposed", "decided", "conflicting", "withdrawn", "revoked"]
    proposed_on: date
    signed_on: date | None
    decision_number: str | None
    decision: str | None = Field(description="The number, or `to_regularise` while there is none.")
    conflict: str | None = Field(description="What a signed hire contradicts, as the slug of the refusal, while it is conflicting.")
    withdrawn_on: date | None
    withdrawal_reason: str | None
    revoked_on: date | None
    revoked_from: date | None
    entered_afterwards: bool = Field(description="Recorded on a later day than it was done.")
    grant: GrantRead | None = Field(description="Nothing when the campaign has no policy.")
    landing: LandingRead | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, hire: Hire, landing: Landing | None) -> Self:
        values = {name: getattr(hire, name) for name in cls.model_fields if hasattr(hire, name)}
        return cls(
            **values,
            entered_afterwards=hire.proposed_on < day_of(hire.recorded_at),
            grant=GrantRead.of(hire),
            landing=_landing(hire, landing),
            available_actions=[
                action("withdraw", can_withdraw(caller, hire), lambda: HIRE.after("withdraw", hire.state)),
                action("settle", can_settle(caller, hire), lambda: HIRE.after("settle", hire.state)),
            ],
        )


def _landing(hire: Hire, landing: Landing | None) -> LandingRead | None:
    if landing is not None:
        return LandingRead.model_validate({"state": landing.state, "assignment_id": landing.assignment_id})
    return LandingRead(state="awaited", assignment_id=None) if hire.state == DECIDED else None
