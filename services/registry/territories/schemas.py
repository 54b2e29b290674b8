"""Health territories as the API takes and shows them; areas and facilities are named by code."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.registry.facilities.schemas import Code, Name
from shared.actions import Action
from shared.i18n import _

Kind = Literal["gst", "ght", "pool", "satellite-network", "other"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Members(Body):
    """Areas and facilities that belong to the territory from a day on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"starts_on": "2026-01-01", "facilities": ["VN-22-BVT"]}})

    starts_on: date
    areas: list[Code] = Field(default_factory=list, max_length=500)
    facilities: list[Code] = Field(default_factory=list, max_length=500)

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.areas and not self.facilities:
            raise ValueError(_("Name at least one area or facility."))
        return self


class TerritoryCreate(Body):
    """A named set with its first members; it begins on a day."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"code": "FR-44-GHT44", "kind": "ght", "name": "GHT 44", "valid_from": "2026-01-01", "facilities": ["VN-22-BVT"]}}
    )

    code: Code
    kind: Kind
    name: Name
    legal_basis: Text | None = None
    valid_from: date
    areas: list[Code] = Field(default_factory=list, max_length=500)
    facilities: list[Code] = Field(default_factory=list, max_length=500)


class Departure(Body):
    """The last day on which an area or a facility belongs to the territory."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"facility": "VN-22-BVT", "last_day": "2026-12-31"}})

    area: Code | None = None
    facility: Code | None = None
    last_day: date

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.area is None) == (self.facility is None):
            raise ValueError(_("Name one area or one facility."))
        return self


class Ending(Body):
    """The last day of the territory and of all its members."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"last_day": "2026-12-31"}})

    last_day: date


class Member(BaseModel):
    """An area or a facility of the territory on the day."""

    kind: Literal["area", "facility"]
    id: UUID
    code: str
    name: str
    valid_from: date
    valid_to: date | None


class TerritoryRead(BaseModel):
    id: UUID
    code: str
    kind: str
    name: str
    legal_basis: str | None
    valid_from: date
    valid_to: date | None
    version: int
    members: list[Member] | None = None
    available_actions: list[Action] = []
