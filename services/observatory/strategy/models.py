"""The plan of an authority: axes, objectives, and actions with their owner, indicator, days and progress."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, ForeignKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.observatory.base import Base, Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import Protected
from shared.workflow import Workflow, act

DRAFT, APPROVED = "draft", "approved"
OPEN, DONE, DROPPED = "open", "done", "dropped"
Standing = Literal["to_come", "under_way", "late", "done", "dropped"]

STRATEGY = Workflow(
    "strategy",
    {"approve": act(DRAFT, to=APPROVED), "add_action": act(DRAFT, APPROVED, to=APPROVED), "carry_out": act(APPROVED, to=APPROVED)},
    citation="Relais rule book, strategic plans (a plan is carried out once another person has approved it)",
)
ACTION = Workflow(
    "strategy_action",
    {"report": act(OPEN, to=OPEN), "done": act(OPEN, to=DONE), "dropped": act(OPEN, to=DROPPED)},
    citation="Relais rule book, strategic plans (what is done or dropped is reported on no more)",
)

APPROVED_BY_ANOTHER = Rule("SEC-02", 2, "different persons", "Relais rule book, strategic plans (who drafts a plan does not approve it)")
CLOSED_BY_ANOTHER = Rule("SEC-02", 2, "different persons", "Relais rule book, strategic plans (who reports progress does not close the action)")
refuse_when("strategy_approved_by_another", "plan-is-yours", _("You drafted this plan: another person approves it."), rule=APPROVED_BY_ANOTHER)
refuse_when("strategy_action_closed_by_another", "progress-is-yours", _("You reported on this action last: another person closes it."), rule=CLOSED_BY_ANOTHER)
refuse_when("strategy_action_number_once", "action-number-taken", _("Somebody has just given this number to another text."), possible=_("Send it again: it gets the next number."))


class Objective(Base):
    """What an axis wants to reach."""

    __tablename__ = "strategy_objectives"

    strategy_id: Mapped[UUID] = mapped_column(primary_key=True)
    axis: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    title: Mapped[str]

    __table_args__ = (ForeignKeyConstraint(["strategy_id", "axis"], ["strategy_axes.strategy_id", "strategy_axes.number"]),)


class Axis(Base):
    """A line of the plan."""

    __tablename__ = "strategy_axes"

    strategy_id: Mapped[UUID] = mapped_column(ForeignKey("strategies.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    title: Mapped[str]
    objectives: Mapped[list[Objective]] = relationship(lazy="selectin", order_by=Objective.number, cascade="all, delete-orphan")


class Progress(Protected, Base):
    """What was said of an action on a day; never rewritten."""

    __tablename__ = "strategy_progress"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    action_id: Mapped[UUID] = mapped_column(ForeignKey("strategy_actions.id"))
    percent: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    said_on: Mapped[date]
    said_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class PlanAction(Record):
    """Something to be done by a day. `indicator` is a figure whose value before and after says what it changed; `resolution` the recommendation that it came from."""

    __tablename__ = "strategy_actions"

    state: Mapped[str] = mapped_column(default=OPEN)
    strategy_id: Mapped[UUID] = mapped_column(ForeignKey("strategies.id"))
    axis: Mapped[int] = mapped_column(SmallInteger)
    objective: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str]
    owner: Mapped[str]
    area_code: Mapped[str]
    indicator: Mapped[str | None]
    indicator_area: Mapped[str | None]
    target: Mapped[Decimal | None]
    starts_on: Mapped[date]
    due_on: Mapped[date]
    resolution_id: Mapped[UUID | None] = mapped_column(ForeignKey("resolutions.id"))
    added_by: Mapped[str]
    reported_by: Mapped[str | None]
    closed_by: Mapped[str | None]
    closed_on: Mapped[date | None]
    evidence: Mapped[str | None]

    progress: Mapped[list[Progress]] = relationship(lazy="selectin", order_by=(Progress.said_on, Progress.id), cascade="all, delete-orphan")

    def standing(self, day: date) -> Standing:
        """How it stood on a day: late when its day had passed before it was done or dropped."""
        if self.closed_on is not None and self.closed_on <= day:
            return "done" if self.state == DONE else "dropped"
        if self.due_on < day:
            return "late"
        return "to_come" if self.starts_on > day and not self.told(day) else "under_way"

    def told(self, day: date) -> list[Progress]:
        return [one for one in self.progress if one.said_on <= day]

    def percent(self, day: date) -> int:
        """As last reported by a day."""
        told = self.told(day)
        return 100 if self.standing(day) == "done" else told[-1].percent if told else 0


class Strategy(Record):
    """A plan of several years, drafted by one person and approved by another."""

    __tablename__ = "strategies"

    state: Mapped[str] = mapped_column(default=DRAFT)
    authority: Mapped[str]
    title: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    drafted_by: Mapped[str]
    approved_by: Mapped[str | None]
    approved_on: Mapped[date | None]
    axes: Mapped[list[Axis]] = relationship(lazy="selectin", order_by=Axis.number, cascade="all, delete-orphan")
