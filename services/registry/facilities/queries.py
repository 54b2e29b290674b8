"""Reading the directory of facilities as it was on a day. It is public to whoever has signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.areas.models import Area, AreaChange
from services.registry.facilities.crosswalk import Atlas
from services.registry.facilities.models import Facility, FacilityLink
from shared.errors import NotFound
from shared.names import tsquery

MANAGER, SUPERVISOR, HOST = aliased(FacilityLink), aliased(FacilityLink), aliased(FacilityLink)


def facilities_on(day: date) -> Select[Any]:
    """Facilities that exist on a day, each with its area, authority, supervisor and host of that day; closed ones are gone."""
    statement = (
        select(Facility, Area, MANAGER.party_code.label("authority"), SUPERVISOR.party_code.label("technical_supervisor"), HOST.party_code.label("host"))
        .join(Area, (Area.id == Facility.area_id) & Area.valid.contains(day))
        .where(Facility.valid.contains(day))
    )
    for link, kind in ((MANAGER, "managed_by"), (SUPERVISOR, "supervised_by"), (HOST, "hosted_by")):
        statement = statement.outerjoin(link, (link.facility_id == Facility.id) & (link.kind == kind) & link.valid.contains(day))
    return statement


@dataclass(frozen=True)
class Filters:
    """What a list of facilities may be narrowed by."""

    area: str | None = None
    authority: str | None = None
    supervisor: str | None = None
    code: str | None = None
    type: str | None = None
    q: str | None = None


def narrowed(statement: Select[Any], filters: Filters) -> Select[Any]:
    if filters.area:
        statement = statement.where(Area.within.contains([filters.area]))
    if filters.authority:
        statement = statement.where(MANAGER.party_code == filters.authority)
    if filters.supervisor:
        statement = statement.where(SUPERVISOR.party_code == filters.supervisor)
    if filters.code:
        statement = statement.where(Facility.code == filters.code)
    if filters.type:
        statement = statement.where(Facility.type == filters.type)
    if filters.q:
        statement = statement.where(Facility.words.op("@@")(func.to_tsquery("simple", tsquery(filters.q))))
    return statement


async def facility_on(session: AsyncSession, facility_id: UUID, day: date) -> Row[Any]:
    """A facility as it is on a day; outside its days, in its nearest period. Raises NotFound."""
    days = (
        await session.execute(
            select(func.min(func.lower(Facility.valid)), func.max(func.upper(Facility.valid) - 1), func.bool_or(func.upper_inf(Facility.valid))).where(Facility.id == facility_id)
        )
    ).one()
    first, last, is_open = days
    if first is None:
        raise NotFound()
    nearest = max(day, first) if is_open else min(max(day, first), last)
    return (await session.execute(facilities_on(nearest).where(Facility.id == facility_id))).one()


async def atlas_of(session: AsyncSession, codes: Sequence[str]) -> Atlas:
    """The areas that these codes name (full, or the official number alone), with all that they came from and became."""
    wanted = list(set(codes))
    named = (await session.scalars(select(Area).where(or_(Area.code == func.any(literal(wanted)), func.split_part(Area.code, "-", 3) == func.any(literal(wanted)))))).all()
    ids = {area.id for area in named}
    changes: dict[tuple[UUID, UUID, date], AreaChange] = {}
    frontier = set(ids)
    while frontier:
        found = (
            await session.scalars(select(AreaChange).where(or_(AreaChange.from_id == func.any(literal(list(frontier))), AreaChange.to_id == func.any(literal(list(frontier))))))
        ).all()
        known = set(changes)
        changes |= {(change.from_id, change.to_id, change.effective_on): change for change in found}
        # Forwards from heirs only: the origins' other heirs lead away from where the facility stands.
        frontier = {change.to_id for change in found if (change.from_id, change.to_id, change.effective_on) not in known} - ids
        ids |= frontier
    ids |= {change.from_id for change in changes.values()}
    areas = (await session.scalars(select(Area).where(Area.id == func.any(literal(list(ids)))))).all()
    return Atlas.of(areas, changes.values())
