"""Reading resources: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.pools.queries import in_open_pool
from services.recruitment.resources.models import Resource
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def resources_visible_to(caller: Caller) -> Select[tuple[Resource]]:
    """One's own, and those of the pools that are open to the caller."""
    return select(Resource).where(or_(visible_to(caller, Resource), in_open_pool(Resource.pool_id)))


async def get_visible_resource(session: AsyncSession, caller: Caller, resource_id: UUID, *, lock: bool = False) -> Resource:
    """One resource. Raises NotFound."""
    statement = resources_visible_to(caller).where(Resource.id == resource_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found
