"""Reading missions: each query starts from what the caller may see."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.missions.fairness import Eligible, Ranked, Served, order
from services.rotation.missions.models import Mission
from services.rotation.missions.workflow import DEAD
from services.rotation.rules import pack_of
from shared.auth import Caller
from shared.directory import Work, staff_at
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


async def turns_at(session: AsyncSession, caller: Caller, facility_code: str, specialty: str | None, day: date, seed: str) -> list[tuple[Ranked, Work]]:
    """The staff of a facility in the order in which they are asked (ROT-05)."""
    staff = {work.person_id: work for work in await staff_at(session, facility_code, day) if specialty is None or work.specialty == specialty}
    served: dict[UUID, list[Served]] = {}
    for mission in await missions_of(session, caller, staff):
        served.setdefault(mission.person_id, []).append(Served(mission.done_days(day), mission.remoteness))
    rule = pack_of(facility_code, day).rule("ROT-05").value
    people = [Eligible(person, work.first_day, served.get(person, [])) for person, work in staff.items()]
    return [(ranked, staff[ranked.person_id]) for ranked in order(people, day=day, years=rule["years"], weights=rule["weights"], seed=seed)]
