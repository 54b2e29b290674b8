"""A facility changes from a day on, or closes after its last day; what was true before stays true."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.facilities.models import Facility, FacilityAuthority, FacilityLink
from services.registry.facilities.permissions import can_write_facility_of
from services.registry.facilities.use_cases import announce
from services.registry.periods import first_day, last_day
from services.registry.units.models import Unit
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.names import canonical, search_words, sort_key

ONE_DAY = timedelta(days=1)
LINKS = {"technical_supervisor": "supervised_by", "host": "hosted_by"}


async def change_facility(session: AsyncSession, caller: Caller, facility_id: UUID, *, starts_on: date, said: Mapping[str, Any], done_on: date) -> None:
    """Its authority describes a facility anew from a day on: name, kind, remoteness, group, technical supervisor or host."""
    rows = await lock_facility(session, facility_id)
    require(can_write_facility_of(caller, await authority_of_facility(session, facility_id)))
    if not any(row.valid.contains(starts_on) for row in rows):
        raise Malformed.field("starts_on", _("The facility does not exist on {day}."), day=starts_on.isoformat())
    columns = {name: value for name, value in said.items() if name not in LINKS}
    links = {LINKS[name]: party for name, party in said.items() if name in LINKS}
    before = described_from(rows, starts_on, columns) | {kind: await party_on(session, facility_id, kind, starts_on) for kind in links}
    if before == {name: [value] for name, value in columns.items()} | links:
        return
    values = {"id": facility_id, "day": starts_on, "by": caller.actor}
    if columns:
        if "name" in columns:
            name = canonical(columns["name"])
            words = sorted(search_words(name) | search_words(rows[0].code))
            columns |= {"name": name, "sort_key": sort_key(name), "words": func.array_to_tsvector(cast(words, ARRAY(Text)))}
        await session.execute(_SPLIT, values)
        await session.execute(update(Facility).where(Facility.id == facility_id, func.lower(Facility.valid) >= starts_on).values(columns))
    for kind, party in links.items():
        of_kind = values | {"kind": kind, "party": party, "path": rows[-1].authority_path, "last": last_day(rows[-1].valid)}
        await session.execute(_CUT_LATER_LINKS, of_kind)
        await session.execute(_CUT_LINK, of_kind)
        if party is not None:
            await session.execute(_OPEN_LINK, of_kind)
    session.expire_all()
    await announce(session, [facility_id])
    await record_audit(session, caller, "facility.changed", "facility", facility_id, before=before, after={"starts_on": starts_on, **said}, done_on=done_on)


async def close_facility(session: AsyncSession, caller: Caller, facility_id: UUID, *, last: date, done_on: date) -> None:
    """Its authority closes a facility; nobody may be assigned there afterwards."""
    rows = await lock_facility(session, facility_id)
    require(can_write_facility_of(caller, await authority_of_facility(session, facility_id)))
    if last_day(rows[-1].valid) == last:
        return
    if not any(row.valid.contains(last) for row in rows):
        raise Malformed.field("last_day", _("The facility does not exist on {day}."), day=last.isoformat())
    staff = (await session.execute(_STAFF_AFTER, {"id": facility_id, "last": last})).scalar_one()
    if staff:
        raise Refused(
            "facility-has-staff",
            _("{staff} assignments at this facility go on after {day}."),
            possible=_("End or move these assignments first, or choose a later last day."),
            more={"assignments": staff},
            staff=staff,
            day=last.isoformat(),
        )
    units = (
        await session.scalars(select(Unit.id).where(Unit.facility_id == facility_id, func.coalesce(func.upper(Unit.valid) > last + ONE_DAY, True)).distinct().limit(200))
    ).all()
    if units:
        raise Refused(
            "facility-has-units",
            _("{count} units of this facility go on after {day}."),
            possible=_("Close its units first, or choose a later last day."),
            more={"units": [str(one) for one in units]},
            count=len(units),
            day=last.isoformat(),
        )
    for table, of_it in (
        (Facility, Facility.id == facility_id),
        (FacilityLink, FacilityLink.facility_id == facility_id),
        (FacilityAuthority, FacilityAuthority.code == rows[0].code),
    ):
        await session.execute(delete(table).where(of_it, func.lower(table.valid) > last))
        await session.execute(update(table).where(of_it, table.valid.contains(last)).values(valid=func.daterange(func.lower(table.valid), last, "[]")))
    session.expire_all()
    await announce(session, [facility_id])
    await record_audit(session, caller, "facility.closed", "facility", facility_id, before={"last_day": last_day(rows[-1].valid)}, after={"last_day": last}, done_on=done_on)


async def lock_facility(session: AsyncSession, facility_id: UUID) -> Sequence[Facility]:
    """Its periods, oldest first; nobody else changes them meanwhile. Raises NotFound."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:id AS text), 0))"), {"id": str(facility_id)})
    rows = (await session.scalars(select(Facility).where(Facility.id == facility_id).order_by(Facility.valid))).all()
    if not rows:
        raise NotFound()
    return rows


