"""What recruitment knows of other services' things, by their events: places, seats, and where each hire landed."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.base import Base


class Facility(Base):
    """A facility as the registry announces it, with its dated group and managing authority."""

    __tablename__ = "facilities"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    periods: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    def _period(self, day: date) -> dict[str, Any] | None:
        on = day.isoformat()
        return next((period for period in self.periods if (period["valid_from"] or "") <= on and (period["valid_to"] is None or on <= period["valid_to"])), None)

    def group(self, day: date) -> str | None:
        """Group of the facility in attraction policies on a day."""
        period = self._period(day)
        return period["tier"] if period else None

    def authority_path(self, day: date) -> str | None:
        period = self._period(day)
        return period["authority_path"] if period else None


class Post(Base):
    """A seat of the establishment: what it is for, when it is open, how much of it is filled."""

    __tablename__ = "posts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_code: Mapped[str]
    occupation_code: Mapped[str]
    fte: Mapped[Decimal]
    filled: Mapped[Decimal]
    open_from: Mapped[date]
    close_to: Mapped[date | None]
    frozen: Mapped[bool]

    def is_open(self, day: date) -> bool:
        return self.open_from <= day and (self.close_to is None or day <= self.close_to)


class Landing(Base):
    """The assignment that a hire became in the registry: `active`, `conflicting` or `ended`."""

    __tablename__ = "landings"

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    hire_id: Mapped[UUID]
    post_id: Mapped[UUID | None]
    state: Mapped[str]
