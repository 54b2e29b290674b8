"""What is told about commitments and their money: running, paused, ended; scheduled, paid, cancelled. Never that one was broken, and no name."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.appointment.commitments.models import Commitment, Payment
from services.appointment.commitments.workflow import public_state
from shared.events import Event


class CommitmentState(Event):
    topic = "relais.appointment.commitments"

    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    origin: Literal["attraction", "training"]
    source_service: str
    source_id: UUID
    starts_on: date
    ends_on: date
    months_due: int
    state: Literal["running", "paused", "ended"]
    amount: int
    currency: str

    @classmethod
    def about(cls, commitment: Commitment) -> Self:
        values = {name: getattr(commitment, name) for name in cls.model_fields if hasattr(commitment, name)}
        state = public_state(commitment.state)
        ends_on = max(commitment.ended_on, commitment.starts_on) if commitment.ended_on else commitment.ends_on
        return cls.model_validate(values | {"state": "running" if state in ("draft", "signed") else state, "ends_on": ends_on})


class CommitmentStarted(CommitmentState):
    """Somebody serves for what was given."""

    type = "appointment.commitment.started.v1"


class CommitmentChanged(CommitmentState):
    """The days of a commitment moved: a pause began or ended, or another commitment of the same person did."""

    type = "appointment.commitment.changed.v1"


class CommitmentPaused(CommitmentState):
    """The days do not count for now."""

    type = "appointment.commitment.paused.v1"


class CommitmentResumed(CommitmentState):
    """The days count again."""

    type = "appointment.commitment.resumed.v1"


class CommitmentEnded(CommitmentState):
    """A commitment runs no more. Why is between the creditor and the person."""

    type = "appointment.commitment.ended.v1"


class PaymentState(Event):
    topic = "relais.appointment.payments"

    commitment_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    amount: int
    currency: str
    due_on: date
    paid_on: date | None
    state: Literal["scheduled", "paid", "cancelled"]

    @classmethod
    def about(cls, payment: Payment) -> Self:
        return cls.model_validate({name: getattr(payment, name) for name in cls.model_fields})


class PaymentScheduled(PaymentState):
    """A part of a benefit falls due on a day."""

    type = "appointment.payment.scheduled.v1"


class PaymentPaid(PaymentState):
    """A part of a benefit was paid."""

    type = "appointment.payment.paid.v1"


class PaymentCancelled(PaymentState):
    """A part of a benefit is not due any more."""

    type = "appointment.payment.cancelled.v1"
