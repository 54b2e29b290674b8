"""What the observatory hears of the registry, and the policies of recruitment: only the fields that it counts with."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel


class AreaPeriod(BaseModel):
    """How an area was called and where it belonged; `within` are the codes from the country down to itself."""

    valid_from: date | None
    valid_to: date | None
    code: str
    name: str
    within: list[str]
    latitude: float | None = None
    longitude: float | None = None


class AreaSuccession(BaseModel):
    """Which area took its place, and since when; `is_main` when it took the largest part."""

    id: UUID
    effective_on: date
    is_main: bool
    is_estimated: bool


class AreaState(BaseModel):
    """An area through time."""

    topic: ClassVar[str] = "relais.registry.areas"

    id: UUID
    level: str
    periods: list[AreaPeriod]
    successors: list[AreaSuccession] = []


class FacilityPeriod(BaseModel):
    """Where a facility stood and who managed it; `area_path` are the codes from the country down to its area."""

    valid_from: date | None
    valid_to: date | None
    ownership: str
    authority_path: str
    area_path: list[str]
    area_is_estimated: bool = False
    facility_type: str = "other"
    level: str = "area"
    remoteness: str = "none"
    tier: str | None = None
    technical_supervisor: str | None = None


class FacilityState(BaseModel):
    """A facility through time."""

    topic: ClassVar[str] = "relais.registry.facilities"

    id: UUID
    code: str
    periods: list[FacilityPeriod]


class OccupationState(BaseModel):
    """An occupation with its ISCO-08 code and the group that density counts."""

    topic: ClassVar[str] = "relais.registry.occupations"

    id: UUID
    code: str
    isco: str
    group: str
    names: dict[str, str]


class WorkerState(BaseModel):
    """A person as a worker of one occupation; who may see the person is told by the assignments."""

    topic: ClassVar[str] = "relais.registry.workers"

    id: UUID
    person_id: UUID
    occupation_code: str
    isco: str
    group: str
    specialty: str | None = None


class AssignmentPeriod(BaseModel):
    """Where a worker is assigned, from a first to a last day, both whole."""

    valid_from: date
    valid_to: date | None
    facility_code: str
    authority_path: str = ""
    kind: str
    post_id: UUID | None = None
    fte_share: Decimal = Decimal(1)


class AssignmentState(BaseModel):
    """An assignment through time; a conflicting one does not count."""

    topic: ClassVar[str] = "relais.registry.assignments"

    id: UUID
    worker_id: UUID
    person_id: UUID
    shared_with: list[str] = []
    unit: str | None = None
    state: str
    decision: str | None = None
    done_on: date | None = None
    source_service: str | None = None
    periods: list[AssignmentPeriod]


class PostPeriod(BaseModel):
    """How large a post is, from a first to a last day."""

    valid_from: date
    valid_to: date | None
    fte: Decimal
    frozen: bool | None = None


class PostState(BaseModel):
    """A post of the establishment through time; how full it is on a day is counted from the assignments."""

    topic: ClassVar[str] = "relais.registry.posts"

    id: UUID
    facility_code: str
    authority_path: str
    unit: str | None
    occupation_code: str
    specialty: str | None
    frozen: bool
    periods: list[PostPeriod]


class PolicyState(BaseModel):
    """An approved attraction policy with its target."""

    topic: ClassVar[str] = "relais.recruitment.policies"

    id: UUID
    authority: str
    resolution_no: str
    title: str
    target_hires: int
    citation: str
    valid_from: date
    valid_to: date | None
