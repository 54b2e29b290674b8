"""The plan of an authority: axes, objectives, and actions with their owner, indicator, days and progress; how it was amended and closed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, ForeignKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.observatory.base import Base, Record
from shared.errors import Refused, refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import Protected
from shared.workflow import Workflow, act

DRAFT, APPROVED, CLOSED = "draft", "approved", "closed"
MADE = "made"
ADDED = "added"
OPEN, DONE, DROPPED = "open", "done", "dropped"
Standing = Literal["to_come", "under_way", "late", "done", "dropped"]

STRATEGY = Workflow(
    "strategy",
    {
        "approve": act(DRAFT, to=APPROVED),
        "add_action": act(DRAFT, to=DRAFT),
        "carry_out": act(APPROVED, to=APPROVED),
        "amend": act(APPROVED, to=APPROVED),
        "close": act(APPROVED, to=CLOSED),
    },
    citation="Relais rule book, strategic plans (a plan is carried out, amended and closed once another person has approved it)",
)
ACTION = Workflow(
    "strategy_action",
    {"report": act(OPEN, to=OPEN), "amend": act(OPEN, to=OPEN), "done": act(OPEN, to=DONE), "dropped": act(OPEN, to=DROPPED)},
    citation="Relais rule book, strategic plans (what is done or dropped is neither reported on nor amended any more)",
)

APPROVED_BY_ANOTHER = Rule("SEC-02", 2, "different persons", "Relais rule book, strategic plans (who drafts a plan does not approve it)")
CLOSED_BY_ANOTHER = Rule("SEC-02", 2, "different persons", "Relais rule book, strategic plans (who reports progress does not close the action)")
CLOSED_FOR_GOOD = Rule("PLAN-CLOSED", 0, "acts after the closing", "Relais rule book, strategic plans (a closed plan is neither reported on nor amended)")
RESULT_OF_EACH = Rule("PLAN-RESULTS", 0, "actions without a result", "Relais rule book, strategic plans (a plan is closed with what became of each of its actions)")
RESTS_ON_MINUTES = Rule("PLAN-AMENDED", "adopted", "minutes of the meeting", "Relais rule book, strategic plans (an amendment rests on adopted minutes or on a decision)")
refuse_when("strategy_approved_by_another", "plan-is-yours", _("You drafted this plan: another person approves it."), rule=APPROVED_BY_ANOTHER)
refuse_when("strategy_action_closed_by_another", "progress-is-yours", _("You reported on this action last: another person closes it."), rule=CLOSED_BY_ANOTHER)
refuse_when("strategy_action_number_once", "action-number-taken", _("Somebody has just given this number to another text."), possible=_("Send it again: it gets the next number."))


AMENDED: Mapping[str, Callable[[str], Any]] = {
    "title": str,
    "owner": str,
    "starts_on": date.fromisoformat,
    "due_on": date.fromisoformat,
    "indicator": str,
    "target": Decimal,
}
"""What an amendment may change of an action, and how it is read again."""


class Change(Protected, Base):
    """One line of an amendment: what is new, or reads otherwise from its day on; never rewritten."""

    __tablename__ = "strategy_changes"

    amendment_id: Mapped[UUID] = mapped_column(ForeignKey("strategy_amendments.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    amended_on: Mapped[date]
    axis: Mapped[int] = mapped_column(SmallInteger)
    objective: Mapped[int] = mapped_column(SmallInteger)
    action_id: Mapped[UUID | None] = mapped_column(ForeignKey("strategy_actions.id"))
    field: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]


def first_after(changes: Sequence[Change], field: str, day: date) -> Change | None:
    """The first change of a field after a day: what it says of before is how the field read on that day."""
    return next((one for one in changes if one.field == field and one.amended_on > day), None)


class Amendment(Record):
    """The plan reads otherwise from a day on: why, and on which meeting or decision it rests."""

    __tablename__ = "strategy_amendments"

    state: Mapped[str] = mapped_column(default=MADE)
    strategy_id: Mapped[UUID] = mapped_column(ForeignKey("strategies.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    amended_on: Mapped[date]
    reason: Mapped[str]
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("meetings.id"))
    decision: Mapped[str | None]
    amended_by: Mapped[str]

    changes: Mapped[list[Change]] = relationship(lazy="selectin", order_by=Change.ordinal)


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
    changes: Mapped[list[Change]] = relationship(lazy="selectin", order_by=(Change.number, Change.ordinal))

    def on(self, day: date, field: str) -> Any:
        """A field as it read on a day, whatever amendment came later."""
        later = first_after(self.changes, field, day)
        if later is None:
            return getattr(self, field)
        return None if later.before is None else AMENDED[field](later.before)

    def planned(self, day: date) -> bool:
        """Whether the plan held it on a day: an amendment may have added it later."""
        return first_after(self.changes, ADDED, day) is None

    def standing(self, day: date) -> Standing:
        """How it stood on a day: late when its day had passed before it was done or dropped."""
        if self.closed_on is not None and self.closed_on <= day:
            return "done" if self.state == DONE else "dropped"
        if self.on(day, "due_on") < day:
            return "late"
        return "to_come" if self.on(day, "starts_on") > day and not self.told(day) else "under_way"

    def told(self, day: date) -> list[Progress]:
        return [one for one in self.progress if one.said_on <= day]

    def percent(self, day: date) -> int:
        """As last reported by a day."""
        told = self.told(day)
        return 100 if self.standing(day) == "done" else told[-1].percent if told else 0


class Strategy(Record):
    """A plan of several years, drafted by one person and approved by another, amended on the ground of what was decided, and closed."""

    __tablename__ = "strategies"

    state: Mapped[str] = mapped_column(default=DRAFT)
    authority: Mapped[str]
    title: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    drafted_by: Mapped[str]
    approved_by: Mapped[str | None]
    approved_on: Mapped[date | None]
    closed_by: Mapped[str | None]
    closed_on: Mapped[date | None]
    conclusion: Mapped[str | None]
    axes: Mapped[list[Axis]] = relationship(lazy="selectin", order_by=Axis.number, cascade="all, delete-orphan")
    amendments: Mapped[list[Amendment]] = relationship(lazy="selectin", order_by=Amendment.number)

    def objective_on(self, day: date, objective: Objective) -> str | None:
        """How an objective read on a day; None when an amendment added it later."""
        own = [one for each in self.amendments for one in each.changes if one.action_id is None and (one.axis, one.objective) == (objective.axis, objective.number)]
        if first_after(own, ADDED, day) is not None:
            return None
        later = first_after(own, "title", day)
        return objective.title if later is None else later.before

    def must_not_be_closed(self) -> None:
        """Raises Refused once the plan is closed."""
        if self.state == CLOSED and self.closed_on is not None:
            raise Refused(
                "plan-closed",
                _("The plan was closed on {day}: nothing of it is reported, added or amended any more."),
                rule=CLOSED_FOR_GOOD,
                possible=_("Write it down in the plan that follows."),
                day=self.closed_on.isoformat(),
            )
