"""Reading institutes, seats and conventions: each query starts from what the caller may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.institutes.models import Capacity, Convention, Institute
from services.training.intakes.models import Intake
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import visible_to


def institutes_visible_to(caller: Caller) -> Select[tuple[Institute]]:
    return select(Institute).where(visible_to(caller, Institute))


def capacities_visible_to(caller: Caller) -> Select[tuple[Capacity]]:
    return select(Capacity).where(visible_to(caller, Capacity))


def conventions_visible_to(caller: Caller) -> Select[tuple[Convention]]:
    return select(Convention).where(visible_to(caller, Convention))


async def get_visible_institute(session: AsyncSession, caller: Caller, institute_id: UUID, *, lock: bool = False) -> Institute:
    """One institute. Raises NotFound."""
    statement = institutes_visible_to(caller).where(Institute.id == institute_id)
    found = await session.scalar(statement.with_for_update(of=Institute) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def institute_of_code(session: AsyncSession, caller: Caller, code: str, *, field: str = "facility_code") -> Institute:
    """The institute that a body names by its facility. Raises Malformed."""
    found = await session.scalar(institutes_visible_to(caller).where(Institute.facility_code == code))
    if found is None:
        raise Malformed.field(field, _("No institute {code} is registered that you may see."), code=code)
    return found


async def get_visible_capacity(session: AsyncSession, caller: Caller, capacity_id: UUID, *, lock: bool = False) -> Capacity:
    """The seats of one stream and year. Raises NotFound."""
    statement = capacities_visible_to(caller).where(Capacity.id == capacity_id)
    found = await session.scalar(statement.with_for_update(of=Capacity) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def capacity_named(session: AsyncSession, caller: Caller, code: str, stream: str, year: int, *, field: str = "stream") -> Capacity:
    """The seats that a body names. Raises Malformed."""
    found = await session.scalar(capacities_visible_to(caller).where(Capacity.facility_code == code, Capacity.stream == stream, Capacity.year == year))
    if found is None:
        raise Malformed.field(field, _("No seats of {stream} are set at {code} for {year}."), stream=stream, code=code, year=year)
    return found


async def get_visible_convention(session: AsyncSession, caller: Caller, convention_id: UUID, *, lock: bool = False) -> Convention:
    """One convention. Raises NotFound."""
    statement = conventions_visible_to(caller).where(Convention.id == convention_id)
    found = await session.scalar(statement.with_for_update(of=Convention) if lock else statement)
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Cell:
    """Seats of a stream in a region and year: how many there are, how many are filled, and who wanted them."""

    region: str
    stream: str
    ownership: str
    seats: int
    offered: int
    filled: int
    applicants: int


async def seats_by_region(session: AsyncSession, caller: Caller, year: int) -> Sequence[Cell]:
    """Every region, stream and sector that the caller sees, in one statement: capacities with the intakes that use them."""
    join = and_(Intake.capacity_id == Capacity.id, visible_to(caller, Intake))
    sums = (func.sum(Capacity.seats), *(func.coalesce(func.sum(column), 0) for column in (Intake.seats, Intake.filled, Intake.applicants)))
    statement = (
        select(Capacity.region, Capacity.stream, Capacity.ownership, *sums)
        .outerjoin(Intake, join)
        .where(visible_to(caller, Capacity), Capacity.year == year)
        .group_by(Capacity.region, Capacity.stream, Capacity.ownership)
        .order_by(Capacity.region, Capacity.stream, Capacity.ownership)
    )
    return [Cell(*row) for row in (await session.execute(statement)).tuples()]
