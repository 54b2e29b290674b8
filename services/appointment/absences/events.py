"""What is heard of the registry's absences: only the days and whether they count."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, Field


class AbsenceState(BaseModel):
    """An absence that was approved, or cancelled again."""

    topic: ClassVar[str] = "relais.registry.absences"

    id: UUID
    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str] = Field(default_factory=list)
    starts_on: date
    ends_on: date
    state: str
    counts_for_probation: bool
    counts_for_step: bool
