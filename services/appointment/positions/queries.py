"""Reading leadership positions: each query starts from what the caller may see."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.positions.models import DEPUTY, LeadershipPosition
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import visible_to


def positions_visible_to(caller: Caller) -> Select[tuple[LeadershipPosition]]:
    return select(LeadershipPosition).where(visible_to(caller, LeadershipPosition))


async def get_visible_position(session: AsyncSession, caller: Caller, position_id: UUID, *, lock: bool = False) -> LeadershipPosition:
    """One position. Raises NotFound."""
    statement = positions_visible_to(caller).where(LeadershipPosition.id == position_id)
    position = await session.scalar(statement.with_for_update() if lock else statement)
    if position is None:
        raise NotFound()
    return position


async def named_position(session: AsyncSession, caller: Caller, position_id: UUID, *, field: str = "position_id") -> LeadershipPosition:
    """The position that a body names. Raises Malformed."""
    position = await session.scalar(positions_visible_to(caller).where(LeadershipPosition.id == position_id))
    if position is None:
        raise Malformed.field(field, _("There is no leadership position with this identifier that you may see."))
    return position


async def positions_by_id(session: AsyncSession, caller: Caller, ids: Collection[UUID]) -> dict[UUID, LeadershipPosition]:
    found = await session.scalars(positions_visible_to(caller).where(LeadershipPosition.id.in_(set(ids))))
    return {position.id: position for position in found}


async def deputies_at(session: AsyncSession, facility_code: str, unit: str | None, day: date) -> int:
    """Seats of deputy that are open on a day or will be."""
    seats = select(func.count()).where(
        LeadershipPosition.facility_code == facility_code,
        LeadershipPosition.unit.is_not_distinct_from(unit),
        LeadershipPosition.rank == DEPUTY,
        or_(LeadershipPosition.valid_to.is_(None), LeadershipPosition.valid_to >= day),
    )
    return await session.scalar(seats) or 0
