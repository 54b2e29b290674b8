"""What the observatory hears of the registry and of recruitment: only the fields that it counts with."""

from datetime import date
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


class AreaState(BaseModel):
    """An area through time."""

    topic: ClassVar[str] = "relais.registry.areas"

    id: UUID
    level: str
    periods: list[AreaPeriod]


class FacilityPeriod(BaseModel):
    """Where a facility stood and who managed it; `area_path` are the codes from the country down to its area."""

    valid_from: date | None
    valid_to: date | None
    ownership: str
    authority_path: str
    area_path: list[str]
    area_is_estimated: bool = False


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
    """A person as a worker of one occupation."""

    topic: ClassVar[str] = "relais.registry.workers"

    id: UUID
    person_id: UUID
    occupation_code: str
    isco: str
    group: str


class AssignmentPeriod(BaseModel):
    """Where a worker is assigned, from a first to a last day, both whole."""

    valid_from: date
    valid_to: date | None
    facility_code: str
    kind: str


class AssignmentState(BaseModel):
    """An assignment through time; a conflicting one does not count."""

    topic: ClassVar[str] = "relais.registry.assignments"

    id: UUID
    worker_id: UUID
    person_id: UUID
    state: str
    periods: list[AssignmentPeriod]


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


class HireState(BaseModel):
    """A signed hire under a policy."""

    topic: ClassVar[str] = "relais.recruitment.hires"

    id: UUID
    person_id: UUID
    policy_id: UUID
    facility_code: str
    occupation_code: str
    done_on: date
    starts_on: date
