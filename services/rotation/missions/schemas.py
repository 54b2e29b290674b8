"""Missions over HTTP."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.rotation.fields import Code, Level, Line, Reference, Text, Word
from services.rotation.missions.days import Pattern, days_of
from services.rotation.missions.events import Days
from services.rotation.missions.guards import both_must_have_reported
from services.rotation.missions.models import Mission
from services.rotation.missions.permissions import can_agree_destination, can_agree_source, can_answer_worker, can_evaluate, can_lead, can_recall, can_report
from services.rotation.missions.workflow import BEFORE_ORDER, MISSION
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import day_of, today
from shared.i18n import _
from shared.records import Body

Mode = Literal["transfer", "manpower", "mixed"]
Side = Literal["worker", "destination"]
State = Literal[
    "proposed",
    "source_ok",
    "worker_ok",
    "destination_ok",
    "ordered",
    "in_progress",
    "extended",
    "suspended",
    "recalled",
    "ended",
    "reported",
    "evaluated",
    "closed",
    "refused",
    "cancelled",
]


class MissionCreate(Body):
    """Who is proposed, where to, for which days and what for."""

    reference: Reference | None = None
    person_id: UUID
    receiver_code: Code = Field(examples=["VN-22-TTBCE"])
    programme: Word = Field(examples=["comprehensive-support"])
    agreement_id: UUID | None = None
    request_id: UUID | None = None
    technique: Word | None = None
    specialty: Word | None = Field(None, description="Of the work to be done there; without it the person's own.")
    autonomy_level: Level | None = None
    mode: Mode
    pattern: Pattern = "continuous"
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(default=[], max_length=6, description="With weekly_days: Monday is 0.")
    week: int | None = Field(None, ge=1, le=4, description="With monthly_week: the n-th whole week of each month.")
    starts_on: date
    ends_on: date
    objectives: Text
    allowance: int = Field(0, ge=0, le=10**15, description="Allowance of the whole mission, in minor units.")
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
    volunteer: bool = Field(False, description="The worker offers to go: a second duty mission then needs no rest.")
    override_reason: Line | None = Field(None, description="Ask although too few would be present, and why: the head of the source grants it when it agrees, or not.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        if (self.ends_on - self.starts_on).days > 731:
            raise ValueError(_("A mission lasts two years at most."))
        if (self.pattern == "weekly_days") != bool(self.weekdays) or (self.pattern == "monthly_week") != (self.week is not None):
            raise ValueError(_("Say which days of the week, or which week of the month, and only for that pattern."))
        if not days_of(self.pattern, self.starts_on, self.ends_on, weekdays=self.weekdays, week=self.week):
            raise ValueError(_("No day of the mission lies in this period."))
        if self.mode != "manpower" and self.technique is None and self.request_id is None:
            raise ValueError(_("Name the technique that is handed over, or the request that asks for it."))
        return self


class SourceAgreement(Body):
    """The source lets its person go, and says who does the work meanwhile; or refuses with reasons."""

    outcome: Literal["agreed", "refused"]
    handover: Text | None = None
    reason: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.outcome == "agreed" and not self.handover:
            raise ValueError(_("Say how the work is handed over at the source."))
        if self.outcome == "refused" and not self.reason:
            raise ValueError(_("Say why it is refused."))
        return self


class WorkerAnswer(Body):
    """What the worker answers; a refusal has its reason, and ends a voluntary mission."""

    answer: Literal["consents", "refuses"]
    reason: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.answer == "refuses" and not self.reason:
            raise ValueError(_("Say why it is refused."))
        return self


class DestinationAgreement(Body):
    """The destination receives the person: lodging and transport are confirmed; or it refuses with reasons."""

    outcome: Literal["agreed", "refused"]
    lodging: Line | None = None
    transport: Line | None = None
    reason: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.outcome == "agreed" and not (self.lodging and self.transport):
            raise ValueError(_("Confirm lodging and transport."))
        if self.outcome == "refused" and not self.reason:
            raise ValueError(_("Say why it is refused."))
        return self


class Because(Body):
    """An act with its reason."""

    reason: Line
    done_on: date | None = None


class Act(Body):
    """An act without more to say than its day."""

    done_on: date | None = None


class Extension(Body):
    """The mission lasts longer; the worker has consented."""

    ends_on: date
    worker_consents: bool
    override_reason: Line | None = None
    done_on: date | None = None


class DaysNotDone(Body):
    """Planned days that were not worked there: the counter adds only days done."""

    days: list[date] = Field(min_length=1, max_length=400)
    reason: Line
    done_on: date | None = None


class ReportCreate(Body):
    """What one side says when the mission has ended."""

    side: Side
    summary: Text
    cases: int | None = Field(None, ge=0, le=100_000)
    people_trained: int | None = Field(None, ge=0, le=10_000)
    done_on: date | None = None


class Evaluation(Body):
    """Whether the objectives were met, and what is learned from it."""

    objectives_met: Literal["yes", "partly", "no"]
    comment: Text
    done_on: date | None = None


class FollowUpDone(Body):
    """What is left of a mission some months later."""

    practised: bool
    comment: Text
    done_on: date | None = None


class ReportRead(BaseModel):
    """One side's report."""

    side: Side
    summary: str
    cases: int | None
    people_trained: int | None
    reported_on: date


