"""Institutes, seats and conventions over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.training.fields import Code, Line, Reference
from services.training.institutes.models import Capacity, Convention, Institute
from services.training.institutes.permissions import can_keep_convention, can_supervise
from services.training.institutes.queries import Cell
from services.training.institutes.workflow import CONVENTION
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.records import Body, Year

Stream = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]+)+$", max_length=40)]
"""A stream is known by the national title to which it leads."""
Seats = Annotated[int, Field(ge=1, le=5000)]


class CampusBody(Body):
    """A place where the institute teaches."""

    name: Line
    area_code: Code


class AccreditationBody(Body):
    """Who lets the institute teach which streams, and until when."""

    authority: Line = Field(examples=["Ministère de la Santé"])
    number: Code
    streams: list[Stream] = Field(min_length=1, max_length=60)
    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(_("The last day is before the first one."))
        return self


class InstituteCreate(Body):
    """A facility that trains for the health professions."""

    reference: Reference | None = None
    facility_code: Code
    name: Line
    other_name: Line | None = Field(None, description="In the country's other script.")
    campuses: list[CampusBody] = Field(default=[], max_length=20)
    accreditation: AccreditationBody | None = None
    done_on: date | None = None


class AccreditationCreate(AccreditationBody):
    """One more accreditation; it begins after the one before has ended."""

    done_on: date | None = None


class CampusRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    area_code: str


class AccreditationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    authority: str
    number: str
    streams: list[str]
    valid_from: date
    valid_to: date | None


class InstituteRead(BaseModel):
    """An institute with what the caller may do next."""

    id: UUID
    reference: str | None
    facility_code: str
    region: str
    ownership: str
    name: str
    other_name: str | None
    state: Literal["open"]
    campuses: list[CampusRead]
    accreditations: list[AccreditationRead]
    accredited: list[str] = Field(description="Streams that it may teach today.")
    registered_on: date
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, institute: Institute) -> Self:
        values = {name: getattr(institute, name) for name in cls.model_fields if name not in ("campuses", "accreditations", "accredited", "available_actions")}
        supervises = can_supervise(caller, institute.authority_path)
        return cls(
            **values,
            campuses=[CampusRead.model_validate(each) for each in institute.campuses],
            accreditations=[AccreditationRead.model_validate(each) for each in institute.accreditations],
            accredited=list(institute.streams_on(today())),
            available_actions=[action("accredit", supervises), action("set_seats", supervises), action("convene", can_keep_convention(caller, institute.authority_path))],
        )


class CapacityCreate(Body):
    """How many an institute may take into the first year of a stream."""

    reference: Reference | None = None
    facility_code: Code
    stream: Stream
    year: Year = Field(description="The year in which the academic year begins.")
    seats: Seats
    decision: Line | None = Field(None, description="The decision that sets it.")
    done_on: date | None = None


class CapacityChange(Body):
    """Another number of seats, and why."""

    seats: Seats
    decision: Line
    done_on: date | None = None


class CapacityRead(BaseModel):
    """The seats of a stream and year."""

    id: UUID
    reference: str | None
    institute_id: UUID
    facility_code: str
    region: str
    ownership: str
    stream: str
    year: int
    starts_on: date
    ends_on: date
    seats: int
    decision: str | None
    set_on: date
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, capacity: Capacity) -> Self:
        values = {name: getattr(capacity, name) for name in cls.model_fields if name != "available_actions"}
        return cls(**values, available_actions=[action("change", can_supervise(caller, capacity.authority_path))])


class CellRead(BaseModel):
    """Seats of a stream in a region, by sector."""

    model_config = ConfigDict(from_attributes=True)

    region: str
    stream: str
    ownership: str
    seats: int
    offered: int
    filled: int
    applicants: int
    free: int

    @classmethod
    def of(cls, cell: Cell) -> Self:
        return cls(**vars(cell), free=cell.seats - cell.filled)


class SeatsRead(BaseModel):
    """All seats of a year that the caller may see, and as many as there were the year before."""

    year: int
    items: list[CellRead]
    seats: int
    filled: int
    free: int
    before: dict[str, int] = Field(description="Seats of the year before, by sector.")


class ConventionCreate(Body):
    """What an institute and a party of the other sector promise each other a year."""

    reference: Reference | None = None
    number: Code
    institute_code: Code
    partner_code: Code
    subject: Line
    starts_on: date
    ends_on: date = Field(description="Last day, whole.")
    seats: int = Field(0, ge=0, le=5000)
    placements: int = Field(0, ge=0, le=5000)
    teachers: int = Field(0, ge=0, le=500)
    signed_on: date
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        return self


class ConventionEnding(Body):
    """Why a convention ends before its last day."""

    reason: Line
    done_on: date | None = None


class ConventionRead(BaseModel):
    """A convention between public and private."""

    id: UUID
    reference: str | None
    number: str
    institute_code: str
    institute_ownership: str
    partner_code: str
    partner_ownership: str
    subject: str
    starts_on: date
    ends_on: date
    seats: int
    placements: int
    teachers: int
    signed_on: date
    ended_on: date | None
    reason: str | None
    state: Literal["active", "ended"]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, convention: Convention) -> Self:
        values = {name: getattr(convention, name) for name in cls.model_fields if name != "available_actions"}
        end = action("end", can_keep_convention(caller, convention.authority_path), lambda: CONVENTION.after("end", convention.state))
        return cls(**values, available_actions=[end])
