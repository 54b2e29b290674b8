"""A leadership position: head or deputy of a facility or of one of its units, for a term."""

from datetime import date

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.appointment.base import Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule
from shared.workflow import Workflow, act

OPEN, CLOSED = _("open"), _("closed")
HEAD, DEPUTY = "head", "deputy"

POSITION = Workflow("position", {"close": act(OPEN, to=CLOSED)}, citation="Relais rule book, appointments (state machines)")

refuse_when(
    "position_one_head",
    "head-exists",
    _("This place already has a position of head in that period."),
    rule=Rule("APP-HEAD", 1, "position of head per unit", "Relais rule book, appointments (a unit has one head)"),
    possible=_("Close the other position first, or open a position of deputy."),
)


class LeadershipPosition(Record):
    """A seat of head or deputy. Staff in place above the cap after a merger are tolerated until a day (APP-19)."""

    __tablename__ = "leadership_positions"

    facility_code: Mapped[str]
    unit: Mapped[str | None]
    rank: Mapped[str]
    title: Mapped[str]
    term_months: Mapped[int]
    requirements: Mapped[list[str]] = mapped_column(ARRAY(Text))
    planning_required: Mapped[bool]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    grandfathered_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=OPEN)
    opened_by: Mapped[str]
    opened_on: Mapped[date]

    def is_open(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def close(self, last_day: date) -> None:
        self.move("close", POSITION)
        self.valid_to = last_day
