"""What training tells of intakes: numbers alone, never who competes."""

from datetime import date
from decimal import Decimal
from typing import Literal, Self

from services.training.intakes.models import Intake
from shared.events import Event


class IntakeState(Event):
    topic = "relais.training.intakes"

    facility_code: str
    authority_path: str
    shared_with: list[str]
    region: str
    ownership: str
    stream: str
    year: int
    starts_on: date
    ends_on: date
    seats: int
    applicants: int
    sat: int
    cut_off: Decimal | None
    filled: int
    opened_on: date
    state: Literal["open", "preselected", "listed", "closed"]

    @classmethod
    def about(cls, intake: Intake) -> Self:
        return cls(**{name: getattr(intake, name) for name in cls.model_fields})


class IntakeOpened(IntakeState):
    """Seats of a stream are offered."""

    type = "training.intake.opened.v1"


class IntakeChanged(IntakeState):
    """A cut-off, a list, or somebody who took or gave up a seat."""

    type = "training.intake.changed.v1"
