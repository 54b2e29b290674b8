"""An intake uses the seats of one stream and year; candidates compete for them, and those who register are its students."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.training.base import Base, Record
from services.training.intakes.workflow import APPLIED, CITATION, INTAKE, OPEN, STUDENT, STUDYING
from services.training.rules import PACKS
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule, RulePack

CAPACITY = Rule("INT-CAPACITY", "intake ≤ capacity", "seats", "Relais rule book, initial training (institutes and their seats)")
refuse_when(
    "intake_above_capacity",
    "intake-above-capacity",
    _("The intake offers more seats than the institute has in this stream and year."),
    rule=CAPACITY,
    possible=_("Offer as many as the capacity allows, or have the authority change it first."),
)
refuse_when(
    "intake_once",
    "intake-opened",
    _("The intake of this stream and year is open already."),
    rule=Rule("INT-ONE", 1, "intake per institute, stream and year", CITATION),
    possible=_("Open it in the list of intakes."),
)
refuse_when(
    "intake_never_above_its_seats",
    "intake-full",
    _("Every seat of this intake is taken."),
    rule=CAPACITY,
    possible=_("A seat that is given up goes to the next one of the waiting list."),
)
refuse_when(
    "intake_counts",
    "more-sat-than-applied",
    _("More people sat than had applied."),
    rule=Rule("INT-01", "sat ≤ applied", "people", CITATION),
    possible=_("Correct one of the two numbers."),
)
refuse_when(
    "intake_candidate_once",
    "already-a-candidate",
    _("This person has already applied in this intake."),
    rule=Rule("INT-APPLY-ONCE", 1, "application per intake", CITATION),
    possible=_("Open the application in the list of the intake."),
)
refuse_when(
    "student_once",
    "already-a-student",
    _("This person is a student already."),
    rule=Rule("INT-STUDENT-ONCE", 1, "place of study at a time", CITATION),
    possible=_("Record first that they left the other place."),
)
refuse_when(
    "student_years_pkey",
    "year-judged",
    _("This academic year is judged already for this student."),
    rule=Rule("INT-YEAR-ONCE", 1, "result per academic year", CITATION),
    possible=_("Choose another academic year."),
)


class Intake(Record):
    """The intake of one stream and year: conducted here candidate by candidate, or told in numbers by the institute."""

    __tablename__ = "intakes"

    state: Mapped[str] = mapped_column(default=OPEN)
    capacity_id: Mapped[UUID] = mapped_column(ForeignKey("seat_capacities.id"))
    facility_code: Mapped[str]
    region: Mapped[str]
    ownership: Mapped[str]
    stream: Mapped[str]
    year: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    kept_as: Mapped[str]
    rule_pack: Mapped[str]
    seats: Mapped[int]
    reserved: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    applicants: Mapped[int] = mapped_column(default=0)
    sat: Mapped[int] = mapped_column(default=0)
    cut_off: Mapped[Decimal | None]
    filled: Mapped[int] = mapped_column(default=0)
    opened_by: Mapped[str]
    opened_on: Mapped[date]
    listed_by: Mapped[str | None]
    listed_on: Mapped[date | None]

    @property
    def pack(self) -> RulePack:
        return PACKS.pinned(self.rule_pack)

    @property
    def free(self) -> int:
        return self.seats - self.filled

    def go(self, act: str) -> None:
        self.move(act, INTAKE)


class Candidate(Record):
    """One who competes for a seat, with what the rules look at; the age is asked of the registry and not kept."""

    __tablename__ = "intake_candidates"

    state: Mapped[str] = mapped_column(default=APPLIED)
    intake_id: Mapped[UUID] = mapped_column(ForeignKey("intakes.id"))
    facility_code: Mapped[str]
    person_id: Mapped[UUID]
    number: Mapped[int]
    code: Mapped[str]
    diploma: Mapped[str]
    regional: Mapped[Decimal | None]
    national: Mapped[Decimal | None]
    average: Mapped[Decimal | None]
    score: Mapped[Decimal]
    quota: Mapped[str | None]
    mark: Mapped[Decimal | None]
    rank: Mapped[int | None]
    list: Mapped[str | None]
    called_on: Mapped[date | None]
    register_by: Mapped[date | None]
    declined_on: Mapped[date | None]
    reason: Mapped[str | None]
    applied_on: Mapped[date]
    applied_by: Mapped[str]


class StudentYear(Base):
    """What became of a student in one academic year."""

    __tablename__ = "student_years"

    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    study_year: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str]
    decided_on: Mapped[date]
    entered_by: Mapped[str]


class Student(Record):
    """Somebody who took a seat, until they graduate or leave."""

    __tablename__ = "students"

    state: Mapped[str] = mapped_column(default=STUDYING)
    intake_id: Mapped[UUID] = mapped_column(ForeignKey("intakes.id"))
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("intake_candidates.id"))
    facility_code: Mapped[str]
    stream: Mapped[str]
    person_id: Mapped[UUID]
    study_year: Mapped[int] = mapped_column(SmallInteger, default=1)
    registered_by: Mapped[str]
    registered_on: Mapped[date]
    graduated_on: Mapped[date | None]
    left_on: Mapped[date | None]
    seat_freed: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    years: Mapped[list[StudentYear]] = relationship(lazy="selectin", order_by=StudentYear.year, cascade="all, delete-orphan")

    def leave(self, *, on: date, reason: str, seat_freed: bool) -> None:
        self.move("leave", STUDENT)
        self.left_on, self.reason, self.seat_freed = on, reason, seat_freed