class FollowUpRead(BaseModel):
    """A follow-up, planned or done."""

    months: int
    due_on: date
    done_on: date | None
    practised: bool | None
    comment: str | None


class MissionRead(BaseModel):
    """A mission, how far it is, and what the caller may do next."""

    id: UUID
    reference: str | None
    person_id: UUID
    occupation_code: str
    specialty: str | None
    giver_code: str
    giver_unit: str | None
    receiver_code: str
    programme: str
    agreement_id: UUID | None
    request_id: UUID | None
    need_id: UUID | None
    technique: str | None
    autonomy_level: int | None
    mode: Mode
    pattern: Pattern
    weekdays: list[int]
    week: int | None
    periods: list[Days]
    starts_on: date
    ends_on: date
    first_planned_end: date
    days_planned: int
    days_done: int = Field(description="Days done until today; only these count (A21).")
    days_not_done: list[date]
    objectives: str
    allowance: int
    currency: str
    allowance_held: bool = Field(description="The rest of the allowance waits for both reports.")
    lodging: str | None
    transport: str | None
    handover: str | None
    override_reason: str | None
    state: State
    proposed_on: date
    source_on: date | None
    worker_answer: Literal["consents", "refuses"] | None
    worker_on: date | None
    worker_reason: str | None
    destination_on: date | None
    signed_on: date | None
    decision: str | None = Field(description="Number of the order, or `to_regularise` while there is none.")
    departed_on: date | None
    suspended_on: date | None
    ended_on: date | None
    short_from: date | None = Field(description="Since when the team at the source is below its minimum while this person is away, when it lasts too long (ROT-RECALL).")
    short_to: date | None
    short_by: int | None = Field(description="How many are missing there on the worst day.")
    licence_lost_on: date | None = Field(description="From which day of the mission on the person has lost the right to practise what it is for.")
    licence_lost_why: str | None
    reason: str | None
    reports: list[ReportRead]
    evaluated_on: date | None
    objectives_met: Literal["yes", "partly", "no"] | None
    evaluation: str | None
    closed_on: date | None
    follow_ups: list[FollowUpRead]
    entered_afterwards: bool
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, mission: Mission) -> Self:
        values = {name: getattr(mission, name) for name in cls.model_fields if hasattr(mission, name) and name not in ("reports", "follow_ups")}
        return cls(
            **values,
            periods=[Days(starts_on=first, ends_on=last) for first, last in mission.spans],
            days_done=len(mission.done_days(today())),
            allowance_held=mission.allowance > 0 and mission.ended_on is not None and len(mission.reports) < 2,
            reports=[ReportRead.model_validate(each, from_attributes=True) for each in mission.reports],
            follow_ups=[FollowUpRead.model_validate(each, from_attributes=True) for each in mission.follow_ups],
            entered_afterwards=mission.proposed_on < day_of(mission.recorded_at),
            available_actions=list(_actions(caller, mission)),
        )


class TurnRead(BaseModel):
    """One line of the order in which people are asked, with what made it."""

    person_id: UUID
    occupation_code: str
    specialty: str | None
    days: int = Field(description="Mission days inside the window.")
    eligible_years: Decimal
    burden: Decimal = Field(description="Σ (days × weight of the place) ÷ eligible years, rounded for display; the order compares it exactly.")
    last_day: date | None
    exempt: bool = Field(description="Not to be sent now: too near retirement.")
    lot: str = Field(description="Drawn from the seed; decides between equals.")


class TurnsRead(BaseModel):
    """Who is asked next at a facility (ROT-05)."""

    items: list[TurnRead]
    seed: str
    algorithm: str
    gini: Decimal | None = Field(description="How unevenly mission days lie on these people: 0 even, towards 1 on one of them.")
    rule: dict[str, Any]


def _actions(caller: Caller, mission: Mission) -> Iterator[Action]:
    """Each act with the functions that refuse it; reports are asked for while their side has not written one."""
    for act, permission in (
        ("agree_source", can_agree_source),
        ("answer_worker", can_answer_worker),
        ("agree_destination", can_agree_destination),
        ("depart", can_lead),
        ("extend", can_agree_source),
        ("suspend", can_lead),
        ("resume", can_lead),
        ("recall", can_recall),
        ("end", can_lead),
        ("close", can_evaluate),
    ):
        yield action(act, permission(caller, mission), partial(MISSION.after, act, mission.state))
    if mission.state in BEFORE_ORDER:
        yield action("cancel", can_answer_worker(caller, mission))
    written = {report.side for report in mission.reports}
    for side in ("worker", "destination"):
        if side not in written:
            yield action(f"report_{side}", can_report(caller, mission, side), lambda: MISSION.after("report", mission.state))
    yield action("evaluate", can_evaluate(caller, mission), lambda: MISSION.after("evaluate", mission.state), lambda: both_must_have_reported(mission))
