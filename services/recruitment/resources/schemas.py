"""Resources of a pool over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.recruitment.policies.schemas import Code, Line, Reference
from services.recruitment.resources.models import Resource
from services.recruitment.workflow import RESOURCE
from shared.actions import Action, action
from shared.auth import Permission
from shared.i18n import _
from shared.records import Body

Kind = Literal["spare_hours", "shared_post", "training_place"]


class ResourceCreate(Body):
    """What a member can spare."""

    reference: Reference | None = None
    pool_id: UUID
    round_id: UUID | None = Field(None, description="The round in which it was stated.")
    facility_code: Code = Field(examples=["FR-44-HIPR"])
    kind: Kind
    occupation_code: Code | None = Field(None, examples=["FR-IDE"])
    quantity: Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=2, description="Hours a month, full times of a shared post, or places.")]
    available_from: date
    available_to: date | None = Field(None, description="Last day, whole.")
    note: Annotated[str, StringConstraints(max_length=1_000)] | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.available_to is not None and self.available_to < self.available_from:
            raise ValueError(_("The last day comes before the first one."))
        return self


class ResourceEnding(Body):
    """Why it cannot be had any more."""

    reason: Line
    done_on: date | None = None


class ResourceRead(BaseModel):
    """A resource, and what the caller may do with it."""

    id: UUID
    reference: str | None
    pool_id: UUID
    round_id: UUID | None
    facility_code: str
    kind: Kind
    occupation_code: str | None
    quantity: Decimal
    available_from: date
    available_to: date | None
    note: str | None
    state: Literal["offered", "ended"]
    offered_on: date
    ended_on: date | None
    ending_reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, resource: Resource, may_end: Permission) -> Self:
        values = {name: getattr(resource, name) for name in cls.model_fields if hasattr(resource, name)}
        return cls(**values, available_actions=[action("end", may_end, lambda: RESOURCE.after("end", resource.state))])
