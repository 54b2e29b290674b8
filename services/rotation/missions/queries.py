"""Reading missions: each query starts from what the caller may see."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.missions.models import Mission
from services.rotation.missions.workflow import DEAD
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def missions_visible_to(caller: Caller) -> Select[tuple[Mission]]:
    return select(Mission).where(visible_to(caller, Mission))


async def get_visible_mission(session: AsyncSession, caller: Caller, mission_id: UUID, *, lock: bool = False) -> Mission:
    """One mission. Raises NotFound."""
    statement = missions_visible_to(caller).where(Mission.id == mission_id)
    mission = await session.scalar(statement.with_for_update(of=Mission) if lock else statement)
    if mission is None:
        raise NotFound()
    return mission


async def days_per_request(session: AsyncSession, request_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Days planned by the missions that answer each request (ROT-09)."""
    rows = await session.execute(
        select(Mission.request_id, func.sum(Mission.days_planned)).where(Mission.request_id.in_(list(request_ids)), Mission.state.not_in(DEAD)).group_by(Mission.request_id)
    )
    return {request_id: int(days) for request_id, days in rows if request_id is not None}


async def missions_of(session: AsyncSession, caller: Caller, person_ids: Iterable[UUID], *, but: UUID | None = None) -> list[Mission]:
    """The missions of some people that are not dead, by first day."""
    statement = missions_visible_to(caller).where(Mission.person_id.in_(list(person_ids)), Mission.state.not_in(DEAD)).order_by(Mission.starts_on, Mission.id)
    found = await session.scalars(statement.where(Mission.id != but) if but else statement)
    return list(found)


def days_counted(missions: Iterable[Mission]) -> int:
    """Days done, and those still planned by missions that are not over: what the total of a programme counts (ROT-04, R-270)."""
    return sum(len(mission.done_days(mission.ended_on)) if mission.ended_on else len(mission.days) - len(mission.days_not_done) for mission in missions)
