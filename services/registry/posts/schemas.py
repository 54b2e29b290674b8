"""What goes in and out about posts."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.persons.schemas import Body
from shared.actions import Action
from shared.i18n import _

Fte = Annotated[Decimal, Field(gt=0, le=100, max_digits=6, decimal_places=3)]


class PostCreate(Body):
    """A post of a facility's establishment, from the day on which it may be filled."""

    reference: str | None = Field(None, min_length=1, max_length=200, examples=["VN-22-BVT/HSCC/01"])
    facility_code: str = Field(max_length=60, examples=["VN-22-BVT"])
    unit: str | None = Field(None, max_length=200)
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


class Holder(BaseModel):
    """Who holds a share of the post on the day."""

    assignment_id: UUID
    person_id: UUID
    kind: str
    fte_share: float
    valid_from: date
    valid_to: date | None


class PostRead(BaseModel):
    id: UUID
    reference: str | None
    facility_id: UUID
    facility_code: str
    facility_name: str | None
    unit: str | None
    job_position: str | None
    occupation_code: str
    occupation_name: str | None
    specialty: str | None
    fte: float
    filled_share: float
    free_share: float
    state: Literal["vacant", "filled"]
    open_from: date
    close_to: date | None
    is_management: bool
    frozen: bool
    decision: str
    holders: list[Holder] | None = None
    available_actions: list[Action] = []
