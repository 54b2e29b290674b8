"""Reading placements: each query starts from what the caller may see."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.placements.models import Placement
from shared.auth import Caller
from shared.clients import ask
from shared.db import worker_session
from shared.errors import NotFound
from shared.i18n import _
from shared.visibility import visible_to

ONE_DAY = timedelta(days=1)


def placements_visible_to(caller: Caller) -> Select[tuple[Placement]]:
    return select(Placement).where(visible_to(caller, Placement))


async def get_visible_placement(session: AsyncSession, caller: Caller, placement_id: UUID, *, lock: bool = False) -> Placement:
    """One placement. Raises NotFound."""
    statement = placements_visible_to(caller).where(Placement.id == placement_id)
    placement = await session.scalar(statement.with_for_update(of=Placement) if lock else statement)
    if placement is None:
        raise NotFound()
    return placement


_COUNTED = "state NOT IN ('applied', 'refused', 'cancelled')"
_YEARS = text(
    f"SELECT CAST(extract(year FROM starts_on) AS int) AS year, count(*) AS n FROM exchange_placements WHERE agreement_id = :agreement AND host_code = :host AND {_COUNTED} "  # noqa: S608
    "AND id IS DISTINCT FROM CAST(:but AS uuid) GROUP BY 1"
)
_IN_UNIT = text(
    f"SELECT starts_on, greatest(starts_on, coalesce(ended_on, ends_on)) AS last FROM exchange_placements WHERE host_unit_id = :unit AND {_COUNTED} "  # noqa: S608
    "AND id IS DISTINCT FROM CAST(:but AS uuid) ORDER BY 1, 2"
)


async def taken_by_year(session: AsyncSession, agreement_id: UUID, host_code: str, *, but: UUID | None) -> dict[int, int]:
    """Placements of an agreement in one direction, by the civil year of their first day; both sides see them all."""
    return {row.year: row.n for row in await session.execute(_YEARS, {"agreement": agreement_id, "host": host_code, "but": but})}


async def stays_in_unit(unit_id: UUID, *, but: UUID | None) -> list[tuple[date, date]]:
    """First and last days of all who are or will be in a unit, also those of other agreements, of whom nothing else is told."""
    async with worker_session() as session:
        return [(row.starts_on, row.last) for row in await session.execute(_IN_UNIT, {"unit": unit_id, "but": but})]


async def away_on(session: AsyncSession, caller: Caller, home_code: str, day: date) -> set[UUID]:
    """People of a facility who are on a placement on a day."""
    last = func.coalesce(Placement.ended_on, Placement.ends_on)
    statement = placements_visible_to(caller).where(
        Placement.home_code == home_code, Placement.state.not_in(("applied", "refused", "cancelled")), Placement.starts_on <= day, last >= day
    )
    return set((await session.scalars(statement.with_only_columns(Placement.person_id))).all())


async def own_placements(caller: Caller) -> list[Placement]:
    """The dossiers of the person behind the caller's account, whoever keeps them. Raises NotFound while HR has not linked the account."""
    own = await ask(caller, "GET", "/api/v1/registry/persons/me/account")
    if own is None:
        raise NotFound(_("Your account is linked to no person of the register yet: ask HR to link it."))
    async with worker_session() as session:
        return list(await session.scalars(select(Placement).where(Placement.person_id == UUID(own["person_id"])).order_by(Placement.starts_on.desc(), Placement.id)))
