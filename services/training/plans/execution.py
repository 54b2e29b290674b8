"""What was done of a plan: sessions held, money spent per axis, cost per trained person (TRN-03)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.plans.models import Plan

# A hospital that reads the province's plan sees what it cost and how many it trained, of sessions that it may see.
_HELD = text(
    "SELECT s.id, s.axis_id, s.course_id, s.cost, s.first_day, coalesce(q.completed, 0) AS completed "
    "FROM sessions s LEFT JOIN seats_of(ARRAY(SELECT id FROM sessions WHERE plan_id = :plan)) q ON q.session_id = s.id "
    "WHERE s.plan_id = :plan AND s.state IN ('done', 'evaluated')"
)
_SPENT = text("SELECT axis_id, sum(amount)::bigint AS amount FROM plan_expenses WHERE plan_id = :plan GROUP BY axis_id")


@dataclass(frozen=True)
class HeldSession:
    """A session of the plan that was held."""

    id: UUID
    axis_id: UUID | None
    course_id: UUID
    cost: int
    first_day: date
    completed: int


@dataclass(frozen=True)
class ActionDone:
    """An action: how many sessions were to be held, and how many were."""

    action_id: UUID
    planned: int
    done: int


@dataclass(frozen=True)
class Execution:
    """The plan against what was done. Money is in minor units of the plan's currency."""

    sessions: Sequence[HeldSession]
    expenses: dict[UUID, int]
    actions: Sequence[ActionDone] = field(default_factory=list)

    def spent(self, axis_id: UUID) -> int:
        return sum(held.cost for held in self.sessions if held.axis_id == axis_id) + self.expenses.get(axis_id, 0)

    def held(self, axis_id: UUID) -> int:
        return sum(held.axis_id == axis_id for held in self.sessions)

    def trained(self, axis_id: UUID) -> int:
        return sum(held.completed for held in self.sessions if held.axis_id == axis_id)

    @property
    def actions_planned(self) -> int:
        return sum(action.planned for action in self.actions)

    @property
    def actions_done(self) -> int:
        return sum(action.done for action in self.actions)

    @property
    def cost_of_sessions(self) -> int:
        return sum(held.cost for held in self.sessions)

    @property
    def completions(self) -> int:
        return sum(held.completed for held in self.sessions)


async def execution_of(session: AsyncSession, plan: Plan) -> Execution:
    """What the sessions and the expenses of a plan say today."""
    held = [HeldSession(**row._mapping) for row in await session.execute(_HELD, {"plan": plan.id})]
    expenses = {row.axis_id: row.amount for row in await session.execute(_SPENT, {"plan": plan.id})}
    return Execution(held, expenses, done_of(plan, held))


def done_of(plan: Plan, held: Sequence[HeldSession]) -> list[ActionDone]:
    """A held session answers the first action of its axis and course that still waits for one, in the order of the plan."""
    by_axis: defaultdict[UUID | None, list[HeldSession]] = defaultdict(list)
    for each in sorted(held, key=lambda one: (one.first_day, one.id)):
        by_axis[each.axis_id].append(each)
    counted: Counter[UUID] = Counter()
    for axis_id, sessions in by_axis.items():
        actions = [action for action in plan.actions if action.axis_id == axis_id]
        for each in sessions:
            open_actions = [action for action in actions if counted[action.id] < action.quantity]
            named = [action for action in open_actions if action.course_id == each.course_id]
            fitting = named or [action for action in open_actions if action.course_id is None]
            if fitting:
                counted[fitting[0].id] += 1
    return [ActionDone(action.id, action.quantity, counted[action.id]) for action in plan.actions]
