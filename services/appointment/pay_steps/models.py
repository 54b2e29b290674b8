"""The step that a person holds on a scale, and the lists by which the next ones are proposed."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.appointment.absences.spells import Days
from services.appointment.base import Base, Record
from services.appointment.pay_steps.scales import Due, next_step_due
from services.appointment.pay_steps.workflow import CURRENT, HELD, PROPOSED
from services.appointment.rules import PACKS
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import RulePack

refuse_when(
    "pay_step_held_once",
    "step-already-recorded",
    _("A step is already recorded for this person."),
    possible=_("Grant the next step by a decision, or revoke the one that is wrong."),
)
refuse_when("pay_step_delay_once", "delay-already-recorded", _("This delay is already recorded for this step."))


class PayStep(Record):
    """A step held from `since` on. `due_on` is the first day of the next one; it has none in the last step of a scale."""

    __tablename__ = "pay_steps"

    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    occupation_code: Mapped[str]
    rule_pack: Mapped[str]
    scale: Mapped[str]
    step: Mapped[int]
    coefficient: Mapped[Decimal]
    since: Mapped[date]
    until: Mapped[date | None]
    delay_months: Mapped[int] = mapped_column(default=0)
    leave_months: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=CURRENT)
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("pay_steps.id"))
    list_id: Mapped[UUID | None] = mapped_column(ForeignKey("pay_step_lists.id"))
    probation_id: Mapped[UUID | None] = mapped_column(ForeignKey("probations.id"))
    granted_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    next_on: Mapped[date | None]
    early_months: Mapped[int] = mapped_column(default=0)
    early_reason: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_on: Mapped[date]

    @property
    def is_held(self) -> bool:
        return self.state in HELD

    @property
    def pack(self) -> RulePack:
        """The rules of the day it was recorded (RP-01)."""
        return PACKS.pinned(self.rule_pack)

    def due(self, leave: Iterable[Days]) -> Due:
        return next_step_due(self.pack, scale=self.scale, step=self.step, since=self.since, delay_months=self.delay_months, leave=leave)

    def count(self, leave: Iterable[Days]) -> bool:
        """Set the day of the next step; whether it moved."""
        due = self.due(leave)
        moved = due.on != self.due_on
        self.due_on, self.leave_months = due.on, due.leave_months
        return moved


class Delay(Base):
    """What delays the next step: a year not completed, a penalty. Its kind never leaves the service."""

    __tablename__ = "pay_step_delays"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    pay_step_id: Mapped[UUID] = mapped_column(ForeignKey("pay_steps.id"))
    kind: Mapped[str]
    decided_on: Mapped[date]
    months: Mapped[int]
    decision_reference: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class PayStepList(Record):
    """Next steps proposed together: one decision with the list annexed."""

    __tablename__ = "pay_step_lists"

    facility_code: Mapped[str | None]
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    effective_on: Mapped[date]
    state: Mapped[str] = mapped_column(default=PROPOSED)
    decision_number: Mapped[str | None]
    signed_on: Mapped[date | None]
    lines: Mapped[list["ListLine"]] = relationship(order_by="ListLine.effective_on, ListLine.pay_step_id")


class ListLine(Base):
    """One person on a list: from which day, how many months early and why, and the step that was made of it."""

    __tablename__ = "pay_step_list_lines"

    list_id: Mapped[UUID] = mapped_column(ForeignKey("pay_step_lists.id"), primary_key=True)
    pay_step_id: Mapped[UUID] = mapped_column(ForeignKey("pay_steps.id"), primary_key=True)
    effective_on: Mapped[date]
    early_months: Mapped[int] = mapped_column(default=0)
    early_ground: Mapped[str | None]
    early_reason: Mapped[str | None]
    made_id: Mapped[UUID | None] = mapped_column(ForeignKey("pay_steps.id"))
    conflict: Mapped[str | None]
    pay_step: Mapped[PayStep] = relationship(foreign_keys=[pay_step_id])
