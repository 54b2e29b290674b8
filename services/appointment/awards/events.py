"""What is told about awards."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from services.appointment.awards.models import Award
from shared.events import Event


class AwardState(Event):
    """An award as it stands."""

    topic = "relais.appointment.awards"

    person_id: UUID | None = Field(description="None when a whole unit is honoured.")
    facility_code: str
    authority_path: str
    shared_with: list[str]
    title: str
    level: Literal["unit", "province", "ministry", "state"]
    year: int
    state: Literal["proposed", "awarded", "revoked", "withdrawn"]
    awarded_on: date | None
    decision_number: str | None

    @classmethod
    def about(cls, award: Award) -> Self:
        return cls.model_validate({name: getattr(award, name) for name in cls.model_fields})


class AwardProposed(AwardState):
    """An award waits for a signature."""

    type = "appointment.award.proposed.v1"


class AwardGiven(AwardState):
    """A signed decision gave it."""

    type = "appointment.award.given.v1"


class AwardChanged(AwardState):
    """Its decision was numbered, revoked or withdrawn."""

    type = "appointment.award.changed.v1"
