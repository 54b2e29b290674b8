"""Assignments: a worker at a facility, in a post or not, on dated periods; and what was believed about them before."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.beliefs import Act, Effective, history_of

Kind = Literal["primary", "concurrent", "acting", "mission", "secondment", "training_leave"]
Conflict = Literal["post-full", "post-closed", "primary-held", "shares-above-limit"]
TO_REGULARISE = "to_regularise"


class Assignment(Effective, Base):
    """One period of an assignment. Without a decision number it counts, and shows “to regularise”."""

    __tablename__ = "assignments"

    person_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    post_id: Mapped[UUID | None]
    facility_id: Mapped[UUID]
    facility_code: Mapped[str]
    unit: Mapped[str | None]
    kind: Mapped[Kind] = mapped_column(Text)
    fte_share: Mapped[Decimal]
    state: Mapped[Literal["active", "conflicting", "revoked"]] = mapped_column(Text)
    conflict: Mapped[Conflict | None] = mapped_column(Text)
    decision_number: Mapped[str | None]
    act: Mapped[Act] = mapped_column(Text)
    amended_on: Mapped[date | None]  # the day of the ending or correction; `done_on` stays the day on which the period was decided
    reason: Mapped[str | None]
    source_service: Mapped[str | None]
    source_id: Mapped[UUID | None]
    reference: Mapped[str | None]
    reference_owner: Mapped[str | None]
    content_hash: Mapped[bytes | None]
    over_filled: Mapped[Literal["import", "reorganisation"] | None] = mapped_column(Text)  # taken beside the others of a full post: nobody does so by hand

    @property
    def decision(self) -> str:
        return self.decision_number or TO_REGULARISE


assignments_history = history_of(Assignment)
