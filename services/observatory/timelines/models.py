"""What the services told, row by row, as far as the caller's relations open it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.observatory.base import Base
from shared.visibility import Protected


class FactRow(Protected, Base):
    """One thing of another service."""

    __tablename__ = "facts"

    topic: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    kind: Mapped[str | None]
    person_id: Mapped[UUID | None]
    facility_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    done_on: Mapped[date | None]
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    recorded_at: Mapped[datetime]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)


class AssignmentRow(Protected, Base):
    """One period of an assignment."""

    __tablename__ = "assignments"

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    worker_id: Mapped[UUID]
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    fte_share: Mapped[Decimal]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE, primary_key=True)
