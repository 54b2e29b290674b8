"""What goes in and out about returns."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from annotated_types import MaxLen, MinLen
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.registry.facilities.vocabulary import TYPES
from services.registry.returns.models import What
from shared.actions import Action
from shared.i18n import _
from shared.records import Body

Reference = Annotated[str, MinLen(1), MaxLen(200)]


class ReturnCallCreate(Body):
    """An authority asks its facilities for a return."""

    authority: str = Field(max_length=60, pattern=r"^[A-Z]{2}(-[A-Za-z0-9]+)*$", examples=["VN-22"])
    title: Annotated[str, MinLen(3), MaxLen(200)] = Field(examples=["Staff of the third quarter"])
    what: What = Field("staff", description="`staff`: facilities hand in; `establishment`: asking in the yearly round of the last day’s year counts as the return.")
    facility_types: Annotated[list[str], MaxLen(30)] = Field(default_factory=list, description="Only facilities of these kinds; all when empty.")
    first_on: date
    last_on: date = Field(description="Last day of the period, whole.")
    due_on: date = Field(description="Last day, whole, on which a return is in time.")
    reference: Reference | None = None
    done_on: date | None = None

    @field_validator("facility_types")
    @classmethod
    def _must_be_kinds(cls, value: list[str]) -> list[str]:
        if set(value) - set(TYPES):
            raise ValueError(_("This is not a kind of facility."))
        return sorted(set(value))

    @model_validator(mode="after")
    def _must_be_in_order(self) -> Self:
        if not self.first_on <= self.last_on <= self.due_on:
            raise ValueError(_("The period begins before it ends, and the return is due on its last day or later."))
        return self


class ReturnCreate(Body):
    """A facility's data of the period are in."""

    facility_code: str = Field(max_length=60, examples=["VN-22-BVT"])
    import_id: UUID | None = Field(None, description="The import by which they came, when they came by one.")
    reference: Reference | None = None
    done_on: date | None = None


class Closing(Body):
    """No return is taken any more."""

    done_on: date | None = None


class ReturnCallRead(BaseModel):
    """A call, with how far it has come in what the caller sees."""

    id: UUID
    authority: str
    title: str
    what: What
    facility_types: list[str]
    first_on: date
    last_on: date
    due_on: date
    opened_on: date
    state: str
    version: int
    expected: int
    sent: int
    late: int
    available_actions: list[Action]


class PlaceStatus(BaseModel):
    """One authority, or one facility: whether what was expected has come."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str | None
    expected: int
    sent: int
    late: int = Field(description="Sent after the day, or not sent though the day has passed.")
    missing: int
    people: int | None = Field(description="People at work there on the last day of the period, when the return was handed in.")
    complete: int | None = Field(description="Of these, those with birth, sex, place in the establishment or unit, and number of the decision.")
    complete_percent: float | None
    first_sent_on: date | None
    last_sent_on: date | None


class ReturnRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    call_id: UUID
    facility_code: str
    import_id: UUID | None
    people: int
    complete: int
    sent_on: date
