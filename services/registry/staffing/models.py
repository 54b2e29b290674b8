"""Minimum staffing: how many of a team must be present on each day, and how many at most may be on mission."""

from datetime import date

from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.periods import last_day
from services.registry.records import Record
from services.registry.rules import STAFFING_ONCE
from shared.errors import refuse_when
from shared.i18n import _

refuse_when(
    "staffing_once_per_team",
    "minimum-known",
    _("This team already has a minimum on some of these days."),
    rule=STAFFING_ONCE,
    possible=_("Begin after the first day of the minimum that stands; it then ends on the eve."),
)


class StaffingMinimum(Record):
    """A team is the people of a facility, of one unit or of all, in an occupation or a specialty."""

    __tablename__ = "staffing_minimums"

    facility_code: Mapped[str]
    unit: Mapped[str | None]
    occupation_code: Mapped[str | None]
    specialty: Mapped[str | None]
    min_present: Mapped[int]
    mission_cap_percent: Mapped[int | None]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    reason: Mapped[str | None]
    decided_by: Mapped[str]
    done_on: Mapped[date]

    @property
    def valid_from(self) -> date:
        assert self.valid.lower is not None
        return self.valid.lower

    @property
    def valid_to(self) -> date | None:
        return last_day(self.valid)

    @property
    def team(self) -> tuple[str, str | None, str | None, str | None]:
        return self.facility_code, self.unit, self.occupation_code, self.specialty
