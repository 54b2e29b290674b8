"""What the registry tells about absences: the days and what they count for; never the type or the ground."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.registry.absences.models import Absence
from shared.events import Event


class AbsenceState(Event):
    topic = "relais.registry.absences"

    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    starts_on: date
    ends_on: date
    state: Literal["approved", "cancelled"]
    counts_for_probation: bool
    counts_for_step: bool

    @classmethod
    def about(cls, absence: Absence) -> Self:
        same = {name: getattr(absence, name) for name in ("id", "person_id", "facility_code", "authority_path", "shared_with", "starts_on", "ends_on", "state")}
        return cls(**same, counts_for_probation=bool(absence.counts_for_probation), counts_for_step=bool(absence.counts_for_step))


class AbsenceApproved(AbsenceState):
    """A leave was approved, or what it counts for or its last day changed."""

    type = "registry.absence.approved.v1"


class AbsenceCancelled(AbsenceState):
    """An approved leave does not take place."""

    type = "registry.absence.cancelled.v1"
