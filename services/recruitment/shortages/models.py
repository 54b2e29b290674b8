"""A shortage specialty: an authority says for which specialty or title, for how long and why people are missing."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.records import Record
from services.recruitment.workflow import DECLARED, SHORTAGE
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "shortage_declared_once",
    "shortage-declared-already",
    _("This shortage is already declared for a part of this period."),
    rule=Rule("REC-SHORTAGE", 1, "declaration per authority, specialty, title and day", "Relais rule book, recruitment (shortage specialties)"),
    possible=_("Start after the last day of the declaration that stands, or end that one first."),
)


class Shortage(Record):
    """A specialty, a title, or a title in a specialty; `valid_to` is the last day, whole."""

    __tablename__ = "shortages"

    authority: Mapped[str]
    specialty: Mapped[str | None]
    occupation_code: Mapped[str | None]
    reason: Mapped[str]
    legal_basis: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    state: Mapped[str] = mapped_column(default=DECLARED)
    declared_by: Mapped[str]
    declared_on: Mapped[date]
    ended_by: Mapped[str | None]
    ended_on: Mapped[date | None]

    def end(self, *, last_day: date, by: str, on: date) -> None:
        """People are no longer missing: the declaration ends earlier than foreseen."""
        self.move("end", SHORTAGE)
        self.valid_to, self.ended_by, self.ended_on = last_day, by, on

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to
