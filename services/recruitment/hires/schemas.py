"""Hires over HTTP."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, model_validator

from services.recruitment.hires.models import Hire
from services.recruitment.hires.permissions import can_decide
from services.recruitment.policies.schemas import Reference
from services.recruitment.replicas.models import Landing
from services.recruitment.workflow import HIRE
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body
from shared.settings import settings


class HireCreate(Body):
    """A hire as proposed."""

    reference: Reference | None = None
    candidacy_id: UUID
    post_id: UUID
    starts_on: date
    done_on: date | None = None


class Decision(Body):
    """The signature. Without a number the decision shows “to regularise”. The act is done on the day it is signed."""

    decision_number: str | None = Field(None, min_length=1, max_length=100, examples=["1207/QĐ-SYT"])
    signed_on: date | None = None
    done_on: date | None = Field(None, description="The same day as `signed_on`; either may be left out.")

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        if self.signed_on is not None and self.done_on is not None and self.signed_on != self.done_on:
            raise ValueError(_("A decision is done on the day it is signed."))
        return self

    @property
    def day(self) -> date | None:
        return self.signed_on or self.done_on


class GrantRead(BaseModel):
    """What the policy gives, in minor units, against years of service, with the rules behind the figures."""

    amount: int
    currency: str
    facility_group: str
    degree: str
    commitment_years: int
    commitment_ends_on: date
    frozen: bool = Field(description="The group of the facility is frozen at signature (ATT-04).")
    rules: list[dict[str, Any]]


class LandingRead(BaseModel):
    """Where the hire arrived in the registry."""

    state: Literal["awaited", "active", "conflicting", "ended"]
    assignment_id: UUID | None


class HireRead(BaseModel):
    """A hire, its grant, where it landed in the registry, and what the caller may do next."""

    id: UUID
    reference: str | None
    candidacy_id: UUID
    need_id: UUID
    policy_id: UUID
    person_id: UUID
    occupation_code: str
    post_id: UUID
    facility_code: str
    starts_on: date
    state: Literal["proposed", "decided"]
    proposed_on: date
    signed_on: date | None
    decision_number: str | None
    decision: str | None = Field(description="The number, or `to_regularise` while there is none.")
    entered_afterwards: bool = Field(description="Recorded on a later day than it was done.")
    grant: GrantRead
    landing: LandingRead | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, hire: Hire, landing: Landing | None) -> Self:
        values = {name: getattr(hire, name) for name in cls.model_fields if hasattr(hire, name)}
        return cls(
            **values,
            entered_afterwards=hire.proposed_on < hire.recorded_at.astimezone(ZoneInfo(settings().time_zone)).date(),
            grant=GrantRead(
                amount=hire.amount,
                currency=hire.currency,
                facility_group=hire.facility_group,
                degree=hire.degree,
                commitment_years=hire.commitment_years,
                commitment_ends_on=hire.commitment_ends_on,
                frozen=hire.signed_on is not None,
                rules=hire.grant_rules,
            ),
            landing=_landing(hire, landing),
            available_actions=[action("decide", can_decide(caller, hire), lambda: HIRE.after("decide", hire.state))],
        )


def _landing(hire: Hire, landing: Landing | None) -> LandingRead | None:
    if landing is not None:
        return LandingRead.model_validate({"state": landing.state, "assignment_id": landing.assignment_id})
    return LandingRead(state="awaited", assignment_id=None) if hire.signed_on else None
