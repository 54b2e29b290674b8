"""The situation of a place over HTTP."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.observatory.figures.schemas import AreaRead, FigureRead


class PlaceRead(BaseModel):
    """A facility as it stands on the day."""

    code: str
    facility_type: str
    level: str
    ownership: str
    remoteness: str
    technical_supervisor: str | None
    area_code: str
    area_name: str | None


class StaffLine(BaseModel):
    """People of one group whose primary assignment is here, and how many of them are elsewhere on the day."""

    group: str
    assigned: int
    away: int


class AwayLine(BaseModel):
    """How many are away on the day; of a leave nothing more is said than that."""

    kind: str
    people: int


class VacantPost(BaseModel):
    """A post that is not fully filled on the day."""

    post_id: UUID
    facility_code: str
    unit: str | None
    occupation_code: str
    specialty: str | None
    missing: float
    is_hard: bool = Field(description="In a remote place, or in a specialty that is declared short.")
    is_short: bool


class AgreementLine(BaseModel):
    """A support agreement of the place with the visits that it promised and those that were held in the period."""

    id: UUID
    role: str = Field(description="`receives` or `gives`.")
    other_code: str
    model: str | None
    state: str
    starts_on: date | None
    ends_on: date | None
    promised: int
    held: int
    missed: int


class PlanLine(BaseModel):
    id: UUID
    state: str
    year_from: int | None
    year_to: int | None
    actions_planned: int | None
    actions_done: int | None


class MandateLine(BaseModel):
    """Somebody who leads something here on the day."""

    id: UUID
    person_id: UUID | None
    rank: str | None
    kind: str | None
    starts_on: date | None
    ends_on: date | None


class LicenceLine(BaseModel):
    """A licence that ends within ninety days, or has ended."""

    id: UUID
    person_id: UUID | None
    expires_on: date


class NeedLine(BaseModel):
    id: UUID
    occupation_code: str | None
    specialty: str | None
    quantity: int
    state: str


class ShortageLine(BaseModel):
    id: UUID
    occupation_code: str | None
    specialty: str | None
    ends_on: date | None


class SituationRead(BaseModel):
    """One page on a facility: who is there, what is missing, who helps, what runs out."""

    place: PlaceRead
    as_of: date
    period_from: date = Field(serialization_alias="from")
    period_to: date = Field(serialization_alias="to")
    staff: list[StaffLine]
    away: list[AwayLine]
    posts_open: int
    posts_vacant: int
    posts_hard: int
    vacant_posts: list[VacantPost] = Field(description="At most fifty, the hardest first.")
    shortages: list[ShortageLine]
    needs: list[NeedLine]
    agreements: list[AgreementLine]
    missions_in: int
    missions_out: int
    plan: PlanLine | None
    mandates_running: int
    mandates: list[MandateLine] = Field(description="For human resources; empty for those who see figures only.")
    licences_expiring: int
    licences: list[LicenceLine] = Field(description="For human resources; empty for those who see figures only.")
    figures: list[FigureRead]


class FacilityLine(BaseModel):
    """A facility of the area in one line."""

    code: str
    facility_type: str
    remoteness: str
    is_estimated: bool
    staff: int | None
    doctors: int | None
    nurses: int | None
    posts_vacant: int
    posts_hard: int
    has_agreement: bool


class AreaSituationRead(BaseModel):
    """One page on an area: its figures, and its facilities line by line."""

    area: AreaRead
    as_of: date
    period_from: date = Field(serialization_alias="from")
    period_to: date = Field(serialization_alias="to")
    population: int | None
    figures: list[FigureRead]
    facilities: list[FacilityLine]
