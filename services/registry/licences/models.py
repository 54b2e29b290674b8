"""Licences: the right to practise, mirrored from those who issue it, with its scope, its days and what was done to it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registry.base import Base
from services.registry.beliefs import history_of
from services.registry.licences.standings import ALWAYS, Days, Standing
from services.registry.periods import last_day
from services.registry.records import Record
from services.registry.rules import LICENCE_DAYS, LICENCE_ONCE
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
        "correct": act(ACTIVE, to=ACTIVE),
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
refuse_when(
    "licence_period",
    "licence-ends-before-it-starts",
    _("A licence does not end before the day on which it was issued."),
    rule=LICENCE_DAYS,
    possible=_("Check the day of issue and the last day."),
)
refuse_when(
    "licence_period_within_its_days",
    "outside-the-licence",
    _("These days lie outside those of the licence."),
    rule=LICENCE_DAYS,
    possible=_("Choose days from its day of issue to its last day."),
)
refuse_when(
    "licence_stands_one_way_a_day",
    "licence-changed-meanwhile",
    _("Something else is recorded of this licence for some of these days."),
    rule=LICENCE_DAYS,
    possible=_("Read the licence again, then repeat your act."),
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


class LicencePeriod(Protected, Base):
    """What a licence was worth on some days, as it is believed now; what was believed before is in the history."""

    __tablename__ = "licence_periods"

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    licence_id: Mapped[UUID] = mapped_column(ForeignKey("licences.id"))
    person_id: Mapped[UUID]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    standing: Mapped[Standing] = mapped_column(Text)
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text))
    conditions: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    act: Mapped[str]
    reason: Mapped[str | None]
    decision_number: Mapped[str | None]
    done_on: Mapped[date]
    entered_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]

    @property
    def days(self) -> Days:
        return days_of(self)


licence_periods_history = history_of(LicencePeriod)


def days_of(period: Any) -> Days:
    """The days of a period as it is now or was believed before."""
    return Days(period.valid.lower, last_day(period.valid), period.standing, tuple(period.scope), tuple(period.conditions))


def status_of(periods: Iterable[Days], day: date, expiring_days: int) -> Status | None:
    """What a licence with these periods is worth on a day; None before it was issued."""
    known = sorted(periods, key=lambda one: one.first)
    for one in known:
        if one.covers(day):
            if one.standing != "in_force":
                return one.standing
            ends = [ALWAYS if later.standing == "revoked" else later.end for later in known]
            return "expiring" if max(ends) - timedelta(days=expiring_days) <= day else "active"
    return "expired" if known and known[0].first < day else None


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

    periods: Mapped[list[LicencePeriod]] = relationship(lazy="selectin", order_by=LicencePeriod.valid, cascade="all, delete-orphan", passive_deletes=True)
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
