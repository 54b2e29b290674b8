"""Reading plans: one's own, and those that an authority above has approved."""

from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.plans.models import Plan
from services.training.workflow import APPROVED, CLOSED, EXECUTING
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import published_above, visible_to

IN_FORCE = (APPROVED, EXECUTING, CLOSED)


def plans_visible_to(caller: Caller) -> Select[tuple[Plan]]:
    return select(Plan).where(or_(visible_to(caller, Plan), and_(Plan.state.in_(IN_FORCE), published_above(caller, Plan))))


async def get_visible_plan(session: AsyncSession, caller: Caller, plan_id: UUID) -> Plan:
    """One plan. Raises NotFound."""
    plan = await session.scalar(plans_visible_to(caller).where(Plan.id == plan_id))
    if plan is None:
        raise NotFound()
    return plan


async def get_own_plan(session: AsyncSession, caller: Caller, plan_id: UUID) -> Plan:
    """One plan, locked for a change by those who act for its organisation; the predicate tells the others why not. Raises NotFound."""
    locked = await session.scalar(select(Plan).where(visible_to(caller, Plan), Plan.id == plan_id).with_for_update(of=Plan))
    return locked or await get_visible_plan(session, caller, plan_id)
