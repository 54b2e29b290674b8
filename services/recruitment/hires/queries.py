"""Reading hires: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.hires.models import Hire
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def hires_visible_to(caller: Caller) -> Select[tuple[Hire]]:
    return select(Hire).where(visible_to(caller, Hire))


async def get_visible_hire(session: AsyncSession, caller: Caller, hire_id: UUID, *, lock: bool = False) -> Hire:
    """One hire. Raises NotFound."""
    statement = hires_visible_to(caller).where(Hire.id == hire_id)
    hire = await session.scalar(statement.with_for_update() if lock else statement)
    if hire is None:
        raise NotFound()
    return hire
