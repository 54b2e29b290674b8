"""Figures over HTTP."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.observatory.figures.catalogue import Definition


class FigureEntry(BaseModel):
    """One figure of the catalogue, in the caller's language."""

    id: str
    title: str
    definition: str
    unit: str
    numerator: str
    denominator: str
    source: str
    url: str

    @classmethod
    def of(cls, figure: Definition) -> Self:
        words = {name: str(getattr(figure, name)) for name in ("title", "definition", "unit", "numerator", "denominator", "source")}
        return cls(id=figure.id, url=f"/api/v1/observatory/figures/{figure.id}", **words)


class AreaRead(BaseModel):
    """The area counted, with its boundaries of the date."""

    code: str
    name: str
    level: str


class PopulationUsed(BaseModel):
    """The denominator's year and source."""

    year: int
    value: int
    source: str
    kind: str


class PolicyUsed(BaseModel):
    """The attraction policy counted."""

    id: UUID
    resolution_no: str
    title: str
    target_hires: int
    valid_from: date
    valid_to: date | None
    citation: str


class Coverage(BaseModel):
    """How many facilities of the area have somebody assigned on the date."""

    facilities: int
    reporting: int
    estimated: int = Field(description="Facilities whose place in the area is estimated by the crosswalk of a split.")
    text: str


class Beside(BaseModel):
    """The same figure counted by ISCO-08, as the WHO does."""

    title: str
    isco: list[str]
    numerator: int | None
    value: float | None


class FigureRead(BaseModel):
    """A figure: what it says, what it is made of, and where its records are."""

    id: str
    title: str
    definition: str
    unit: str
    value: int | float | None = Field(description="Rounded once, half up, as displayed; null when it cannot be said, and `why` tells the reason.")
    decimals: int
    numerator: int | None
    numerator_text: str
    denominator: int | None
    denominator_text: str
    band: str | None = Field(None, description="Shown instead of a small numerator to those who see figures only (OBS-02).")
    why: str | None = None
    rule: dict[str, Any] | None = None
    source: str
    as_of: date
    period_from: date | None = Field(None, serialization_alias="from")
    period_to: date | None = Field(None, serialization_alias="to")
    area: AreaRead
    complete: bool
    coverage: Coverage | None = None
    population: PopulationUsed | None = None
    policy: PolicyUsed | None = None
    beside: Beside | None = None
    records: str | None = Field(description="Where the numerator's records are, for those who may open them.")


class RecordRead(BaseModel):
    """One record of a numerator: identifiers only, never a name."""

    person_id: UUID
    worker_id: UUID | None = None
    assignment_id: UUID | None = None
    hire_id: UUID | None = None
    facility_code: str
    occupation_code: str
    done_on: date | None = None
    starts_on: date | None = None
