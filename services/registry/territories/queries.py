"""Reading health territories as they are on a day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.areas.models import Area
from services.registry.facilities.models import Facility
from services.registry.periods import first_day, last_day
from services.registry.territories.models import Territory, TerritoryMember
from services.registry.territories.schemas import Member
from shared.errors import NotFound


def territories_on(day: date) -> Select[tuple[Territory]]:
    """The territories that exist on a day; they are public."""
    return select(Territory).where(Territory.valid.contains(day))


def holding(statement: Select[tuple[Territory]], facility: str, day: date) -> Select[tuple[Territory]]:
    """Those to which a facility belongs on the day, itself or by an area in which it stands."""
    stands, whole = aliased(Area), aliased(Area)
    belongs = (
        select(TerritoryMember.territory_id)
        .join(Facility, (Facility.code == facility) & Facility.valid.contains(day))
        .join(stands, (stands.id == Facility.area_id) & stands.valid.contains(day))
        .outerjoin(whole, (whole.id == TerritoryMember.area_id) & whole.valid.contains(day))
        .where(TerritoryMember.valid.contains(day), or_(TerritoryMember.facility_id == Facility.id, whole.code == func.any(stands.within)))
    )
    return statement.where(Territory.id.in_(belongs))


async def get_territory(session: AsyncSession, territory_id: UUID) -> Territory:
    found = await session.get(Territory, territory_id)
    if found is None:
        raise NotFound()
    return found


async def members_on(session: AsyncSession, territory_id: UUID, day: date) -> list[Member]:
    """Who belongs to a territory on a day: areas first, then facilities, by name."""
    rows = (
        await session.execute(
            select(TerritoryMember, Area, Facility)
            .outerjoin(Area, (Area.id == TerritoryMember.area_id) & Area.valid.contains(day))
            .outerjoin(Facility, (Facility.id == TerritoryMember.facility_id) & Facility.valid.contains(day))
            .where(TerritoryMember.territory_id == territory_id, TerritoryMember.valid.contains(day))
            .order_by(TerritoryMember.area_id.is_(None), Area.sort_key, Facility.sort_key)
        )
    ).all()
    return [
        Member(
            kind="area" if member.area_id else "facility",
            id=thing.id,
            code=thing.code,
            name=thing.name,
            valid_from=first_day(member.valid) or day,
            valid_to=last_day(member.valid),
        )
        for member, area, facility in rows
        if (thing := area or facility) is not None
    ]


async def areas_among(session: AsyncSession, territory_id: UUID, day: date) -> tuple[Sequence[str], Sequence[UUID]]:
    """The codes of its areas and the ids of its facilities on a day."""
    members = await members_on(session, territory_id, day)
    return [one.code for one in members if one.kind == "area"], [one.id for one in members if one.kind == "facility"]
