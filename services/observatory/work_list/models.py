"""What falls due, as the other services tell it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.observatory.base import Base
from shared.visibility import Protected


class Due(Protected, Base):
    """Somebody must act by a day."""

    __tablename__ = "dues"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    path: Mapped[str]
    facility_code: Mapped[str | None]
    person_id: Mapped[UUID | None]
    due_on: Mapped[date]
    warn_on: Mapped[date]
    responsible: Mapped[str]
    state: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
