"""Guests: experts of elsewhere who come to teach or to practise for some days."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.rotation.base import Record


class GuestStay(Record):
    """It belongs to the facility that hosts, and is shared with the other side of the agreement when there is one."""

    __tablename__ = "guest_stays"

    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    person_id: Mapped[UUID]
    person_name: Mapped[str | None]
    sent_by: Mapped[str]
    facility_code: Mapped[str]
    unit: Mapped[str | None]
    field: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    may_teach_until: Mapped[date | None]
    may_practise_until: Mapped[date | None]
    permission_number: Mapped[str | None]
    permission_by: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str | None]
    entered_by: Mapped[str]
    entered_on: Mapped[date]
