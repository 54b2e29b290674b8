"""A territory is a name and its days; its members have days of their own."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.periods import first_day, last_day
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected


class Territory(Protected, Base):
    """A named set of areas and facilities, beside the administrative tree."""

    __tablename__ = "territories"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    sort_key: Mapped[str]
    legal_basis: Mapped[str | None]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    version: Mapped[int] = mapped_column(default=1)
    recorded_by: Mapped[str]

    @property
    def valid_from(self) -> date | None:
        return first_day(self.valid)

    @property
    def valid_to(self) -> date | None:
        return last_day(self.valid)


class TerritoryMember(Protected, Base):
    """An area or a facility that belongs to a territory, from a first to a last day."""

    __tablename__ = "territory_members"

    row_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    territory_id: Mapped[UUID] = mapped_column(ForeignKey("territories.id"))
    kind: Mapped[str]
    area_id: Mapped[UUID | None]
    facility_id: Mapped[UUID | None]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    recorded_by: Mapped[str]


refuse_when("territories_code_key", "territory-code-taken", _("This code already names another health territory."))
refuse_when("territory_member_once", "member-already", _("It already belongs to this territory on some of these days."))
refuse_when(
    "one_territory_of_its_kind",
    "one-territory-of-its-kind",
    _("It already belongs to another territory of this kind on some of these days: a GST or a GHT shares nothing with another."),
    possible=_("Let it leave the other one first."),
)
