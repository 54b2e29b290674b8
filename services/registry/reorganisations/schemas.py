"""Reorganisations as the API takes and shows them. An act names areas and facilities by code, as they stand on the eve."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.registry.facilities.schemas import Code, Name
from shared.actions import Action
from shared.i18n import _

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Kind = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
MOST_ACTS = 200


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewArea(Body):
    """An area that begins on the day; its code may be one that ends on the eve."""

    code: Code
    name: Name
    short_name: Name | None = None
    type: Kind


class AreaPart(NewArea):
    """One heir of an area that is divided, with its share of the surface."""

    share: Annotated[Decimal, Field(gt=0, lt=1, max_digits=5, decimal_places=4)]
    is_main: bool = False
    latitude: Annotated[Decimal | None, Field(ge=-90, le=90)] = None
    longitude: Annotated[Decimal | None, Field(ge=-180, le=180)] = None
    facilities: list[Code] = Field(default_factory=list, max_length=2000, description="Those that stand in this part, where the map does not tell.")


class MergeAreas(Body):
    """Areas of one parent become one."""

    act: Literal["merge-areas"]
    areas: list[Code] = Field(min_length=2, max_length=100)
    into: NewArea


class SplitArea(Body):
    """An area is divided; its facilities go where they are said to stand, else to the nearest part, else to the main one."""

    act: Literal["split-area"]
    area: Code
    into: list[AreaPart] = Field(min_length=2, max_length=100)

    @model_validator(mode="after")
    def _makes_a_whole(self) -> Self:
        if sum(part.share for part in self.into) != 1:
            raise ValueError(_("The shares of the parts make a whole: 1 together."))
        if sum(part.is_main for part in self.into) != 1:
            raise ValueError(_("One of the parts is the main heir."))
        return self


class RenameArea(Body):
    """An area gets another name or rank and stays the same area."""

    act: Literal["rename-area"]
    area: Code
    name: Name
    short_name: Name | None = None
    type: Kind | None = None


class RecodeArea(Body):
    """An area gets another code, and the paths of all below it follow."""

    act: Literal["recode-area"]
    area: Code
    code: Code


class MoveFacility(Body):
    """A facility comes under another managing authority, technical supervisor or host; null ends a supervisor or a host."""

    act: Literal["move-facility"]
    facility_code: Code
    authority: Code | None = None
    technical_supervisor: Code | None = None
    host: Code | None = None

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if not self.model_fields_set & {"authority", "technical_supervisor", "host"}:
            raise ValueError(_("Say what changes."))
        if "authority" in self.model_fields_set and self.authority is None:
            raise ValueError(_("A facility always has a managing authority."))
        return self


class CloseFacility(Body):
    """A facility is open until the eve; its posts and people went elsewhere before."""

    act: Literal["close-facility"]
    facility_code: Code


class UnitBecomes(Body):
    """A unit of a facility that is taken over ends on the eve, and its posts stand in one that is there."""

    unit_id: UUID
    to_unit_id: UUID


class MergeFacilities(Body):
    """Facilities are taken over by another with their units, posts, people and all that they supervised or hosted, and close on the eve."""

    act: Literal["merge-facilities"]
    facilities: list[Code] = Field(min_length=1, max_length=100)
    into: Code
    units: list[UnitBecomes] = Field(default_factory=list, max_length=2000, description="Units that become part of one that is there; all others go along as they are.")


class MoveUnit(Body):
    """A unit with all that hangs below it, its posts and their people goes to another facility."""

    act: Literal["move-unit"]
    facility_code: Code
    unit_id: UUID
    to_facility_code: Code
    to_parent_id: UUID | None = Field(None, description="The unit below which it hangs there; at the top when not said.")


class MovePosts(Body):
    """Posts go to another facility, or another unit, with those who hold them: all of a facility, those of one unit, or some."""

    act: Literal["move-posts"]
    facility_code: Code
    unit: Unit | None = None
    unit_id: UUID | None = Field(None, description="Only posts that stand in this unit or below it.")
    posts: list[UUID] | None = Field(None, min_length=1, max_length=2000)
    to_facility_code: Code
    to_unit: Unit | None = None
    to_unit_id: UUID | None = Field(None, description="The unit of the other facility in which they stand from the day on.")


class MergePosts(Body):
    """Posts of one facility become one: the others are abolished on the eve, and whoever held them stands beside the others where there is no room."""

    act: Literal["merge-posts"]
    facility_code: Code
    posts: list[UUID] = Field(min_length=1, max_length=100)
    into: UUID


Act = Annotated[
    MergeAreas | SplitArea | RenameArea | RecodeArea | MoveFacility | CloseFacility | MergeFacilities | MoveUnit | MovePosts | MergePosts,
    Field(discriminator="act"),
]


class ReorganisationDraft(Body):
    """What shall be done together on a day, by which text; nothing is written before it is applied."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "title": "Nhập phường Hồng Gai và phường Bạch Đằng", "legal_basis": "Nghị quyết 123/NQ-HĐND", "effective_on": "2027-01-01",
                "acts": [
                    {"act": "rename-area", "area": "VN-22-06658", "name": "Phường Cao Xanh Mới"},
                    {"act": "move-facility", "facility_code": "VN-22-TYT-06658", "authority": "VN-22"},
                ],
            }
        },
    )  # fmt: skip

    title: Text
    legal_basis: Text
    effective_on: date
    acts: list[Act] = Field(default_factory=list, max_length=MOST_ACTS)


class Reason(Body):
    reason: Text


class ReorganisationRead(BaseModel):
    """A reorganisation; `touched` counts what it wrote, by kind, once it is applied."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    legal_basis: str
    effective_on: date
    acts: list[dict[str, Any]]
    state: str
    drafted_at: datetime
    applied_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    touched: dict[str, int] | None
    version: int
    available_actions: list[Action] = []


class Thing(BaseModel):
    """One thing that is touched, with its name for whoever reads: what it is today and what it would be."""

    id: UUID | None
    name: str
    person_id: UUID | None = None
    code: str | None = None
    before: str | None = None
    after: str | None = None
    over_filled: bool = Field(False, description="Stands beside the others from the day on: the post has no room for it.")


class Touched(BaseModel):
    """Things of one kind; `items` shows the first of them."""

    kind: str
    count: int
    items: list[Thing]


class Elsewhere(BaseModel):
    """What another service holds about the facilities that are touched, as far as the caller may see; null when it did not answer."""

    service: str
    kind: str
    facility_code: str
    count: int | None
    more: bool = False


class Stopped(BaseModel):
    """The act that cannot be done, and why."""

    act: int | None
    type: str
    detail: str
    possible: str | None = None


class Preview(BaseModel):
    """What applying would do, tried and taken back."""

    touched: list[Touched]
    elsewhere: list[Elsewhere]
    stopped: Stopped | None


class BuiltOn(BaseModel):
    """Something that leans on a reorganisation and stands in the way of its undoing."""

    kind: str
    id: UUID
    name: str
