"""Clinical placements over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.training.fields import Code, Line, Reference
from services.training.placements.models import PLACEMENT, ClinicalPlace, ClinicalPlacement
from services.training.placements.permissions import can_book
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body


class _Days(Body):
    starts_on: date
    ends_on: date = Field(description="Last day, whole.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        return self


class PlaceCreate(_Days):
    """Places of a unit, for the institutes that are named."""

    reference: Reference | None = None
    facility_code: Code
    unit: Line
    places: int = Field(ge=1, le=500)
    institutes: list[Code] = Field(min_length=1, max_length=30)
    done_on: date | None = None


class PlaceRead(BaseModel):
    """Places of a unit."""

    id: UUID
    reference: str | None
    facility_code: str
    unit: str
    starts_on: date
    ends_on: date
    places: int
    institutes: list[str]
    busiest: int = Field(description="Students on the fullest day.")
    free: int = Field(description="Places left on the fullest day.")

    @classmethod
    def of(cls, place: ClinicalPlace, busiest: int) -> Self:
        values = {name: getattr(place, name) for name in cls.model_fields if name not in ("institutes", "busiest", "free")}
        return cls(**values, institutes=place.shared_with, busiest=busiest, free=place.places - busiest)


class PlacementCreate(_Days):
    """A group of students of an intake, in a unit for some weeks."""

    reference: Reference | None = None
    clinical_place_id: UUID
    intake_id: UUID
    students: int = Field(ge=1, le=500)
    done_on: date | None = None


class Cancellation(Body):
    """Why a group does not come."""

    reason: Line
    done_on: date | None = None


class PlacementRead(BaseModel):
    """A group of students in a unit."""

    id: UUID
    reference: str | None
    clinical_place_id: UUID
    intake_id: UUID
    facility_code: str
    host_code: str
    unit: str
    stream: str
    students: int
    starts_on: date
    ends_on: date
    reason: str | None
    state: Literal["booked", "cancelled"]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, placement: ClinicalPlacement) -> Self:
        values = {name: getattr(placement, name) for name in cls.model_fields if name != "available_actions"}
        cancel = action("cancel", can_book(caller, placement.authority_path), lambda: PLACEMENT.after("cancel", placement.state))
        return cls(**values, available_actions=[cancel])
