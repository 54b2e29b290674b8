"""Placements over HTTP."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.rotation.fields import Currency, LanguageLevel, Line, Reference, StatusType, Text
from services.rotation.placements.guards import must_be_ready
from services.rotation.placements.models import Placement
from services.rotation.placements.permissions import can_act_either, can_act_home, can_act_host, can_decide
from services.rotation.placements.steps import Step, steps_of
from services.rotation.placements.workflow import BEFORE_LEAVING, PLACEMENT
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import day_of, today
from shared.i18n import _, translate
from shared.records import Body

State = Literal["applied", "refused", "cancelled", "selected", "departed", "arrived", "ended", "returned", "debriefed", "stayed"]
Purpose = Literal["return", "migration"]
PaperKind = Literal["language", "course", "scholarship", "convention", "visa", "insurance", "commitment"]


class PlacementCreate(Body):
    """Somebody of the home applies to a call, for some days."""

    reference: Reference | None = None
    call_id: UUID
    person_id: UUID
    starts_on: date
    ends_on: date
    purpose: Purpose = "return"
    motivation: Text | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        return self


class Selection(Body):
    """What a person decides, with reasons."""

    outcome: Literal["selected", "refused"]
    reason: Text
    done_on: date | None = None


class LanguageProof(Body):
    """A level that was proved, and until when the proof counts."""

    level: LanguageLevel
    label: Line | None = Field(None, description="The certificate.", examples=["DELF B2"])
    since: date
    valid_until: date | None = None
    done_on: date | None = None


class Course(Body):
    """A course of the language, and the level to which it leads."""

    label: Line = Field(description="Who gives it.")
    level: LanguageLevel
    since: date
    valid_until: date = Field(description="Its last day.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until < self.since:
            raise ValueError(_("The last day is before the first one."))
        return self


class Scholarship(Body):
    """So much a month, in minor units, for so many months, and who pays it."""

    amount: int = Field(gt=0, le=10**12)
    currency: Currency
    months: int = Field(ge=1, le=60)
    label: Line = Field(description="Who pays.")
    since: date | None = None
    done_on: date | None = None


class Convention(Body):
    """The convention of the stay."""

    label: Line = Field(description="Its number.")
    since: date = Field(description="The day on which all had signed.")
    done_on: date | None = None


class Visa(Body):
    """Asked for, then granted until a day."""

    label: Line = Field(description="Its type.", examples=["VLS-TS"])
    asked_on: date
    since: date | None = None
    valid_until: date | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.since is None) != (self.valid_until is None):
            raise ValueError(_("A visa that is granted has its first and its last day."))
        if self.since is not None and self.valid_until is not None and self.valid_until < self.since:
            raise ValueError(_("The last day is before the first one."))
        return self


class Insurance(Body):
    """Who insures, from when and until when."""

    label: Line
    since: date
    valid_until: date
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until < self.since:
            raise ValueError(_("The last day is before the first one."))
        return self


class ReturnCommitment(Body):
    """Signed by the person: months of service after the return; twice the stay unless said (EXC-05)."""

    since: date = Field(description="The day of the signature.")
    months: int | None = Field(None, ge=1, le=600)
    done_on: date | None = None


class Acceptance(Body):
    """The unit that hosts, and who supervises there."""

    host_unit_id: UUID
    supervisor_id: UUID
    done_on: date | None = None


class Release(Body):
    """The home lets the person go and says who does the work."""

    replacement_id: UUID | None = None
    override_reason: Line | None = Field(None, description="Why too few may be present; granted by the head of the facility, never by who applied.")
    done_on: date | None = None


class Dates(Body):
    """Other days for the stay: cut, moved or made longer."""

    starts_on: date | None = None
    ends_on: date
    reason: Line
    done_on: date | None = None


class Act(Body):
    """Something happened on the day of the act."""

    done_on: date | None = None


class Said(Body):
    """Something happened, and what is said of it."""

    text: Text
    done_on: date | None = None


class Ending(Body):
    """The stay is over; broken off before its last day it has a reason."""

    interrupted: bool = False
    reason: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.interrupted and not self.reason:
            raise ValueError(_("A stay that was broken off has its reason."))
        return self


class Because(Body):
    """Why."""

    reason: Line
    done_on: date | None = None


class PaperRead(BaseModel):
    """What a step left."""

    model_config = ConfigDict(from_attributes=True)

    kind: PaperKind
    label: str | None
    level: LanguageLevel | None
    asked_on: date | None
    since: date | None
    valid_until: date | None
    amount: int | None
    currency: str | None
    months: int | None
    said_on: date


class NamedRead(BaseModel):
    """Who supervises, who replaces."""

    model_config = ConfigDict(from_attributes=True)

    part: Literal["supervisor", "replacement"]
    person_id: UUID
    name: str


class StepRead(BaseModel):
    """One step of the dossier: done, open with what is missing and until when, or still to come."""

    code: str
    state: Literal["done", "open", "late", "waiting", "dropped"]
    done_on: date | None
    until: date | None
    side: Literal["home", "host", "either"]
    reason: str | None
    rule: dict[str, Any] | None
    possible: str | None

    @classmethod
    def of(cls, step: Step) -> Self:
        why = step.why
        return cls(
            code=step.code,
            state=step.state,
            done_on=step.done_on,
            until=step.until,
            side=step.side,
            reason=translate(why.detail, **why.values) if why else None,
            rule=why.rule.told() if why and why.rule else None,
            possible=translate(why.possible, **why.values) if why and why.possible else None,
        )


class PlacementRead(BaseModel):
    """A placement, its line of steps and what the caller may do next."""

    id: UUID
    reference: str | None
    agreement_id: UUID | None
    call_id: UUID | None
    person_id: UUID
    person_name: str | None
    occupation_code: str | None
    home_code: str
    home_unit: str | None
    host_code: str
    host_unit_id: UUID | None
    host_unit: str | None
    field: str
    status_type: StatusType | None
    language: str | None
    language_level: LanguageLevel | None
    purpose: Purpose
    starts_on: date
    ends_on: date
    ended_on: date | None
    months: int
    state: State
    from_register: bool
    motivation: str | None
    applied_on: date | None
    decided_on: date | None
    decision_reason: str | None
    departed_on: date | None
    arrived_on: date | None
    reviewed_on: date | None
    review: str | None
    interrupted: bool
    reason: str | None
    returned_on: date | None
    debriefed_on: date | None
    debrief: str | None
    papers: list[PaperRead]
    people: list[NamedRead]
    steps: list[StepRead]
    entered_afterwards: bool
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, placement: Placement) -> Self:
        values = {name: getattr(placement, name) for name in cls.model_fields if hasattr(placement, name) and name not in ("papers", "people")}
        return cls(
            **values,
            papers=[PaperRead.model_validate(each) for each in placement.papers],
            people=[NamedRead.model_validate(each) for each in placement.people],
            steps=[StepRead.of(step) for step in steps_of(placement, today())],
            entered_afterwards=placement.from_register or (placement.applied_on is not None and placement.applied_on < day_of(placement.recorded_at)),
            available_actions=list(_actions(caller, placement)),
        )


def _actions(caller: Caller, placement: Placement) -> Iterator[Action]:
    """Each act with the functions that refuse it."""
    if placement.from_register:
        return
    ready = partial(must_be_ready, placement, today())
    for act, permission in (
        ("select", can_decide),
        ("refuse", can_decide),
        ("prepare", can_act_either),
        ("accept", can_act_host),
        ("release", can_act_home),
        ("change_days", can_act_home),
        ("depart", can_act_home),
        ("arrive", can_act_host),
        ("review", can_act_host),
        ("end", can_act_host),
        ("return", can_act_home),
        ("stay_away", can_act_home),
        ("debrief", can_act_home),
    ):
        guards: list[Callable[[], object]] = [partial(PLACEMENT.after, act, placement.state)]
        if act == "depart":
            guards.append(ready)
        yield action(act, permission(caller, placement), *guards)
    if placement.state in BEFORE_LEAVING:
        yield action("cancel", can_act_either(caller, placement))


class Replacement(BaseModel):
    """Somebody of the home who could do the work meanwhile."""

    person_id: UUID
    occupation_code: str
    specialty: str | None
    unit: str | None
    same_unit: bool
    same_specialty: bool


class Replacements(BaseModel):
    """Colleagues of the same profession who are not away themselves, those of the unit first; a person chooses."""

    items: list[Replacement]


class OwnPlacements(BaseModel):
    """One's own dossiers, the latest first."""

    items: list[PlacementRead]
