"""A training plan: several years for a province, one year for a unit; axes with their money, and actions."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.training.base import Base, Record
from services.training.workflow import DRAFT, PLAN
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule

refuse_when(
    "plan_once",
    "plan-exists",
    _("This organisation has a plan for these years already."),
    rule=Rule("TRN-PLAN", 1, "plan per organisation and period", "Relais rule book, training (plan cycle)"),
    possible=_("Open the plan of these years and change it, or revise it in its window."),
)
refuse_when(
    "axis_code",
    "axis-code-taken",
    _("Two axes of this plan have the same code."),
    rule=Rule("TRN-AXIS", 1, "axis per code", "Relais rule book, training (plan cycle)"),
    possible=_("Give each axis its own code."),
)


class PlanAxis(Base):
    """One line of effort: a skill, a way of learning, what was asked for it and what arbitration granted."""

    __tablename__ = "plan_axes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    skill: Mapped[str]
    mode: Mapped[str]
    requested: Mapped[int] = mapped_column(BigInteger)
    budget: Mapped[int] = mapped_column(BigInteger)


class PlanAction(Base):
    """What is to be done on an axis: how many times, when, and for how much."""

    __tablename__ = "plan_actions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    axis_id: Mapped[UUID] = mapped_column(ForeignKey("plan_axes.id"))
    position: Mapped[int]
    title: Mapped[str]
    course_id: Mapped[UUID | None]
    quantity: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    budget: Mapped[int] = mapped_column(BigInteger)
    axis: Mapped[PlanAxis] = relationship(lazy="joined", innerjoin=True, viewonly=True)


class PlanExpense(Base):
    """Money spent on an axis that no session bears: a fee, a stay, a book."""

    __tablename__ = "plan_expenses"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    axis_id: Mapped[UUID] = mapped_column(ForeignKey("plan_axes.id"))
    label: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    spent_on: Mapped[date]
    entered_by: Mapped[str]


class Plan(Record):
    """A plan of an authority (`facility_code` null) or of one of its facilities; its rule pack is the one of the day it was drafted (RP-01)."""

    __tablename__ = "plans"

    state: Mapped[str] = mapped_column(default=DRAFT)
    authority: Mapped[str]
    facility_code: Mapped[str | None]
    title: Mapped[str]
    year_from: Mapped[int]
    year_to: Mapped[int]
    currency: Mapped[str]
    rule_pack: Mapped[str]
    drafted_by: Mapped[str]
    drafted_on: Mapped[date]
    submitted_by: Mapped[str | None]
    submitted_on: Mapped[date | None]
    arbitrated_by: Mapped[str | None]
    arbitrated_on: Mapped[date | None]
    approved_by: Mapped[str | None]
    approved_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    revised_by: Mapped[str | None]
    revised_on: Mapped[date | None]
    revision_reason: Mapped[str | None]
    closed_by: Mapped[str | None]
    closed_on: Mapped[date | None]
    axes: Mapped[list[PlanAxis]] = relationship(lazy="selectin", order_by=PlanAxis.position, cascade="all, delete-orphan")
    actions: Mapped[list[PlanAction]] = relationship(lazy="selectin", order_by=PlanAction.position, cascade="all, delete-orphan")

    def submit(self, *, by: str, on: date) -> None:
        self.move("submit", PLAN)
        self.submitted_by, self.submitted_on = by, on

    def arbitrate(self, budgets: dict[str, int], *, by: str, on: date) -> None:
        """What each axis is granted; an axis that is not named keeps what was asked."""
        self.move("arbitrate", PLAN)
        self.grant(budgets)
        self.arbitrated_by, self.arbitrated_on = by, on

    def grant(self, budgets: dict[str, int]) -> None:
        for axis in self.axes:
            axis.budget = budgets.get(axis.code, axis.budget)

    def approve(self, *, by: str, on: date, decision_number: str | None) -> None:
        self.move("approve", PLAN)
        self.approved_by, self.approved_on, self.decision_number = by, on, decision_number

    @property
    def decision(self) -> str | None:
        """The number of the decision; an approval without one is to be regularised."""
        return None if self.approved_on is None else self.decision_number or "to_regularise"

    def axis(self, code: str) -> PlanAxis | None:
        return next((axis for axis in self.axes if axis.code == code), None)

    def covers(self, day: date) -> bool:
        return self.year_from <= day.year <= self.year_to
