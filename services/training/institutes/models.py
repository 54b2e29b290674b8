"""Institutes, what they are accredited for, how many they may train in each stream and year, and what public and private promise each other."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.training.base import Base, Record
from services.training.institutes.workflow import ACTIVE, CONVENTION, SET
from services.training.workflow import OPEN
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

BOOK = "Relais rule book, initial training (institutes and their seats)"

refuse_when(
    "institute_once",
    "institute-registered",
    _("This facility is registered as an institute already."),
    rule=Rule("INT-ONCE", 1, "institute per facility", BOOK),
    possible=_("Open it in the list of institutes."),
)
refuse_when(
    "accreditation_at_a_time",
    "accreditations-overlap",
    _("Another accreditation of this institute covers some of these days."),
    rule=Rule("INT-ACCREDITED", 1, "accreditation at a time", BOOK),
    possible=_("Let it begin the day after the other one ends."),
)
refuse_when(
    "seat_capacity_once",
    "capacity-set",
    _("The seats of this stream and year are set already."),
    rule=Rule("INT-CAPACITY", 1, "number of seats per institute, stream and year", BOOK),
    possible=_("Change the number of seats that is recorded, with the decision that changes it."),
)
refuse_when(
    "capacity_below_intake",
    "capacity-below-intake",
    _("An intake offers more seats than this."),
    rule=Rule("INT-CAPACITY", "intake ≤ capacity", "seats", BOOK),
    possible=_("Keep as many seats as the intake offers, or more."),
)
refuse_when(
    "institute_convention_number",
    "convention-number-taken",
    _("Another convention of this authority has the same number."),
    rule=Rule("INT-CONVENTION", 1, "convention per number", BOOK),
    possible=_("Open it in the list of conventions, or give this one its own number."),
)
refuse_when(
    "institute_convention_sectors",
    "convention-within-a-sector",
    _("A convention of this kind links a public and a private party."),
    rule=Rule("INT-CONVENTION", "public, private", "parties", BOOK),
    possible=_("Name a partner of the other sector."),
)
refuse_when(
    "institute_convention_promises",
    "convention-promises-nothing",
    _("A convention promises seats, placements or teachers."),
    rule=Rule("INT-CONVENTION", 1, "promise at least", BOOK),
    possible=_("Say how many of one of them."),
)


class Campus(Base):
    """A place where an institute teaches."""

    __tablename__ = "institute_campuses"

    institute_id: Mapped[UUID] = mapped_column(ForeignKey("institutes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str]
    area_code: Mapped[str]


class Accreditation(Base):
    """Who lets an institute teach which streams, by which number, from a first to a last day."""

    __tablename__ = "accreditations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    institute_id: Mapped[UUID] = mapped_column(ForeignKey("institutes.id"))
    authority: Mapped[str]
    number: Mapped[str]
    streams: Mapped[list[str]] = mapped_column(ARRAY(Text))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_by: Mapped[str]
    recorded_on: Mapped[date]

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Institute(Record):
    """A facility that trains for the health professions, under the name by which it is known and, where the country has one, in its other script."""

    __tablename__ = "institutes"

    state: Mapped[str] = mapped_column(default=OPEN)
    facility_code: Mapped[str]
    region: Mapped[str]
    ownership: Mapped[str]
    name: Mapped[str]
    other_name: Mapped[str | None]
    registered_by: Mapped[str]
    registered_on: Mapped[date]
    campuses: Mapped[list[Campus]] = relationship(lazy="selectin", order_by=Campus.number, cascade="all, delete-orphan")
    accreditations: Mapped[list[Accreditation]] = relationship(lazy="selectin", order_by=Accreditation.valid_from, cascade="all, delete-orphan")

    def accredited_for(self, stream: str, day: date) -> bool:
        return any(stream in each.streams for each in self.accreditations if each.covers(day))

    def streams_on(self, day: date) -> Sequence[str]:
        """What it may teach on a day."""
        return sorted({stream for each in self.accreditations if each.covers(day) for stream in each.streams})


class Capacity(Record):
    """How many an institute may take into the first year of a stream in one academic year."""

    __tablename__ = "seat_capacities"

    state: Mapped[str] = mapped_column(default=SET)
    institute_id: Mapped[UUID] = mapped_column(ForeignKey("institutes.id"))
    facility_code: Mapped[str]
    region: Mapped[str]
    ownership: Mapped[str]
    stream: Mapped[str]
    year: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    seats: Mapped[int]
    decision: Mapped[str | None]
    set_by: Mapped[str]
    set_on: Mapped[date]


class Convention(Record):
    """What an institute and a party of the other sector promise each other a year: seats, clinical placements, teachers."""

    __tablename__ = "institute_conventions"

    state: Mapped[str] = mapped_column(default=ACTIVE)
    number: Mapped[str]
    institute_code: Mapped[str]
    institute_ownership: Mapped[str]
    partner_code: Mapped[str]
    partner_ownership: Mapped[str]
    subject: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    seats: Mapped[int]
    placements: Mapped[int]
    teachers: Mapped[int]
    signed_on: Mapped[date]
    recorded_by: Mapped[str]
    ended_on: Mapped[date | None]
    reason: Mapped[str | None]

    def end(self, *, on: date, reason: str) -> None:
        self.move("end", CONVENTION)
        self.ended_on, self.reason = on, reason
