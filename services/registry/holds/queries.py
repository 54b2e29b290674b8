"""Reading holds, and the staff of places with what is held of their days."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.holds.models import Hold
from services.registry.holds.roster import SEARCHED, Held, Limits, Member, Minimum, Roster
from services.registry.periods import last_day, period
from services.registry.rules import pack_of
from shared.auth import Caller
from shared.jurisdictions import here
from shared.visibility import visible_to

MARGIN = timedelta(days=SEARCHED)

_PERSONS = bindparam("persons", type_=ARRAY(PG_UUID(as_uuid=True)))
_DAYS = bindparam("days", type_=DATERANGE)
_STAFF = text("SELECT * FROM staff_of_places(CAST(:codes AS text[]), :days)").bindparams(_DAYS)
_HELD = text("SELECT * FROM held_days_of(:persons, :days)").bindparams(_PERSONS, _DAYS)
_MINIMUMS = text("SELECT * FROM minimums_of_places(CAST(:codes AS text[]), :days)").bindparams(_DAYS)
_PLACES = text("SELECT DISTINCT facility_code FROM places_of_persons(:persons, :days)").bindparams(_PERSONS, _DAYS)
_HOME = text(
    """
    SELECT DISTINCT ON (person_id) person_id, facility_code, authority_path::text AS path, array_agg(authority_path::text) OVER (PARTITION BY person_id) AS paths
    FROM places_of_persons(:persons, :days) ORDER BY person_id, kind <> 'primary', lower(valid)
    """
).bindparams(_PERSONS, _DAYS)


def holds_visible_to(caller: Caller) -> Select[tuple[Hold]]:
    return select(Hold).where(visible_to(caller, Hold))


async def places_of(session: AsyncSession, person_ids: Collection[UUID], first: date, last: date) -> list[str]:
    """Codes of the facilities where any of these people works between two days."""
    rows = await session.execute(_PLACES, {"persons": list(person_ids), "days": period(first, last)})
    return sorted(row.facility_code for row in rows)


async def homes_of(session: AsyncSession, person_ids: Collection[UUID], first: date, last: date) -> dict[UUID, tuple[str, str, list[str]]]:
    """The place of each person's primary assignment: its code, its path, and the paths of all the places where the person works."""
    rows = await session.execute(_HOME, {"persons": list(person_ids), "days": period(first, last)})
    return {row.person_id: (row.facility_code, row.path, sorted(set(row.paths))) for row in rows}


async def roster_of(session: AsyncSession, codes: Sequence[str], first: date, last: date, *, margin: timedelta = MARGIN, also: Collection[UUID] = ()) -> Roster:
    """The staff of some facilities between two days, what is held of their days, and the minimums; with a year around to look for free days."""
    begin, end = first - margin, last + margin
    days = period(begin, end)
    limits = limits_of(codes[0] if codes else here().country, first)
    staff = [
        Member(row.person_id, row.facility_code, row.unit, row.occupation_code, row.specialty, row.valid.lower, last_day(row.valid), row.unit_id)
        for row in await session.execute(_STAFF, {"codes": list(codes), "days": days})
    ]
    people = {one.person_id for one in staff} | set(also)
    held = []
    for row in await session.execute(_HELD, {"persons": list(people), "days": days}):
        ends = last_day(row.held)
        assert ends is not None
        held.append(Held(row.hold_id, row.person_id, row.kind, row.source_service, row.source_id, row.held.lower, ends))
    minimums = [
        Minimum(
            row.id,
            row.facility_code,
            row.unit,
            row.occupation_code,
            row.specialty,
            row.min_present,
            limits.cap_percent if row.mission_cap_percent is None else row.mission_cap_percent,
            row.valid.lower,
            last_day(row.valid),
        )
        for row in await session.execute(_MINIMUMS, {"codes": list(codes), "days": days})
    ]
    return Roster(staff, held, minimums, limits, begin, end)


def limits_of(code: str, day: date) -> Limits:
    pack = pack_of(code, day)
    return Limits(pack.rule("ROT-03-CAP").value, pack.rule("ROT-03-SMALL").value)
