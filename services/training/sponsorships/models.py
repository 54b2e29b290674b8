"""A sponsored study: who studies what, for which need and technique, at what cost, against how many months of service."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.training.base import Base, Record
from services.training.sponsorships.workflow import APPLIED, SPONSORSHIP
from shared.decisions import TO_REGULARISE
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule

refuse_when(
    "sponsorship_once_at_a_time",
    "already-sponsored",
    _("This person has applied for a sponsored study already, or is in one."),
    rule=Rule("TRN-SPONSOR-ONCE", 1, "study at a time", "Relais rule book, training (one sponsored study at a time)"),
    possible=_("Open the study of this person in the list."),
)
refuse_when(
    "progress_once_a_period",
    "progress-reported-already",
    _("The progress up to this day is reported already."),
    rule=Rule("TRN-PROGRESS", 1, "report per period", "Relais rule book, training (sponsored studies)"),
)


class Progress(Base):
    """How the study stood on a day."""

    __tablename__ = "sponsorship_progress"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sponsorship_id: Mapped[UUID] = mapped_column(ForeignKey("sponsorships.id"))
    period_to: Mapped[date]
    standing: Mapped[str]
    comment: Mapped[str | None]
    reported_by: Mapped[str]
    reported_on: Mapped[date]


class Sponsorship(Record):
    """A study paid by the authority; its rule pack is the one of the day of the application (RP-01)."""

    __tablename__ = "sponsorships"

    state: Mapped[str] = mapped_column(default=APPLIED)
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    unit: Mapped[str | None]
    occupation_code: Mapped[str]
    employment_type: Mapped[str | None]
    programme: Mapped[str]
    specialty: Mapped[str | None]
    institution: Mapped[str]
    country: Mapped[str]
    need_id: Mapped[UUID]
    technique: Mapped[str | None]
    full_time: Mapped[bool]
    first_postgraduate: Mapped[bool]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    course_months: Mapped[int]
    cost_items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    currency: Mapped[str]
    benefit_amount: Mapped[int] = mapped_column(BigInteger)
    bond_factor: Mapped[Decimal]
    months_due: Mapped[int]
    breach_policy: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cover_person_id: Mapped[UUID | None]
    cover_reason: Mapped[str | None]
    rule_pack: Mapped[str]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    hold_id: Mapped[UUID | None]
    override_reason: Mapped[str | None]
    applied_by: Mapped[str]
    applied_on: Mapped[date]
    judged_by: Mapped[str | None]
    judged_on: Mapped[date | None]
    judged_comment: Mapped[str | None]
    board_by: Mapped[str | None]
    board_on: Mapped[date | None]
    board_comment: Mapped[str | None]
    signed_by: Mapped[str | None]
    signed_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    enrolled_on: Mapped[date | None]
    progress_due_on: Mapped[date | None]
    outcome: Mapped[str | None]
    outcome_on: Mapped[date | None]
    outcome_by: Mapped[str | None]
    outcome_comment: Mapped[str | None]
    diploma_number: Mapped[str | None]
    degree_checked_by: Mapped[str | None]
    degree_checked_on: Mapped[date | None]
    degree_check: Mapped[str | None]
    returned_on: Mapped[date | None]
    ended_by: Mapped[str | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    progress: Mapped[list[Progress]] = relationship(lazy="selectin", order_by=Progress.period_to)

    def judge(self, act: str, *, by: str, on: date, comment: str | None, criteria: list[dict[str, Any]]) -> None:
        """A person decides on the eligibility; the criteria as they stood that day are kept."""
        self.move(act, SPONSORSHIP)
        self.judged_by, self.judged_on, self.judged_comment, self.criteria = by, on, comment, criteria

    def take_to_board(self, act: str, *, by: str, on: date, comment: str | None) -> None:
        self.move(act, SPONSORSHIP)
        self.board_by, self.board_on, self.board_comment = by, on, comment

    def sign(self, *, by: str, on: date, number: str | None) -> None:
        self.signed_by, self.signed_on, self.decision_number = by, on, number

    def end(self, act: str, *, by: str, on: date, reason: str | None) -> None:
        """Withdrawn before the signature, or revoked after it."""
        self.move(act, SPONSORSHIP)
        self.ended_by, self.ended_on, self.end_reason = by, on, reason

    def conclude(self, act: str, *, outcome: str, by: str, on: date, comment: str | None, diploma_number: str | None) -> None:
        """The diploma, a failure, or a study that was given up."""
        self.move(act, SPONSORSHIP)
        self.outcome, self.outcome_on, self.outcome_by = outcome, on, by
        self.outcome_comment, self.diploma_number = comment, diploma_number

    @property
    def decision(self) -> str | None:
        if self.signed_on is None:
            return None
        return self.decision_number or TO_REGULARISE
