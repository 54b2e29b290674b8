"""Units as the API takes and shows them."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.registry.facilities.schemas import Name
from services.registry.posts.schemas import DecisionNumber, Reason
from services.registry.units.models import UnitKind
from shared.actions import Action
from shared.i18n import _
from shared.records import Body

UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9._/-]*$", max_length=40, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Names = Annotated[dict[Literal["fr", "vi", "en", "ar"], Name], Field(description="The name in other languages; a reader without one reads the official name.")]


class UnitCreate(Body):
    """A unit of a facility, from the day on which it exists; it hangs below another, or stands at the top."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "facility_code": "VN-22-BVT", "code": "HSCC", "kind": "department", "name": "Khoa Hồi sức cấp cứu", "names": {"fr": "Réanimation"}, "specialty": "intensive-care",
                "valid_from": "2020-01-01",
            }
        }
    )  # fmt: skip

    facility_code: str = Field(max_length=60)
    code: UnitCode
    kind: UnitKind
    name: Name
    names: Names = Field(default_factory=dict)
    parent_id: UUID | None = None
    specialty: Word | None = None
    services: list[Word] = Field(default_factory=list, max_length=30, description="Codes of the services that it offers.")
    valid_from: date
    valid_to: date | None = None
    reason: Reason | None = None
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(_("The last day comes before the first one."))
        return self


class UnitChange(Body):
    """What is different from a day on; a field that is left out stays as it is, and a unit above that is null puts it at the top."""

    effective_on: date
    kind: UnitKind | None = None
    name: Name | None = None
    names: Names | None = None
    parent_id: UUID | None = None
    specialty: Word | None = None
    services: list[Word] | None = Field(None, max_length=30)
    reason: Reason | None = None
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.said():
            raise ValueError(_("Say what changes."))
        return self

    def said(self) -> dict[str, object]:
        said = self.model_dump(include={"kind", "name", "names", "services"}, exclude_none=True)
        return said | self.model_dump(include={"parent_id", "specialty"} & self.model_fields_set)


class UnitClosure(Body):
    """The last day of the unit, whole."""

    last_day: date
    reason: Reason
    decision_number: DecisionNumber | None = None
    done_on: date | None = None


class UnitPosts(Body):
    """Posts of the facility that stand in the unit from a day on: these, or all that name it in words and stand in none."""

    effective_on: date
    posts: list[UUID] | None = Field(None, min_length=1, max_length=2000)
    named: str | None = Field(None, min_length=1, max_length=200, description="What posts in no unit say in words.")
    reason: Reason | None = None
    decision_number: DecisionNumber | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _names_posts(self) -> Self:
        if (self.posts is None) == (self.named is None):
            raise ValueError(_("Name the posts, or the words that they say."))
        return self


class Figures(BaseModel):
    """Posts open on the day by what they are, and the share of full time that they offer and that is taken."""

    posts: int = 0
    vacant: int = 0
    filled: int = 0
    over_filled: int = 0
    frozen: int = 0
    fte: float = 0
    filled_share: float = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(**{name: getattr(self, name) + getattr(other, name) for name in Figures.model_fields})


class UnitNamed(BaseModel):
    id: UUID
    code: str
    name: str
    kind: UnitKind


class UnitPeriodRead(BaseModel):
    """One period of a unit, as it stands."""

    valid_from: date
    valid_to: date | None
    facility_code: str
    name: str
    kind: UnitKind
    parent_id: UUID | None
    act: str
    reason: str | None
    decision: str | None
    done_on: date
    recorded_at: datetime


class Head(BaseModel):
    """A post of management that stands in the unit, and who holds it, for whoever may read people."""

    post_id: UUID
    job_position: str | None
    person_ids: list[UUID] | None


class UnitRead(UnitNamed):
    """A unit on a day; `name` is in the reader's language when the unit has one."""

    official_name: str
    names: dict[str, str]
    facility_id: UUID
    facility_code: str
    facility_name: str | None
    parent_id: UUID | None
    specialty: str | None
    services: list[str]
    valid_from: date
    valid_to: date | None
    above: list[UnitNamed] | None = Field(None, description="From the top down to the unit above, on the day.")
    heads: list[Head] | None = None
    figures: Figures | None = Field(None, description="Its own posts and those below, as far as the reader sees them.")
    periods: list[UnitPeriodRead] | None = None
    version: int | None = None
    available_actions: list[Action] = []


class UnitOnTree(UnitRead):
    """A unit in the tree of a day: how deep it stands, and its own posts beside those with all that hangs below."""

    depth: int
    own: Figures | None = None


class Tree(BaseModel):
    """The units of a facility on a day, each after the one above; `outside` counts posts that stand in none."""

    facility_code: str
    facility_name: str
    day: date
    units: list[UnitOnTree]
    outside: Figures | None
    named: dict[str, int] | None = Field(None, description="What posts outside say in words, and how many say it.")
    available_actions: list[Action] = []
