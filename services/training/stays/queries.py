"""Reading stays: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.stays.models import Stay, StayGroup
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def groups_visible_to(caller: Caller) -> Select[tuple[StayGroup]]:
    return select(StayGroup).where(visible_to(caller, StayGroup))


def stays_visible_to(caller: Caller) -> Select[tuple[Stay]]:
    return select(Stay).join(Stay.group).where(visible_to(caller, Stay))


async def get_visible_group(session: AsyncSession, caller: Caller, group_id: UUID, *, lock: bool = False) -> StayGroup:
    """One group with the stays of it that the caller may see. Raises NotFound."""
    statement = groups_visible_to(caller).where(StayGroup.id == group_id)
    group = await session.scalar(statement.with_for_update(of=StayGroup) if lock else statement)
    if group is None:
        raise NotFound()
    return group


async def get_visible_stay(session: AsyncSession, caller: Caller, stay_id: UUID, *, lock: bool = False) -> Stay:
    """One stay. Raises NotFound."""
    statement = stays_visible_to(caller).where(Stay.id == stay_id)
    stay = await session.scalar(statement.with_for_update(of=Stay) if lock else statement)
    if stay is None:
        raise NotFound()
    return stay
