"""The mentoring logbook over HTTP."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.training.fields import Code, Line, Reference
from services.training.mentoring.events import Kind
from services.training.mentoring.models import Entry, MentoringAct, Mentorship, Target
from services.training.mentoring.permissions import can_attest, can_keep, can_name, can_strike, can_write
from services.training.mentoring.progress import Progress
from services.training.mentoring.workflow import ENTRY, MENTORSHIP
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
Level = Annotated[int, Field(ge=1, le=5, description="1 observes · 2 under direct supervision · 3 help at hand · 4 alone · 5 supervises others")]
Part = Literal["mentor", "mentee"]


class ActCreate(Body):
    """An act of the catalogue."""

    reference: Reference | None = None
    authority: Code = Field(examples=["VN-22"])
    code: Word = Field(examples=["cardiac-arrest"])
    title: Line
    kind: Kind
    specialty: Word = Field(examples=["internal-medicine"])
    protocol_version: Line | None = Field(None, description="The version of the protocol that is taught.", examples=["2.1"])
    done_on: date | None = None


class ActRead(BaseModel):
    """An act of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str | None
    authority: str
    code: str
    title: str
    kind: Kind
    specialty: str
    protocol_version: str | None
    published_on: date

    @classmethod
    def of(cls, act: MentoringAct) -> Self:
        return cls.model_validate(act)


class MentorshipCreate(Body):
    """People of one facility teach people of another under an agreement or after a session; or colleagues of one facility each other."""

    reference: Reference | None = None
    facility_code: Code = Field(description="Where those who learn work.", examples=["VN-22-TTBCE"])
    mentor_facility: Code = Field(description="Where those who teach work.", examples=["VN-22-BVT"])
    agreement_id: UUID | None = None
    session_id: UUID | None = None
    starts_on: date
    ends_on: date
    acts: list[Word] = Field(min_length=1, max_length=50)
    mentees: list[UUID] = Field(default=[], max_length=100)
    mentors: list[UUID] = Field(default=[], max_length=100)
    done_on: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        if set(self.mentees) & set(self.mentors):
            raise ValueError(_("Nobody is mentor and mentee of one mentorship."))
        return self


class PeopleNamed(Body):
    """One side names people of its own."""

    part: Part
    person_ids: list[UUID] = Field(min_length=1, max_length=100)
    done_on: date | None = None


class Leaving(Body):
    """Somebody teaches or learns here no more; what was found of them stays."""

    person_id: UUID
    done_on: date | None = None


class ActsAdded(Body):
    """More acts are taught."""

    acts: list[Word] = Field(min_length=1, max_length=50)
    done_on: date | None = None


class Ending(Body):
    """Why a mentorship ends before its last day."""

    reason: Line
    done_on: date | None = None


class EntryCreate(Body):
    """One line of the logbook: at which level of an act a mentee was found on a day, by whom."""

    reference: Reference | None = None
    person_id: UUID
    act: Word
    level: Level
    found_on: date
    mentor_id: UUID
    second_assessor_id: UUID | None = Field(None, description="From level 4 on two people assess.")
    protocol_version: Line | None = Field(None, description="The catalogue's own when not said.")
    place: Code | None = Field(None, description="Facility where it was found; the mentee's own when not said.")
    reassessment: Line | None = Field(None, description="Why it was assessed again: without it a level is never lower than the one before.")
    feedback: Line | None = None


class EntriesCreate(Body):
    """Several lines at once; each is answered by itself."""

    items: list[EntryCreate] = Field(min_length=1, max_length=200)
    done_on: date | None = None


class LevelAttestation(Body):
    """A head attests what somebody of the own facility is able to do, as for those who are going to teach."""

    reference: Reference | None = None
    person_id: UUID
    act: Word
    level: Level
    found_on: date
    reassessment: Line | None = None
    done_on: date | None = None


class Attestation(Body):
    """A head attests an entry."""

    done_on: date | None = None


class Striking(Body):
    """Why an entry was wrong."""

    reason: Line
    done_on: date | None = None


class TargetCreate(Body):
    """The level that a facility needs in an act: of everybody who learns there, or of one occupation."""

    reference: Reference | None = None
    facility_code: Code = Field(examples=["VN-22-TTBCE"])
    act: Word
    occupation_code: Code | None = None
    level: Level
    since: date
    done_on: date | None = None


class TargetRead(BaseModel):
    """The level that a facility needs."""

    id: UUID
    facility_code: str
    act: str
    act_title: str
    occupation_code: str | None
    level: int
    since: date

    @classmethod
    def of(cls, target: Target) -> Self:
        values = {name: getattr(target, name) for name in cls.model_fields}
        return cls(**values | {"occupation_code": target.occupation_code or None})


