"""What a member of a pool can spare: hours, part of a post, places in a training."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.records import Record
from services.recruitment.workflow import OFFERED, RESOURCE


class Resource(Record):
    """Who can spare how much of what, from when until when. Hours are counted a month, a shared post in full times, training in places."""

    __tablename__ = "pool_resources"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("pool_rounds.id"))
    facility_code: Mapped[str]
    kind: Mapped[str]
    occupation_code: Mapped[str | None]
    quantity: Mapped[Decimal]
    available_from: Mapped[date]
    available_to: Mapped[date | None]
    note: Mapped[str | None]
    offered_by: Mapped[str]
    offered_on: Mapped[date]
    ended_on: Mapped[date | None]
    ending_reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=OFFERED)

    def end(self, *, on: date, reason: str) -> None:
        self.move("end", RESOURCE)
        self.ended_on, self.ending_reason = on, reason
