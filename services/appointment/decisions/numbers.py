"""Numbers: given by the register of an authority, one after the other in a civil year, without gap or double."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.models import Register
from shared.auth import Caller

_OPEN_YEAR = text(
    "INSERT INTO register_counters (authority, year, authority_path, last) VALUES (:authority, :year, CAST(:path AS ltree), 0) ON CONFLICT (authority, year) DO NOTHING"
)
_NEXT = text("UPDATE register_counters SET last = last + 1 WHERE authority = :authority AND year = :year RETURNING last")
_IS_TAKEN = text("SELECT EXISTS (SELECT FROM decisions WHERE number_authority = :authority AND number_year = :year AND number = :number)")
_SET = text("UPDATE register_counters SET last = :last WHERE authority = :authority AND year = :year AND last <= :last RETURNING last")


def authority_for(caller: Caller, authority_path: str) -> tuple[str, str]:
    """The authority in whose name the caller acts on a path: the nearest one above it. Its code, and its own path."""
    path = max((path for path in caller.scope if authority_path == path or authority_path.startswith(path + ".")), key=len)
    return path.rpartition(".")[2], path


async def register_of(session: AsyncSession, authority: str) -> Register | None:
    found: Register | None = await session.scalar(select(Register).where(Register.authority == authority))
    return found


def written(register: Register, year: int, number: int) -> str:
    """A number as the authority writes it."""
    return register.pattern.replace("{number}", str(number)).replace("{year}", str(year))


async def next_number(session: AsyncSession, register: Register, year: int) -> str:
    """What the register would give now; nothing is taken."""
    last = (await last_numbers(session, register.authority)).get(year, 0) + 1
    while await session.scalar(_IS_TAKEN, {"authority": register.authority, "year": year, "number": written(register, year, last)}):
        last += 1
    return written(register, year, last)


async def allocate(session: AsyncSession, register: Register, year: int) -> str:
    """The next number of the year. The counter's row stays locked until the signature commits or is undone: nothing is skipped and nothing given twice."""
    values = {"authority": register.authority, "year": year}
    await session.execute(_OPEN_YEAR, values | {"path": register.authority_path})
    while True:
        last = await session.scalar(_NEXT, values)
        number = written(register, year, last)
        if not await session.scalar(_IS_TAKEN, values | {"number": number}):  # a number that was entered by hand keeps its decision
            return number


async def go_on_after(session: AsyncSession, register: Register, year: int, last: int) -> int | None:
    """The register goes on after a number that paper has reached already; never backwards. The number reached, or None."""
    values = {"authority": register.authority, "year": year}
    await session.execute(_OPEN_YEAR, values | {"path": register.authority_path})
    reached: int | None = await session.scalar(_SET, values | {"last": last})
    return reached


async def last_numbers(session: AsyncSession, authority: str) -> dict[int, int]:
    """What each year has reached."""
    rows = await session.execute(text("SELECT year, last FROM register_counters WHERE authority = :authority ORDER BY year"), {"authority": authority})
    return {row.year: row.last for row in rows}
