"""Needs over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.recruitment.needs.models import Need
from services.recruitment.needs.permissions import can_close, can_validate
from services.recruitment.policies.schemas import Code, Line, Reference
from services.recruitment.workflow import NEED
from shared.actions import Action, action
from shared.auth import Caller
from shared.records import Body

Difficulty = Literal["ordinary", "hard", "very_hard"]
Reason = Literal["vacancy", "new_service", "retirement", "norm_gap", "wisn_gap"]


class NeedCreate(Body):
    """A need as identified. With `post_id` it is one seat of the establishment, and facility and title must be the post's."""

    reference: Reference | None = None
    facility_code: Code = Field(examples=["VN-22-BVT"])
    occupation_code: Code = Field(examples=["VN-BS"])
    specialty: Line | None = None
    quantity: int = Field(1, gt=0, le=10_000)
    reason: Reason
    post_id: UUID | None = None
    pool_id: UUID | None = Field(None, description="The pool before which it is put: its members read it once it is validated.")
    round_id: UUID | None = Field(None, description="The round in which it was stated.")
    wanted_from: date | None = Field(None, description="From when somebody is wanted.")
    difficulty: Difficulty | None = Field(None, description="How hard it is to find somebody, in the employer's experience.")
    done_on: date | None = None


class Closing(Body):
    """Why nobody is looked for any more."""

    reason: Line
    done_on: date | None = None


class Validation(Body):
    """The validation of an identified need."""

    done_on: date | None = None


class NeedRead(BaseModel):
    """A need, how far it is answered, and what the caller may do next."""

    id: UUID
    reference: str | None
    facility_code: str
    occupation_code: str
    specialty: str | None
    quantity: int
    hires: int = Field(description="Hires proposed or decided for this need.")
    reason: Reason
    post_id: UUID | None
    state: Literal["identified", "validated", "closed"]
    identified_on: date
    validated_on: date | None
    pool_id: UUID | None
    round_id: UUID | None
    wanted_from: date | None
    difficulty: Difficulty | None
    closed_on: date | None
    closing_reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, need: Need, hires: int) -> Self:
        return cls(
            **{name: getattr(need, name) for name in cls.model_fields if hasattr(need, name)},
            hires=hires,
            available_actions=[
                action("validate", can_validate(caller, need), lambda: NEED.after("validate", need.state)),
                action("close", can_close(caller, need), lambda: NEED.after("close", need.state)),
            ],
        )
