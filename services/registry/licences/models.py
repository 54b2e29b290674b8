"""Licences: the right to practise, mirrored from those who issue it, with its scope, its days and what was done to it."""

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registry.base import Base
from services.registry.records import Record
from services.registry.rules import LICENCE_ONCE
from shared.errors import refuse_when
from shared.i18n import _
from shared.visibility import Protected
from shared.workflow import Workflow, act

Status = Literal["active", "expiring", "expired", "suspended", "revoked"]
ACTIVE, SUSPENDED, REVOKED = "active", "suspended", "revoked"

LICENCE = Workflow(
    "licence",
    {
        "suspend": act(ACTIVE, to=SUSPENDED),
        "reinstate": act(SUSPENDED, to=ACTIVE),
        "revoke": act(ACTIVE, SUSPENDED, to=REVOKED),
        "renew": act(ACTIVE, to=ACTIVE),
    },
    citation="Relais rule book, registry (licences; a revoked one does not come back, a new one is issued)",
)

refuse_when(
    "licence_number_once",
    "licence-known",
    _("This authority has already issued a licence with this number."),
    rule=LICENCE_ONCE,
    possible=_("Renew the one that exists, or check the number."),
)


class LicenceAct(Protected, Base):
    """What the licensing authority did to a licence, and why."""

    __tablename__ = "licence_acts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    licence_id: Mapped[UUID] = mapped_column(ForeignKey("licences.id"))
    act: Mapped[str]
    day: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str | None]
    decision_number: Mapped[str | None]
    done_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Licence(Record):
    """A right to practise in a scope, from its day of issue to its last day, whole."""

    __tablename__ = "licences"

    person_id: Mapped[UUID]
    number: Mapped[str]
    authority: Mapped[str]
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text))
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    suspended_from: Mapped[date | None]
    suspended_until: Mapped[date | None]
    revoked_on: Mapped[date | None]
    source: Mapped[str]
    checked_at: Mapped[datetime]
    recorded_by: Mapped[str]
    done_on: Mapped[date]
    due_told: Mapped[bool] = mapped_column(default=False)

    acts: Mapped[list[LicenceAct]] = relationship(lazy="selectin", order_by=LicenceAct.recorded_at, cascade="all, delete-orphan", passive_deletes=True)

    def status_on(self, day: date, expiring_days: int) -> Status:
        """What the licence is worth on a day."""
        if self.revoked_on is not None and day >= self.revoked_on:
            return "revoked"
        if self.suspended_from is not None and self.suspended_from <= day and (self.suspended_until is None or day <= self.suspended_until):
            return "suspended"
        if self.expires_on is not None and day > self.expires_on:
            return "expired"
        if self.expires_on is not None and day >= self.expires_on - timedelta(days=expiring_days):
            return "expiring"
        return "active"
