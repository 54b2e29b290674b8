"""Techniques over HTTP."""

from datetime import date
from functools import partial
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.rotation.fields import Code, Level, Line, Reference, Text, Word
from services.rotation.techniques.guards import criteria, year_must_be_over
from services.rotation.techniques.measure import measured
from services.rotation.techniques.models import Package, Transfer
from services.rotation.techniques.permissions import can_accept, can_follow, can_review
from services.rotation.techniques.workflow import STEPS, TECHNIQUE
from shared.actions import Action, action
from shared.auth import Caller
from shared.autonomy import first_levels, last_levels
from shared.clock import today
from shared.i18n import _
from shared.records import Body

State = Literal["planned", "theory", "observed", "supervised", "autonomous_trial", "accepted", "sustained", "lost"]
Step = Literal["theory", "observed", "supervised", "autonomous_trial"]


class Item(Body):
    """One thing to be able to do."""

    code: Word
    title: Line


class PackageCreate(Body):
    """What there is to learn of a technique, what it needs, and when it is acquired."""

    reference: Reference | None = None
    authority: Code = Field(examples=["VN-22"])
    code: Word = Field(examples=["laparoscopic-appendectomy"])
    title: Line
    specialty: Word
    items: list[Item] = Field(min_length=1, max_length=50)
    equipment: list[Line] = Field(default=[], max_length=50)
    drugs: list[Line] = Field(default=[], max_length=50)
    licence_scope: Word | None = None
    target_level: int = Field(4, ge=2, le=5)
    min_cases_supervised: int = Field(0, ge=0, le=10_000)
    min_cases_autonomous: int = Field(0, ge=0, le=10_000)
    done_on: date | None = None

    @model_validator(mode="after")
    def _each_item_once(self) -> Self:
        if len({item.code for item in self.items}) < len(self.items):
            raise ValueError(_("Each item is named once."))
        return self


class PackageRead(BaseModel):
    """A package."""

    id: UUID
    reference: str | None
    code: str
    title: str
    specialty: str
    items: list[Item]
    equipment: list[str]
    drugs: list[str]
    licence_scope: str | None
    target_level: int
    min_cases_supervised: int
    min_cases_autonomous: int
    published_on: date

    @classmethod
    def of(cls, package: Package) -> Self:
        return cls.model_validate({name: getattr(package, name) for name in cls.model_fields})


class TransferCreate(Body):
    """A technique is to be handed over to a facility by a core hospital, or opened there after a sponsored study."""

    reference: Reference | None = None
    technique: Word
    facility_code: Code = Field(examples=["VN-22-TTBCE"])
    core_code: Code | None = Field(None, examples=["VN-22-BVT"])
    agreement_id: UUID | None = None
    request_id: UUID | None = None
    origin: Literal["support", "sponsored_study"] = "support"
    learners: list[UUID] = Field(min_length=1, max_length=50)
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.origin == "support" and self.core_code is None:
            raise ValueError(_("Name the hospital that hands the technique over."))
        if self.core_code == self.facility_code:
            raise ValueError(_("The hospital that hands over is another one than the one that learns."))
        if len(set(self.learners)) < len(self.learners):
            raise ValueError(_("A learner is named once."))
        return self


class LevelCreate(Body):
    """What a learner was found able to do for one item."""

    person_id: UUID
    item: Word
    level: Level
    assessor: UUID | None = None
    second_assessor: UUID | None = Field(None, description="From level 4 on two people assess.")


class LevelsCreate(Body):
    """What was found on one day."""

    levels: list[LevelCreate] = Field(min_length=1, max_length=500)
    assessed_on: date
    done_on: date | None = None


class CasesCreate(Body):
    """How often the technique was done in a month; said again, it replaces what was said before."""

    month: date = Field(description="Any day of the month.")
    supervised: int = Field(ge=0, le=10_000)
    autonomous: int = Field(ge=0, le=10_000)
    done_on: date | None = None


class StepCreate(Body):
    """The step that the transfer reaches."""

    step: Step
    done_on: date | None = None


