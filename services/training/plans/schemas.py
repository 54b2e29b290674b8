"""Plans over HTTP."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.training.fields import Code, Currency, Line, Money, Number, Reference, RuleRead
from services.training.plans.execution import Execution
from services.training.plans.guards import pack_of_plan, plan_must_be_in_force, plan_must_have_axes, window_must_be_open, window_of
from services.training.plans.models import Plan, PlanAxis
from services.training.plans.permissions import can_approve, can_arbitrate, can_write
from services.training.workflow import PLAN
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.jurisdictions import own_currency
from shared.records import Body

Skill = Literal["professional", "management"]
Mode = Literal["in_house", "specialised", "elsewhere"]


class AxisCreate(Body):
    """An axis with the money that it asks, in minor units."""

    code: Code = Field(examples=["P-IN"])
    title: Line
    skill: Skill
    mode: Mode
    budget: Money


class ActionCreate(Body):
    """An action on an axis. `course_id` is free: a session of the axis answers it when the course is the same, or when none is named."""

    axis: Code
    title: Line
    course_id: UUID | None = None
    quantity: int = Field(ge=1, le=10_000)
    starts_on: date
    ends_on: date
    budget: Money = 0

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        return self


class PlanWords(Body):
    """What a plan says."""

    title: Line
    axes: list[AxisCreate] = Field(default_factory=list, max_length=30)
    actions: list[ActionCreate] = Field(default_factory=list, max_length=300)
    done_on: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        codes = {axis.code for axis in self.axes}
        if len(codes) != len(self.axes):
            raise ValueError(_("Two axes of this plan have the same code."))
        if any(planned.axis not in codes for planned in self.actions):
            raise ValueError(_("An action names an axis that the plan does not have."))
        return self


class PlanCreate(PlanWords):
    """A plan as drafted: of an authority for several years, or of a facility for one."""

    reference: Reference | None = None
    authority: Code = Field(description="Authority or facility whose plan it is.", examples=["VN-22", "VN-22-BVT"])
    year_from: int = Field(ge=1990, le=2100)
    year_to: int = Field(ge=1990, le=2120)
    currency: Currency = Field(default_factory=own_currency, description="ISO 4217; that of your own country unless said.")
    submit: bool = Field(False, description="Submit it at once.")

    @model_validator(mode="after")
    def _years(self) -> Self:
        if self.year_to < self.year_from:
            raise ValueError(_("The last year comes before the first one."))
        return self


class Act(Body):
    """An act that needs nothing but its day."""

    done_on: date | None = None


class Arbitration(Body):
    """What each axis is granted, by its code; an axis that is not named keeps what it asked."""

    budgets: dict[Code, Money] = Field(default_factory=dict)
    done_on: date | None = None


class Approval(Body):
    """The approval; without a number the decision is to be regularised."""

    decision_number: Code | None = Field(None, examples=["2/QĐ-SYT"])
    done_on: date | None = None


class Revision(Body):
    """New budgets of some axes, in the yearly window, with the reason."""

    budgets: dict[Code, Money] = Field(min_length=1)
    reason: Line
    done_on: date | None = None


class Expense(Body):
    """Money spent on an axis that no session bears."""

    axis: Code
    label: Line = Field(description="What was paid; no person's name.")
    amount: int = Field(gt=0, le=10**15)
    spent_on: date


class ExpenseCreate(Expense):
    """One expense."""

    done_on: date | None = None


class ExpensesCreate(Body):
    """What was paid on several axes: all of it is entered, or nothing."""

    items: list[Expense] = Field(min_length=1, max_length=100)
    done_on: date | None = None


class AxisRead(BaseModel):
    """An axis: asked, granted and spent."""

    id: UUID
    code: str
    title: str
    skill: Skill
    mode: Mode
    requested: int
    budget: int
    spent: int
    sessions_held: int
    trained: int
    share_spent: Number | None = Field(description="Percent of the budget spent, one decimal; null without a budget.")

    @classmethod
    def of(cls, axis: PlanAxis, execution: Execution) -> Self:
        values = {name: getattr(axis, name) for name in cls.model_fields if hasattr(axis, name)}
        spent = execution.spent(axis.id)
        return cls(**values, spent=spent, sessions_held=execution.held(axis.id), trained=execution.trained(axis.id), share_spent=percent(spent, axis.budget))


class ActionRead(BaseModel):
    """An action and how often it was done."""

    id: UUID
    axis: str
    title: str
    course_id: UUID | None
    quantity: int
    done: int
    starts_on: date
    ends_on: date
    budget: int


class PlanRead(BaseModel):
    """A plan with its money and what the caller may do next."""

    id: UUID
    reference: str | None
    authority: str
    facility_code: str | None
    title: str
    year_from: int
    year_to: int
    state: Literal["draft", "submitted", "arbitrated", "approved", "executing", "closed"]
    currency: str
    axes: list[AxisRead]
    actions: list[ActionRead]
    budget: int
    spent: int
    drafted_on: date
    submitted_on: date | None
    arbitrated_on: date | None
    approved_on: date | None
    decision_number: str | None
    decision: str | None = Field(description="The number, or `to_regularise` while there is none.")
    revised_on: date | None
    revision_reason: str | None
    revision_window: tuple[date, date]
    revision_rule: RuleRead
    closed_on: date | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, plan: Plan, execution: Execution) -> Self:
        values = {name: getattr(plan, name) for name in cls.model_fields if hasattr(plan, name) and name not in {"axes", "actions"}}
        done = {each.action_id: each.done for each in execution.actions}
        codes = {axis.id: axis.code for axis in plan.axes}
        actions = [
            ActionRead(
                **{name: getattr(planned, name) for name in ActionRead.model_fields if name not in {"axis", "done"}}, axis=codes[planned.axis_id], done=done.get(planned.id, 0)
            )
            for planned in plan.actions
        ]
        day = today()
        return cls(
            **values,
            axes=[AxisRead.of(axis, execution) for axis in plan.axes],
            actions=actions,
            budget=sum(axis.budget for axis in plan.axes),
            spent=sum(execution.spent(axis.id) for axis in plan.axes),
            revision_window=window_of(plan, day.year),
            revision_rule=RuleRead.of(pack_of_plan(plan).rule("TRN-REVISION")),
            available_actions=[
                action("edit", can_write(caller, plan), lambda: PLAN.after("submit", plan.state)),
                action("submit", can_write(caller, plan), lambda: PLAN.after("submit", plan.state), lambda: plan_must_have_axes(plan)),
                action("arbitrate", can_arbitrate(caller, plan), lambda: PLAN.after("arbitrate", plan.state)),
                action("return", can_arbitrate(caller, plan), lambda: PLAN.after("return", plan.state)),
                action("approve", can_approve(caller, plan), lambda: PLAN.after("approve", plan.state)),
                action("revise", can_arbitrate(caller, plan), lambda: plan_must_be_in_force(plan, "revise"), lambda: window_must_be_open(plan, day)),
                action("spend", can_write(caller, plan), lambda: plan_must_be_in_force(plan, "spend")),
                action("close", can_arbitrate(caller, plan), lambda: PLAN.after("close", plan.state)),
            ],
        )


class ExecutionRead(BaseModel):
    """Planned against done (TRN-03). Money in minor units; percentages with one decimal, half up; null when there is nothing to divide by."""

    plan_id: UUID
    as_of: date
    currency: str
    axes: list[AxisRead]
    budget: int
    spent: int
    share_spent: Number | None
    actions_planned: int
    actions_done: int
    share_executed: Number | None
    sessions_held: int
    completions: int = Field(description="People who attended, each session counted.")
    cost_per_trained_person: int | None = Field(description="Cost of the sessions held ÷ completions, rounded half up.")
    rule: RuleRead

    @classmethod
    def of(cls, plan: Plan, execution: Execution) -> Self:
        budget, spent = sum(axis.budget for axis in plan.axes), sum(execution.spent(axis.id) for axis in plan.axes)
        return cls(
            plan_id=plan.id,
            as_of=today(),
            currency=plan.currency,
            axes=[AxisRead.of(axis, execution) for axis in plan.axes],
            budget=budget,
            spent=spent,
            share_spent=percent(spent, budget),
            actions_planned=execution.actions_planned,
            actions_done=execution.actions_done,
            share_executed=percent(execution.actions_done, execution.actions_planned),
            sessions_held=len(execution.sessions),
            completions=execution.completions,
            cost_per_trained_person=_rounded(Decimal(execution.cost_of_sessions) / execution.completions) if execution.completions else None,
            rule=RuleRead.of(pack_of_plan(plan).rule("EVAL-01")),
        )


class Coverage(BaseModel):
    """Which facilities have an approved plan that covers a year."""

    year: int
    facilities: list[str] = Field(description="Hospitals, centres and other facilities of the caller that are not stations.")
    with_plan: list[str]
    with_draft: list[str]
    share: Number | None


def percent(part: int, whole: int) -> Decimal | None:
    """One decimal, half up (R-HALFUP)."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
