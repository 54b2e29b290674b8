"""Reading shortages: those of one's own authorities, and of the authorities above."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.shortages.models import Shortage
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import published_above, visible_to


def shortages_visible_to(caller: Caller) -> Select[tuple[Shortage]]:
    return select(Shortage).where(or_(visible_to(caller, Shortage), published_above(caller, Shortage)))


def shortages_on(caller: Caller, day: date) -> Select[tuple[Shortage]]:
    return shortages_visible_to(caller).where(Shortage.valid_from <= day, day <= Shortage.valid_to)


async def get_visible_shortage(session: AsyncSession, caller: Caller, shortage_id: UUID, *, lock: bool = False) -> Shortage:
    """One declaration. Raises NotFound."""
    statement = shortages_visible_to(caller).where(Shortage.id == shortage_id)
    shortage = await session.scalar(statement.with_for_update() if lock else statement)
    if shortage is None:
        raise NotFound()
    return shortage