class LearnersAdded(Body):
    """More people learn."""

    learners: list[UUID] = Field(min_length=1, max_length=50)
    done_on: date | None = None


class Acceptance(Body):
    """The technique is acquired."""

    comment: Text | None = None
    done_on: date | None = None


class Review(Body):
    """A year later: sustained or lost, as the records say."""

    done_on: date | None = None


class CellRead(BaseModel):
    """A learner's level for an item, at first and now."""

    item: str
    first: int | None
    now: int | None
    assessed_on: date | None


class LearnerRead(BaseModel):
    """One learner's line of the matrix."""

    person_id: UUID
    here: bool = Field(description="Still works at the facility.")
    at_level: bool = Field(description="At the level of acceptance on all items.")
    cells: list[CellRead]


class LevelRead(BaseModel):
    """One level as it was found."""

    person_id: UUID
    item: str
    level: int
    assessed_on: date
    assessor: UUID | None
    second_assessor: UUID | None


class CasesRead(BaseModel):
    """The cases of a month."""

    month: date
    supervised: int
    autonomous: int


class CriterionRead(BaseModel):
    """One condition of acceptance."""

    id: Literal["people", "cases_supervised", "cases_autonomous"]
    wanted: int
    found: int
    met: bool


class TransferRead(BaseModel):
    """A technique on its way to a facility, its levels and gap, and what the caller may do next."""

    id: UUID
    reference: str | None
    technique: str
    title: str
    specialty: str
    items: list[Item]
    facility_code: str
    core_code: str | None
    agreement_id: UUID | None
    request_id: UUID | None
    origin: Literal["support", "sponsored_study"]
    target_level: int
    started_on: date
    state: State
    gap_baseline: int
    gap_now: int
    gap_closure_percent: int | None = Field(description="None when there was no gap at first (R-NOGAP).")
    matrix: list[LearnerRead]
    history: list[LevelRead]
    cases: list[CasesRead]
    criteria: list[CriterionRead]
    accepted_on: date | None
    reviewed_on: date | None
    comment: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, transfer: Transfer, here: set[UUID]) -> Self:
        found, first, now = measured(transfer), first_levels(transfer.history), last_levels(transfer.history)
        days = {(level.person_id, level.item): level.on for level in transfer.history}
        own = ("id", "reference", "technique", "facility_code", "core_code", "agreement_id", "request_id", "origin", "target_level", "started_on", "state")
        return cls(
            **{name: getattr(transfer, name) for name in (*own, "accepted_on", "reviewed_on", "comment")},
            title=transfer.package.title,
            specialty=transfer.package.specialty,
            items=[Item.model_validate(item) for item in transfer.package.items],
            gap_baseline=found.baseline,
            gap_now=found.now,
            gap_closure_percent=found.closure_percent,
            matrix=[
                LearnerRead(
                    person_id=person,
                    here=person in here,
                    at_level=person in found.masters,
                    cells=[
                        CellRead(item=item, first=first.get((person, item)), now=now.get((person, item)), assessed_on=days.get((person, item)))
                        for item in transfer.package.item_codes
                    ],
                )
                for person in transfer.learners
            ],
            history=[LevelRead.model_validate(row, from_attributes=True) for row in transfer.levels],
            cases=[CasesRead.model_validate(row, from_attributes=True) for row in transfer.cases],
            criteria=[CriterionRead(id=each.id, wanted=each.wanted, found=each.found, met=each.met) for each in criteria(transfer, here)],
            available_actions=[
                *(action(act, can_follow(caller, transfer), partial(TECHNIQUE.after, act, transfer.state)) for act in STEPS.values()),
                action("accept", can_accept(caller, transfer), partial(TECHNIQUE.after, "accept", transfer.state)),
                action("record_levels", can_follow(caller, transfer)),
                action("review", can_review(caller, transfer), partial(TECHNIQUE.after, "sustain", transfer.state), partial(year_must_be_over, transfer, today())),
            ],
        )
