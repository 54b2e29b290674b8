"""A commitment: what was given against months of service, its clock, its payments, and what is asked back when it stops early."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.appointment.base import Base, Record
from services.appointment.commitments.formulas import Pause
from services.appointment.commitments.workflow import DRAFT
from shared.commitments import BreachPolicy
from shared.ids import uuid7
from shared.visibility import AuthorityPath, Protected


class Interruption(Protected, Base):
    """Days that do not count, entered by the creditor: the absences of the registry pause a clock by themselves."""

    __tablename__ = "commitment_pauses"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitments.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    ground: Mapped[str]
    entered_by: Mapped[str]
    entered_on: Mapped[date]


class Payment(Protected, Base):
    """A part of the benefit: scheduled for a day, then paid, or cancelled when it is not due any more."""

    __tablename__ = "commitment_payments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitments.id"))
    facility_code: Mapped[str]
    person_id: Mapped[UUID]
    place: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[str]
    paid_on: Mapped[date | None]
    voucher: Mapped[str | None]
    recorded_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    commitment: Mapped["Commitment"] = relationship(back_populates="payments")


class Instalment(Protected, Base):
    """A part of what is paid back."""

    __tablename__ = "repayment_instalments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitments.id"))
    place: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date]
    state: Mapped[str]
    paid_on: Mapped[date | None]
    recorded_by: Mapped[str | None]


class Commitment(Record):
    """Service owed for a benefit. `earliest_on` is when it would start alone; `starts_on` and `ends_on` follow from the others of the same person (COM-04)."""

    __tablename__ = "commitments"

    creditor_path: Mapped[str] = mapped_column(AuthorityPath)
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    origin: Mapped[str]
    source_service: Mapped[str]
    source_id: Mapped[UUID]
    programme: Mapped[str | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    cost_items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    months_due: Mapped[int]
    clock: Mapped[str]
    earliest_on: Mapped[date]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    breach: Mapped[dict[str, Any]] = mapped_column(JSONB)
    rule_pack: Mapped[str]
    opened_on: Mapped[date]
    state: Mapped[str] = mapped_column(default=DRAFT)
    signed_on: Mapped[date | None]
    signed_with: Mapped[str | None]
    ended_on: Mapped[date | None]
    end_cause: Mapped[str | None]
    leaving_on: Mapped[date | None]
    owed_amount: Mapped[int | None] = mapped_column(BigInteger)
    owed_rule: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    assessed_by: Mapped[str | None]
    assessed_on: Mapped[date | None]
    notified_on: Mapped[date | None]
    repay_by: Mapped[date | None]
    contested_on: Mapped[date | None]
    contest_reason: Mapped[str | None]
    waived_by: Mapped[str | None]
    waived_on: Mapped[date | None]
    waiver_ground: Mapped[str | None]
    waiver_reason: Mapped[str | None]

    pauses: Mapped[list[Interruption]] = relationship(lazy="selectin", order_by=Interruption.starts_on)
    payments: Mapped[list[Payment]] = relationship(back_populates="commitment", lazy="selectin", order_by=Payment.place)
    instalments: Mapped[list[Instalment]] = relationship(lazy="selectin", order_by=Instalment.place)

    @property
    def breach_policy(self) -> BreachPolicy:
        return BreachPolicy.model_validate(self.breach)

    def entered_pauses(self, until: date) -> list[Pause]:
        """The pauses that were entered; one without end lasts until a day."""
        return [(pause.starts_on, pause.ends_on or max(until, pause.starts_on)) for pause in self.pauses]

    @property
    def paid(self) -> int:
        return sum(payment.amount for payment in self.payments if payment.state == "paid")

    @property
    def repaid(self) -> int:
        return sum(part.amount for part in self.instalments if part.state == "paid")


class Budget(Protected, Base):
    """What an authority may pay in a civil year for commitments of one currency (ATT-03)."""

    __tablename__ = "commitment_budgets"

    authority: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
