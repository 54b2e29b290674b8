"""What goes in and out about employments."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.persons.schemas import Body
from services.registry.workers.models import OWN_ACCOUNT, EmploymentStatus, EmploymentType
from shared.actions import Action
from shared.i18n import _

Term = Annotated[int, Field(ge=1, le=600, description="Months; the last day follows from it.")]
Reason = Annotated[str, Field(min_length=3, max_length=500)]
DecisionNumber = Annotated[str, Field(min_length=1, max_length=100)]


class EmploymentCreate(Body):
    """A facility employs a person in an occupation, or the person practises on their own account. Without a decision number it counts and shows “to regularise”."""

    facility_code: str | None = Field(None, max_length=60, examples=["VN-22-BVT"])
    practice_name: str | None = Field(
        None, min_length=2, max_length=200, description="Without a facility: where somebody works on their own account, or for a private employer outside the register."
    )
    practice_area: str | None = Field(None, max_length=40, description="Code of the area in which that place is.", examples=["VN-22-06685"])
    occupation_code: str = Field(max_length=60, examples=["VN-BS"])
    employment_type: EmploymentType = "public_employee"
    status: EmploymentStatus = "confirmed"
    starts_on: date
    ends_on: date | None = None
    term_months: Term | None = None
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _place_and_days(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        if self.ends_on is not None and self.term_months is not None:
            raise ValueError(_("Say a term or a last day, not both."))
        if (self.practice_name is None) != (self.practice_area is None) or (self.facility_code is None) == (self.practice_name is None):
            raise ValueError(_("Name a facility, or a place of practice and its area."))
        if self.facility_code is None and self.employment_type not in OWN_ACCOUNT:
            raise ValueError(_("Only those who work on their own account or privately have a place of practice instead of a facility."))
        return self


class EmploymentRenewal(Body):
    """The contract goes on from the day after its last one, for a term or to a day."""

    term_months: Term | None = None
    ends_on: date | None = None
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.ends_on is None) == (self.term_months is None):
            raise ValueError(_("Say a term or a last day, not both."))
        return self


class EmploymentSuspension(Body):
    """Days on which the employment rests, whole; without a last day until it is taken up again."""

    from_day: date
    until: date | None = None
    reason: Reason
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until is not None and self.until < self.from_day:
            raise ValueError(_("The last day comes before the first one."))
        return self


class EmploymentResumption(Body):
    """The first day on which the employment is taken up again."""

    from_day: date
    reason: Reason
    done_on: date | None = None


class EmploymentEnding(Body):
    """The last day and why: one reason of the list of the rule pack."""

    ends_on: date = Field(description="Last day, whole.")
    departure: str = Field(max_length=40, pattern="^[a-z_]+$", examples=["retired", "transferred"], description="A code of the list of departure reasons (REG-DEPARTURE).")
    reason: Reason | None = Field(None, description="In words, where the code does not say enough.")
    done_on: date | None = None


class DepartureReasons(BaseModel):
    """Why an employment may end, as the rule pack says; each with what it counts as."""

    reasons: dict[str, str]
    rule: dict[str, Any]


class EmploymentPeriod(BaseModel):
    valid_from: date
    valid_to: date | None
    status: EmploymentStatus
    act: str
    reason: str | None
    term_months: int | None
    decision: str
    done_on: date


class EmploymentRead(BaseModel):
    id: UUID
    person_id: UUID
    worker_id: UUID
    facility_id: UUID | None
    facility_code: str | None
    facility_name: str | None
    practice_name: str | None
    practice_area: str | None
    employment_type: EmploymentType
    status: EmploymentStatus = Field(description="On the day, or in the last period of one that is over or to come.")
    starts_on: date
    ends_on: date | None
    term_months: int | None
    departure: str | None
    ended_reason: str | None
    decision: str
    done_on: date
    entered_afterwards: bool
    periods: list[EmploymentPeriod]
    version: int
    available_actions: list[Action]
