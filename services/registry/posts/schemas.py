"""What goes in and out about posts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.persons.schemas import Body
from services.registry.posts.models import PostState
from shared.actions import Action
from shared.i18n import _

Fte = Annotated[Decimal, Field(gt=0, le=100, max_digits=6, decimal_places=3)]


class PostCreate(Body):
    """A post of a facility's establishment, from the day on which it may be filled."""

    reference: str | None = Field(None, min_length=1, max_length=200, examples=["VN-22-BVT/HSCC/01"])
    facility_code: str = Field(max_length=60, examples=["VN-22-BVT"])
    unit: str | None = Field(None, max_length=200, description="In words, for a post that stands in no unit of the register.")
    unit_id: UUID | None = None
    job_position: str | None = Field(None, max_length=200)
    occupation_code: str = Field(max_length=60, examples=["VN-BS"])
    specialty: str | None = Field(None, max_length=200)
    fte: Fte = Decimal(1)
    open_from: date
    close_to: date | None = None
    is_management: bool = False
    decision_number: str | None = Field(None, min_length=1, max_length=100)
    done_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.close_to is not None and self.close_to < self.open_from:
            raise ValueError(_("The last day comes before the first one."))
        return self


DecisionNumber = Annotated[str, Field(min_length=1, max_length=100, examples=["1234/QĐ-SYT"])]
Reason = Annotated[str, Field(min_length=3, max_length=500)]


class PostChange(Body):
    """What is different from a day on; a field that is left out stays as it is, and a unit that is null takes the post out of its unit."""

    effective_on: date
    unit: str | None = Field(None, min_length=1, max_length=200)
    unit_id: UUID | None = None
    job_position: str | None = Field(None, min_length=1, max_length=200)
    specialty: str | None = Field(None, min_length=1, max_length=200)
    fte: Fte | None = None
    is_management: bool | None = None
    reason: Reason | None = None
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.said():
            raise ValueError(_("Say what changes."))
        return self

    def said(self) -> dict[str, object]:
        said = self.model_dump(include={"unit", "job_position", "specialty", "fte", "is_management", "decision_number"}, exclude_none=True)
        return said | self.model_dump(include={"unit_id"} & self.model_fields_set)


class PostFreezing(Body):
    """Days on which nobody may take the post, whole; without a last day until it is lifted."""

    from_day: date
    to_day: date | None = None
    reason: Reason
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to_day is not None and self.to_day < self.from_day:
            raise ValueError(_("The last day comes before the first one."))
        return self


class PostUnfreezing(Body):
    """The first day on which the post may be taken again."""

    from_day: date
    reason: Reason
    decision_number: DecisionNumber | None = None
    done_on: date | None = None


class PostAbolition(Body):
    """The last day of the post, whole."""

    last_day: date
    reason: Reason
    decision_number: DecisionNumber | None = None
    done_on: date | None = None


class PostPeriodRead(BaseModel):
    """One period of a post, as it stands."""

    valid_from: date
    valid_to: date | None
    unit: str | None
    unit_id: UUID | None
    fte: float
    frozen: bool
    act: str
    reason: str | None
    decision: str
    done_on: date
    recorded_at: datetime


class Holder(BaseModel):
    """Who holds a share of the post on the day."""

    assignment_id: UUID
    person_id: UUID
    kind: str
    fte_share: float
    valid_from: date
    valid_to: date | None
    over_filled: str | None = Field(description="Who marked that it stands beside the others of a full post: an import or a reorganisation.")
    away: bool = Field(description="Not at work on the day, for whatever reason.")


class PostRead(BaseModel):
    id: UUID
    reference: str | None
    facility_id: UUID
    facility_code: str
    facility_name: str | None
    unit: str | None
    unit_id: UUID | None = Field(description="The unit of the register in which the post stands; then `unit` is its official name.")
    job_position: str | None
    occupation_code: str
    occupation_name: str | None
    specialty: str | None
    fte: float
    filled_share: float
    free_share: float
    state: PostState
    functionally_empty: bool | None = Field(None, description="Held, and everybody who holds it is away for long (REG-EMPTY). None for what was known at an earlier instant.")
    open_from: date
    close_to: date | None
    is_management: bool
    frozen: bool
    reason: str | None = Field(None, description="Why the post is frozen, was changed or closed.")
    decision: str
    periods: list[PostPeriodRead] | None = None
    version: int | None = None
    holders: list[Holder] | None = None
    available_actions: list[Action] = []
