"""What training tells about its plans: what was planned, granted, spent and done."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self

from pydantic import BaseModel

from services.training.plans.execution import Execution
from services.training.plans.models import Plan
from shared.events import Event


class AxisState(BaseModel):
    """One axis: money in minor units."""

    code: str
    title: str
    skill: Literal["professional", "management"]
    mode: Literal["in_house", "specialised", "elsewhere"]
    budget: int
    spent: int


class PlanState(Event):
    """A plan of an authority (`facility_code` null) or of one facility, with its execution."""

    topic = "relais.training.plans"
    field_class = "directory"

    authority: str
    authority_path: str
    facility_code: str | None
    title: str
    year_from: int
    year_to: int
    state: Literal["draft", "submitted", "arbitrated", "approved", "executing", "closed"]
    approved_on: date | None
    decision: str | None
    revised_on: date | None
    currency: str
    axes: Sequence[AxisState]
    actions_planned: int
    actions_done: int

    @classmethod
    def about(cls, plan: Plan, execution: Execution) -> Self:
        values = {name: getattr(plan, name) for name in cls.model_fields if hasattr(plan, name) and name != "axes"}
        axes = [AxisState(code=axis.code, title=axis.title, skill=axis.skill, mode=axis.mode, budget=axis.budget, spent=execution.spent(axis.id)) for axis in plan.axes]
        return cls(**values, axes=axes, actions_planned=execution.actions_planned, actions_done=execution.actions_done)


class PlanDrafted(PlanState):
    """A plan is written, or written anew; nothing is promised."""

    type = "training.plan.drafted.v1"


class PlanSubmitted(PlanState):
    """A plan asks for its money."""

    type = "training.plan.submitted.v1"


class PlanArbitrated(PlanState):
    """Each axis was granted its money."""

    type = "training.plan.arbitrated.v1"


class PlanApproved(PlanState):
    """Another person than its author approved the plan."""

    type = "training.plan.approved.v1"


class PlanRevised(PlanState):
    """The money of the axes was changed in the yearly window."""

    type = "training.plan.revised.v1"


class PlanExecuted(PlanState):
    """A session was held or money was spent."""

    type = "training.plan.executed.v1"


class PlanClosed(PlanState):
    """The plan is over and evaluated."""

    type = "training.plan.closed.v1"
