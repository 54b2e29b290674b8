"""What is told about benefits: payroll and the observatory follow."""

from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from services.appointment.benefits.models import Benefit
from shared.events import Event


class BenefitState(Event):
    """A benefit as it stands. Amounts in minor units."""

    topic = "relais.appointment.benefits"

    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    kind: str
    percent: Decimal | None
    amount: int | None
    currency: str | None
    frequency: Literal["once", "monthly"] | None
    starts_on: date
    ends_on: date | None
    state: Literal["proposed", "granted", "revoked", "withdrawn"]
    granted_on: date | None
    decision_number: str | None

    @classmethod
    def about(cls, benefit: Benefit) -> Self:
        return cls.model_validate({name: getattr(benefit, name) for name in cls.model_fields})


class BenefitProposed(BenefitState):
    """A benefit waits for a signature."""

    type = "appointment.benefit.proposed.v1"


class BenefitGranted(BenefitState):
    """A signed decision granted it."""

    type = "appointment.benefit.granted.v1"


class BenefitChanged(BenefitState):
    """Its decision was numbered, revoked or withdrawn."""

    type = "appointment.benefit.changed.v1"
