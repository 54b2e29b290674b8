"""What goes in and out about strategic plans."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.observatory.meetings.schemas import Line, Paragraph, Reference
from services.observatory.populations.schemas import AreaCode
from services.observatory.strategy.models import ACTION, AMENDED, APPROVED, CLOSED, STRATEGY, PlanAction, Standing, Strategy
from services.observatory.strategy.permissions import can_approve, can_close, can_conclude, can_draft, can_report
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body


class AxisCreate(Body):
    """A line of the plan with its objectives, in their order."""

    title: Line
    objectives: list[Line] = Field(min_length=1, max_length=20)


class StrategyCreate(Body):
    """A plan with its axes and objectives; its actions follow one by one."""

    reference: Reference | None = None
    authority: AreaCode = Field(examples=["MA"])
    title: Line
    starts_on: date
    ends_on: date
    axes: list[AxisCreate] = Field(min_length=1, max_length=20)
    done_on: date | None = None

    @model_validator(mode="after")
    def _days(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        return self


class ActionWanted(Body):
    """Something to be done: under which objective, by whom, by when; the figure that says what it changed, and the recommendation that it came from."""

    reference: Reference | None = None
    axis: int = Field(ge=1, le=20)
    objective: int = Field(ge=1, le=20)
    title: Line
    owner: Line
    area_code: AreaCode | None = Field(None, description="The region that carries it out; the plan's own authority.")
    indicator: Line | None = Field(None, description="A figure of the catalogue.", examples=["stock.staff"])
    indicator_area: AreaCode | None = None
    target: float | None = Field(None, ge=0, le=10**12)
    starts_on: date
    due_on: date
    resolution_id: UUID | None = None

    @model_validator(mode="after")
    def _days(self) -> Self:
        if self.due_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        if self.indicator is None and (self.target is not None or self.indicator_area is not None):
            raise ValueError(_("A target is a value of the indicator: name the figure."))
        return self


class ActionCreate(ActionWanted):
    """An action of a plan that is being drafted."""

    done_on: date | None = None


class ObjectiveAmended(Body):
    """A new objective of an axis, which gets the next number there; or, with its number, the new words of one."""

    axis: int = Field(ge=1, le=20)
    number: int | None = Field(None, ge=1, le=40)
    title: Line


class ActionAmended(Body):
    """What reads otherwise of an action that is neither done nor dropped; what is not said stays as it is."""

    action_id: UUID
    title: Line | None = None
    owner: Line | None = None
    starts_on: date | None = None
    due_on: date | None = None
    indicator: Line | None = Field(None, description="A figure of the catalogue.", examples=["stock.staff"])
    target: float | None = Field(None, ge=0, le=10**12)


class AmendmentCreate(Body):
    """An approved plan reads otherwise from a day on: why, and on which meeting (minutes adopted) or decision that rests."""

    reference: Reference | None = None
    reason: Paragraph
    meeting_id: UUID | None = None
    decision: Line | None = Field(None, description="Number, day and authority of the decision.")
    objectives: list[ObjectiveAmended] = Field(default=[], max_length=20)
    changed: list[ActionAmended] = Field(default=[], max_length=100)
    added: list[ActionWanted] = Field(default=[], max_length=100, description="New actions, also under the new objectives.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _rests_and_changes(self) -> Self:
        if self.meeting_id is None and self.decision is None:
            raise ValueError(_("An amendment rests on a meeting or on a decision: name it."))
        if not (self.objectives or self.changed or self.added):
            raise ValueError(_("Say what changes: an objective, an action or a target."))
        if len({one.action_id for one in self.changed}) < len(self.changed):
            raise ValueError(_("Each action is named once."))
        return self


class Result(Body):
    """What became of an action when its plan ended."""

    action_id: UUID
    outcome: Literal["done", "dropped"]
    evidence: Paragraph


class ConclusionCreate(Body):
    """The plan ends: what it brought, and the result of each action that is still open."""

    conclusion: Paragraph
    results: list[Result] = Field(default=[], max_length=400)
    done_on: date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.action_id for one in self.results}) < len(self.results):
            raise ValueError(_("Each action is named once."))
        return self


class Step(Body):
    """An act that needs nothing but its day."""

    done_on: date | None = None


class ProgressCreate(Body):
    """How far an action is."""

    percent: int = Field(ge=0, le=100)
    text: Paragraph
    done_on: date | None = None


class ClosureCreate(Body):
    """The action is done, or dropped; the evidence says by what it is seen."""

    outcome: Literal["done", "dropped"]
    evidence: Paragraph
    done_on: date | None = None


class ProgressRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    percent: int
    text: str
    said_on: date


class IndicatorRead(BaseModel):
    """The figure of an action on the eve of its first day, and on the day looked at or on which it was closed."""

    figure: str
    title: str
    unit: str
    area_code: str
    target: float | None
    before: int | float | None
    before_on: date
    after: int | float | None
    after_on: date


class ActionRead(BaseModel):
    """An action of a plan as it stood on the day looked at."""

    id: UUID
    reference: str | None
    strategy_id: UUID
    axis: int
    objective: int
    number: int
    title: str
    owner: str
    area_code: str
    indicator: str | None
    indicator_area: str | None
    target: float | None
    starts_on: date
    due_on: date
    resolution_id: UUID | None
    standing: Standing
    percent: int
    closed_on: date | None
    evidence: str | None
    progress: list[ProgressRead]
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, plan_action: PlanAction, day: date) -> Self:
        values = {name: getattr(plan_action, name) for name in cls.model_fields if hasattr(plan_action, name) and name not in ("standing", "percent", "progress")}
        values |= {name: plan_action.on(day, name) for name in AMENDED}
        standing = plan_action.standing(day)
        if standing not in ("done", "dropped"):
            values |= {"closed_on": None, "evidence": None}
        return cls(
            **values,
            standing=standing,
            percent=plan_action.percent(day),
            progress=[ProgressRead.model_validate(one) for one in plan_action.told(day)],
            available_actions=[
                action("report", can_report(caller, plan_action), lambda: ACTION.after("report", plan_action.state)),
                action("close", can_close(caller, plan_action), lambda: ACTION.after("done", plan_action.state)),
            ],
        )


class ChangeRead(BaseModel):
    """One line of an amendment: `field` reads `after` from its day on and read `before` until then; `added` when the objective or action is new."""

    model_config = ConfigDict(from_attributes=True)

    axis: int
    objective: int
    action_id: UUID | None
    field: Literal["added", "title", "owner", "starts_on", "due_on", "indicator", "target"]
    before: str | None
    after: str | None


class AmendmentRead(BaseModel):
    """How the plan was amended on a day."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    amended_on: date
    reason: str
    meeting_id: UUID | None
    decision: str | None
    changes: list[ChangeRead]


