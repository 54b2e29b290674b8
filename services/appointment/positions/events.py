"""What appointment tells about leadership positions: which seats of head and deputy exist, where and for which term."""

from datetime import date
from typing import Self

from services.appointment.positions.models import LeadershipPosition
from shared.events import Event


class PositionState(Event):
    topic = "relais.appointment.positions"
    field_class = "directory"

    reference: str | None
    facility_code: str
    unit: str | None
    rank: str
    title: str
    term_months: int
    authority_path: str
    shared_with: list[str]
    valid_from: date
    valid_to: date | None
    grandfathered_until: date | None
    state: str

    @classmethod
    def about(cls, position: LeadershipPosition) -> Self:
        return cls.model_validate({name: getattr(position, name) for name in cls.model_fields})


class PositionOpened(PositionState):
    """A seat of head or deputy exists."""

    type = "appointment.position.opened.v1"


class PositionClosed(PositionState):
    """The seat exists no longer after its last day."""

    type = "appointment.position.closed.v1"
