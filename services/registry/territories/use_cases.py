"""Making a health territory, letting areas and facilities join and leave it, ending it."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.models import Area
from services.registry.facilities.models import Facility
from services.registry.periods import period
from services.registry.references import acting_for
from services.registry.territories.models import Territory, TerritoryMember
from services.registry.territories.permissions import can_keep_territories, can_keep_territory
from services.registry.territories.queries import get_territory
from services.registry.territories.schemas import Departure, Ending, Members, TerritoryCreate
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.errors import Malformed
from shared.i18n import _
from shared.names import canonical, sort_key


async def make_territory(session: AsyncSession, *, caller: Caller, body: TerritoryCreate) -> Territory:
    """An authority names a set of areas and facilities, from a day on."""
    require(can_keep_territories(caller))
    name = canonical(body.name)
    one = Territory(
        authority_path=acting_for(caller)[0], shared_with=[], code=body.code, kind=body.kind, name=name, sort_key=sort_key(name), legal_basis=body.legal_basis,
        valid=period(body.valid_from, None), recorded_by=caller.actor,
    )  # fmt: skip
    session.add(one)
    await session.flush()
    await join(session, caller, one, body.valid_from, body.areas, body.facilities)
    await record_audit(session, caller, "territory.made", "territory", one.id, after=body.model_dump(mode="json"))
    return one


async def add_members(session: AsyncSession, *, caller: Caller, territory_id: UUID, body: Members) -> Territory:
    """Areas and facilities join from a day on."""
    one = await kept_by(session, caller, territory_id)
    if body.starts_on not in one.valid:
        raise Malformed.field("starts_on", _("The territory does not exist on {day}."), day=body.starts_on.isoformat())
    await join(session, caller, one, body.starts_on, body.areas, body.facilities)
    one.version += 1
    await record_audit(session, caller, "territory.joined", "territory", one.id, after=body.model_dump(mode="json"))
    return one


async def let_leave(session: AsyncSession, *, caller: Caller, territory_id: UUID, body: Departure) -> Territory:
    """An area or a facility belongs to it for the last time on a day."""
    one = await kept_by(session, caller, territory_id)
    member = (await areas_of(session, [body.area], body.last_day))[0] if body.area else (await facilities_of(session, [str(body.facility)], body.last_day))[0]
    column = TerritoryMember.area_id if body.area else TerritoryMember.facility_id
    of_it = (TerritoryMember.territory_id == one.id, column == member)
    left = await session.execute(
        update(TerritoryMember).where(*of_it, TerritoryMember.valid.contains(body.last_day)).values(valid=func.daterange(func.lower(TerritoryMember.valid), body.last_day, "[]"))
    )
    if not left.rowcount:  # type: ignore[attr-defined]
        raise Malformed.field("area" if body.area else "facility", _("It does not belong to the territory on {day}."), day=body.last_day.isoformat())
    await session.execute(delete(TerritoryMember).where(*of_it, func.lower(TerritoryMember.valid) > body.last_day))
    one.version += 1
    await record_audit(session, caller, "territory.left", "territory", one.id, after=body.model_dump(mode="json"))
    return one


async def end_territory(session: AsyncSession, *, caller: Caller, territory_id: UUID, body: Ending) -> Territory:
    """The territory and the belonging of its members end on a day."""
    one = await kept_by(session, caller, territory_id)
    if body.last_day not in one.valid:
        raise Malformed.field("last_day", _("The territory does not exist on {day}."), day=body.last_day.isoformat())
    one.valid, one.version = period(one.valid_from, body.last_day), one.version + 1
    await session.execute(delete(TerritoryMember).where(TerritoryMember.territory_id == one.id, func.lower(TerritoryMember.valid) > body.last_day))
    await session.execute(
        update(TerritoryMember)
        .where(TerritoryMember.territory_id == one.id, TerritoryMember.valid.contains(body.last_day + timedelta(days=1)))
        .values(valid=func.daterange(func.lower(TerritoryMember.valid), body.last_day, "[]"))
    )
    await record_audit(session, caller, "territory.ended", "territory", one.id, after=body.model_dump(mode="json"))
    return one


async def kept_by(session: AsyncSession, caller: Caller, territory_id: UUID) -> Territory:
    """The territory, locked. Raises Forbidden when another authority keeps it."""
    one = await get_territory(session, territory_id)
    require(can_keep_territory(caller, one.authority_path))
    await session.refresh(one, with_for_update=True)
    return one


async def join(session: AsyncSession, caller: Caller, one: Territory, day: date, areas: Sequence[str], facilities: Sequence[str]) -> None:
    members = [{"area_id": area} for area in await areas_of(session, areas, day)] + [{"facility_id": facility} for facility in await facilities_of(session, facilities, day)]
    same = {"territory_id": one.id, "authority_path": one.authority_path, "shared_with": [], "kind": one.kind, "valid": period(day, one.valid_to), "recorded_by": caller.actor}
    session.add_all([TerritoryMember(**same, **member) for member in members])
    await session.flush()


async def areas_of(session: AsyncSession, codes: Sequence[str], day: date) -> list[UUID]:
    """Areas by code on a day. Raises Malformed for a code that names none."""
    found = {row.code: row.id for row in await session.execute(select(Area.code, Area.id).where(Area.code.in_(codes), Area.valid.contains(day)))}
    for code in codes:
        if code not in found:
            raise Malformed.field("areas", _("There is no area {code}."), code=code)
    return list(dict.fromkeys(found[code] for code in codes))


async def facilities_of(session: AsyncSession, codes: Sequence[str], day: date) -> list[UUID]:
    found = {row.code: row.id for row in await session.execute(select(Facility.code, Facility.id).where(Facility.code.in_(codes), Facility.valid.contains(day)))}
    for code in codes:
        if code not in found:
            raise Malformed.field("facilities", _("There is no facility {code} on {day}."), code=code, day=day.isoformat())
    return list(dict.fromkeys(found[code] for code in codes))
