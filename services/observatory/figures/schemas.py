"""Figures over HTTP."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.observatory.figures.catalogue import Definition


class FigureEntry(BaseModel):
    """One figure of the catalogue, in the caller's language."""

    id: str
    service: str
    title: str
    definition: str
    unit: str
    numerator: str
    denominator: str
    source: str
    dated: str = Field(description="`day`: how things stand on a day; `period`: what was done in a period.")
    url: str

    @classmethod
    def of(cls, figure: Definition) -> Self:
        words = {name: str(getattr(figure, name)) for name in ("title", "definition", "unit", "numerator", "denominator", "source")}
        return cls(id=figure.id, service=figure.service, dated=figure.dated, url=f"/api/v1/observatory/figures/{figure.id}", **words)


class AreaRead(BaseModel):
    """The area counted, in the boundaries that were asked for; or one facility."""

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
    """The same figure counted by ISCO-08 as the WHO does, or its records one by one."""

    title: str
    isco: list[str]
    numerator: int | None
    value: float | None


class AmountRead(BaseModel):
    """Money in minor units."""

    currency: str
    amount: int


class FigureRead(BaseModel):
    """A figure: what it says, what it is made of, and where its records are."""

    id: str
    service: str
    title: str
    definition: str
    unit: str
    value: int | float | None = Field(description="Rounded once, half up, as displayed; null when it cannot be said, and `why` tells the reason.")
    decimals: int
    numerator: int | float | None
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
    boundaries_of: date = Field(description="The day whose boundaries were used.")
    area: AreaRead
    complete: bool
    coverage: Coverage | None = None
    population: PopulationUsed | None = None
    policy: PolicyUsed | None = None
    beside: Beside | None = None
    currency: str | None = Field(None, description="For money: the value is in its minor units.")
    amounts: list[AmountRead] = []
    definitions: int = Field(1, description="How many definitions the figure has; `…/definitions` shows them side by side.")
    records: str | None = Field(description="Where the numerator's records are, for those who may open them.")


class RecordRead(BaseModel):
    """One record of a numerator: identifiers and dates only, never a name. `service` and `topic` say what kind of thing `record_id` is."""

    record_id: UUID
    topic: str = Field(description="What the record is: `training.sessions`, `registry.assignments`, `facility` …")
    person_id: UUID | None = None
    facility_code: str | None = None
    occupation_code: str | None = None
    field: str | None = None
    state: str | None = None
    kind: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    done_on: date | None = None
    amount: int | None = None
    currency: str | None = None
    worker_id: UUID | None = None
    assignment_id: UUID | None = None
    hire_id: UUID | None = None


class DefinitionsRead(BaseModel):
    """One figure by each of its definitions, the first one first, for the same place and date."""

    items: list[FigureRead]
    differences: list[float | None] = Field(description="How far the value of each is from the first one’s, in hundredths of it; null where one of them is not shown.")


class Point(BaseModel):
    """The figure at the end of a month."""

    as_of: date
    value: int | float | None
    numerator: int | float | None
    denominator: int | None = None
    band: str | None = None


class Line(BaseModel):
    """One area through time, with the points on which it existed."""

    area: AreaRead
    points: list[Point]


class SeriesRead(BaseModel):
    """A figure at the end of each of the last months: one line, or one more for each area that became this one."""

    id: str
    title: str
    unit: str
    decimals: int
    currency: str | None = None
    boundaries: str
    lines: list[Line]


class Cell(BaseModel):
    """One line of a breakdown."""

    code: str = Field(description="Code of the area or facility, or the field; empty for what has none.")
    name: str | None = None
    value: int | float | None
    numerator: int | float | None
    denominator: int | None = None
    band: str | None = None
    remoteness: str | None = None
    facility_type: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    is_estimated: bool = False


class BreakdownRead(BaseModel):
    """A figure by area, by facility or by field; the whole stands beside, so that the parts can be checked against it."""

    by: str
    figure: FigureRead
    cells: list[Cell]


class BriefingSection(BaseModel):
    """The figures of one part of the work."""

    service: str
    figures: list[FigureRead]


class BriefingRead(BaseModel):
    """What an assembly is told about a territory and a period: figures with their sources, and the map with its table."""

    area: AreaRead
    period_from: date = Field(serialization_alias="from")
    period_to: date = Field(serialization_alias="to")
    as_of: date
    sections: list[BriefingSection]
    map: BreakdownRead
