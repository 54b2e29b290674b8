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
