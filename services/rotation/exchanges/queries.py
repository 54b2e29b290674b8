"""Reading exchanges: lineage, places of a year, units on a day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.models import Agreement
from services.rotation.agreements.queries import agreements_visible_to
from services.rotation.exchanges.models import HostUnit, Output
from services.rotation.exchanges.schemas import HostUnitRead, PlacesOfYear
from shared.auth import Caller
from shared.db import worker_session
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import visible_to

NOT_COUNTED = ("applied", "refused", "cancelled")
_USED = text(
    "SELECT host_code, count(*) AS n FROM exchange_placements WHERE agreement_id = :agreement AND state NOT IN ('applied', 'refused', 'cancelled') "
    "AND extract(year FROM starts_on) = :year GROUP BY host_code"
)
_TAKEN = text(
    "SELECT host_unit_id, count(*) AS n FROM exchange_placements WHERE host_unit_id = ANY (CAST(:units AS uuid[])) AND state NOT IN ('applied', 'refused', 'cancelled') "
    "AND CAST(:day AS date) BETWEEN starts_on AND greatest(starts_on, coalesce(ended_on, ends_on)) GROUP BY host_unit_id"
)


def units_visible_to(caller: Caller) -> Select[tuple[HostUnit]]:
    return select(HostUnit).where(visible_to(caller, HostUnit))


async def get_visible_unit(session: AsyncSession, caller: Caller, unit_id: UUID, *, lock: bool = False) -> HostUnit:
    """One unit. Raises NotFound."""
    statement = units_visible_to(caller).where(HostUnit.id == unit_id)
    unit = await session.scalar(statement.with_for_update(of=HostUnit) if lock else statement)
    if unit is None:
        raise NotFound()
    return unit


async def named_unit(session: AsyncSession, caller: Caller, unit_id: UUID) -> HostUnit:
    """The unit that a body names. Raises Malformed."""
    unit = await session.scalar(units_visible_to(caller).where(HostUnit.id == unit_id))
    if unit is None:
        raise Malformed.field("host_unit_id", _("There is no unit with this identifier that you may see."))
    return unit


async def places_in(session: AsyncSession, agreement: Agreement, year: int) -> list[PlacesOfYear]:
    """How many places each side gives in a year, and how many are used."""
    used = {row.host_code: row.n for row in await session.execute(_USED, {"agreement": agreement.id, "year": year})}
    return [
        PlacesOfYear(host_code=one.host_code, year=year, quota=one.quota_per_year, used=(taken := used.get(one.host_code, 0)), free=max(one.quota_per_year - taken, 0))
        for one in agreement.places
    ]


async def units_on(units: Sequence[HostUnit], day: date) -> list[HostUnitRead]:
    """Units with how many of their places are taken on a day, whoever takes them."""
    async with worker_session() as session:
        taken = {row.host_unit_id: row.n for row in await session.execute(_TAKEN, {"units": [unit.id for unit in units], "day": day})}
    return [HostUnitRead.model_validate(unit).model_copy(update={"taken": (n := taken.get(unit.id, 0)), "free": max(unit.capacity - n, 0)}) for unit in units]


async def units_of(session: AsyncSession, caller: Caller, agreement: Agreement) -> Sequence[HostUnit]:
    """Those of both sides."""
    codes = (agreement.giver_code, agreement.receiver_code)
    return (await session.scalars(units_visible_to(caller).where(HostUnit.facility_code.in_(codes)).order_by(HostUnit.facility_code, HostUnit.unit))).all()


async def lineage_of(session: AsyncSession, caller: Caller, agreement: Agreement) -> list[Agreement]:
    """Agreements of the same two sides that follow each other, the oldest first."""
    sides = (agreement.giver_code, agreement.receiver_code)
    same = agreements_visible_to(caller).where(Agreement.model == agreement.model, Agreement.giver_code.in_(sides), Agreement.receiver_code.in_(sides))
    linked = same.where(or_(Agreement.previous_id.is_not(None), Agreement.id == agreement.id, Agreement.id.in_(select(Agreement.previous_id)))).order_by(Agreement.starts_on)
    return list(await session.scalars(linked))


async def outputs_of(session: AsyncSession, agreement_id: UUID) -> Sequence[Output]:
    """The latest first."""
    return (await session.scalars(select(Output).where(Output.agreement_id == agreement_id).order_by(Output.happened_on.desc(), Output.id))).all()
