"""Reading plans: an authority's own, those of the authorities above, and the actions that a region carries out."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.meetings.queries import seen_from_below
from services.observatory.strategy.models import ADDED, DRAFT, Change, PlanAction, Strategy
from shared.auth import Caller
from shared.errors import NotFound


def strategies_visible_to(caller: Caller) -> Select[tuple[Strategy]]:
    return select(Strategy).where(seen_from_below(caller, Strategy))


def actions_visible_to(caller: Caller) -> Select[tuple[PlanAction]]:
    return select(PlanAction).where(seen_from_below(caller, PlanAction))


def planned_on(day: date) -> ColumnElement[bool]:
    """In the plan by a day: an amendment may have added it later."""
    return ~exists().where(Change.action_id == PlanAction.id, Change.field == ADDED, Change.amended_on > day)


def late_on(day: date) -> ColumnElement[bool]:
    """Due before a day, as the plan read on it, in an approved plan, and neither done nor dropped by then."""
    approved = select(Strategy.id).where(Strategy.state != DRAFT, Strategy.approved_on <= day)
    later = select(cast(Change.before, Date)).where(Change.action_id == PlanAction.id, Change.field == "due_on", Change.amended_on > day)
    due_on = func.coalesce(later.order_by(Change.number, Change.ordinal).limit(1).scalar_subquery(), PlanAction.due_on)
    return (due_on < day) & planned_on(day) & (PlanAction.closed_on.is_(None) | (PlanAction.closed_on > day)) & PlanAction.strategy_id.in_(approved)


async def get_visible_strategy(session: AsyncSession, caller: Caller, strategy_id: UUID) -> Strategy:
    """Raises NotFound."""
    statement = strategies_visible_to(caller).where(Strategy.id == strategy_id)
    found: Strategy | None = await session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


async def get_visible_action(session: AsyncSession, caller: Caller, action_id: UUID) -> PlanAction:
    """Raises NotFound."""
    statement = actions_visible_to(caller).where(PlanAction.id == action_id)
    found: PlanAction | None = await session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


async def actions_of(session: AsyncSession, caller: Caller, strategy_id: UUID) -> Sequence[PlanAction]:
    wanted = actions_visible_to(caller).where(PlanAction.strategy_id == strategy_id)
    return (await session.scalars(wanted.order_by(PlanAction.axis, PlanAction.objective, PlanAction.number))).all()
