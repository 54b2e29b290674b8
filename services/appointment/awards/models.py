"""An award: an emulation title, a certificate or medal, or an initiative that was recognised; of a person or of a whole unit."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.appointment.awards.workflow import PROPOSED
from services.appointment.base import Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "award_once",
    "award-once-a-year",
    _("This person already has this title for this year."),
    rule=Rule("EMU-ONCE", 1, "title of a level per person and year", "Relais rule book, personnel (a title is given once for a year)"),
    possible=_("Choose another title or year."),
)


class Award(Record):
    """One title of one year (EMU-01). `proposal_id` is what the decision is about: those proposed together."""

    __tablename__ = "awards"

    proposal_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    facility_code: Mapped[str]
    title: Mapped[str]
    level: Mapped[str]
    year: Mapped[int]
    achievement: Mapped[str]
    evidence: Mapped[str | None]
    given_on: Mapped[date]
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    awarded_on: Mapped[date | None]
    decision_number: Mapped[str | None]
