"""Opening facilities: one by hand or thousands from an import, by the same procedure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.models import Area
from services.registry.facilities.crosswalk import ONE_DAY, Atlas, Stay
from services.registry.facilities.events import FacilityChanged, FacilityPeriod
from services.registry.facilities.models import Facility, FacilityLink
from services.registry.facilities.permissions import can_write_facility_of
from services.registry.facilities.queries import atlas_of
from services.registry.imports.lines import FacilityLine
from services.registry.periods import first_day, last_day
from shared.audit import record_audits
from shared.auth import Caller, path_of, require
from shared.errors import Malformed, Refused
from shared.events import record_events
from shared.i18n import _
from shared.ids import uuid7
from shared.names import canonical, search_words, sort_key


@dataclass(frozen=True)
class Plan:
    """A facility about to be written: what was said, and where it stood and stands by the crosswalk."""

    line: FacilityLine
    stays: Sequence[Stay]

    @property
    def path(self) -> str:
        return f"{path_of(self.line.authority)}.{self.line.code}"

    @property
    def abandoned_on(self) -> date | None:
        """The day on which its area ended with nothing after it, although the facility went on: a district, where a commune is needed."""
        last = self.stays[-1].last if self.stays else self.line.valid_from
        return None if last == self.line.valid_to else last

    @property
    def links(self) -> dict[str, str]:
        said = {"managed_by": self.line.authority, "supervised_by": self.line.technical_supervisor, "hosted_by": self.line.host}
        return {kind: party for kind, party in said.items() if party}


def plan_facility(atlas: Atlas, line: FacilityLine) -> Plan | None:
    """Follow the facility through the areas; nothing when its area code names none."""
    area = atlas.named(line.area_code, line.valid_from, line.valid_to)
    if area is None:
        return None
    latitude, longitude = (float(line.latitude), float(line.longitude)) if line.latitude is not None and line.longitude is not None else (None, None)
    return Plan(line, atlas.stays(area, line.valid_from, line.valid_to, latitude, longitude))


async def open_facility(session: AsyncSession, caller: Caller, line: FacilityLine, *, reference: str | None, done_on: date) -> UUID:
    """An authority enters a facility that it manages; entering the same again changes nothing."""
    require(can_write_facility_of(caller, line.authority))
    plan = plan_facility(await atlas_of(session, [line.area_code]), line)
    if plan is None:
        raise Malformed.field("area_code", _("There is no area {code}."), code=line.area_code)
    if plan.abandoned_on is not None:
        raise Malformed.field("area_code", _("The area {code} ended on {day} and was divided: name the commune."), code=line.area_code, day=plan.abandoned_on.isoformat())
    known = (await facilities_as_recorded(session, [line.code])).get(line.code)
    if known is not None:
        if known.says(plan):
            return known.id
        raise Refused(
            "facility-code-taken",
            _("This code already names another facility. A facility keeps its code for ever."),
            possible=_("Choose another code, or send exactly the same content."),
        )
    return (await write_facilities(session, caller, [plan], reference=reference, done_on=done_on))[0]


async def write_facilities(session: AsyncSession, caller: Caller, plans: Sequence[Plan], *, reference: str | None = None, done_on: date | None = None) -> list[UUID]:
    """Write facilities, their links and their place among the authorities, and announce them; set-wise."""
    if not plans:
        return []
    ids = [uuid7() for _plan in plans]
    rows, links, authorities = [], [], []
    for facility_id, plan in zip(ids, plans, strict=True):
        line = plan.line
        rows += [facility_row(facility_id, plan, stay, caller, reference) for stay in plan.stays]
        period = {"valid_from": line.valid_from, "valid_to": line.valid_to}
        links += [
            {"row_id": uuid7(), "facility_id": facility_id, "kind": kind, "party_code": party, "authority_path": plan.path, "recorded_by": caller.actor} | period
            for kind, party in plan.links.items()
        ]
        authorities.append({"code": line.code, "path": plan.path} | period)
    for statement, written in ((_INSERT_FACILITIES, rows), (_INSERT_LINKS, links), (_INSERT_AUTHORITIES, authorities)):
        await session.execute(statement, {"rows": orjson.dumps(written, default=str).decode()})
    await announce(session, ids)
    await record_audits(
        session, caller, "facility.opened", "facility", [(facility_id, None, described(plan.line)) for facility_id, plan in zip(ids, plans, strict=True)], done_on=done_on
    )
    return ids


def facility_row(facility_id: UUID, plan: Plan, stay: Stay, caller: Caller, reference: str | None) -> dict[str, Any]:
    line, name = plan.line, canonical(plan.line.name)
    return {
        "row_id": uuid7(),
        "id": facility_id,
        "code": line.code,
        "name": name,
        "type": line.type,
        "level": line.level,
        "ownership": line.ownership,
        "area_id": stay.area_id,
        "area_is_estimated": stay.is_estimated,
        "latitude": line.latitude,
        "longitude": line.longitude,
        "remoteness": line.remoteness,
        "tier": line.tier,
        "reference": reference,
        "valid_from": stay.first,
        "valid_to": stay.last,
        "authority_path": plan.path,
        "words": sorted(search_words(name) | search_words(line.code)),
        "sort_key": sort_key(name),
        "recorded_by": caller.actor,
    }


def described(line: FacilityLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__slots__ if name != "row" and getattr(line, name) is not None}


# --- what is already recorded ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recorded:
    """A facility as the register has it, to be compared with what is said again."""

    id: UUID
    rows: Sequence[Facility]
    links: Sequence[FacilityLink]

    def says(self, plan: Plan) -> bool:
        """Whether saying this would change nothing."""
        return bool(self._content() == content_of(plan))

    def _content(self) -> Any:
        rows = [(r.name, r.type, r.level, r.ownership, r.area_id, r.remoteness, r.tier, r.valid_from, r.valid_to) for r in self.rows]
        links = {(link.kind, link.party_code, first_day(link.valid), last_day(link.valid)) for link in self.links}
        return rows, links


def content_of(plan: Plan) -> Any:
    line = plan.line
    rows = [(canonical(line.name), line.type, line.level, line.ownership, s.area_id, line.remoteness, line.tier, s.first, s.last) for s in plan.stays]
    return rows, {(kind, party, line.valid_from, line.valid_to) for kind, party in plan.links.items()}


async def facilities_as_recorded(session: AsyncSession, codes: Sequence[str]) -> dict[str, Recorded]:
    """Every period and link of facilities, by code."""
    rows = (await session.scalars(select(Facility).where(Facility.code.in_(codes)).order_by(Facility.valid))).all()
    by_id: dict[UUID, list[Facility]] = {}
    for row in rows:
        by_id.setdefault(row.id, []).append(row)
    links: dict[UUID, list[FacilityLink]] = {}
    for link in await session.scalars(select(FacilityLink).where(FacilityLink.facility_id.in_(by_id)).order_by(FacilityLink.valid)):
        links.setdefault(link.facility_id, []).append(link)
    return {periods[0].code: Recorded(facility_id, periods, links.get(facility_id, ())) for facility_id, periods in by_id.items()}


# --- events ----------------------------------------------------------------------------------------------------------


async def announce(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Tell the other services the whole state of these facilities."""
    rows = await session.execute(
        select(Facility, Area.code, Area.within)
        .join(Area, (Area.id == Facility.area_id) & Area.valid.overlaps(Facility.valid))
        .where(Facility.id.in_(ids))
        .order_by(Facility.id, Facility.valid, Area.valid.desc())
        .distinct(Facility.id, Facility.valid)
    )
    periods: dict[UUID, list[tuple[Facility, str, list[str]]]] = {}
    for facility, area_code, within in rows.all():
        periods.setdefault(facility.id, []).append((facility, area_code, within))
    links: dict[UUID, list[FacilityLink]] = {}
    for link in await session.scalars(select(FacilityLink).where(FacilityLink.facility_id.in_(ids))):
        links.setdefault(link.facility_id, []).append(link)
    record_events(session, [about(found, links[facility_id]) for facility_id, found in periods.items()])


