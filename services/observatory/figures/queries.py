"""What a figure is counted from: each query is one statement over a whole place, and opens only to those for whom the place is open."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, Select, Text, TextClause, Uuid, bindparam, func, select, text
from sqlalchemy import column as sql_column
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.figures.sources import COLUMNS
from services.observatory.populations.models import Population

TYPES: Mapping[str, Any] = {
    "record_id": Uuid,
    "person_id": Uuid,
    "worker_id": Uuid,
    "assignment_id": Uuid,
    "amount": BigInteger,
    "starts_on": Date,
    "ends_on": Date,
    "done_on": Date,
}
ASKED: Mapping[str, Any] = {"area": Text, "boundaries": Date, "day": Date, "first": Date, "last": Date, "policy": Uuid}
AMOUNTS = "sum(r.amount), min(r.amount), max(r.amount), percentile_cont(0.5) WITHIN GROUP (ORDER BY r.amount)"
MOVING = re.compile(r"(?<!:):(boundaries|day|first|last)\b")


@dataclass(frozen=True)
class Where:
    """The place, the day of its boundaries, the day looked at, the period, and the policy for those figures that look at one."""

    area: str
    boundaries: date
    day: date
    first: date
    last: date
    policy: UUID | None = None


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


@dataclass(frozen=True)
class Counted:
    """How many records, what they add up to in each currency ("" for what is no money), and the least, the most and the middle one that a record amounts to."""

    records: int
    amounts: Mapping[str, int]
    least: int | None = None
    most: int | None = None
    median: float | None = None

    @classmethod
    def of(cls, rows: Sequence[Any]) -> "Counted":
        """Of lines of currency, number, sum, least, most and median: the median of several currencies says nothing."""
        return cls(
            sum(row[1] for row in rows),
            {row[0]: int(row[2]) for row in rows if row[2] is not None},
            min((row[3] for row in rows if row[3] is not None), default=None),
            max((row[4] for row in rows if row[4] is not None), default=None),
            next((float(row[5]) for row in rows if row[5] is not None), None) if sum(row[2] is not None for row in rows) == 1 else None,
        )

    @property
    def total(self) -> int:
        return sum(self.amounts.values())


def bound(statement: str, asked: Mapping[str, Any]) -> TextClause:
    """A statement with the values that it names."""
    named = {name for name in ASKED if re.search(rf"(?<!:):{name}\b", statement)}
    return text(statement).bindparams(*(bindparam(name, asked[name], type_=ASKED[name]) for name in named))


def records_select(statement: str, where: Where) -> Select[Any]:
    """The records as rows that a list can page through."""
    columns = [sql_column(name, TYPES.get(name, Text)) for name in COLUMNS]
    return select(bound(statement, vars(where)).columns(*columns).subquery())


async def counted(session: AsyncSession, statement: str, where: Where) -> Counted:
    rows = await session.execute(bound(f"SELECT coalesce(r.currency, ''), count(*), {AMOUNTS} FROM ({statement}) r GROUP BY 1 ORDER BY 1", vars(where)))  # noqa: S608
    return Counted.of(rows.all())


async def counted_at(session: AsyncSession, statement: str, wheres: Sequence[Where]) -> list[Counted]:
    """The same count on several days, in one statement."""
    moving = MOVING.sub(r"at.\1", statement)
    asked = vars(wheres[0])
    named = {name for name in ("area", "policy") if re.search(rf"(?<!:):{name}\b", moving)}
    days = text(
        f"""
        SELECT at.n, coalesce(r.currency, ''), count(r.record_id), {AMOUNTS}
        FROM unnest(CAST(:boundaries AS date[]), CAST(:days AS date[]), CAST(:firsts AS date[]), CAST(:lasts AS date[])) WITH ORDINALITY AS at (boundaries, day, first, last, n)
        LEFT JOIN LATERAL ({moving}) r ON true
        GROUP BY 1, 2 ORDER BY 1, 2
        """  # noqa: S608
    ).bindparams(
        *(bindparam(name, asked[name], type_=ASKED[name]) for name in named),
        *(bindparam(name, [getattr(where, field) for where in wheres], type_=ARRAY(Date)) for name, field in MOVED),
    )
    found: dict[int, list[Any]] = {n: [] for n in range(1, len(wheres) + 1)}
    for row in await session.execute(days):
        found[row[0]].append(row)
    return [Counted.of([row[1:] for row in rows]) for rows in found.values()]


MOVED = (("boundaries", "boundaries"), ("days", "day"), ("firsts", "first"), ("lasts", "last"))


async def counted_by(session: AsyncSession, statement: str, where: Where, by: str) -> dict[str, Counted]:
    """The count of each facility, area directly below, or field."""
    key = {"facility": "r.facility_code", "area": "l.area_code", "field": "r.field"}[by]
    join = "LEFT JOIN located(:area, :boundaries) l ON l.facility_code = r.facility_code" if by == "area" else ""
    rows = await session.execute(bound(f"SELECT coalesce({key}, ''), coalesce(r.currency, ''), count(*), {AMOUNTS} FROM ({statement}) r {join} GROUP BY 1, 2", vars(where)))  # noqa: S608
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row[1:])
    return {code: Counted.of(lines) for code, lines in found.items()}


async def places_of(session: AsyncSession, where: Where) -> Places:
    row = (
        await session.execute(
            bound(
                "SELECT count(*) AS facilities, count(*) FILTER (WHERE reports) AS reporting, count(*) FILTER (WHERE is_estimated) AS estimated FROM facilities_in(:area, :boundaries, :day)",
                vars(where),
            )
        )
    ).one()
    return Places(row.facilities, row.reporting, row.estimated)


async def is_open(session: AsyncSession, place: str, day: date) -> bool:
    """Whether the caller's relations open this place."""
    found: bool | None = await session.scalar(select(func.is_open_to_caller(bindparam(None, place, Text), bindparam(None, day, Date))))
    return bool(found)


async def policy_of(session: AsyncSession, area: str, day: date, wanted: UUID | None) -> Policy | None:
    """The policy that is named, or the last one of the area's authority that had begun on the day."""
    row = (await session.execute(text("SELECT * FROM policy_of(:area, :day, :wanted)"), {"area": area, "day": day, "wanted": wanted})).first()
    return Policy(**row._mapping) if row else None


async def population_for(session: AsyncSession, area: str, day: date) -> Population | None:
    """The last value declared for the latest year that is not after the figure's date."""
    return (await populations_for(session, [area], day)).get(area)


async def populations_for(session: AsyncSession, areas: Sequence[str], day: date) -> dict[str, Population]:
    """The same for several areas."""
    found = await session.scalars(
        select(Population)
        .distinct(Population.area_code)
        .where(Population.area_code == func.any(bindparam(None, list(areas), ARRAY(Text))), Population.year <= day.year)
        .order_by(Population.area_code, Population.year.desc(), Population.recorded_at.desc(), Population.id.desc())
    )
    return {population.area_code: population for population in found}
