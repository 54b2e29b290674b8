"""Reading needs: each query starts from what the caller may see."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.needs.models import Need
from services.recruitment.pools.queries import in_open_pool
from services.recruitment.workflow import IDENTIFIED
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to

_TAKEN = text("SELECT need_id, hires FROM seats_taken(:needs)").bindparams(bindparam("needs", type_=ARRAY(PG_UUID(as_uuid=True))))


def needs_visible_to(caller: Caller) -> Select[tuple[Need]]:
    """Those of the facilities that one acts for, and those that were put before a pool which is open to the caller."""
    return select(Need).where(or_(visible_to(caller, Need), and_(Need.state != IDENTIFIED, in_open_pool(Need.pool_id))))


async def get_visible_need(session: AsyncSession, caller: Caller, need_id: UUID, *, lock: bool = False) -> Need:
    """One need. Raises NotFound."""
    statement = needs_visible_to(caller).where(Need.id == need_id)
    need = await session.scalar(statement.with_for_update() if lock else statement)
    if need is None:
        raise NotFound()
    return need


async def hires_per_need(session: AsyncSession, need_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many hires, proposed or decided, answer each need; as many for whoever reads the need in a pool and sees none of them."""
    rows = await session.execute(_TAKEN, {"needs": list(need_ids)})
    return dict(rows.tuples().all())
