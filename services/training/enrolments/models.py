"""An enrolment: one person in one session, with the hold on their days, attendance by half-day, and marks."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.training.base import Base, Record
from services.training.sessions.models import TrainingSession
from services.training.workflow import REQUESTED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

ONCE = Rule("TRN-ONCE", 1, "enrolment per person and session", "Relais rule book, training (a person is enrolled once in a session)")
refuse_when("enrolment_once", "already-enrolled", _("This person is enrolled in this session already."), rule=ONCE, possible=_("Open the enrolment that exists."))


class Attendance(Base):
    """Whether one person was there on one half-day."""

    __tablename__ = "attendances"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    half_day_id: Mapped[UUID] = mapped_column(ForeignKey("session_half_days.id"), primary_key=True)
    present: Mapped[bool]
    done_on: Mapped[date]
    entered_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Enrolment(Record):
    """The place of one person in a session; it belongs to the person's facility and is shared with the organiser."""

    __tablename__ = "enrolments"

    state: Mapped[str] = mapped_column(default=REQUESTED)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID]
    name: Mapped[str | None]
    facility_code: Mapped[str]
    occupation_code: Mapped[str]
    hold_id: Mapped[UUID | None]
    half_days: Mapped[int]
    half_days_present: Mapped[int] = mapped_column(default=0)
    half_days_entered: Mapped[int] = mapped_column(default=0)
    pre_mark: Mapped[Decimal | None]
    post_mark: Mapped[Decimal | None]
    hours_credited: Mapped[Decimal] = mapped_column(default=Decimal(0))
    requested_by: Mapped[str]
    requested_on: Mapped[date]
    convened_on: Mapped[date | None]
    attendance_on: Mapped[date | None]
    attendance_recorded_on: Mapped[date | None]
    assessed_on: Mapped[date | None]
    credited_on: Mapped[date | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_on: Mapped[date | None]
    withdrawal_reason: Mapped[str | None]
    session: Mapped[TrainingSession] = relationship(lazy="selectin", viewonly=True)

    @property
    def attendance_percent(self) -> Decimal:
        """Share of all half-days of the session, exact."""
        return Decimal(100 * self.half_days_present) / self.half_days

    @property
    def is_entered(self) -> bool:
        return self.half_days_entered == self.half_days

    @property
    def entered_afterwards(self) -> bool:
        """Attendance was entered after the session's last day."""
        return self.attendance_recorded_on is not None and self.attendance_recorded_on > self.session.last_day
