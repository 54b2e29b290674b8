"""A need: seats that a facility must fill, with the reason; validated by another person before a campaign may answer it."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.records import Record
from services.recruitment.workflow import IDENTIFIED, NEED


class Need(Record):
    """How many people of which title a facility needs, and why."""

    __tablename__ = "needs"

    facility_code: Mapped[str]
    occupation_code: Mapped[str]
    specialty: Mapped[str | None]
    quantity: Mapped[int]
    reason: Mapped[str]
    post_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(default=IDENTIFIED)
    identified_by: Mapped[str]
    identified_on: Mapped[date]
    validated_by: Mapped[str | None]
    validated_on: Mapped[date | None]

    def validate(self, *, by: str, on: date) -> None:
        """Another person confirms that the seats must be filled."""
        self.move("validate", NEED)
        self.validated_by, self.validated_on = by, on
