"""Contacts, languages and nationalities over HTTP: of somebody whose file is kept, and of oneself."""

from collections.abc import Sequence
from uuid import UUID

from services.registry.accounts.api import is_a_person
from services.registry.accounts.links import person_of
from services.registry.contacts.models import SpokenLanguage
from services.registry.contacts.schemas import ContactCreate, ContactRead, LanguageCode, LanguageRead, LanguageVerification, LanguageWrite, Nationalities
from services.registry.contacts.use_cases import (
    add_contact,
    can_verify_language,
    contacts_of,
    file_of,
    languages_of,
    must_be_declared,
    nationalities_of,
    own_file_of,
    remove_contact,
    verify_language,
    write_language,
    write_nationalities,
)
from services.registry.persons.permissions import can_look_up_names, can_read_people, can_write_people
from services.registry.qualifications.permissions import can_verify_qualifications
from shared.actions import action
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page

router = Router(tags=["contacts"])


async def _spoken(session: SessionDep, caller: Caller, rows: Sequence[SpokenLanguage]) -> list[LanguageRead]:
    own_person = await person_of(session, caller)
    same = [name for name in LanguageRead.model_fields if name != "available_actions"]
    return [
        LanguageRead(
            **{name: getattr(row, name) for name in same},
            available_actions=[action("verify", can_verify_language(caller, row, own_person), lambda row=row: must_be_declared(row))],  # type: ignore[misc]
        )
        for row in rows
    ]


# -- one's own; before those of a person: `me` is nobody's id


@router.get("/persons/me/contacts", response_model=Page[ContactRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def list_own_contacts(caller: CallerDep, session: SessionDep) -> Page[ContactRead]:
    """How the caller is reached, with who may see it."""
    found = await contacts_of(session, caller, await own_file_of(session, caller))
    return Page(items=[ContactRead.model_validate(one) for one in found], next=None)


@router.post("/persons/me/contacts", status_code=201, response_model=ContactRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409, 422))
async def create_own_contact(body: ContactCreate, caller: CallerDep, session: SessionDep) -> ContactRead:
    """Say how one is reached, and who may see it."""
    return ContactRead.model_validate(await add_contact(session, caller=caller, file=await own_file_of(session, caller), body=body))


@router.post("/persons/me/contacts/{contact_id}/removal", status_code=204, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def create_own_contact_removal(contact_id: UUID, caller: CallerDep, session: SessionDep) -> None:
    """Take a contact of one's own out of the file."""
    await remove_contact(session, caller=caller, file=await own_file_of(session, caller), contact_id=contact_id)


@router.get("/persons/me/languages", response_model=Page[LanguageRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def list_own_languages(caller: CallerDep, session: SessionDep) -> Page[LanguageRead]:
    """Which languages the caller speaks."""
    return Page(items=await _spoken(session, caller, await languages_of(session, await own_file_of(session, caller))), next=None)


@router.put("/persons/me/languages/{language}", response_model=LanguageRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 422))
async def write_own_language(language: LanguageCode, body: LanguageWrite, caller: CallerDep, session: SessionDep) -> LanguageRead:
    """Declare a language and its level."""
    row = await write_language(session, caller=caller, file=await own_file_of(session, caller), language=language, body=body)
    return (await _spoken(session, caller, [row]))[0]


@router.get("/persons/me/nationalities", response_model=Nationalities, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def read_own_nationalities(caller: CallerDep, session: SessionDep) -> Nationalities:
    """Of which countries the register says that the caller is a national."""
    return Nationalities(countries=await nationalities_of(session, await own_file_of(session, caller)))


# -- of a person whose file is kept


@router.get("/persons/{person_id}/contacts", response_model=Page[ContactRead], dependencies=[allows(can_look_up_names)], responses=problems(403, 404))
async def list_contacts(person_id: UUID, caller: CallerDep, session: SessionDep) -> Page[ContactRead]:
    """How a person is reached: what they or HR opened to this caller."""
    found = await contacts_of(session, caller, await file_of(session, caller, person_id))
    return Page(items=[ContactRead.model_validate(one) for one in found], next=None)


@router.post("/persons/{person_id}/contacts", status_code=201, response_model=ContactRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_contact(person_id: UUID, body: ContactCreate, caller: CallerDep, session: SessionDep) -> ContactRead:
    """Say how a person is reached."""
    return ContactRead.model_validate(await add_contact(session, caller=caller, file=await file_of(session, caller, person_id), body=body))


@router.post("/persons/{person_id}/contacts/{contact_id}/removal", status_code=204, dependencies=[allows(can_write_people)], responses=problems(403, 404))
async def create_contact_removal(person_id: UUID, contact_id: UUID, caller: CallerDep, session: SessionDep) -> None:
    """Take a contact out of the file."""
    await remove_contact(session, caller=caller, file=await file_of(session, caller, person_id), contact_id=contact_id)


@router.get("/persons/{person_id}/languages", response_model=Page[LanguageRead], dependencies=[allows(can_look_up_names)], responses=problems(403, 404))
async def list_languages(person_id: UUID, caller: CallerDep, session: SessionDep) -> Page[LanguageRead]:
    """Which languages a person speaks, and what somebody else has verified of it."""
    return Page(items=await _spoken(session, caller, await languages_of(session, await file_of(session, caller, person_id))), next=None)


@router.put("/persons/{person_id}/languages/{language}", response_model=LanguageRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 422))
async def write_language_of(person_id: UUID, language: LanguageCode, body: LanguageWrite, caller: CallerDep, session: SessionDep) -> LanguageRead:
    """Declare a person's language and its level."""
    row = await write_language(session, caller=caller, file=await file_of(session, caller, person_id), language=language, body=body)
    return (await _spoken(session, caller, [row]))[0]


@router.post(
    "/persons/{person_id}/languages/{language}/verification",
    status_code=201,
    response_model=LanguageRead,
    dependencies=[allows(can_verify_qualifications)],
    responses=problems(403, 404, 409, 422),
)
async def create_language_verification(person_id: UUID, language: LanguageCode, body: LanguageVerification, caller: CallerDep, session: SessionDep) -> LanguageRead:
    """Say what proves a level; never by whoever declared it, nor by its person."""
    row = await verify_language(session, caller=caller, file=await file_of(session, caller, person_id), language=language, body=body)
    return (await _spoken(session, caller, [row]))[0]


@router.get("/persons/{person_id}/nationalities", response_model=Nationalities, dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def read_nationalities(person_id: UUID, caller: CallerDep, session: SessionDep) -> Nationalities:
    """Of which countries a person is a national."""
    return Nationalities(countries=await nationalities_of(session, await file_of(session, caller, person_id)))


@router.put("/persons/{person_id}/nationalities", response_model=Nationalities, dependencies=[allows(can_write_people)], responses=problems(403, 404, 422))
async def write_nationalities_of(person_id: UUID, body: Nationalities, caller: CallerDep, session: SessionDep) -> Nationalities:
    """Write all countries of which a person is a national."""
    return Nationalities(countries=await write_nationalities(session, caller=caller, file=await file_of(session, caller, person_id), countries=body.countries))
