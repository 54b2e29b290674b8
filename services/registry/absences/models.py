"""Absences: leave that is asked by one and decided by another, and the days it takes."""

from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.records import Record
from services.registry.rules import ROT_06
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule
from shared.workflow import Workflow, act

Type = Literal["annual", "sick", "maternity", "paternity", "unpaid", "study", "compensatory", "military"]
State = Literal["requested", "approved", "refused", "cancelled"]
REQUESTED, APPROVED, REFUSED, CANCELLED = "requested", "approved", "refused", "cancelled"

ABSENCE = Workflow(
    "absence",
    {"approve": act(REQUESTED, to=APPROVED), "refuse": act(REQUESTED, to=REFUSED), "cancel": act(REQUESTED, APPROVED, to=CANCELLED)},
    citation="Relais rule book, personnel (leave is asked by one and decided by another)",
)

refuse_when(
    "absence_once", "absent-already", _("This person is already absent, or has asked to be, on some of these days."), rule=ROT_06, possible=_("Cancel the other absence first.")
)
refuse_when(
    "absence_decided_by_another",
    "requester-does-not-decide",
    _("You asked for this leave: another person decides it (SEC-02)."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who asks does not decide)"),
)
refuse_when(
    "absence_not_decided_by_its_person",
    "holder-does-not-decide",
    _("This leave is your own: another person decides it (SEC-02)."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who asks does not decide)"),
)


class Absence(Record):
    """Days on which somebody is not at work. Its type is read by HR of the employer alone, and never goes out by event."""

    __tablename__ = "absences"

    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    type: Mapped[Type] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str] = mapped_column(default=REQUESTED)
    requested_by: Mapped[str]
    requested_on: Mapped[date]
    override_reason: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    reason: Mapped[str | None]
    counts_for_probation: Mapped[bool | None]
    counts_for_step: Mapped[bool | None]
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("holds.id"))

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1