def about(rows: Sequence[tuple[Facility, str, list[str]]], links: Sequence[FacilityLink]) -> FacilityChanged:
    """A facility's public state: a new period wherever its description, its area or one of its links changes."""
    periods = []
    for facility, area_code, area_path in rows:
        first, last = first_day(facility.valid), last_day(facility.valid)
        assert first is not None
        turns = {first} | {day for link in links for day in _turns(link) if first < day and (last is None or day <= last)}
        for start, following in pairwise([*sorted(turns), None]):
            assert start is not None
            party = {link.kind: link.party_code for link in links if link.valid.contains(start)}
            periods.append(
                FacilityPeriod(
                    valid_from=start,
                    valid_to=following - ONE_DAY if following else last,
                    facility_type=facility.type,
                    level=facility.level,
                    ownership=facility.ownership,
                    authority=party["managed_by"],
                    authority_path=f"{path_of(party['managed_by'])}.{facility.code}",
                    area_id=facility.area_id,
                    area_code=area_code,
                    area_path=area_path,
                    area_is_estimated=facility.area_is_estimated,
                    technical_supervisor=party.get("supervised_by"),
                    host=party.get("hosted_by"),
                    remoteness=facility.remoteness,
                    tier=facility.tier,
                )
            )
    newest = periods[-1]
    shown = newest.model_dump(include=set(FacilityChanged.model_fields) & set(FacilityPeriod.model_fields))
    return FacilityChanged(id=rows[0][0].id, code=rows[0][0].code, periods=periods, **shown)


def _turns(link: FacilityLink) -> list[date]:
    return [day for day in (link.valid.lower, link.valid.upper) if day is not None]


_INSERT_FACILITIES = text(
    """
    INSERT INTO facilities (row_id, id, code, name, type, level, ownership, area_id, area_is_estimated, latitude, longitude, remoteness, tier, reference,
                            valid, authority_path, words, sort_key, recorded_by)
    SELECT row_id, id, code, name, type, level, ownership, area_id, area_is_estimated, latitude, longitude, remoteness, tier, reference,
           daterange(valid_from, valid_to, '[]'), authority_path, array_to_tsvector(words), sort_key, recorded_by
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS said (
        row_id uuid, id uuid, code text, name text, type text, level text, ownership text, area_id uuid, area_is_estimated boolean, latitude numeric,
        longitude numeric, remoteness text, tier text, reference text, valid_from date, valid_to date, authority_path ltree, words text[], sort_key text, recorded_by text)
    """
)

_INSERT_LINKS = text(
    """
    INSERT INTO facility_links (row_id, facility_id, kind, party_code, valid, authority_path, recorded_by)
    SELECT row_id, facility_id, kind, party_code, daterange(valid_from, valid_to, '[]'), authority_path, recorded_by
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS said (
        row_id uuid, facility_id uuid, kind text, party_code text, valid_from date, valid_to date, authority_path ltree, recorded_by text)
    """
)

_INSERT_AUTHORITIES = text(
    """
    INSERT INTO facility_authorities (code, path, valid)
    SELECT code, path, daterange(valid_from, valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS said (code text, path ltree, valid_from date, valid_to date)
    """
)
