"""A call: under an agreement of exchange, so many places in a field are offered to the people of the other side until a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.rotation.base import Record


class ExchangeCall(Record):
    """It belongs to the agreement's authority and is shared with both sides."""

    __tablename__ = "exchange_calls"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    host_code: Mapped[str]
    home_code: Mapped[str]
    title: Mapped[str]
    field: Mapped[str]
    status_type: Mapped[str]
    places: Mapped[int] = mapped_column(SmallInteger)
    language: Mapped[str]
    language_level: Mapped[str]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="published")
    published_by: Mapped[str]
    published_on: Mapped[date]
    reason: Mapped[str | None]

    def is_open(self, day: date) -> bool:
        return self.state == "published" and self.opens_on <= day <= self.closes_on
