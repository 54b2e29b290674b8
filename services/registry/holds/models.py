"""Holds: the days of a person that a leave, a session, a mission or a stay takes."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registry.base import Base
from services.registry.holds.roster import Span
from services.registry.periods import last_day
from services.registry.records import Record
from services.registry.rules import ROT_06, SEC_02_OVERRIDE
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected

Kind = Literal["leave", "session", "mission", "stay"]
State = Literal["taken", "confirmed", "released", "expired", "conflicting"]
TAKEN, CONFIRMED, RELEASED, EXPIRED, CONFLICTING = "taken", "confirmed", "released", "expired", "conflicting"

refuse_when("one_thing_at_a_time", "double-booking", _("This person is already taken on some of these days."), rule=ROT_06, possible=_("Choose other days or another person."))
refuse_when("hold_once_per_source", "held-already", _("These days are already held for the same thing."), rule=ROT_06, possible=_("Choose other days or another person."))
refuse_when(
    "hold_override_by_another",
    "asker-does-not-grant",
    _("You asked for this: another person grants it (SEC-02)."),
    rule=SEC_02_OVERRIDE,
    possible=_("Ask the head of the facility, or a signatory above it, to grant it."),
)


class HoldPeriod(Protected, Base):
    """Days in a row. `asked` until they are confirmed; no longer `held` once released or expired."""

    __tablename__ = "hold_periods"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id"))
    person_id: Mapped[UUID]
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    standing: Mapped[Literal["asked", "confirmed"]] = mapped_column(Text)
    held: Mapped[bool] = mapped_column(default=True)

    @property
    def span(self) -> Span:
        last = last_day(self.days)
        assert self.days.lower is not None
        assert last is not None
        return self.days.lower, last


class Hold(Record):
    """One thing that takes a person away; taken again by the same thing, it changes its days."""

    __tablename__ = "holds"

    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    kind: Mapped[Kind] = mapped_column(Text)
    source_service: Mapped[str]
    source_id: Mapped[UUID]
    taken_by: Mapped[str]
    taken_on: Mapped[date]
    expires_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    override_reason: Mapped[str | None]
    overridden_by: Mapped[str | None]
    overridden_rules: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))

    rows: Mapped[list[HoldPeriod]] = relationship(lazy="selectin", order_by=HoldPeriod.days, cascade="all, delete-orphan", passive_deletes=True)

    @property
    def spans(self) -> list[Span]:
        """The days that matter: those asked for while the hold waits, those held once it is settled; of one that is over, those it had."""
        asked = [row.span for row in self.rows if row.standing == "asked" and row.held]
        held = [row.span for row in self.rows if row.held]
        return sorted(asked if self.state == TAKEN else held or [row.span for row in self.rows])
