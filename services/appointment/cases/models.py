"""A case: everything that leads to a leader's appointment, renewal, transfer or leaving, with its candidates and its votes as totals."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.appointment.base import Base, Record
from services.appointment.cases.workflow import CASE, OPENED
from shared.decisions import TO_REGULARISE
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule

refuse_when(
    "case_one_open_per_position",
    "case-open-already",
    _("A case of this kind is already open for this position."),
    rule=Rule("APP-CASE", 1, "open case per position and kind", "Relais rule book, appointments (one procedure at a time for one position)"),
    possible=_("Go on with the open case, or stop it first."),
)
refuse_when(
    "case_principle_granted_by_another",
    "answerer-is-requester",
    _("Another person than the one who requested the principle must answer."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who proposes does not approve)"),
)

SCREENED, FORWARD, NOMINATED, LEFT_OUT = "screened", "forward", "nominated", "left_out"


class Candidate(Base):
    """A person found fit for the position, with the criteria that were judged and the conflicts that were told."""

    __tablename__ = "case_candidates"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_cases.id"))
    person_id: Mapped[UUID]
    origin: Mapped[str]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    conflicts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str] = mapped_column(default=SCREENED)


class Vote(Base):
    """A meeting of one step: how many were convened, present and valid, and totals. Never who voted what (APP-20)."""

    __tablename__ = "case_votes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_cases.id"))
    step: Mapped[int]
    body: Mapped[str]
    purpose: Mapped[str]
    held_on: Mapped[date]
    convened: Mapped[int | None]
    present: Mapped[int | None]
    valid: Mapped[int | None]
    totals: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    outcome: Mapped[str]
    quorum_met: Mapped[bool | None]
    head_carried: Mapped[bool | None]
    head_decided_on: Mapped[date | None]
    dissent_reference: Mapped[str | None]
    minutes_reference: Mapped[str | None]
    minutes_sha256: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Case(Record):
    """One procedure about one leadership position. A classified one keeps its reference, date and outcome, and nothing else."""

    __tablename__ = "appointment_cases"

    kind: Mapped[str]
    source: Mapped[str]
    position_id: Mapped[UUID]
    mandate_id: Mapped[UUID | None]
    facility_code: Mapped[str]
    rank: Mapped[str]
    rule_pack: Mapped[str]
    reason: Mapped[str | None]
    planning_exception: Mapped[str | None]
    cumulation: Mapped[bool]
    classified: Mapped[bool]
    state: Mapped[str] = mapped_column(default=OPENED)
    opened_by: Mapped[str]
    opened_on: Mapped[date]
    principle_requested_by: Mapped[str | None]
    principle_requested_on: Mapped[date | None]
    principle_answered_by: Mapped[str | None]
    principle_granted_on: Mapped[date | None]
    principle_reference: Mapped[str | None]
    screened_on: Mapped[date | None]
    steps_done: Mapped[int] = mapped_column(default=0)
    nominee_id: Mapped[UUID | None]
    voted_on: Mapped[date | None]
    file_completed_on: Mapped[date | None]
    file_reference: Mapped[str | None]
    proposed_by: Mapped[str | None]
    proposed_on: Mapped[date | None]
    to_facility_code: Mapped[str | None]
    to_post_id: Mapped[UUID | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    decided_on: Mapped[date | None]
    stopped_on: Mapped[date | None]
    stopped_because: Mapped[str | None]
    stopped_note: Mapped[str | None]
    revoked_on: Mapped[date | None]
    outcome: Mapped[str | None]

    candidates: Mapped[list[Candidate]] = relationship(lazy="selectin", order_by=Candidate.id)
    votes: Mapped[list[Vote]] = relationship(lazy="selectin", order_by=Vote.step)

    @property
    def decision(self) -> str | None:
        if self.decided_on is None:
            return None
        return self.decision_number or TO_REGULARISE

    def stop(self, because: str, *, on: date, note: str | None) -> None:
        self.move("stop", CASE)
        self.stopped_because, self.stopped_on, self.stopped_note = because, on, note


class Transfer(Record):
    """A leader moves to another place by decision: the registry moves the primary assignment."""

    __tablename__ = "leader_transfers"

    person_id: Mapped[UUID]
    case_id: Mapped[UUID]
    from_facility_code: Mapped[str]
    to_facility_code: Mapped[str]
    post_id: Mapped[UUID | None]
    starts_on: Mapped[date]
    decision_number: Mapped[str | None]

    @property
    def decision(self) -> str:
        return self.decision_number or TO_REGULARISE
