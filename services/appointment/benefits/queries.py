"""Reading benefits: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.benefits.models import Benefit
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def benefits_visible_to(caller: Caller) -> Select[tuple[Benefit]]:
    return select(Benefit).where(visible_to(caller, Benefit))


async def get_visible_benefit(session: AsyncSession, caller: Caller, benefit_id: UUID) -> Benefit:
    """One benefit. Raises NotFound."""
    benefit = await session.scalar(benefits_visible_to(caller).where(Benefit.id == benefit_id))
    if benefit is None:
        raise NotFound()
    return benefit


async def benefits_of_proposal(session: AsyncSession, caller: Caller, proposal_id: UUID) -> list[Benefit]:
    """What was proposed together, locked in one order."""
    return list(await session.scalars(benefits_visible_to(caller).where(Benefit.proposal_id == proposal_id).order_by(Benefit.id).with_for_update()))
