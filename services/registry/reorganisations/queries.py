"""Reading reorganisations: the list, what each touches, what was built on it."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.persons.models import Person
from services.registry.persons.queries import persons_visible_to
from services.registry.reorganisations.models import Reorganisation
from services.registry.reorganisations.schemas import BuiltOn, Thing, Touched
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to

SHOWN = 100
KINDS = {
    "areas": "area",
    "facilities": "facility",
    "facility_links": "facility-link",
    "units": "unit",
    "posts": "post",
    "assignments": "assignment",
    "employments": "employment",
    "absences": "absence",
    "holds": "hold",
    "staffing_minimums": "staffing-minimum",
    "territory_members": "territory",
}


def reorganisations_visible_to(caller: Caller) -> Select[tuple[Reorganisation]]:
    return select(Reorganisation).where(visible_to(caller, Reorganisation))


async def get_visible_reorganisation(session: AsyncSession, caller: Caller, reorganisation_id: UUID, *, for_update: bool = False) -> Reorganisation:
    """One of the caller's. Raises NotFound without a relation."""
    statement = reorganisations_visible_to(caller).where(Reorganisation.id == reorganisation_id)
    if for_update:
        statement = statement.with_for_update()
    found = await session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound()
    return found


async def touched_by(session: AsyncSession, caller: Caller, reorganisation_id: UUID) -> list[Touched]:
    """What it wrote, by kind: each thing once, with what it was and what it is."""
    rows = (await session.execute(_ROWS, {"id": reorganisation_id})).all()
    things: dict[str, dict[Any, tuple[dict[str, Any] | None, dict[str, Any] | None]]] = {}
    for row in rows:
        if row.table_name not in KINDS:
            continue
        said = row.after or row.before
        key = (said["facility_id"], said["kind"]) if row.table_name == "facility_links" else said.get("id") or said["territory_id"]
        of_kind = things.setdefault(KINDS[row.table_name], {})
        before, after = of_kind.get(key, (None, None))
        # The first belief that was rewritten and the last that was written stand for the thing.
        of_kind[key] = (before or row.before, _latest(after, row.after))
    names = await names_of(session, caller, {said["person_id"] for of_kind in things.values() for pair in of_kind.values() for said in pair if said and said.get("person_id")})
    stood = {one["area_id"] for pair in things.get("facility", {}).values() for one in pair if one}
    places = {str(one.id): one.name for one in await session.execute(_PLACES, {"ids": list(stood)})}
    codes = {str(row.id): row.code for row in await session.execute(_CODES, {"ids": [key[0] for key in things.get("facility-link", {})]})}
    codes |= {str(row.id): row.name for row in await session.execute(_TERRITORIES, {"ids": list(things.get("territory", {}))})}
    found = []
    for kind in [kind for kind in KINDS.values() if kind in things]:
        pairs = sorted(things[kind].values(), key=lambda pair: not stands_beside(*pair))
        found.append(Touched(kind=kind, count=len(pairs), items=[thing_of(kind, before, after, names, places, codes) for before, after in pairs[:SHOWN]]))
    return found


def _latest(one: dict[str, Any] | None, other: dict[str, Any] | None) -> dict[str, Any] | None:
    """Of two periods the one that begins later."""
    if one is None or other is None:
        return other or one
    return max(one, other, key=lambda said: str(said.get("valid", "")).removeprefix("[").removeprefix("("))


