"""Areas as the registry announces them, and which of them a caller's territory opens."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller, path_of


@dataclass(frozen=True)
class Area:
    """An area on a day; `within` are the codes from the country down to itself."""

    code: str
    name: str
    level: str
    within: tuple[str, ...]

    def is_open_to(self, caller: Caller) -> bool:
        """A territory opens the figures of what lies in it; a facility opens none."""
        return not set(caller.territories).isdisjoint(self.within)

    @property
    def authority_path(self) -> str:
        """Path of the authority that speaks for the area: its province, or the country itself."""
        return path_of(self.within[min(1, len(self.within) - 1)])


async def area_on(session: AsyncSession, code: str, day: date) -> Area | None:
    """The area that bore this code on a day: communes reuse codes."""
    row = (
        await session.execute(
            text("SELECT code, name, level, within FROM areas WHERE code = :code AND valid @> CAST(:day AS date) ORDER BY area_id LIMIT 1"), {"code": code, "day": day}
        )
    ).first()
    return Area(row.code, row.name, row.level, tuple(row.within)) if row else None


@dataclass(frozen=True)
class Spot:
    """An area with its centroid: what a map without outlines needs."""

    code: str
    name: str
    latitude: float | None
    longitude: float | None


async def areas_below(session: AsyncSession, code: str, day: date) -> list[Spot]:
    """The areas directly below one on a day, in the order of their codes."""
    rows = await session.execute(
        text(
            "SELECT code, name, latitude::float8, longitude::float8 FROM areas "
            "WHERE within @> ARRAY[CAST(:code AS text)] AND within[cardinality(within) - 1] = :code AND valid @> CAST(:day AS date) ORDER BY code"
        ),
        {"code": code, "day": day},
    )
    return [Spot(row.code, row.name, row.latitude, row.longitude) for row in rows]


async def forerunners_of(session: AsyncSession, code: str, day: date) -> list[tuple[Area, date, date]]:
    """The area that bears a code on a day and those that became it, each with the first and last day on which it was an area."""
    rows = await session.execute(
        text(
            """
            WITH RECURSIVE line AS (
                SELECT area_id FROM areas WHERE code = :code AND valid @> CAST(:day AS date)
                UNION
                SELECT s.area_id FROM line JOIN area_successions s ON s.successor_id = line.area_id AND s.is_main
            )
            SELECT a.code, a.name, a.level, a.within, coalesce(lower(a.valid), CAST('0001-01-01' AS date)) AS first, coalesce(upper(a.valid) - 1, CAST('9999-12-31' AS date)) AS last
            FROM line JOIN areas a USING (area_id)
            ORDER BY a.valid, a.code
            """
        ),
        {"code": code, "day": day},
    )
    return [(Area(row.code, row.name, row.level, tuple(row.within)), row.first, row.last) for row in rows]
