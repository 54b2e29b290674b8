"""What recruitment knows of the registry's things, by their events: seats, and where each hire landed. Places are in the shared directory."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.base import Base


class Post(Base):
    """A seat of the establishment: what it is for, when it is open, how much of it is filled."""

    __tablename__ = "posts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_code: Mapped[str]
    unit: Mapped[str | None]
    occupation_code: Mapped[str]
    specialty: Mapped[str | None]
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
