"""A succession plan: for a term of an authority, who is prepared for which leadership position."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.appointment.base import Base, Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.workflow import Workflow, act

PROPOSED, SCREENED, VOTED, APPROVED, EXPIRED = _("proposed"), _("screened"), _("voted"), _("approved"), _("expired")
ACTIVE, NOT_RETAINED, REMOVED, PROMOTED = _("active"), _("not_retained"), _("removed"), _("promoted")
REVIEWED, COMPLETED = _("reviewed"), _("completed")

PLAN = Workflow(
    "plan",
    {
        "screen": act(PROPOSED, to=SCREENED),
        "vote": act(SCREENED, to=VOTED),
        "approve": act(VOTED, to=APPROVED),
        "expire": act(APPROVED, to=EXPIRED),
    },
    citation="Relais rule book, succession planning (proposed, screened, voted, approved, reviewed each year)",
)
REVIEW = Workflow(
    "review",
    {"complete": act(REVIEWED, to=COMPLETED), "approve": act(COMPLETED, to=APPROVED)},
    citation="Relais rule book, succession planning (reviewed, completed, approved)",
)

refuse_when(
    "entry_once",
    "planned-already",
    _("This person is already in the plan for this position."),
    rule=Rule("APP-12", 1, "entry per person and position", "Relais rule book, succession planning (a person is once in the plan for a position)"),
)
refuse_when(
    "review_once_a_year",
    "reviewed-already",
    _("This plan was already reviewed this year."),
    rule=Rule("APP-12", 1, "review per year", "Relais rule book, succession planning (one review each year)"),
    possible=_("Open the review of this year."),
)


class Entry(Base):
    """A person prepared for a position."""

    __tablename__ = "succession_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("succession_plans.id"))
    person_id: Mapped[UUID]
    position_id: Mapped[UUID]
    priority: Mapped[int]
    ready: Mapped[bool]
    development: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str] = mapped_column(default=PROPOSED)
    votes: Mapped[int | None]
    added_on: Mapped[date]
    added_because: Mapped[str | None]
    added_by: Mapped[str]
    removed_on: Mapped[date | None]
    reason: Mapped[str | None]
    informed_on: Mapped[date | None]

    @property
    def counts(self) -> bool:
        """In the plan, or on the way into it."""
        return self.state in (PROPOSED, SCREENED, VOTED, APPROVED, ACTIVE)

    def leave(self, state: str, *, on: date, reason: str | None) -> None:
        self.state, self.removed_on, self.reason = state, on, reason


class Plan(Record):
    """The plan of an authority for a term, reviewed each year."""

    __tablename__ = "succession_plans"

    title: Mapped[str]
    authority: Mapped[str]
    term_from: Mapped[date]
    term_to: Mapped[date]
    rule_pack: Mapped[str]
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    convened: Mapped[int | None]
    present: Mapped[int | None]
    valid: Mapped[int | None]
    voted_on: Mapped[date | None]
    minutes_reference: Mapped[str | None]
    approved_by: Mapped[str | None]
    approved_on: Mapped[date | None]
    approval_reference: Mapped[str | None]
    reviewed_on: Mapped[date | None]

    entries: Mapped[list[Entry]] = relationship(lazy="selectin", order_by=Entry.id)
    reviews: Mapped[list["Review"]] = relationship(lazy="selectin", order_by="Review.year")


class Review(Record):
    """The yearly review of a plan: what was decided for each entry, then completed and approved."""

    __tablename__ = "succession_reviews"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("succession_plans.id"))
    year: Mapped[int]
    state: Mapped[str] = mapped_column(default=REVIEWED)
    reviewed_by: Mapped[str]
    reviewed_on: Mapped[date]
    completed_on: Mapped[date | None]
    approved_by: Mapped[str | None]
    approved_on: Mapped[date | None]
    approval_reference: Mapped[str | None]
    outcomes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
