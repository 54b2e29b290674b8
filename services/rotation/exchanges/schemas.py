"""Exchanges over HTTP: units that host, places used and free, what came of an agreement."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.rotation.fields import Code, Line, Reference, Word
from shared.records import Body

OutputKind = Literal["project", "publication", "seminar", "technique", "training", "other"]


class HostUnitCreate(Body):
    """A unit that hosts people of the other side of an agreement."""

    reference: Reference | None = None
    agreement_id: UUID
    facility_code: Code = Field(examples=["FR-63-CHU"])
    unit: Line = Field(examples=["Chirurgie cardiovasculaire"])
    specialty: Word = Field(examples=["cardiology"])
    capacity: int = Field(ge=1, le=500, description="How many it hosts on one day.")
    done_on: date | None = None


class Capacity(Body):
    """Another capacity from now on; closed, a unit hosts nobody new."""

    capacity: int = Field(ge=1, le=500)
    closed: bool = False
    done_on: date | None = None


class OutputCreate(Body):
    """What came of the agreement."""

    kind: OutputKind
    title: Line
    happened_on: date
    people: int | None = Field(None, ge=0, le=100_000)
    done_on: date | None = None


class HostUnitRead(BaseModel):
    """A unit, how many it hosts on a day and how many are there."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str | None
    facility_code: str
    unit: str
    specialty: str
    capacity: int
    state: Literal["open", "closed"]
    taken: int = 0
    free: int = 0


class OutputRead(BaseModel):
    """One output."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: OutputKind
    title: str
    happened_on: date
    people: int | None


class PlacesOfYear(BaseModel):
    """Places of one side in a civil year: those whose first day lies in it, cancelled ones left out (EXC-01, R-QUOTA-YEAR)."""

    host_code: str
    year: int
    quota: int
    used: int
    free: int


class Before(BaseModel):
    """One agreement of a lineage."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str | None
    reference: str | None
    starts_on: date
    ends_on: date
    ended_on: date | None
    state: str


class ExchangeRead(BaseModel):
    """What an agreement of exchange promises and what became of it."""

    agreement_id: UUID
    year: int
    as_of: date
    places: list[PlacesOfYear]
    units: list[HostUnitRead]
    outputs: list[OutputRead]
    lineage: list[Before] = Field(description="From the first agreement to the last, this one among them.")
