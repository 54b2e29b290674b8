"""What falls due in each service: the work-list gathers it."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel


class DueState(BaseModel):
    """Somebody must act by a day; `done` once acted on, `dropped` when there is nothing left to do."""

    topic: ClassVar[str]

    id: UUID
    kind: str
    subject_id: UUID
    path: str
    authority_path: str
    shared_with: list[str] = []
    facility_code: str | None = None
    person_id: UUID | None = None
    due_on: date
    warn_on: date
    responsible: str
    state: str
    facts: dict[str, Any] = {}


class RegistryDue(DueState):
    topic: ClassVar[str] = "relais.registry.dues"


class RecruitmentDue(DueState):
    topic: ClassVar[str] = "relais.recruitment.dues"


class TrainingDue(DueState):
    topic: ClassVar[str] = "relais.training.dues"


class AppointmentDue(DueState):
    topic: ClassVar[str] = "relais.appointment.dues"


class RotationDue(DueState):
    topic: ClassVar[str] = "relais.rotation.dues"


DUES: tuple[type[DueState], ...] = (RegistryDue, RecruitmentDue, TrainingDue, AppointmentDue, RotationDue)
