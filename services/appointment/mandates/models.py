"""A mandate: one person in one leadership position from a first to a last day."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.appointment.base import Record
from services.appointment.mandates.workflow import ENDED, MANDATE, PLANNED, REVOKED, RUNNING
from shared.calendars import ONE_DAY
from shared.decisions import TO_REGULARISE
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

APPOINTED, RENEWED, EXTENDED, TRANSFERRED, RESUMED, ACTING = "appointed", "renewed", "extended", "transferred", "resumed", "acting"
NEW_OFFICE, RESIGNED, REMOVED, BY_REVOCATION = "new_office", "resigned", "removed", "revoked"

refuse_when(
    "mandate_one_holder",
    "position-held",
    _("Another mandate holds this position in that period."),
    rule=Rule("APP-ONE", 1, "holder per position and day", "Relais rule book, appointments (a position has one holder)"),
    possible=_("Choose a first day after the end of the other mandate, or end that one first."),
)


class Mandate(Record):
    """A term of office. `ends_on` is the day it is due to end, `ended_on` the day it did when that was decided earlier."""

    __tablename__ = "mandates"

    person_id: Mapped[UUID]
    position_id: Mapped[UUID]
    facility_code: Mapped[str]
    rank: Mapped[str]
    kind: Mapped[str]
    case_id: Mapped[UUID | None]
    follows_id: Mapped[UUID | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    ended_on: Mapped[date | None]
    ended_because: Mapped[str | None]
    ended_by_case_id: Mapped[UUID | None]
    put_back_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    signed_on: Mapped[date | None]
    retirement_on: Mapped[date | None]
    told_stage: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=PLANNED)
    recorded_by: Mapped[str]

    @property
    def last_day(self) -> date:
        return self.ended_on or self.ends_on

    @property
    def decision(self) -> str:
        return self.decision_number or TO_REGULARISE

    def state_on(self, day: date) -> str:
        """What it is on a day, whatever was recorded."""
        if self.state == REVOKED:
            return REVOKED
        if day < self.starts_on and self.last_day >= self.starts_on:
            return PLANNED
        return RUNNING if day <= self.last_day else ENDED

    def settle(self, day: date) -> bool:
        """Start or end as the day wants it; whether anything changed."""
        wanted = self.state_on(day)
        if wanted == self.state:
            return False
        if wanted == RUNNING:
            self.move("start" if self.state == PLANNED else "resume", MANDATE)
        elif wanted == ENDED:
            self.move("end", MANDATE)
        else:
            self.state = wanted
            self.version += 1
        return True

    def end_before(self, first_day: date, *, because: str, case_id: UUID | None, today: date) -> None:
        """Another decision takes the office from a day on: its eve is the last day, none at all when it never began."""
        self.ended_on = max(first_day - ONE_DAY, self.starts_on - ONE_DAY)
        self.ended_because, self.ended_by_case_id = because, case_id
        self.version += 1
        self.settle(today)

    def put_back(self, *, on: date, today: date) -> None:
        """The decision that ended it was revoked: it runs again as if that had never been, and says since when this is known."""
        self.ended_on = self.ended_because = self.ended_by_case_id = None
        self.put_back_on = on
        self.version += 1
        self.settle(today)

    def revoke(self) -> None:
        self.move("revoke", MANDATE)
