"""A calendar that is read by whoever knows its address. The address is a secret: it is told once and its hash alone is kept."""

import hashlib
import secrets
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from shared.visibility import Protected

TOKEN_BYTES = 32


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of_token(token: str) -> bytes:
    """256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


class CalendarFeed(Protected, Base):
    """Of one person, or of a facility or one of its units; it ends when it is revoked, or with the account that made it."""

    __tablename__ = "calendar_feeds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes]
    person_id: Mapped[UUID | None]
    facility_code: Mapped[str | None]
    unit: Mapped[str | None]
    unit_id: Mapped[UUID | None]
    made_by: Mapped[str]
    made_on: Mapped[date]
    revoked_on: Mapped[date | None]
