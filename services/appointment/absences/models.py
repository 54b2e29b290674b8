"""An approved absence, as the registry announces it: the days, and whether they count. Never its kind or reason."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.appointment.base import Base
from shared.visibility import Protected


class CountedAbsence(Protected, Base):
    """Days of absence of one person. `heard` is the incarnation and version of what was heard."""

    __tablename__ = "counted_absences"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    approved: Mapped[bool]
    counts_for_probation: Mapped[bool]
    counts_for_step: Mapped[bool]
    heard: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))

    @property
    def days(self) -> tuple[date, date]:
        """First and last day, both whole."""
        return self.starts_on, self.ends_on
