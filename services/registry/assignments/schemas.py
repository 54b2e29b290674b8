"""What goes in and out about assignments."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.assignments.models import Kind
from services.registry.persons.schemas import Body
from shared.actions import Action
from shared.i18n import _

FteShare = Annotated[Decimal, Field(gt=0, le=1, max_digits=4, decimal_places=3)]
DecisionNumber = Annotated[str, Field(min_length=1, max_length=100, examples=["1234/QĐ-SYT"])]
Reason = Annotated[str, Field(min_length=3, max_length=500)]


class AssignmentCreate(Body):
    """A worker takes a post, or works at a facility without one. Without a decision number it counts and shows “to regularise”."""

    person_id: UUID
    post_id: UUID | None = None
    facility_code: str | None = Field(None, max_length=60, description="When there is no post.")
    occupation_code: str | None = Field(None, max_length=60, description="When the person has several and there is no post.")
    unit: str | None = Field(None, max_length=200)
    kind: Kind = "primary"
    fte_share: FteShare = Decimal(1)
    starts_on: date
    ends_on: date | None = None
    decision_number: DecisionNumber | None = None
    reference: str | None = Field(None, min_length=1, max_length=200)
    done_on: date | None = None

    @model_validator(mode="after")
    def _place_and_days(self) -> Self:
        if self.post_id is None and self.facility_code is None:
            raise ValueError(_("Name a post or a facility."))
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        return self


class AssignmentEnding(Body):
    ends_on: date = Field(description="Last day, whole.")
    reason: Reason
    decision_number: DecisionNumber | None = None
    done_on: date | None = None


class AssignmentChangeBody(Body):
    """From a day on, another share, kind, unit or post: a new period of the same assignment."""

    effective_on: date
    post_id: UUID | None = None
    unit: str | None = Field(None, max_length=200)
    kind: Kind | None = None
    fte_share: FteShare | None = None
    decision_number: DecisionNumber | None = None
    done_on: date | None = None


class AssignmentTransfer(Body):
    """From a day on in another post or unit of the same facility; share and kind stay."""

    effective_on: date
    post_id: UUID | None = None
    unit: str | None = Field(None, min_length=1, max_length=200)
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.post_id is None and self.unit is None:
            raise ValueError(_("Name a post or a unit."))
        return self


class AssignmentCorrection(Body):
    """What was recorded wrongly, and why: the earlier belief is kept. Fields that are not sent stay."""

    reason: Reason
    period_from: date | None = Field(None, description="First day of the period to correct; the last period when not said.")
    starts_on: date | None = None
    ends_on: date | None = None
    open_ended: bool = Field(False, description="The recorded end was wrong: there is none.")
    post_id: UUID | None = None
    unit: str | None = Field(None, max_length=200)
    kind: Kind | None = None
    fte_share: FteShare | None = None
    decision_number: DecisionNumber | None = None
    done_on: date | None = None


class ActivationCreate(Body):
    """What stood in the way is gone: the conflicting assignment counts from now on."""

    reason: Reason
    decision_number: DecisionNumber | None = None


class PeriodRead(BaseModel):
    valid_from: date
    valid_to: date | None
    facility_code: str
    post_id: UUID | None
    unit: str | None
    kind: str
    fte_share: float
    decision: str
    done_on: date
    amended_on: date | None
    recorded_at: datetime


class AssignmentRead(BaseModel):
    id: UUID
    person_id: UUID
    worker_id: UUID
    occupation_code: str
    post_id: UUID | None
    facility_id: UUID
    facility_code: str
    facility_name: str | None
    unit: str | None
    unit_id: UUID | None = Field(None, description="The unit in which the post stands on the day; then `unit` is its name.")
    kind: Kind
    fte_share: float
    starts_on: date
    ends_on: date | None
    state: Literal["active", "conflicting", "ended", "revoked"]
    conflict: str | None
    decision: str
    retroactive: bool = Field(description="It took effect before it was decided.")
    entered_afterwards: bool = Field(description="It was recorded on a later day than it was decided.")
    source_service: str | None
    source_id: UUID | None
    reference: str | None
    periods: list[PeriodRead]
    version: int
    warnings: list[str] = []
    available_actions: list[Action] = []