class ObjectiveRead(BaseModel):
    number: int
    title: str
    actions: list[ActionRead]


class AxisRead(BaseModel):
    """An axis, and how far its actions are: the mean of their progress, those that were dropped left out."""

    number: int
    title: str
    actions: int
    done: int
    late: int
    percent: int | None
    objectives: list[ObjectiveRead]


class StrategyLine(BaseModel):
    """A plan in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str | None
    state: Literal["draft", "approved", "closed"]
    authority: str
    title: str
    starts_on: date
    ends_on: date
    approved_on: date | None
    closed_on: date | None
    version: int


class StrategyRead(StrategyLine):
    """One plan, axis by axis, as it stood on the day looked at."""

    as_of: date
    conclusion: str | None
    axes: list[AxisRead]
    amendments: list[AmendmentRead]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, strategy: Strategy, actions: list[PlanAction], day: date) -> Self:
        line = StrategyLine.model_validate(strategy)
        ended = strategy.closed_on is not None and strategy.closed_on <= day
        if strategy.state == CLOSED and not ended:
            line = line.model_copy(update={"state": APPROVED, "closed_on": None})
        read = [ActionRead.seen_by(caller, one, day) for one in actions if one.planned(day)]
        axes = []
        for axis in strategy.axes:
            own = [one for one in read if one.axis == axis.number]
            kept = [one.percent for one in own if one.standing != "dropped"]
            objectives = [
                ObjectiveRead(number=objective.number, title=title, actions=[one for one in own if one.objective == objective.number])
                for objective in axis.objectives
                if (title := strategy.objective_on(day, objective)) is not None
            ]
            axes.append(
                AxisRead(
                    number=axis.number,
                    title=axis.title,
                    actions=len(own),
                    done=sum(one.standing == "done" for one in own),
                    late=sum(one.standing == "late" for one in own),
                    percent=round(sum(kept) / len(kept)) if kept else None,
                    objectives=objectives,
                )
            )
        acts = [
            action("approve", can_approve(caller, strategy), lambda: STRATEGY.after("approve", strategy.state)),
            action("add_action", can_draft(caller, strategy.authority_path), strategy.must_not_be_closed, lambda: STRATEGY.after("add_action", strategy.state)),
            action("amend", can_draft(caller, strategy.authority_path), strategy.must_not_be_closed, lambda: STRATEGY.after("amend", strategy.state)),
            action("close", can_conclude(caller, strategy), strategy.must_not_be_closed, lambda: STRATEGY.after("close", strategy.state)),
        ]
        amendments = [AmendmentRead.model_validate(one) for one in strategy.amendments if one.amended_on <= day]
        return cls(**line.model_dump(), as_of=day, conclusion=strategy.conclusion if ended else None, axes=axes, amendments=amendments, available_actions=acts)