def thing_of(kind: str, before: dict[str, Any] | None, after: dict[str, Any] | None, names: dict[str, str], places: dict[str, str], codes: dict[str, str]) -> Thing:
    """A line of the preview. People whom the reader may not see have no name here."""
    said = after or before or {}
    match kind:
        case "area":
            return Thing(id=said["id"], name=said["name"], code=said["code"], before=_words(before, "code", "name"), after=_words(after, "code", "name") if _open(after) else None)
        case "facility":
            was, becomes = (places.get(str(one.get("area_id"))) if one else None for one in (before, after))
            return Thing(id=said["id"], name=said["name"], code=said["code"], before=was, after=becomes if _open(after) else None)
        case "facility-link":
            was, becomes = (one["party_code"] if one else None for one in (before, after))
            return Thing(id=said["facility_id"], name=said["kind"], code=codes.get(str(said["facility_id"])), before=was, after=becomes if _open(after) else None)
        case "unit":
            return Thing(id=said["id"], name=said["name"], code=said["code"], before=_words(before, "facility_code", "name"), after=_words(after, "facility_code", "name"))
        case "territory":
            return Thing(id=said["territory_id"], name=codes.get(str(said["territory_id"]), ""))
    name = (
        names.get(str(said.get("person_id")), "")
        if said.get("person_id")
        else said.get("reference") or said.get("unit") or said.get("occupation_code") or said.get("facility_code", "")
    )
    person = said.get("person_id") if str(said.get("person_id")) in names else None
    stays = None if kind == "post" and after and after.get("act") == "abolished" else after
    return Thing(
        id=said["id"],
        name=name,
        person_id=person,
        code=said.get("reference"),
        before=_words(before, "facility_code", "unit"),
        after=_words(stays, "facility_code", "unit"),
        over_filled=stands_beside(before, after),
    )


def stands_beside(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
    """Whether this is somebody for whom the post has no room from the day on: they are named first."""
    return bool(after and after.get("over_filled")) and not (before and before.get("over_filled"))


def _open(said: dict[str, Any] | None) -> bool:
    return said is not None and str(said.get("valid", "")).endswith(",)")


def _words(said: dict[str, Any] | None, *fields: str) -> str | None:
    return None if said is None else " · ".join(str(said[name]) for name in fields if said.get(name)) or None


async def names_of(session: AsyncSession, caller: Caller, people: set[str]) -> dict[str, str]:
    if not people:
        return {}
    rows = await session.execute(persons_visible_to(caller).where(Person.id.in_(people)).with_only_columns(Person.id, Person.name))
    return {str(row.id): row.name for row in rows}


async def built_on(session: AsyncSession, caller: Caller, reorganisation_id: UUID) -> list[BuiltOn]:
    """What leans on an applied reorganisation, by name; none means that it may be undone."""
    found_rows = await session.execute(text("SELECT kind, id, told FROM built_on(:id) UNION ALL SELECT kind, id, told FROM units_built_on(:id)"), {"id": reorganisation_id})
    rows = [(row.kind, row.id, row.told) for row in found_rows]
    told = [(kind, thing, orjson.loads(said) if isinstance(said, str) else said) for kind, thing, said in rows]
    names = await names_of(session, caller, {said["person_id"] for _kind, _thing, said in told if said.get("person_id")})
    codes = {str(row.id): row.code for row in await session.execute(_CODES, {"ids": [said["facility_id"] for _kind, _thing, said in told if said.get("facility_id")]})}
    found: dict[tuple[str, UUID], BuiltOn] = {}
    for table, thing, said in told:
        kind = {"area_changes": "area"}.get(table) or KINDS[table]
        name = (
            names.get(str(said.get("person_id")))
            or said.get("name")
            or said.get("reference")
            or said.get("unit")
            or codes.get(str(said.get("facility_id")))
            or said.get("legal_basis")
            or kind
        )
        identity = thing or UUID(said.get("facility_id") or said["territory_id"])
        found.setdefault((kind, identity), BuiltOn(kind=kind, id=identity, name=name))
    sets = await session.execute(text("SELECT id, name FROM territories_built_on(:id)"), {"id": reorganisation_id})
    return [*found.values(), *(BuiltOn(kind="territory", id=row.id, name=row.name) for row in sets)]


_ROWS = text("SELECT table_name, before, after FROM reorganisation_rows WHERE reorganisation_id = :id ORDER BY number")
_PLACES = text("SELECT DISTINCT ON (id) id, name FROM areas WHERE id = ANY (CAST(:ids AS uuid[])) ORDER BY id, valid DESC")
_TERRITORIES = text("SELECT id, name FROM territories WHERE id = ANY (CAST(:ids AS uuid[]))")
_CODES = text("SELECT DISTINCT id, code FROM facilities WHERE id = ANY (CAST(:ids AS uuid[]))")
