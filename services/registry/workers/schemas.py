"""What goes in and out about employments."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.persons.schemas import Body
from services.registry.workers.models import EmploymentStatus, EmploymentType
from shared.actions import Action
from shared.i18n import _


class EmploymentCreate(Body):
    """A facility employs a person in an occupation. Without a decision number it counts and shows “to regularise”."""

    facility_code: str = Field(max_length=60, examples=["VN-22-BVT"])
    occupation_code: str = Field(max_length=60, examples=["VN-BS"])
    employment_type: EmploymentType = "public_employee"
    status: EmploymentStatus = "confirmed"
    starts_on: date
    ends_on: date | None = None
    decision_number: str | None = Field(None, min_length=1, max_length=100)
    done_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        return self


class EmploymentEnding(Body):
    ends_on: date = Field(description="Last day, whole.")
    reason: str = Field(min_length=3, max_length=500, examples=["retired", "transferred"])
    done_on: date | None = None


class EmploymentRead(BaseModel):
    id: UUID
    person_id: UUID
    worker_id: UUID
    facility_id: UUID
    facility_code: str
    facility_name: str | None
    employment_type: EmploymentType
    status: EmploymentStatus
    starts_on: date
    ends_on: date | None
    ended_reason: str | None
    decision: str
    done_on: date
    entered_afterwards: bool
    available_actions: list[Action]
