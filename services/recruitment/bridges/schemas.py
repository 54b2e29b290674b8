"""Bridges over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.recruitment.bridges.models import Crossing
from services.recruitment.policies.schemas import Code, Line, Reference
from services.recruitment.workflow import CROSSING
from shared.actions import Action, action
from shared.auth import Permission
from shared.i18n import _
from shared.records import Body


class BridgeCreate(Body):
    """A way from one profession to another, by a training, with members that take part and evidence that it is one."""

    reference: Reference | None = None
    pool_id: UUID
    from_occupation: Code = Field(examples=["FR-AS"])
    to_occupation: Code = Field(examples=["FR-IDE"])
    training: Line = Field(description="What opens it.")
    months: Annotated[int, Field(gt=0, le=120)]
    partners: list[Code] = Field(min_length=1, max_length=100, description="Members that take people on it, or train them.")
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] = Field(description="The text or the agreement on which it stands.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _leads_elsewhere(self) -> Self:
        if self.from_occupation == self.to_occupation:
            raise ValueError(_("A bridge leads from one profession to another."))
        return self


class CrossingCreate(Body):
    """Somebody who looks for work in the pool takes the bridge, towards a member."""

    reference: Reference | None = None
    profile_id: UUID
    to_facility: Code
    done_on: date | None = None


class CrossingOutcome(Body):
    """How it ended."""

    outcome: Literal["crossed", "given_up"]
    done_on: date | None = None


class BridgeRead(BaseModel):
    """A bridge, and how many have taken it as far as the caller sees them."""

    id: UUID
    reference: str | None
    pool_id: UUID
    from_occupation: str
    to_occupation: str
    training: str
    months: int
    partners: list[str]
    evidence: str
    opened_on: date
    taken: int
    crossed: int

    model_config = {"from_attributes": True}


class CrossingRead(BaseModel):
    """A bridge taken, and what the caller may do next."""

    id: UUID
    reference: str | None
    bridge_id: UUID
    pool_id: UUID
    profile_id: UUID
    person_id: UUID
    to_facility: str
    begun_on: date
    ended_on: date | None
    state: Literal["under_way", "crossed", "given_up"]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, crossing: Crossing, may_end: Permission) -> Self:
        values = {name: getattr(crossing, name) for name in cls.model_fields if hasattr(crossing, name)}
        return cls(**values, available_actions=[action("end", may_end, lambda: CROSSING.after("finish", crossing.state))])
