"""Reading awards: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.awards.models import Award
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def awards_visible_to(caller: Caller) -> Select[tuple[Award]]:
    return select(Award).where(visible_to(caller, Award))


async def get_visible_award(session: AsyncSession, caller: Caller, award_id: UUID) -> Award:
    """One award. Raises NotFound."""
    award = await session.scalar(awards_visible_to(caller).where(Award.id == award_id))
    if award is None:
        raise NotFound()
    return award


async def awards_of_proposal(session: AsyncSession, caller: Caller, proposal_id: UUID) -> list[Award]:
    """What was proposed together, locked in one order."""
    return list(await session.scalars(awards_visible_to(caller).where(Award.proposal_id == proposal_id).order_by(Award.id).with_for_update()))
