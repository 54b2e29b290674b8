"""Reading pools: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.recruitment.pools.models import Pool, Round
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def pools_visible_to(caller: Caller) -> Select[tuple[Pool]]:
    return select(Pool).where(visible_to(caller, Pool))


def rounds_visible_to(caller: Caller) -> Select[tuple[Round]]:
    return select(Round).where(Round.pool_id.in_(select(Pool.id).where(visible_to(caller, Pool))))


def in_open_pool(column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
    """It is in a pool that the caller coordinates, or of which their facility is a member that accepted a charter; the database says who that is."""
    return column.in_(select(func.open_pools()))


async def get_visible_pool(session: AsyncSession, caller: Caller, pool_id: UUID, *, lock: bool = False) -> Pool:
    """One pool. Raises NotFound."""
    statement = pools_visible_to(caller).where(Pool.id == pool_id)
    pool = await session.scalar(statement.with_for_update() if lock else statement)
    if pool is None:
        raise NotFound()
    return pool


async def get_visible_round(session: AsyncSession, caller: Caller, round_id: UUID) -> Round:
    """One round. Raises NotFound."""
    found = await session.scalar(rounds_visible_to(caller).where(Round.id == round_id))
    if found is None:
        raise NotFound()
    return found
