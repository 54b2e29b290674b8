"""What stands around an agreement of exchange: the units that host, and what came of it."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.rotation.base import Base, Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule

BOOK = "Relais rule book, exchanges (the quota of the agreement counts the civil year of the first day, the capacity of a unit every day)"
refuse_when(
    "host_unit_once",
    "unit-known",
    _("This unit hosts already."),
    rule=Rule("EXC-UNIT", 1, "entry per unit", "Relais rule book, exchanges (a unit and an output are entered once)"),
    possible=_("Change its capacity instead."),
)
refuse_when(
    "output_once",
    "output-known",
    _("This agreement has this output already."),
    rule=Rule("EXC-OUTPUT", 1, "entry per output", "Relais rule book, exchanges (a unit and an output are entered once)"),
    possible=_("Give it another title."),
)


class HostUnit(Record):
    """A unit that hosts people from elsewhere, so many on a day; it belongs to its facility and is shared with the partners."""

    __tablename__ = "host_units"

    facility_code: Mapped[str]
    unit: Mapped[str]
    specialty: Mapped[str]
    capacity: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(default="open")
    opened_by: Mapped[str]
    opened_on: Mapped[date]


class Output(Base):
    """What came of an agreement: a project, a publication, a seminar, a technique."""

    __tablename__ = "agreement_outputs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    kind: Mapped[str]
    title: Mapped[str]
    happened_on: Mapped[date]
    people: Mapped[int | None]
    said_by: Mapped[str]
    said_on: Mapped[date]
