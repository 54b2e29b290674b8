"""A visit: promised for a month by an obligation, then held or missed with its reason; one more than promised is kept too."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from services.rotation.base import Record
from shared.i18n import _
from shared.workflow import Workflow, act

PROMISED, HELD, MISSED = _("promised"), _("held"), _("missed")
VISIT = Workflow("visit", {"hold": act(PROMISED, to=HELD), "miss": act(PROMISED, to=MISSED)}, citation="Relais rule book, rotation (promised against delivered)")


class Visit(Record):
    """One visit of the giver's people to the receiver. `promised_on` is empty for one that nobody had promised."""

    __tablename__ = "visits"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    obligation_id: Mapped[UUID] = mapped_column(ForeignKey("obligations.id"))
    giver_code: Mapped[str]
    receiver_code: Mapped[str]
    specialty: Mapped[str]
    month: Mapped[date]
    promised_on: Mapped[date | None]
    planned_on: Mapped[date | None]
    held_on: Mapped[date | None]
    visitors: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), default=list)
    consultations: Mapped[int | None]
    reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=PROMISED)
    said_by: Mapped[str | None]
    said_on: Mapped[date | None]

    def plan(self, *, on: date, visitors: list[UUID], by: str, said_on: date) -> None:
        """The day on which a promised visit is expected; it stays promised until it is held or missed."""
        VISIT.after("hold", self.state)
        self.planned_on, self.visitors, self.said_by, self.said_on = on, visitors, by, said_on
        self.version += 1

    def hold(self, *, on: date, visitors: list[UUID], consultations: int | None, by: str, said_on: date) -> None:
        self.move("hold", VISIT)
        self.held_on, self.visitors, self.consultations, self.said_by, self.said_on = on, visitors, consultations, by, said_on

    def miss(self, reason: str, *, by: str, said_on: date) -> None:
        self.move("miss", VISIT)
        self.reason, self.said_by, self.said_on = reason, by, said_on
