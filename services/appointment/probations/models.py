"""Probation: the months in which a recruit shows what they can do, before the confirmation that starts the first step."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.appointment.absences.models import CountedAbsence
from services.appointment.absences.spells import day_after, end_with_absences
from services.appointment.base import Base, Record
from services.appointment.probations.workflow import CONFIRMED, ENDED, EXTENDED, OPEN, RUNNING
from services.appointment.rules import PACKS
from shared.calendars import period_end
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import RulePack

refuse_when("probation_runs_once", "probation-already-running", _("A probation of this person is already running."), possible=_("Open the probation that runs."))
refuse_when("probation_once_per_source", "probation-already-open", _("A probation was already opened for this recruitment."))


class Probation(Record):
    """One probation. Its end follows from the pack's months, an extension and the days that do not count (REC-VN-11)."""

    __tablename__ = "probations"

    source_service: Mapped[str]
    source_id: Mapped[UUID]
    assignment_id: Mapped[UUID | None]
    heard: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    occupation_code: Mapped[str]
    rule_pack: Mapped[str]
    months: Mapped[int]
    extension_months: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date]
    excluded_days: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date]
    mentor_id: Mapped[UUID | None]
    mentor_named_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=RUNNING)
    opened_by: Mapped[str]
    opened_on: Mapped[date]
    mentor_report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    self_report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    head_opinion: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    outcome: Mapped[str | None]
    outcome_on: Mapped[date | None]
    outcome_months: Mapped[int | None]
    outcome_reason: Mapped[str | None]
    equivalent_months: Mapped[int | None]
    proposed_by: Mapped[str | None]
    proposed_on: Mapped[date | None]
    proposal_id: Mapped[UUID | None]
    extended_by: Mapped[UUID | None]
    settled_by: Mapped[UUID | None]
    confirmed_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_reason: Mapped[str | None]
    decision_number: Mapped[str | None]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def pack(self) -> RulePack:
        """The rules of the day it opened (RP-01)."""
        return PACKS.pinned(self.rule_pack)

    @property
    def planned_end(self) -> date:
        """Last day by the months alone (R-PERIOD)."""
        return period_end(self.starts_on, self.months + self.extension_months)

    @property
    def first_day_after(self) -> date:
        """Earliest day of effect of a confirmation."""
        return day_after(self.due_on)

    @property
    def decision_source_id(self) -> UUID | None:
        """Under which id the register filed the outcome that waits, or else the one that was last signed."""
        return self.proposal_id or self.settled_by or self.extended_by

    def count(self, absences: Sequence[CountedAbsence], refused: Collection[UUID]) -> bool:
        """Set the end from the days that do not count: those the registry says, and those whose justification the head refused. Whether it moved."""
        uncounted = [absence.days for absence in absences if not absence.counts_for_probation or absence.id in refused]
        end = end_with_absences(self.starts_on, self.planned_end, uncounted)
        moved = end != self.due_on
        self.due_on, self.excluded_days = end, (end - self.planned_end).days
        return moved

    def forget_proposal(self) -> None:
        self.outcome = self.outcome_on = self.outcome_months = self.outcome_reason = self.equivalent_months = None
        self.proposed_by = self.proposed_on = self.proposal_id = None

    def settle(self, *, decision_number: str | None) -> None:
        """What was proposed becomes true; the decision that settled it is remembered, so that its revocation finds what to put back."""
        outcome, day, reason, proposal_id = self.outcome, self.outcome_on, self.outcome_reason, self.proposal_id
        assert outcome is not None
        if outcome == EXTENDED:
            self.extension_months, self.extended_by = self.outcome_months or 0, proposal_id
            self.set_state(EXTENDED)
        else:
            self.settled_by = proposal_id
            self.set_state(outcome, on=day, reason=reason)
        self.decision_number = decision_number
        self.forget_proposal()

    def put_back(self) -> None:
        """As if the last decision had not been: it runs again, extended when an extension stands."""
        if self.state == EXTENDED:
            self.extension_months, self.extended_by = 0, None
        self.settled_by = self.decision_number = None
        self.set_state(EXTENDED if self.extended_by else RUNNING)

    def set_state(self, state: str, *, on: date | None = None, reason: str | None = None) -> None:
        self.state = state
        self.confirmed_on = on if state == CONFIRMED else None
        self.ended_on = on if state == ENDED else None
        self.ended_reason = reason if state == ENDED else None
        self.version += 1


class RefusedAbsence(Base):
    """A short absence whose justification the head of the facility did not accept (REC-VN-11): its days do not count."""

    __tablename__ = "refused_absences"

    probation_id: Mapped[UUID] = mapped_column(ForeignKey("probations.id"), primary_key=True)
    absence_id: Mapped[UUID] = mapped_column(primary_key=True)
    reason: Mapped[str]
    refused_by: Mapped[str]
    refused_on: Mapped[date]