async def authority_of_facility(session: AsyncSession, facility_id: UUID) -> str:
    """The authority that manages it now, or managed it last."""
    found: str | None = await session.scalar(
        select(FacilityLink.party_code).where(FacilityLink.facility_id == facility_id, FacilityLink.kind == "managed_by").order_by(FacilityLink.valid.desc()).limit(1)
    )
    assert found is not None
    return found


async def party_on(session: AsyncSession, facility_id: UUID, kind: str, day: date) -> str | None:
    of_kind = (FacilityLink.facility_id == facility_id, FacilityLink.kind == kind, FacilityLink.valid.contains(day))
    party: str | None = await session.scalar(select(FacilityLink.party_code).where(*of_kind))
    return party


def described_from(rows: Sequence[Facility], day: date, names: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What each of these columns says from a day on."""
    later = [row for row in rows if row.valid.contains(day) or (first_day(row.valid) or day) > day]
    return {name: sorted({getattr(row, name) for row in later}, key=str) for name in names}


_SPLIT = text(
    """
    WITH cut AS (
        UPDATE facilities SET valid = daterange(lower(valid), :day) WHERE id = :id AND valid @> CAST(:day AS date) AND lower(valid) < :day
        RETURNING *, (SELECT upper(f.valid) FROM facilities f WHERE f.row_id = facilities.row_id) AS ended
    )
    INSERT INTO facilities (row_id, id, code, name, type, level, ownership, area_id, area_is_estimated, latitude, longitude, remoteness, tier, reference,
                            valid, authority_path, shared_with, words, sort_key, recorded_by)
    SELECT gen_random_uuid(), id, code, name, type, level, ownership, area_id, area_is_estimated, latitude, longitude, remoteness, tier, reference,
           daterange(:day, ended), authority_path, shared_with, words, sort_key, :by
    FROM cut
    """
)
_CUT_LATER_LINKS = text("DELETE FROM facility_links WHERE facility_id = :id AND kind = :kind AND lower(valid) >= :day")
_CUT_LINK = text("UPDATE facility_links SET valid = daterange(lower(valid), :day) WHERE facility_id = :id AND kind = :kind AND valid @> CAST(:day AS date)")
_OPEN_LINK = text(
    """
    INSERT INTO facility_links (row_id, facility_id, kind, party_code, valid, authority_path, recorded_by)
    VALUES (gen_random_uuid(), :id, :kind, :party, daterange(CAST(:day AS date), CAST(:last AS date), '[]'), CAST(:path AS ltree), :by)
    """
)
_STAFF_AFTER = text("SELECT count(DISTINCT id) FROM assignments WHERE facility_id = :id AND state = 'active' AND (upper_inf(valid) OR upper(valid) > CAST(:last AS date) + 1)")
