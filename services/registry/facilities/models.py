"""A facility is one row per period; its links to authorities have dates of their own."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.dialects.postgresql import DATERANGE, TSVECTOR, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.periods import first_day, last_day
from shared.errors import refuse_when
from shared.i18n import _
from shared.visibility import AuthorityPath, Protected


class Facility(Protected, Base):
    """A facility during one period. Its code is the registry's and never changes."""

    __tablename__ = "facilities"

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    type: Mapped[str]
    level: Mapped[str]
    ownership: Mapped[str]
    area_id: Mapped[UUID]
    area_is_estimated: Mapped[bool]
    latitude: Mapped[Decimal | None]
    longitude: Mapped[Decimal | None]
    remoteness: Mapped[str]
    tier: Mapped[str | None]
    reference: Mapped[str | None]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    words: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    sort_key: Mapped[str] = mapped_column(deferred=True)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]

    @property
    def valid_from(self) -> date | None:
        return first_day(self.valid)

    @property
    def valid_to(self) -> date | None:
        return last_day(self.valid)


class FacilityLink(Protected, Base):
    """Who manages, supervises technically or hosts a facility, from a first to a last day."""

    __tablename__ = "facility_links"

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_id: Mapped[UUID]
    kind: Mapped[str]
    party_code: Mapped[str]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class FacilityAuthority(Base):
    """Where a facility stands among the authorities: what the token of its own officer opens on a day."""

    __tablename__ = "facility_authorities"

    code: Mapped[str] = mapped_column(primary_key=True)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE, primary_key=True)
    path: Mapped[str] = mapped_column(AuthorityPath)


refuse_when("facility_code_is_taken", "facility-code-taken", _("This code already names another facility. A facility keeps its code for ever."))
refuse_when("facility_reference_is_taken", "reference-taken", _("This reference already names another facility."))
refuse_when("facility_periods", "facility-periods-overlap", _("This facility already has a period on some of these days."))
refuse_when("facility_has_one_link_of_a_kind", "facility-link-overlaps", _("On some of these days this facility already has an authority, supervisor or host of this kind."))
