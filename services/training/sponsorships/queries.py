"""Reading sponsorships: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.sponsorships.models import Sponsorship
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def sponsorships_visible_to(caller: Caller) -> Select[tuple[Sponsorship]]:
    return select(Sponsorship).where(visible_to(caller, Sponsorship))


async def get_visible_sponsorship(session: AsyncSession, caller: Caller, sponsorship_id: UUID, *, lock: bool = False) -> Sponsorship:
    """One sponsorship. Raises NotFound."""
    statement = sponsorships_visible_to(caller).where(Sponsorship.id == sponsorship_id)
    sponsorship = await session.scalar(statement.with_for_update() if lock else statement)
    if sponsorship is None:
        raise NotFound()
    return sponsorship
