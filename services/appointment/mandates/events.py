"""What appointment tells about mandates: who holds which leadership position, from when to when, and by which decision."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.appointment.mandates.models import Mandate
from shared.events import Event


class MandateState(Event):
    topic = "relais.appointment.mandates"

    reference: str | None
    person_id: UUID
    position_id: UUID
    facility_code: str
    authority_path: str
    shared_with: Sequence[str]
    rank: Literal["head", "deputy"]
    kind: Literal["appointed", "renewed", "extended", "transferred", "resumed", "acting"]
    case_id: UUID | None
    starts_on: date
    ends_on: date
    ended_on: date | None
    state: Literal["planned", "running", "ended", "revoked"]
    decision: str
    signed_on: date | None

    @classmethod
    def about(cls, mandate: Mandate) -> Self:
        return cls.model_validate({name: getattr(mandate, name) for name in cls.model_fields})


class MandateStarted(MandateState):
    """A mandate was decided: it runs from its first day."""

    type = "appointment.mandate.started.v1"


class MandateChanged(MandateState):
    """Its day has come, or what had ended it was revoked and it runs again."""

    type = "appointment.mandate.changed.v1"


class MandateEnded(MandateState):
    """It ended at its term, or earlier by a decision."""

    type = "appointment.mandate.ended.v1"


class MandateRevoked(MandateState):
    """Its decision was revoked: it counts as never held."""

    type = "appointment.mandate.revoked.v1"
