"""What the registry tells about requests: no person, only the procedure, the place and the clock."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.registry.requests.models import Request
from shared.events import Event


class RequestChanged(Event):
    """A request was sent, followed up, answered or taken back."""

    type = "registry.request.changed.v1"
    topic = "relais.registry.requests"

    authority_path: str
    shared_with: list[str]
    facility_code: str
    procedure: str
    state: Literal["submitted", "in_review", "waiting", "accepted", "refused", "withdrawn"]
    channel: Literal["online", "counter"]
    asked_on: date
    due_on: date
    decided_on: date | None
    by_silence: bool

    @classmethod
    def about(cls, request: Request) -> Self:
        id_: UUID = request.id
        return cls(id=id_, **{name: getattr(request, name) for name in cls.model_fields if name != "id"})
