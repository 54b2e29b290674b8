"""Exports: which list left the register, by which filters, for which account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from shared.visibility import Protected


class Export(Protected, Base):
    """One file that somebody took. It is kept with the authority or facility for which they work."""

    __tablename__ = "exports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str]
    list: Mapped[str]
    format: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recorded_at: Mapped[datetime]
