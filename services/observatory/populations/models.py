"""Declared populations: how many people live in an area in a year, according to a source."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from services.observatory.base import Base
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import Protected

refuse_when(
    "population_once_per_source",
    "population-declared",
    _("This source has already declared a population for this area and year."),
    rule=Rule("POP-ONCE", 1, "value per area, year and source", "Relais rule book, observatory (a declared value is restated by another source, never overwritten)"),
    possible=_("Name the revision in the source, for example its date."),
)


class Population(Protected, Base):
    """One declared value; the last one declared for the latest year not after the figure's date is the denominator."""

    __tablename__ = "populations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    reference: Mapped[str | None]
    content_hash: Mapped[bytes]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    area_code: Mapped[str]
    year: Mapped[int]
    value: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str]
    kind: Mapped[str]
    declared_by: Mapped[str]
    declared_on: Mapped[date]
