"""What is told about probations. Reports and opinions never leave the service."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from services.appointment.probations.models import Probation
from shared.events import Event


class ProbationState(Event):
    """A probation as it stands; `due_on` is its last day."""

    topic = "relais.appointment.probations"

    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    occupation_code: str
    starts_on: date
    due_on: date = Field(description="Last day, whole, with the days that do not count.")
    excluded_days: int
    state: Literal["running", "extended", "confirmed", "ended"]
    proposed: Literal["confirmed", "extended", "ended"] | None = Field(description="Outcome that waits for a signature.")
    confirmed_on: date | None
    ended_on: date | None

    @classmethod
    def about(cls, probation: Probation) -> Self:
        return cls.model_validate({name: getattr(probation, name) for name in cls.model_fields if hasattr(probation, name)} | {"proposed": probation.outcome})


class ProbationOpened(ProbationState):
    """A recruit began a probation."""

    type = "appointment.probation.opened.v1"


class ProbationChanged(ProbationState):
    """Its end, its place or its proposed outcome changed."""

    type = "appointment.probation.changed.v1"


class ProbationExtended(ProbationState):
    """A signed decision extended it."""

    type = "appointment.probation.extended.v1"


class ProbationConfirmed(ProbationState):
    """A signed decision confirmed the person; the clock of the first step starts."""

    type = "appointment.probation.confirmed.v1"


class ProbationEnded(ProbationState):
    """It ended without confirmation: by a signed decision, or because the person no longer works there."""

    type = "appointment.probation.ended.v1"


class ProbationReopened(ProbationState):
    """The decision that had settled it was revoked: it runs again."""

    type = "appointment.probation.reopened.v1"
