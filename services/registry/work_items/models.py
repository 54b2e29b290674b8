"""The work-list: what somebody must settle, opened by the system and closed by the act that settles it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from shared.visibility import Protected

WorkKind = Literal["conflicting-assignment", "conflicting-hold", "conflicting-transfer", "leave-on-held-days", "no-right-to-practise", "correction-asked"]


class WorkItem(Protected, Base):
    """One thing to settle at a facility. It holds identifiers, never a name."""

    __tablename__ = "work_items"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[WorkKind] = mapped_column(Text)
    reason: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    post_id: Mapped[UUID | None]
    facility_code: Mapped[str | None]
    state: Mapped[Literal["open", "closed"]] = mapped_column(Text, default="open")
    opened_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
