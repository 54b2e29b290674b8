"""What training tells."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from services.observatory.replicas.facts.fact import Owned, Personal


class Plan(Owned):
    """A training plan: of one facility and year, or of a province over several."""

    topic: ClassVar[str] = "relais.training.plans"
    decided: ClassVar[str] = "approved_on"

    year_from: int | None = None
    year_to: int | None = None
    approved_on: date | None = None
    actions_planned: int | None = None
    actions_done: int | None = None


class TrainingSession(Owned):
    """A session with its days and places."""

    topic: ClassVar[str] = "relais.training.sessions"
    places: ClassVar[tuple[str, ...]] = ("facility_codes",)
    begins: ClassVar[str] = "first_day"
    ends: ClassVar[str] = "last_day"
    sort: ClassVar[str] = "field"
    worth: ClassVar[str] = "cost"

    facility_codes: list[str] = Field(default=[])
    field: str | None = None
    title: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    half_days: int | None = None
    enrolled: int | None = None
    completed: int | None = None
    cost: int | None = None
    currency: str | None = None


class Enrolment(Personal):
    """A person in a session, with the half-days attended."""

    topic: ClassVar[str] = "relais.training.enrolments"
    begins: ClassVar[str] = "first_day"
    ends: ClassVar[str] = "last_day"

    session_id: UUID | None = None
    field: str | None = None
    title: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    attendance_percent: Decimal | None = None
    hours_credited: Decimal | None = None
    certified: bool = False


class Stay(Personal):
    """A short course abroad, or a mission in a delegation."""

    topic: ClassVar[str] = "relais.training.stays"

    kind: str = ""
    country: str | None = None
    region: str | None = None
    host: str | None = None
    field: str | None = None


class Sponsorship(Personal):
    """Studies that an authority pays for, with the need and the technique they answer."""

    topic: ClassVar[str] = "relais.training.sponsorships"
    sort: ClassVar[str] = "programme"
    worth: ClassVar[str] = "benefit_amount"

    programme: str = ""
    specialty: str | None = None
    institution: str | None = None
    technique: str | None = None
    outcome_on: date | None = None
    months_due: int | None = None
    benefit_amount: int | None = None
    currency: str | None = None


class Learner(BaseModel):
    """One who learns in a mentorship, until they left."""

    person_id: UUID
    occupation_code: str
    since: date
    left_on: date | None = None


class Mentorship(Owned):
    """Who is taught by hand at a facility."""

    topic: ClassVar[str] = "relais.training.mentorships"

    mentor_facility: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    learners: list[Learner] = Field(default=[])


class MentoringEntry(Personal):
    """The level of an act at which somebody was found on a day; one that was struck counts no more."""

    topic: ClassVar[str] = "relais.training.mentoring_entries"
    begins: ClassVar[str] = "found_on"
    sort: ClassVar[str] = "act"

    act: str = ""
    level: int = 0
    found_on: date | None = None
    agreement_id: UUID | None = None
    session_id: UUID | None = None


class MentoringTarget(Owned):
    """The level of an act that a facility needs from a day on."""

    topic: ClassVar[str] = "relais.training.mentoring_targets"
    begins: ClassVar[str] = "since"
    sort: ClassVar[str] = "act"

    act: str = ""
    occupation_code: str = ""
    level: int = 0
    since: date | None = None


class SessionSkill(Personal):
    """One participant's level in one skill before and after a session."""

    topic: ClassVar[str] = "relais.training.session_skills"
    begins: ClassVar[str] = "first_day"
    ends: ClassVar[str] = "last_day"
    sort: ClassVar[str] = "act"

    session_id: UUID | None = None
    act: str = ""
    target_level: int = 0
    before: int | None = None
    after: int | None = None
    first_day: date | None = None
    last_day: date | None = None


class SeatCapacity(Owned):
    """How many an institute may take into the first year of a stream."""

    topic: ClassVar[str] = "relais.training.seat_capacities"
    decided: ClassVar[str] = "set_on"
    sort: ClassVar[str] = "stream"
    worth: ClassVar[str] = "seats"

    stream: str = ""
    year: int | None = None
    region: str | None = None
    ownership: str = ""
    seats: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    set_on: date | None = None


class Intake(Owned):
    """The intake of a stream and year in numbers: how many students took a seat."""

    topic: ClassVar[str] = "relais.training.intakes"
    decided: ClassVar[str] = "opened_on"
    sort: ClassVar[str] = "stream"
    worth: ClassVar[str] = "filled"

    stream: str = ""
    year: int | None = None
    region: str | None = None
    ownership: str = ""
    seats: int = 0
    applicants: int = 0
    filled: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    opened_on: date | None = None
