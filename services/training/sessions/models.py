"""A session of a course: several half-days at several places, seats, trainers and cost."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.training.base import Base, Record
from services.training.courses.models import Course
from services.training.workflow import PLANNED
from shared.calendars import ONE_DAY
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule

refuse_when(
    "half_day_once",
    "half-day-twice",
    _("The same half-day appears twice."),
    rule=Rule("TRN-HALFDAY", 1, "place per half-day", "Relais rule book, training (attendance is kept by half-day)"),
    possible=_("Give each half-day once."),
)


class HalfDay(Base):
    """A morning or an afternoon at a facility; attendance is kept for each."""

    __tablename__ = "session_half_days"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    number: Mapped[int]
    day: Mapped[date]
    part: Mapped[str]
    facility_code: Mapped[str]
    room: Mapped[str | None]


class TrainingSession(Record):
    """One session; its rule pack is the one of the day it was planned (RP-01)."""

    __tablename__ = "sessions"

    state: Mapped[str] = mapped_column(default=PLANNED)
    authority: Mapped[str]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"))
    title: Mapped[str]
    field: Mapped[str]
    plan_id: Mapped[UUID | None]
    axis_id: Mapped[UUID | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    capacity: Mapped[int]
    min_participants: Mapped[int]
    trainer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), default=list)
    trainer_facilities: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    provider: Mapped[str | None]
    currency: Mapped[str]
    cost: Mapped[int] = mapped_column(BigInteger)
    assessed: Mapped[bool]
    rule_pack: Mapped[str]
    planned_by: Mapped[str]
    planned_on: Mapped[date]
    opened_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    held_on: Mapped[date | None]
    evaluated_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    reason: Mapped[str | None]
    satisfaction: Mapped[Decimal | None]
    answers: Mapped[int | None]
    half_days: Mapped[list[HalfDay]] = relationship(lazy="selectin", order_by=HalfDay.number, cascade="all, delete-orphan")
    course: Mapped[Course] = relationship(lazy="selectin", viewonly=True)

    def set_half_days(self, half_days: list[HalfDay]) -> None:
        """The half-days in order, numbered from one; the session runs from the first day to the last."""
        ordered = sorted(half_days, key=lambda half_day: (half_day.day, half_day.part == "afternoon"))
        for number, half_day in enumerate(ordered, start=1):
            half_day.number = number
        self.half_days = ordered
        self.first_day, self.last_day = ordered[0].day, ordered[-1].day

    @property
    def days(self) -> list[date]:
        return sorted({half_day.day for half_day in self.half_days})

    @property
    def periods(self) -> list[tuple[date, date]]:
        """The days on which it takes people away, as periods of days that follow each other."""
        found: list[tuple[date, date]] = []
        for day in self.days:
            if found and day - found[-1][1] <= ONE_DAY:
                found[-1] = (found[-1][0], day)
            else:
                found.append((day, day))
        return found

    @property
    def facility_codes(self) -> list[str]:
        return list(dict.fromkeys(half_day.facility_code for half_day in self.half_days))
