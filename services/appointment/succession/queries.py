"""Reading succession plans: each query starts from what the caller may see."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.positions.models import LeadershipPosition
from services.appointment.succession.models import Plan
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def plans_visible_to(caller: Caller) -> Select[tuple[Plan]]:
    return select(Plan).where(visible_to(caller, Plan))


async def get_visible_plan(session: AsyncSession, caller: Caller, plan_id: UUID, *, lock: bool = False) -> Plan:
    """One plan. Raises NotFound."""
    statement = plans_visible_to(caller).where(Plan.id == plan_id)
    plan = await session.scalar(statement.with_for_update() if lock else statement)
    if plan is None:
        raise NotFound()
    return plan


async def key_posts_of(session: AsyncSession, plan: Plan, day: date) -> Sequence[LeadershipPosition]:
    """The positions beneath the plan's authority for which planning is required, as they are on a day."""
    found = await session.scalars(
        select(LeadershipPosition)
        .where(
            LeadershipPosition.authority_path.op("<@", is_comparison=True)(plan.authority_path),
            LeadershipPosition.planning_required,
            LeadershipPosition.valid_from <= day,
            or_(LeadershipPosition.valid_to.is_(None), LeadershipPosition.valid_to >= day),
        )
        .order_by(LeadershipPosition.facility_code, LeadershipPosition.id)
    )
    return found.all()
