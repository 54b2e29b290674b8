"""Bridges between professions: from which to which, by what training, with which members, and on what evidence; and who takes one."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.pools.models import BOOK
from services.recruitment.records import Record
from services.recruitment.workflow import CROSSING, OPEN, UNDER_WAY
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

BRIDGE = Rule("PTRH-BRIDGE", 1, "bridge between two professions in a pool", BOOK)

refuse_when("bridge_once", "bridge-exists", _("This pool has a bridge between these two professions already."), rule=BRIDGE, possible=_("Open it in the list of the pool."))
refuse_when("crossing_once", "on-this-bridge-already", _("This person has taken this bridge already."), rule=BRIDGE, possible=_("Open it among the bridges taken."))


class Bridge(Record):
    """A way from one profession to another that the members keep open together."""

    __tablename__ = "bridges"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    from_occupation: Mapped[str]
    to_occupation: Mapped[str]
    training: Mapped[str]
    months: Mapped[int]
    partners: Mapped[list[str]] = mapped_column(ARRAY(Text))
    evidence: Mapped[str]
    opened_by: Mapped[str]
    opened_on: Mapped[date]
    state: Mapped[str] = mapped_column(default=OPEN)


class Crossing(Record):
    """Somebody on the way: from what they do to what they will do, at a member that waits for them."""

    __tablename__ = "crossings"

    bridge_id: Mapped[UUID] = mapped_column(ForeignKey("bridges.id"))
    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id"))
    person_id: Mapped[UUID]
    to_facility: Mapped[str]
    begun_on: Mapped[date]
    begun_by: Mapped[str]
    ended_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=UNDER_WAY)

    def end(self, outcome: str, *, on: date) -> None:
        self.move("finish" if outcome == "crossed" else "give_up", CROSSING)
        self.ended_on = on