class PersonRead(BaseModel):
    """One who teaches or learns. The name is told by their own side, to this relation."""

    model_config = ConfigDict(from_attributes=True)

    person_id: UUID
    part: Part
    name: str
    occupation_code: str
    named_on: date
    left_on: date | None


class TaughtAct(BaseModel):
    """An act that is taught here."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str
    kind: Kind
    protocol_version: str | None


class LastWritten(BaseModel):
    """What this account wrote last here, for the next form."""

    model_config = ConfigDict(from_attributes=True)

    act: str
    mentor_id: UUID | None
    second_assessor_id: UUID | None
    found_on: date


class MentorshipRead(BaseModel):
    """A mentorship with its people and acts, and what the caller may do next."""

    id: UUID
    reference: str | None
    facility_code: str
    mentor_facility: str
    agreement_id: UUID | None
    session_id: UUID | None
    starts_on: date
    ends_on: date
    ended_on: date | None
    reason: str | None
    state: Literal["active", "ended"]
    people: list[PersonRead]
    acts: list[TaughtAct]
    last_written: LastWritten | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, mentorship: Mentorship, last: Entry | None = None) -> Self:
        values = {name: getattr(mentorship, name) for name in cls.model_fields if name not in ("people", "acts", "last_written", "available_actions")}
        return cls(
            **values,
            people=[PersonRead.model_validate(person) for person in mentorship.people],
            acts=[TaughtAct.model_validate(act) for act in mentorship.acts],
            last_written=LastWritten.model_validate(last) if last else None,
            available_actions=[
                action("write", can_write(caller, mentorship)),
                action("name_mentees", can_name(caller, mentorship, "mentee"), partial(MENTORSHIP.after, "end", mentorship.state)),
                action("name_mentors", can_name(caller, mentorship, "mentor"), partial(MENTORSHIP.after, "end", mentorship.state)),
                action("add_acts", can_keep(caller, mentorship), partial(MENTORSHIP.after, "end", mentorship.state)),
                action("end", can_keep(caller, mentorship), partial(MENTORSHIP.after, "end", mentorship.state)),
            ],
        )


class EntryRead(BaseModel):
    """One line of the logbook and what the caller may do next."""

    id: UUID
    reference: str | None
    mentorship_id: UUID | None
    agreement_id: UUID | None
    session_id: UUID | None
    facility_code: str
    person_id: UUID
    act: str
    act_title: str
    act_kind: Kind
    protocol_version: str | None
    level: int
    found_on: date
    place: str
    mentor_id: UUID | None
    second_assessor_id: UUID | None
    reassessment: str | None
    feedback: str | None
    state: Literal["recorded", "attested", "struck"]
    recorded_on: date
    attested_on: date | None
    struck_on: date | None
    struck_reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, entry: Entry) -> Self:
        values = {name: getattr(entry, name) for name in cls.model_fields if name != "available_actions"}
        acts = [
            action("attest", can_attest(caller, entry), partial(ENTRY.after, "attest", entry.state)),
            action("strike", can_strike(caller, entry), partial(ENTRY.after, "strike", entry.state)),
        ]
        return cls(**values, available_actions=acts)


class EntryAnswer(BaseModel):
    """What became of one line: the entry, or the problem that refused it."""

    reference: str | None
    entry: EntryRead | None
    problem: dict[str, Any] | None


class EntriesAnswer(BaseModel):
    """The answers, in the order of the lines."""

    items: list[EntryAnswer]
    recorded: int
    refused: int


class GapCell(BaseModel):
    """One learner and one act."""

    model_config = ConfigDict(from_attributes=True)

    person_id: UUID
    name: str
    act: str
    act_title: str
    needed: int
    first: int | None = Field(description="The first level found; none yet counts as the whole way.")
    now: int | None


class GapRead(BaseModel):
    """How far a facility is from what it needs: gap = Σ max(0, needed − level), closure = 1 − now ÷ baseline (TRF-01)."""

    facility_code: str
    as_of: date
    learners: int
    acts: int
    gap_baseline: int
    gap_now: int
    gap_closure_percent: int | None

    @classmethod
    def of(cls, progress: Progress, day: date) -> Self:
        return cls(
            facility_code=progress.facility_code,
            as_of=day,
            learners=progress.learners,
            acts=progress.acts,
            gap_baseline=progress.baseline,
            gap_now=progress.now,
            gap_closure_percent=progress.closure_percent,
        )


class Gaps(BaseModel):
    """The facilities that have learners and needed levels."""

    items: list[GapRead]


class FacilityGap(GapRead):
    """The same with each learner and act."""

    cells: list[GapCell]
