"""An area is one row per period: its code, name and parent are true for some dates only."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, TSVECTOR, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.periods import first_day, last_day


class Area(Base):
    """A country, province, former district or commune during one period."""

    __tablename__ = "areas"

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    country: Mapped[str]
    level: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    short_name: Mapped[str]
    type: Mapped[str]
    parent_id: Mapped[UUID | None]
    within: Mapped[list[str]] = mapped_column(ARRAY(Text))
    latitude: Mapped[Decimal | None]
    longitude: Mapped[Decimal | None]
    area_km2: Mapped[Decimal | None]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    words: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    sort_key: Mapped[str] = mapped_column(deferred=True)

    @property
    def parent_code(self) -> str | None:
        return self.within[-2] if len(self.within) > 1 else None

    @property
    def valid_from(self) -> date | None:
        """First day, or nothing when it reaches back further than the data."""
        return first_day(self.valid)

    @property
    def valid_to(self) -> date | None:
        return last_day(self.valid)


class AreaChange(Base):
    """One line of the crosswalk: what became of an area on a day, and with which share of its surface."""

    __tablename__ = "area_changes"

    from_id: Mapped[UUID] = mapped_column(primary_key=True)
    to_id: Mapped[UUID] = mapped_column(primary_key=True)
    effective_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    share: Mapped[Decimal]
    is_main: Mapped[bool]
    is_estimated: Mapped[bool]
    legal_basis: Mapped[str]
