"""What was revoked, from which moment on, by whom and why."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from shared.ids import uuid7

Kind = Literal["client", "subject", "session"]


class Revocation(Base):
    """Tokens of a client, a subject or a sign-in that were issued before the moment are refused everywhere."""

    __tablename__ = "revocations"

    number: Mapped[int] = mapped_column(server_default=FetchedValue())
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[Kind] = mapped_column(Text)
    value: Mapped[str]
    before: Mapped[datetime]
    reason: Mapped[str]
    revoked_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
