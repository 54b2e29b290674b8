"""Reading cases and what screening needs: each query starts from what the caller may see."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.cases.models import Case
from services.appointment.cases.screening import Period, Planned
from services.appointment.positions.models import HEAD, LeadershipPosition
from services.appointment.succession.models import Entry, Plan
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def cases_visible_to(caller: Caller) -> Select[tuple[Case]]:
    return select(Case).where(visible_to(caller, Case))


async def get_visible_case(session: AsyncSession, caller: Caller, case_id: UUID, *, lock: bool = False) -> Case:
    """One case. Raises NotFound."""
    statement = cases_visible_to(caller).where(Case.id == case_id)
    case = await session.scalar(statement.with_for_update() if lock else statement)
    if case is None:
        raise NotFound()
    return case


async def planned_for(session: AsyncSession, person_id: UUID, position: LeadershipPosition, day: date) -> frozenset[Planned]:
    """How the plans in force admit a person: for this position, for an equivalent one (same rank, same kind of place), or for a higher one."""
    rows = await session.scalars(
        select(LeadershipPosition)
        .join(Entry, Entry.position_id == LeadershipPosition.id)
        .join(Plan, Plan.id == Entry.plan_id)
        .where(Entry.person_id == person_id, Entry.state == "active", Plan.state == "approved", Plan.term_from <= day, Plan.term_to >= day)
    )
    found: set[Planned] = set()
    for planned in rows:
        if planned.id == position.id:
            found.add("same")
        elif (planned.unit is None) == (position.unit is None) and planned.rank == position.rank:
            found.add("equivalent")
        elif _level(planned) > _level(position):
            found.add("higher")
    return frozenset(found)


def _level(position: LeadershipPosition) -> int:
    return (2 if position.unit is None else 0) + (1 if position.rank == HEAD else 0)


_WORKED = text(
    "SELECT lower(valid) AS first_day, upper(valid) - 1 AS last_day FROM assignments "
    "WHERE person_id = :person AND kind = 'primary' AND state IN ('active', 'ended') AND lower(valid) <= CAST(:day AS date)"
).bindparams(bindparam("person", type_=PG_UUID(as_uuid=True)))


async def experience_of(session: AsyncSession, person_id: UUID, day: date) -> list[Period]:
    """The primary assignments that are known, which stand for the current or an equivalent post when the file says nothing else."""
    return [(row.first_day, row.last_day) for row in await session.execute(_WORKED, {"person": person_id, "day": day})]


async def cases_by_id(session: AsyncSession, caller: Caller, ids: Collection[UUID]) -> dict[UUID, Case]:
    return {case.id: case for case in await session.scalars(cases_visible_to(caller).where(Case.id.in_(set(ids))))}
