"""Intakes, candidates and students over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.training.fields import Code, Line, Number, Reference, RuleRead, Slug
from services.training.institutes.schemas import Seats, Stream
from services.training.intakes.eligibility import Outcome, why
from services.training.intakes.models import Candidate, Intake, Student
from services.training.intakes.permissions import can_conduct
from services.training.intakes.queries import percent
from services.training.intakes.workflow import CANDIDATE, CANDIDATES, INTAKE, STUDENT
from services.training.rules import PACKS
from services.training.sponsorships.eligibility import shown
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body, Year

Mark = Annotated[Decimal, Field(ge=0, le=20, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
State = Literal["open", "preselected", "listed", "closed"]
CandidateState = Literal["applied", "convened", "below", "admitted", "waiting", "not_admitted", "registered", "declined"]


class IntakeCreate(Body):
    """The competition for the seats of one stream and year."""

    reference: Reference | None = None
    facility_code: Code
    stream: Stream
    year: Year
    seats: Seats
    reserved: dict[str, Annotated[int, Field(ge=1, le=5000)]] = Field(default={}, description="Seats reserved by the notice, by the quota for which they are.")
    opens_on: date
    closes_on: date = Field(description="Last day of the applications, whole.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes_on < self.opens_on:
            raise ValueError(_("The last day is before the first one."))
        return self


class StreamTold(Body):
    """One stream in numbers."""

    stream: Stream
    seats: Seats | None = Field(None, description="Seats offered; the whole capacity unless said.")
    applicants: Count = 0
    sat: Count = 0
    cut_off: Mark | None = None
    filled: Count


class IntakesTold(Body):
    """The intake of a year as the institute tells it, stream by stream; told again, it replaces what was told."""

    facility_code: Code
    year: Year
    items: list[StreamTold] = Field(min_length=1, max_length=60)
    done_on: date | None = None


class Step(Body):
    """An act that needs nothing but its day."""

    done_on: date | None = None


class PreSelection(Body):
    """The cut-off: whoever has this score or more may sit."""

    cut_off: Mark
    done_on: date | None = None


class MarkEntry(Body):
    number: int = Field(ge=1)
    mark: Mark | None = Field(description="None for who was absent.")


class Marks(Body):
    """Marks of the competition, by the number of the candidate."""

    marks: list[MarkEntry] = Field(min_length=1, max_length=2000)
    done_on: date | None = None


class IntakeRead(BaseModel):
    """An intake with its numbers, the rules that decide, and what the caller may do next."""

    id: UUID
    reference: str | None
    capacity_id: UUID
    facility_code: str
    region: str
    ownership: str
    stream: str
    year: int
    starts_on: date
    ends_on: date
    kept_as: Literal["candidates", "counts"]
    seats: int
    reserved: dict[str, int]
    opens_on: date | None
    closes_on: date | None
    applicants: int
    sat: int
    cut_off: Number | None
    filled: int
    free: int
    selection_ratio: Number | None = Field(description="Applicants for one seat (INT-01).")
    fill_percent: Number | None
    listed_on: date | None
    state: State
    rules: list[RuleRead]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, intake: Intake) -> Self:
        computed = ("selection_ratio", "fill_percent", "rules", "available_actions")
        values = {name: getattr(intake, name) for name in cls.model_fields if name not in computed}
        allowed = can_conduct(caller, intake.authority_path)
        acts = [action(act, allowed, lambda act=act: INTAKE.after(act, intake.state)) for act in INTAKE.transitions] if intake.kept_as == CANDIDATES else []  # type: ignore[misc]
        names = ("INT-AGE", "INT-DIPLOMAS", "INT-SCORE", "INT-QUOTAS", "INT-TIES", "INT-REGISTER", "INT-REFILL")
        return cls(
            **values,
            selection_ratio=None if intake.seats == 0 or not intake.applicants else (Decimal(intake.applicants) / intake.seats).quantize(Decimal("0.1")),
            fill_percent=percent(intake.filled, intake.seats),
            rules=[RuleRead.of(intake.pack.rule(name)) for name in names],
            available_actions=acts,
        )


class Outcomes(BaseModel):
    """What became of an intake (INT-01); shares are of those who registered."""

    registered: int
    studying: int
    graduated: int
    dropped_out: int
    employed: int = Field(description="Graduates at work within twelve months, wherever that is.")
    drop_out_percent: Number | None
    graduation_percent: Number | None
    employment_percent: Number | None = Field(description="Of those who graduated.")


class CandidateCreate(Body):
    """Somebody applies. With a general average alone for those who sat the baccalaureate freely."""

    reference: Reference | None = None
    person_id: UUID
    diploma: Slug = Field(examples=["sciences-physics"])
    regional: Mark | None = None
    national: Mark | None = None
    average: Mark | None = None
    quota: Slug | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _marks(self) -> Self:
        both = self.regional is not None and self.national is not None
        if both == (self.average is not None) or (self.regional is None) != (self.national is None):
            raise ValueError(_("Give the regional and the national mark, or the general average of a free candidate."))
        return self


class CriterionRead(BaseModel):
    """One step of the competition, with the rule behind it."""

    id: str
    met: bool
    text: str
    possible: str | None
    rule: dict[str, Any]


Criteria = list[CriterionRead]
Acts = list[Action]


def criteria_of(pack: str, outcome: Outcome) -> list[CriterionRead]:
    return [CriterionRead(**shown(each.stored())) for each in why(PACKS.pinned(pack), outcome)]


class CandidateRead(BaseModel):
    """An application, and why it came out as it did."""

    id: UUID
    reference: str | None
    intake_id: UUID
    facility_code: str
    person_id: UUID
    number: int
    code: str = Field(description="By it the candidate reads the answer without an account.")
    diploma: str
    regional: Number | None
    national: Number | None
    average: Number | None
    score: Number
    quota: str | None
    mark: Number | None
    rank: int | None
    list: str | None
    called_on: date | None
    register_by: date | None
    declined_on: date | None
    reason: str | None
    applied_on: date
    state: CandidateState
    criteria: Criteria = []
    available_actions: Acts

    @classmethod
    def seen_by(cls, caller: Caller, candidate: Candidate, intake: Intake, outcome: Outcome | None = None) -> Self:
        values = {name: getattr(candidate, name) for name in cls.model_fields if name not in ("criteria", "available_actions")}
        allowed = can_conduct(caller, candidate.authority_path)
        acts = [action(act, allowed, lambda act=act: CANDIDATE.after(act, candidate.state)) for act in ("register", "decline")]  # type: ignore[misc]
        return cls(**values, criteria=criteria_of(intake.rule_pack, outcome) if outcome else [], available_actions=acts)


class Declination(Body):
    """Why a seat is not taken."""

    reason: Line
    done_on: date | None = None


class Called(BaseModel):
    """What an act on a seat led to: the application, and who is called to the freed seat."""

    candidate: CandidateRead
    called: CandidateRead | None = None


class LapsesRead(BaseModel):
    """Seats that nobody took in time, and who is called to them."""

    lapsed: list[CandidateRead]
    called: list[CandidateRead]


class StudentYearRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    year: int
    study_year: int
    outcome: Literal["passed", "repeated"]
    decided_on: date


class YearResult(Body):
    """What became of a student in an academic year; passing the last year is the diploma."""

    year: Year
    outcome: Literal["passed", "repeated"]
    done_on: date | None = None


class StudentLeaving(Body):
    """Why a student leaves."""

    reason: Line
    done_on: date | None = None


class StudentRead(BaseModel):
    """A student and how far they are."""

    id: UUID
    reference: str | None
    intake_id: UUID
    candidate_id: UUID
    facility_code: str
    stream: str
    person_id: UUID
    study_year: int
    registered_on: date
    graduated_on: date | None
    left_on: date | None
    seat_freed: bool
    reason: str | None
    years: list[StudentYearRead]
    state: Literal["studying", "graduated", "left"]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, student: Student) -> Self:
        values = {name: getattr(student, name) for name in cls.model_fields if name not in ("years", "available_actions")}
        allowed = can_conduct(caller, student.authority_path)
        acts = [action(act, allowed, lambda act=act: STUDENT.after(act, student.state)) for act in ("pass_year", "leave")]  # type: ignore[misc]
        return cls(**values, years=[StudentYearRead.model_validate(each) for each in student.years], available_actions=acts)


class ExpectedGraduates(BaseModel):
    """Who entered in a year is expected to graduate when the studies are over (INT-03)."""

    year: int = Field(description="Year of the diploma.")
    entered: int
    stream: str
    students: int


class ExpectedRead(BaseModel):
    items: list[ExpectedGraduates]


class CutOffRead(BaseModel):
    """One line of the public table."""

    institute: str
    other_name: str | None
    facility_code: str
    region: str
    ownership: str
    stream: str
    seats: int
    applicants: int
    sat: int
    cut_off: Number
    filled: int


class CutOffs(BaseModel):
    """The cut-offs of a year, for everybody."""

    year: int
    items: list[CutOffRead]


class AnswerRead(BaseModel):
    """What a candidate reads by the code of the application: no name, and why."""

    institute: str
    other_name: str | None
    stream: str
    year: int
    state: CandidateState
    score: Number
    cut_off: Number | None
    rank: int | None
    seats: int
    register_by: date | None
    criteria: list[CriterionRead]
