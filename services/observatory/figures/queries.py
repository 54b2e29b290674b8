"""What a figure is counted from: each query is one statement over a whole area, and opens only to the caller's territory."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Text, Uuid, bindparam, func, literal, select, text
from sqlalchemy import column as sql_column
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.populations.models import Population


@dataclass(frozen=True)
class Policy:
    """The attraction policy of an area's authority."""

    id: UUID
    resolution_no: str
    title: str
    target_hires: int
    citation: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Places:
    """Facilities of an area on a day."""

    facilities: int
    reporting: int
    estimated: int


def workers_counted(area: str, day: date, *, groups: list[str] | None = None, isco: list[str] | None = None) -> Select[Any]:
    """The active workers of an area on a day, each person once."""
    counted = func.counted_workers(literal(area, Text), literal(day, Date), bindparam(None, groups, ARRAY(Text)), bindparam(None, isco, ARRAY(Text))).table_valued(
        sql_column("person_id", Uuid), sql_column("worker_id", Uuid), sql_column("assignment_id", Uuid), sql_column("facility_code", Text), sql_column("occupation_code", Text)
    )
    return select(counted)


def hires_counted(area: str, day: date, *, policy_id: UUID, first: date, last: date) -> Select[Any]:
    """The hires signed under a policy from a first to a last day."""
    counted = func.counted_hires(literal(area, Text), literal(day, Date), literal(policy_id, Uuid), literal(first, Date), literal(last, Date)).table_valued(
        sql_column("hire_id", Uuid),
        sql_column("person_id", Uuid),
        sql_column("facility_code", Text),
        sql_column("occupation_code", Text),
        sql_column("done_on", Date),
        sql_column("starts_on", Date),
    )
    return select(counted)


async def how_many(session: AsyncSession, records: Select[Any]) -> int:
    return await session.scalar(select(func.count()).select_from(records.subquery())) or 0


async def places_of(session: AsyncSession, area: str, day: date) -> Places:
    row = (
        await session.execute(
            text("SELECT count(*) AS facilities, count(*) FILTER (WHERE reports) AS reporting, count(*) FILTER (WHERE is_estimated) AS estimated FROM facilities_in(:area, :day)"),
            {"area": area, "day": day},
        )
    ).one()
    return Places(row.facilities, row.reporting, row.estimated)


async def policy_of(session: AsyncSession, area: str, day: date, wanted: UUID | None) -> Policy | None:
    """The policy that is named, or the last one of the area's authority that had begun on the day."""
    row = (await session.execute(text("SELECT * FROM policy_of(:area, :day, :wanted)"), {"area": area, "day": day, "wanted": wanted})).first()
    return Policy(**row._mapping) if row else None


async def population_for(session: AsyncSession, area: str, day: date) -> Population | None:
    """The last value declared for the latest year that is not after the figure's date."""
    found: Population | None = await session.scalar(
        select(Population)
        .where(Population.area_code == area, Population.year <= day.year)
        .order_by(Population.year.desc(), Population.recorded_at.desc(), Population.id.desc())
        .limit(1)
    )
    return found
