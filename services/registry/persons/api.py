"""Persons over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import Query, Response

from services.registry.assignments.permissions import can_record_assignments
from services.registry.persons.lists import search_page, staff_page
from services.registry.persons.models import Person
from services.registry.persons.permissions import can_change_person, can_enter_people, can_find_people, can_look_up_names, can_read_people, can_write_people
from services.registry.persons.queries import (
    KEYS,
    cards_of,
    file_of,
    get_search,
    get_visible_person,
    persons_found,
    persons_visible_to,
    referred_to,
    shares_of,
    show_person,
)
from services.registry.persons.schemas import (
    AgeRead,
    Lookup,
    LookupCreate,
    PersonCard,
    PersonChange,
    PersonEntry,
    PersonRead,
    PersonReadName,
    SearchCreate,
    SearchPage,
    Shares,
    SharesCreate,
)
from services.registry.persons.timeline import Timeline, timeline_of
from services.registry.persons.use_cases import change_person, register_person
from services.registry.qualifications.permissions import can_declare_qualifications
from shared.actions import IfMatch, action, etag_of, require_current
from shared.auth import Caller, CallerDep, allows
from shared.calendars import completed_years
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.quick import Answer, QuickDep, quick

router = Router(prefix="/persons", tags=["persons"])
Sort = Annotated[Literal["name", "-name"], Query(description="The order; from its end with a minus.")]


def _file(found: Sequence[Any], caller: Caller, status: int = 200) -> Response:
    """What stands in the file of a person, as the database says it, with what this caller may do next."""
    version, authority, file = found
    return Answer(b"%b,%b" % (file.encode()[:-1], _next_acts(caller, authority)[1:]), status, etag=etag_of(version))


@lru_cache(maxsize=4096)
def _next_acts(caller: Caller, authority: str) -> bytes:
    actions = [
        action("correct", can_change_person(caller, authority)),
        action("declare-qualification", can_declare_qualifications(caller)),
        action("assign", can_record_assignments(caller)),
    ]
    return orjson.dumps({"available_actions": [each.model_dump() for each in actions]})


@router.post("", status_code=201, response_model=PersonRead, dependencies=[allows(can_enter_people)], responses=problems(403, 409, 422))
async def create_person(body: PersonEntry, caller: CallerDep, session: SessionDep) -> Response:
    """Register a person, once, for one or several purposes, with what their papers say of them."""
    person = await register_person(session, caller=caller, body=body)
    return _file(await file_of(session, caller, person.id), caller, 201)


@quick(router, "", response_model=Page[PersonCard], dependencies=[allows(can_find_people)], responses=problems(403, 422))
async def list_persons(
    asking: QuickDep,
    page: PageDep,
    facility: Annotated[str | None, Query(max_length=60, description="Code of a facility: those assigned to it or employed by it on the day.")] = None,
    occupation: Annotated[str | None, Query(max_length=60, description="Code of an occupation.")] = None,
    worker_no: Annotated[str | None, Query(max_length=60, description="The authority's own number of a worker.")] = None,
    unit_id: Annotated[UUID | None, Query(description="A unit: those whose post stands in it, or in what hangs below it, on the day.")] = None,
    as_of: Annotated[date | None, Query(description="The day; today when not said.")] = None,
    sort: Sort = "name",
) -> Response:
    """The staff list in the order of names, with occupation and place of work on the day."""
    found = await staff_page(
        asking, sort=sort, page=page, day=as_of or today(), facility=facility or None, occupation=occupation or None, worker_no=worker_no or None, unit_id=unit_id
    )
    return Answer(found)


@quick(router, "/search", method="POST", status_code=201, response_model=SearchPage, dependencies=[allows(can_find_people)], responses=problems(403, 422))
async def create_search(body: SearchCreate, asking: QuickDep) -> Response:
    """Find persons by words of their names, in any order, with or without accents."""
    return Answer(await search_page(asking, body.q, exact=body.exact, limit=body.limit), 201)


@router.get("/search/{search_id}", response_model=SearchPage, dependencies=[allows(can_find_people)], responses=problems(403, 404, 422))
async def read_search(search_id: UUID, caller: CallerDep, session: SessionDep, page: PageDep) -> SearchPage:
    """Another page of a search, for some minutes."""
    kept = await get_search(session, caller, search_id)
    found = await keyset_page(session, persons_found(caller, kept.query, exact=kept.exact), keys=KEYS, params=page)
    return SearchPage(id=search_id, items=await cards_of(session, found.items, today()), next=found.next, previous=found.previous)


@router.post("/lookup", status_code=200, response_model=Lookup, response_model_exclude_none=True, dependencies=[allows(can_look_up_names)], responses=problems(403, 422))
async def look_up_names(body: LookupCreate, caller: CallerDep, session: SessionDep) -> Lookup:
    """Names of up to 200 persons by id, or by one's own authority's reference; a retired record has the name of the one that stands; those whom the caller may not see are left out."""
    found = {person.id: person for person in (await session.scalars(persons_visible_to(caller).where(Person.id.in_(body.ids)))).all()}
    referred = (await session.scalars(persons_visible_to(caller).where(*referred_to(caller, body.references)))).all() if body.references else []
    stand = {person.merged_into for person in (*found.values(), *referred)} - {None}
    now = {person.id: person for person in (await session.scalars(persons_visible_to(caller).where(Person.id.in_(stand)))).all()} if stand else {}
    named = {person_id: now.get(person.merged_into or person.id, person).name for person_id, person in found.items()}
    stands = [(person.reference, now.get(person.merged_into or person.id, person)) for person in referred]
    return Lookup(
        items=[
            *(PersonReadName(id=person_id, name=named[person_id]) for person_id in dict.fromkeys(body.ids) if person_id in named),
            *(PersonReadName(id=person.id, name=person.name, reference=reference) for reference, person in stands),
        ]
    )


@router.post("/shares", status_code=200, response_model=Shares, dependencies=[allows(can_look_up_names)], responses=problems(403, 422))
async def count_shares(body: SharesCreate, caller: CallerDep, session: SessionDep) -> Shares:
    """How many of these persons are women, and how many are under an age: totals for a plan or a report, of nobody by name."""
    return await shares_of(session, caller, body.ids, body.under, body.on or today())


@quick(router, "/{person_id}", response_model=PersonRead, dependencies=[allows(can_read_people)], responses=problems(307, 403, 404))
async def read_person(person_id: UUID, caller: CallerDep, asking: QuickDep) -> Response:
    """One person with names, purposes and occupations; the person is told who asked for birth and sex."""
    return _file(await show_person(asking, person_id), caller)


@router.get("/{person_id}/age", response_model=AgeRead, dependencies=[allows(can_find_people)], responses=problems(403, 404, 409, 422))
async def read_age(person_id: UUID, caller: CallerDep, session: SessionDep, on: Annotated[date | None, Query(description="The day; today when not said.")] = None) -> AgeRead:
    """Completed years on a day: a rule of age is judged by them, and the birth stays in the file."""
    person = await get_visible_person(session, caller, person_id)
    return AgeRead(years=completed_years(person.birth_date, on or today()) if person.birth_date else None)


@router.patch("/{person_id}", response_model=PersonRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 412, 422))
async def update_person(person_id: UUID, body: PersonChange, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> Response:
    """Correct names, birth or sex, or add a purpose; with `If-Match`, only what was read."""
    person = await get_visible_person(session, caller, person_id, whole=True, for_update=True)
    require_current(if_match, person.version)
    await change_person(session, caller=caller, person=person, body=body)
    return _file(await file_of(session, caller, person_id), caller)


@router.get("/{person_id}/timeline", response_model=Timeline, dependencies=[allows(can_read_people)], responses=problems(403, 404, 422))
async def read_timeline(
    person_id: UUID,
    caller: CallerDep,
    session: SessionDep,
    as_of: Annotated[date | None, Query(description="Only what was true that day.")] = None,
    known_at: Annotated[datetime | None, Query(description="As it was known at that instant.")] = None,
) -> Timeline:
    """Posts, employments, qualifications and corrections of a person: when decided, when effective, when recorded."""
    person = await get_visible_person(session, caller, person_id)
    return await timeline_of(session, caller, person, as_of=as_of, known_at=known_at)
