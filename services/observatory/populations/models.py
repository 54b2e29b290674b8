"""Declared populations: how many people live in an area in a year, according to a source."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from shared.db import Base
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule

refuse_when(
    "population_once_per_source",
    "population-declared",
    _("This source has already declared a population for this area and year."),
    rule=Rule("POP-ONCE", 1, "value per area, year and source", "Relais rule book, observatory (a declared value is restated by another source, never overwritten)"),
    possible=_("Name the revision in the source, for example its date."),
)


class Ltree(UserDefinedType[str]):
    """A path of authorities, as PostgreSQL's ltree."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "ltree"


class Population(Base):
    """One declared value; the last one declared for the latest year not after the figure's date is the denominator."""

    __tablename__ = "populations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    reference: Mapped[str | None]
    content_hash: Mapped[bytes]
    authority_path: Mapped[str] = mapped_column(Ltree())
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    area_code: Mapped[str]
    year: Mapped[int]
    value: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str]
    kind: Mapped[str]
    declared_by: Mapped[str]
    declared_on: Mapped[date]
