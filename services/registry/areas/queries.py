"""Reading areas as they were on a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.areas.models import Area, AreaChange
from shared.errors import NotFound
from shared.names import tsquery


def areas_on(day: date) -> Select[tuple[Area]]:
    """The areas that exist on a day; areas are public."""
    return select(Area).where(Area.valid.contains(day))


def named(statement: Select[tuple[Area]], query: str) -> Select[tuple[Area]]:
    """Those of which a word begins with each word of the query, with or without accents."""
    return statement.where(Area.words.op("@@")(func.to_tsquery("simple", tsquery(query))))


async def area_on(session: AsyncSession, area_id: UUID, day: date) -> Area:
    """An area as it was on a day, or in its nearest period; raises NotFound for an id that names no area."""
    periods = (await session.scalars(select(Area).where(Area.id == area_id).order_by(Area.valid))).all()
    if not periods:
        raise NotFound()
    return next((area for area in periods if area.valid.contains(day)), periods[-1] if (periods[-1].valid_to or day) < day else periods[0])


async def changes_of(session: AsyncSession, area_id: UUID) -> list[tuple[AreaChange, Area, Area]]:
    """What an area came from and what became of it: each change with the area of the eve and the area of the day."""
    await area_on(session, area_id, date.max)
    before, after = aliased(Area), aliased(Area)
    rows = await session.execute(
        select(AreaChange, before, after)
        .join(before, (before.id == AreaChange.from_id) & before.valid.contains(AreaChange.effective_on - 1))
        .join(after, (after.id == AreaChange.to_id) & after.valid.contains(AreaChange.effective_on))
        .where((AreaChange.from_id == area_id) | (AreaChange.to_id == area_id))
        .order_by(AreaChange.effective_on, before.sort_key, before.id, AreaChange.share.desc(), after.id)
    )
    return [(change, one, other) for change, one, other in rows.all()]
