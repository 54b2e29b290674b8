"""Reading bridges and those who take them: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.bridges.models import Bridge, Crossing
from services.recruitment.pools.queries import in_open_pool
from services.recruitment.profiles.models import Profile
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def bridges_visible_to(caller: Caller) -> Select[tuple[Bridge]]:
    """Those of the pools that are open to the caller."""
    return select(Bridge).where(or_(visible_to(caller, Bridge), in_open_pool(Bridge.pool_id)))


def crossings_visible_to(caller: Caller) -> Select[tuple[Crossing]]:
    """Those of whoever is shown to the caller."""
    return select(Crossing).where(or_(visible_to(caller, Crossing), Crossing.profile_id.in_(select(Profile.id).where(visible_to(caller, Profile)))))


async def get_visible_bridge(session: AsyncSession, caller: Caller, bridge_id: UUID) -> Bridge:
    """One bridge. Raises NotFound."""
    found = await session.scalar(bridges_visible_to(caller).where(Bridge.id == bridge_id))
    if found is None:
        raise NotFound()
    return found


async def get_visible_crossing(session: AsyncSession, caller: Caller, crossing_id: UUID, *, lock: bool = False) -> Crossing:
    """One bridge taken. Raises NotFound."""
    statement = crossings_visible_to(caller).where(Crossing.id == crossing_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found
