"""A series of meetings that an agreement brings: thematic or scientific, planned day by day, each held or cancelled with its reason."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.rotation.base import Base, Record


class Meeting(Base):
    """One meeting of a series."""

    __tablename__ = "series_meetings"

    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    planned_on: Mapped[date]
    topic: Mapped[str]
    held_on: Mapped[date | None]
    participants: Mapped[int | None]
    reason: Mapped[str | None]
    said_by: Mapped[str | None]
    said_on: Mapped[date | None]


class Series(Record):
    """Meetings that the giver of an agreement holds for the receiver's people; it belongs to the agreement's authority and is shared with both sides."""

    __tablename__ = "series"

    state: Mapped[str] = mapped_column(default="active")
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    giver_code: Mapped[str]
    receiver_code: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    specialty: Mapped[str | None]
    planned_by: Mapped[str]
    meetings: Mapped[list[Meeting]] = relationship(lazy="selectin", order_by=Meeting.number, cascade="all, delete-orphan")
