"""What is told about pay steps: payroll and the observatory follow. Never why a step is late."""

from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from services.appointment.pay_steps.models import PayStep
from shared.events import Event


class PayStepState(Event):
    """A step that a person holds or held."""

    topic = "relais.appointment.pay_steps"

    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    occupation_code: str
    scale: str
    step: int
    coefficient: Decimal
    since: date
    until: date | None
    due_on: date | None = Field(description="First day of the next step; none in the last one.")
    state: Literal["current", "proposed", "past", "revoked"]
    granted_on: date | None = Field(description="Day on which the decision that granted this step was signed; none for what was entered as an opening balance.")
    decision_number: str | None

    @classmethod
    def about(cls, step: PayStep) -> Self:
        return cls.model_validate({name: getattr(step, name) for name in cls.model_fields})


class PayStepRecorded(PayStepState):
    """A step as it stood when the register was opened here."""

    type = "appointment.pay_step.recorded.v1"


class PayStepGranted(PayStepState):
    """A signed decision granted this step: the first one at confirmation, or the next one."""

    type = "appointment.pay_step.granted.v1"


class PayStepChanged(PayStepState):
    """Its due day, place or state changed."""

    type = "appointment.pay_step.changed.v1"


class PayStepRevoked(PayStepState):
    """The decision that had granted it was revoked."""

    type = "appointment.pay_step.revoked.v1"
