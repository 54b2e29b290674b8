"""What rotation announces about visits."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.rotation.visits.models import Visit
from shared.events import Event


class VisitState(Event):
    topic = "relais.rotation.visits"

    agreement_id: UUID
    obligation_id: UUID
    giver_code: str
    receiver_code: str
    authority_path: str
    shared_with: list[str]
    specialty: str
    month: date
    promised_on: date | None
    planned_on: date | None = None
    held_on: date | None
    consultations: int | None
    reason: str | None
    state: Literal["promised", "held", "missed"]

    @classmethod
    def about(cls, visit: Visit) -> Self:
        return cls(**{name: getattr(visit, name) for name in cls.model_fields})


class VisitPromised(VisitState):
    """A month of an agreement begins: a visit is promised in it."""

    type = "rotation.visit.promised.v1"


class VisitPlanned(VisitState):
    """A promised visit has its day."""

    type = "rotation.visit.planned.v1"


class VisitHeld(VisitState):
    """People of the giver were there. Without `promised_on` it was one more than promised."""

    type = "rotation.visit.held.v1"


class VisitMissed(VisitState):
    """A promised visit did not take place, and why."""

    type = "rotation.visit.missed.v1"
