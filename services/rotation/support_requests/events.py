"""What rotation announces about support requests."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.rotation.support_requests.models import SupportRequest
from shared.events import Event


class SupportRequestState(Event):
    topic = "relais.rotation.support_requests"

    giver_code: str | None
    receiver_code: str
    authority_path: str
    shared_with: list[str]
    agreement_id: UUID | None
    need_id: UUID | None
    mode: Literal["transfer", "manpower", "mixed"]
    specialty: str
    technique: str | None
    baseline_level: int | None
    target_level: int | None
    urgency: Literal["low", "normal", "high"]
    wanted_from: date
    days_needed: int
    submitted_on: date
    decided_on: date | None
    state: Literal["submitted", "not_ready", "validated", "refused"]
    missing: list[str]

    @classmethod
    def about(cls, request: SupportRequest) -> Self:
        return cls(**{name: getattr(request, name) for name in cls.model_fields})


class SupportRequestSubmitted(SupportRequestState):
    """A facility asks for support, or has made ready what was missing."""

    type = "rotation.support_request.submitted.v1"


class SupportRequestFoundNotReady(SupportRequestState):
    """The receiving unit must make something ready first; `missing` says what."""

    type = "rotation.support_request.found_not_ready.v1"


class SupportRequestValidated(SupportRequestState):
    """The request is sound and the unit is ready: a mission may answer it."""

    type = "rotation.support_request.validated.v1"


class SupportRequestRefused(SupportRequestState):
    """The request is refused, with reasons that its author reads."""

    type = "rotation.support_request.refused.v1"
