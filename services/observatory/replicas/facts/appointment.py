"""What appointment tells."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from services.observatory.replicas.facts.fact import Fact, Owned, Personal


class Position(Owned):
    """A leadership position of a facility or one of its units."""

    topic: ClassVar[str] = "relais.appointment.positions"
    begins: ClassVar[str] = "valid_from"
    ends: ClassVar[str] = "valid_to"
    sort: ClassVar[str] = "rank"

    unit: str | None = None
    rank: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


class Case(Owned):
    """The procedure that leads to a mandate, with the day on which its file was complete."""

    topic: ClassVar[str] = "relais.appointment.cases"
    begins: ClassVar[str] = "opened_on"
    ends: ClassVar[str] = "file_completed_on"
    decided: ClassVar[str] = "decided_on"

    kind: str = ""
    position_id: UUID | None = None
    rank: str | None = None
    opened_on: date | None = None
    file_completed_on: date | None = None
    decided_on: date | None = None


class Mandate(Personal):
    """A person at the head of something, for a term; `ended_on` when it ended before its term."""

    topic: ClassVar[str] = "relais.appointment.mandates"
    decided: ClassVar[str] = "signed_on"

    kind: str = ""
    rank: str = ""
    position_id: UUID | None = None
    ended_on: date | None = None
    signed_on: date | None = None
    decision: str | None = None


class SuccessionPlan(Fact):
    """Who is being prepared for which position over a term, and when the plan was last reviewed."""

    topic: ClassVar[str] = "relais.appointment.succession_plans"
    begins: ClassVar[str] = "term_from"
    ends: ClassVar[str] = "term_to"
    decided: ClassVar[str] = "reviewed_on"

    state: str = ""
    reviewed_on: date | None = None


class Transfer(Personal):
    """A move by decision from one facility to another."""

    topic: ClassVar[str] = "relais.appointment.transfers"
    places: ClassVar[tuple[str, ...]] = ("to_facility_code", "from_facility_code")

    from_facility_code: str | None = None
    to_facility_code: str | None = None
    decision: str | None = None


class Probation(Personal):
    """A time of trial until its confirmation."""

    topic: ClassVar[str] = "relais.appointment.probations"
    ends: ClassVar[str] = "due_on"
    decided: ClassVar[str] = "confirmed_on"

    due_on: date | None = None
    confirmed_on: date | None = None


class PayStep(Personal):
    """A step on a pay scale, since when, and when the next one is due."""

    topic: ClassVar[str] = "relais.appointment.pay_steps"
    begins: ClassVar[str] = "since"
    ends: ClassVar[str] = "due_on"
    decided: ClassVar[str] = "granted_on"
    sort: ClassVar[str] = "scale"

    scale: str = ""
    step: int | None = None
    since: date | None = None
    due_on: date | None = None
    granted_on: date | None = None
    decision_number: str | None = None


class Benefit(Personal):
    """An allowance or another benefit."""

    topic: ClassVar[str] = "relais.appointment.benefits"
    decided: ClassVar[str] = "granted_on"

    kind: str = ""
    granted_on: date | None = None
    decision_number: str | None = None


class Award(Owned):
    """A title or a reward, of a person or of a whole facility."""

    topic: ClassVar[str] = "relais.appointment.awards"
    begins: ClassVar[str] = "awarded_on"
    sort: ClassVar[str] = "title"

    person_id: UUID | None = None
    title: str = ""
    level: str | None = None
    awarded_on: date | None = None
    decision_number: str | None = None


class Decision(Owned):
    """A legal act in the one register."""

    topic: ClassVar[str] = "relais.appointment.decisions"
    begins: ClassVar[str] = "effective_on"
    decided: ClassVar[str] = "signed_on"

    kind: str = ""
    number: str | None = None
    authority: str | None = None
    proposed_on: date | None = None
    signed_on: date | None = None
    effective_on: date | None = None
    conflict: str | None = None


class Commitment(Personal):
    """A time that a person owes for what was paid. Whether it was broken is never told."""

    topic: ClassVar[str] = "relais.appointment.commitments"
    sort: ClassVar[str] = "origin"

    origin: str = ""
    amount: int | None = None
    currency: str | None = None


class Payment(Owned):
    """Money due to somebody on a day, and the day on which it was paid."""

    topic: ClassVar[str] = "relais.appointment.payments"
    begins: ClassVar[str] = "due_on"
    decided: ClassVar[str] = "paid_on"

    commitment_id: UUID | None = None
    amount: int | None = None
    currency: str | None = None
    due_on: date | None = None
    paid_on: date | None = None
