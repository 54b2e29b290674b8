"""A mission: a named person of one facility works for another, for days that the registry holds, on a signed order."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.rotation.base import Base, Record
from services.rotation.missions.days import Span, days_of, spans_of
from services.rotation.missions.workflow import MISSION, PROPOSED
from shared.decisions import TO_REGULARISE
from shared.visibility import AuthorityPath


class Report(Base):
    """What one side says when a mission has ended."""

    __tablename__ = "mission_reports"

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"), primary_key=True)
    side: Mapped[str] = mapped_column(primary_key=True)
    summary: Mapped[str]
    cases: Mapped[int | None]
    people_trained: Mapped[int | None]
    reported_by: Mapped[str]
    reported_on: Mapped[date]


class FollowUp(Base):
    """What a mission left, looked at again some months later."""

    __tablename__ = "mission_follow_ups"

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"), primary_key=True)
    months: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by: Mapped[str | None]
    practised: Mapped[bool | None]
    comment: Mapped[str | None]


class Mission(Record):
    """It belongs to the source's authority and is shared with both facilities."""

    __tablename__ = "missions"

    person_id: Mapped[UUID]
    occupation_code: Mapped[str]
    specialty: Mapped[str | None]
    giver_code: Mapped[str]
    giver_unit: Mapped[str | None]
    receiver_code: Mapped[str]
    receiver_path: Mapped[str] = mapped_column(AuthorityPath)
    remoteness: Mapped[str]
    programme: Mapped[str]
    rule_pack: Mapped[str]
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("support_requests.id"))
    need_id: Mapped[UUID | None]
    technique: Mapped[str | None]
    autonomy_level: Mapped[int | None]
    mode: Mapped[str]
    pattern: Mapped[str]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), default=list)
    week: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    first_planned_end: Mapped[date]
    days_planned: Mapped[int]
    days_not_done: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list)
    objectives: Mapped[str]
    allowance: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    lodging: Mapped[str | None]
    transport: Mapped[str | None]
    handover: Mapped[str | None]
    hold_id: Mapped[UUID | None]
    override_reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    source_by: Mapped[str | None]
    source_on: Mapped[date | None]
    worker_answer: Mapped[str | None]
    worker_on: Mapped[date | None]
    worker_reason: Mapped[str | None]
    destination_by: Mapped[str | None]
    destination_on: Mapped[date | None]
    signed_by: Mapped[str | None]
    signed_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    departed_on: Mapped[date | None]
    suspended_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    short_from: Mapped[date | None]
    short_to: Mapped[date | None]
    short_by: Mapped[int | None]
    licence_lost_on: Mapped[date | None]
    licence_lost_why: Mapped[str | None]
    reason: Mapped[str | None]
    evaluated_by: Mapped[str | None]
    evaluated_on: Mapped[date | None]
    evaluation: Mapped[str | None]
    objectives_met: Mapped[str | None]
    closed_on: Mapped[date | None]
    reports: Mapped[list[Report]] = relationship(lazy="selectin", order_by=Report.side.desc(), cascade="all, delete-orphan")
    follow_ups: Mapped[list[FollowUp]] = relationship(lazy="selectin", order_by=FollowUp.months, cascade="all, delete-orphan")

    @property
    def source(self) -> tuple[str, str]:
        return self.giver_code, self.authority_path

    @property
    def destination(self) -> tuple[str, str]:
        return self.receiver_code, self.receiver_path

    @property
    def days(self) -> list[date]:
        """The days planned."""
        return days_of(self.pattern, self.starts_on, self.ends_on, weekdays=self.weekdays, week=self.week)  # type: ignore[arg-type]

    @property
    def spans(self) -> list[Span]:
        return spans_of(self.days)

    def done_days(self, day: date) -> list[date]:
        """The planned days that were really done until a day: from the departure, without those that were not."""
        if self.departed_on is None:
            return []
        last = min(day, self.ended_on or day, (self.suspended_on - timedelta(days=1)) if self.suspended_on else day)
        missed = set(self.days_not_done)
        return [done for done in self.days if self.departed_on <= done <= last and done not in missed]

    @property
    def decision(self) -> str | None:
        """The number of the order, or “to regularise” while a signed one has none."""
        return None if self.signed_on is None else self.decision_number or TO_REGULARISE

    def agree_source(self, *, by: str, on: date, handover: str) -> None:
        self.move("agree_source", MISSION)
        self.source_by, self.source_on, self.handover = by, on, handover

    def answer(self, answer: str, *, on: date, reason: str | None) -> None:
        """The worker consents; or refuses a duty, with the reason, and the procedure goes on."""
        self.move("answer_worker", MISSION)
        self.worker_answer, self.worker_on, self.worker_reason = answer, on, reason

    def agree_destination(self, *, by: str, on: date, lodging: str, transport: str) -> None:
        self.move("agree_destination", MISSION)
        self.destination_by, self.destination_on, self.lodging, self.transport = by, on, lodging, transport

    def order(self, *, by: str, on: date, number: str | None) -> None:
        self.move("order", MISSION)
        self.signed_by, self.signed_on, self.decision_number = by, on, number

    def source_falls_short(self, first: date, last: date, by: int) -> None:
        """The source misses the person: so many are too few there on these days."""
        self.short_from, self.short_to, self.short_by = first, last, by
        self.version += 1

    def source_is_whole(self) -> None:
        self.short_from = self.short_to = self.short_by = None
        self.version += 1

    def right_to_practise_is(self, lost_on: date | None, why: str | None) -> None:
        """From a day of the mission on the person may not practise; or may again, on all of its days."""
        self.licence_lost_on, self.licence_lost_why = lost_on, why
        self.version += 1

    def stop(self, act: str, *, on: date | None, reason: str | None) -> None:
        """Refused, cancelled, recalled or ended."""
        self.move(act, MISSION)
        self.ended_on, self.reason = on, reason or self.reason
        self.suspended_on = None
