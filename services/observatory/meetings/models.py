"""Committees and their numbered meetings, who was there, what was decided and recommended, and what became of it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.observatory.base import Base, Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import Protected
from shared.workflow import Workflow, act

PLANNED, HELD, ADOPTED, CANCELLED = "planned", "held", "adopted", "cancelled"
OPEN, DONE, DROPPED, UNDER_WAY = "open", "done", "dropped", "under_way"
LATE = "late"
Outcome = Literal["done", "under_way", "dropped"]
Standing = Literal["open", "under_way", "late", "done", "dropped"]

MEETING = Workflow(
    "meeting",
    {"hold": act(PLANNED, to=HELD), "resolve": act(HELD, to=HELD), "adopt": act(HELD, to=ADOPTED), "cancel": act(PLANNED, to=CANCELLED)},
    citation="Relais rule book, meetings (minutes are written once a meeting is held, and fixed once they are adopted)",
)
RESOLUTION = Workflow(
    "resolution",
    {"under_way": act(OPEN, to=OPEN), "done": act(OPEN, to=DONE), "dropped": act(OPEN, to=DROPPED)},
    citation="Relais rule book, meetings (what is done or dropped is not followed any more)",
)

ENDED_BY_THE_AUTHORITY = Rule(
    "MTG-FOLLOWED", "authority", "who says that it is done or dropped", "Relais rule book, meetings (a region says how far it is, the authority of the meeting ends it)"
)
MINUTES_OF_ANOTHER = Rule("SEC-02", 2, "different persons", "Relais rule book, meetings (who writes the minutes does not adopt them)")
refuse_when("meeting_number_once", "meeting-number-taken", _("This committee has held a meeting of this number."), possible=_("Give the meeting the next number."))
refuse_when("meeting_body_once", "meeting-body-known", _("This authority has a committee of this code."), possible=_("Use the committee that exists, or another code."))
refuse_when("meeting_minutes_of_another", "minutes-are-yours", _("You wrote these minutes: another person adopts them."), rule=MINUTES_OF_ANOTHER)
refuse_when("resolution_number_once", "resolution-number-taken", _("Somebody has just given this number to another text."), possible=_("Send it again: it gets the next number."))
refuse_when("resolution_ended_once", "resolution-ended", _("Somebody has just said what became of it."), possible=_("Read it again."))


class MeetingBody(Record):
    """A committee, or a national meeting that comes back; its meetings are numbered."""

    __tablename__ = "meeting_bodies"

    state: Mapped[str] = mapped_column(default="active")
    authority: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    founded_by: Mapped[str]


class Attendance(Protected, Base):
    """How many of a region were there, and in which capacity."""

    __tablename__ = "meeting_attendance"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(primary_key=True)
    capacity: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int]


class Participant(Protected, Base):
    """One of them who has a file in the register."""

    __tablename__ = "meeting_participants"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    capacity: Mapped[str]


class Meeting(Record):
    """One meeting; `within` is the larger one in which it took place. Its minutes are adopted by another person than the one who wrote them."""

    __tablename__ = "meetings"

    state: Mapped[str] = mapped_column(default=PLANNED)
    body_id: Mapped[UUID] = mapped_column(ForeignKey("meeting_bodies.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    place: Mapped[str]
    area_code: Mapped[str | None]
    within_id: Mapped[UUID | None] = mapped_column(ForeignKey("meetings.id"))
    agenda: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    planned_by: Mapped[str]
    minutes_by: Mapped[str | None]
    adopted_by: Mapped[str | None]
    adopted_on: Mapped[date | None]
    reason: Mapped[str | None]

    body: Mapped[MeetingBody] = relationship(lazy="joined", innerjoin=True)
    attendance: Mapped[list[Attendance]] = relationship(lazy="selectin", order_by=(Attendance.area_code, Attendance.capacity), cascade="all, delete-orphan")
    participants: Mapped[list[Participant]] = relationship(
        lazy="selectin", order_by=(Participant.area_code, Participant.person_id), cascade="all, delete-orphan", passive_deletes=True
    )


class FollowUp(Protected, Base):
    """What was seen of a decision or recommendation on a day, with the evidence; `meeting` when a later one looked at it."""

    __tablename__ = "resolution_followups"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    resolution_id: Mapped[UUID] = mapped_column(ForeignKey("resolutions.id"))
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("meetings.id"))
    outcome: Mapped[Outcome]
    seen_on: Mapped[date]
    evidence: Mapped[str]
    said_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Resolution(Record):
    """A decision or a recommendation of a meeting; `area_code` is the region that sees to it, when it is not the meeting's authority."""

    __tablename__ = "resolutions"

    state: Mapped[str] = mapped_column(default=OPEN)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"))
    kind: Mapped[str]
    number: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    owner: Mapped[str | None]
    area_code: Mapped[str | None]
    due_on: Mapped[date | None]
    written_by: Mapped[str]

    followups: Mapped[list[FollowUp]] = relationship(lazy="selectin", order_by=(FollowUp.seen_on, FollowUp.id), cascade="all, delete-orphan")

    def standing(self, day: date) -> tuple[Standing, FollowUp | None]:
        """What had become of it on a day: as last seen, or late when its day had passed before it was done or dropped."""
        last = next((one for one in reversed(self.followups) if one.seen_on <= day), None)
        if last is not None and last.outcome in (DONE, DROPPED):
            return last.outcome, last
        if self.due_on is not None and self.due_on < day:
            return "late", last
        return ("under_way" if last is not None else "open"), last
