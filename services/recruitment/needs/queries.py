"""Reading needs: each query starts from what the caller may see."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.hires.models import Hire
from services.recruitment.needs.models import Need
from services.recruitment.workflow import SEATED
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def needs_visible_to(caller: Caller) -> Select[tuple[Need]]:
    return select(Need).where(visible_to(caller, Need))


async def get_visible_need(session: AsyncSession, caller: Caller, need_id: UUID, *, lock: bool = False) -> Need:
    """One need. Raises NotFound."""
    statement = needs_visible_to(caller).where(Need.id == need_id)
    need = await session.scalar(statement.with_for_update() if lock else statement)
    if need is None:
        raise NotFound()
    return need


async def hires_per_need(session: AsyncSession, need_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many hires, proposed or decided, answer each need."""
    rows = await session.execute(select(Hire.need_id, func.count()).where(Hire.need_id.in_(list(need_ids)), Hire.state.in_(SEATED)).group_by(Hire.need_id))
    return dict(rows.tuples().all())
