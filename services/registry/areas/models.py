"""An area is one row per period: its code, name and parent are true for some dates only."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSVECTOR, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.periods import first_day, last_day
from shared.errors import refuse_when
from shared.i18n import _


class Area(Base):
    """A country, region, province, district, commune… during one period; which levels there are, each country's data say."""

    __tablename__ = "areas"

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    country: Mapped[str]
    level: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    short_name: Mapped[str]
    type: Mapped[str]
    parent_id: Mapped[UUID | None]
    within: Mapped[list[str]] = mapped_column(ARRAY(Text))
    latitude: Mapped[Decimal | None]
    longitude: Mapped[Decimal | None]
    area_km2: Mapped[Decimal | None]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    source: Mapped[str] = mapped_column(default="packaged", deferred=True)
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


class AreaLevel(Base):
    """A level of a country's division, from the country down; a level that is not announced matters to no other service."""

    __tablename__ = "area_levels"

    country: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    announced: Mapped[bool]


class PackagedData(Base):
    """Data that came with the software: which bytes were loaded, and under which licences."""

    __tablename__ = "packaged_data"

    name: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    loaded_at: Mapped[datetime]


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


refuse_when("area_would_contain_itself", "area-contains-itself", _("An area never contains itself, neither directly nor through the areas above it."))
refuse_when("area_code_names_one_area_a_day", "area-code-taken", _("On some of these days another area bears this code."))
refuse_when("area_periods", "area-periods-overlap", _("This area already has a period on some of these days."))
refuse_when("area_level_of_its_country", "area-level-unknown", _("This country has no such level of areas."))
