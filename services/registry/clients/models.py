"""The quota of a program, and what the door counted of it on a day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base


class ClientQuota(Base):
    """So many requests a minute and a day; under `*` those of every program that has no quota of its own."""

    __tablename__ = "client_quotas"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    per_minute: Mapped[int]
    per_day: Mapped[int]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
