"""Identifiers over HTTP."""

from collections.abc import Sequence
from typing import get_args
from uuid import UUID

from pydantic import BaseModel

from services.registry.accounts.api import is_a_person
from services.registry.accounts.links import person_of
from services.registry.identifiers.models import IDENTIFIER, Identifier, Kind
from services.registry.identifiers.permissions import can_keep_kind, can_see_value, can_verify, kinds_rule
from services.registry.identifiers.schemas import (
    Erased,
    ErasureCreate,
    Found,
    IdentifierCreate,
    IdentifierRead,
    IdentifierRemoval,
    IdentifierSearch,
    IdentifierVerification,
    KindRead,
)
from services.registry.identifiers.use_cases import (
    declare_identifier,
    endings_of,
    erase_identifiers,
    identifiers_of,
    persons_identified,
    read_identifier,
    remove_identifier,
    verify_identifier,
)
from services.registry.persons.own import own_person
from services.registry.persons.permissions import can_change_person, can_read_people, can_write_people
from services.registry.persons.queries import get_visible_person
from services.registry.qualifications.permissions import can_verify_qualifications
from services.registry.references import acting_for
from shared.actions import action
from shared.auth import ALLOWED, Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page

router = Router(tags=["identifiers"])


class IdentifiersOfPerson(BaseModel):
    """What stands, and which kinds may be declared here."""

    items: list[IdentifierRead]
    kinds: list[KindRead]


async def _read(session: SessionDep, caller: Caller, identifiers: Sequence[Identifier]) -> list[IdentifierRead]:
    own_person = await person_of(session, caller)
    shown = await endings_of(session, identifiers)
    same = [name for name in IdentifierRead.model_fields if name not in ("shown", "value", "available_actions")]
    return [
        IdentifierRead(
            **{name: getattr(one, name) for name in same},
            shown=end,
            available_actions=[
                action("verify", can_verify(caller, one, own_person), lambda one=one: IDENTIFIER.after("verify", one.state)),  # type: ignore[misc]
                action("read", can_see_value(caller, one.authority_path)),
                action("remove", can_change_person(caller, one.authority_path), lambda one=one: IDENTIFIER.after("remove", one.state)),  # type: ignore[misc]
            ],
        )
        for one, end in zip(identifiers, shown, strict=True)
    ]


@router.get("/persons/me/identifiers", response_model=list[IdentifierRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def list_own_identifiers(caller: CallerDep, session: SessionDep) -> list[IdentifierRead]:
    """Which numbers of the caller the register keeps, and how far each is verified."""
    found = await identifiers_of(session, await own_person(session, caller))
    same = [name for name in IdentifierRead.model_fields if name not in ("shown", "value", "available_actions")]
    return [IdentifierRead(**{name: getattr(one, name) for name in same}, shown="", available_actions=[]) for one in found]


@router.get("/persons/{person_id}/identifiers", response_model=IdentifiersOfPerson, dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def list_identifiers(person_id: UUID, caller: CallerDep, session: SessionDep) -> IdentifiersOfPerson:
    """A person's identifiers with the ends of their values, and which kinds the jurisdiction authorises."""
    person = await get_visible_person(session, caller, person_id)
    return IdentifiersOfPerson(items=await _read(session, caller, await identifiers_of(session, person_id)), kinds=_kinds(person.authority_path))


def _kinds(authority_path: str) -> list[KindRead]:
    rule = kinds_rule(authority_path, today())
    return [KindRead(kind=kind, authorised=can_keep_kind(authority_path, kind, today()) is ALLOWED, rule=rule.told()) for kind in get_args(Kind)]


@router.get("/identifier-kinds", response_model=Page[KindRead], dependencies=[allows(can_read_people)], responses=problems(403))
async def list_identifier_kinds(caller: CallerDep) -> Page[KindRead]:
    """Which kinds of identifiers the jurisdiction of the caller authorises, and by which text: asked before a person is entered or looked for."""
    path, _owner = acting_for(caller)
    return Page(items=_kinds(path))


@router.post("/persons/{person_id}/identifiers", status_code=201, response_model=IdentifierRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_identifier(person_id: UUID, body: IdentifierCreate, caller: CallerDep, session: SessionDep) -> IdentifierRead:
    """Declare an identifier as its paper says it."""
    return (await _read(session, caller, [await declare_identifier(session, caller=caller, person_id=person_id, body=body)]))[0]


@router.get("/identifiers/{identifier_id}", response_model=IdentifierRead, dependencies=[allows(can_write_people)], responses=problems(403, 404))
async def read_one_identifier(identifier_id: UUID, caller: CallerDep, session: SessionDep) -> IdentifierRead:
    """One identifier with its whole value; the person is told who read it."""
    identifier, value = await read_identifier(session, caller=caller, identifier_id=identifier_id)
    return (await _read(session, caller, [identifier]))[0].model_copy(update={"value": value})


@router.post(
    "/identifiers/{identifier_id}/verification",
    status_code=201,
    response_model=IdentifierRead,
    dependencies=[allows(can_verify_qualifications)],
    responses=problems(403, 404, 409, 422),
)
async def create_identifier_verification(identifier_id: UUID, body: IdentifierVerification, caller: CallerDep, session: SessionDep) -> IdentifierRead:
    """Say what the paper or its issuer answered; never by whoever declared it, nor by its person."""
    return (await _read(session, caller, [await verify_identifier(session, caller=caller, identifier_id=identifier_id, body=body)]))[0]


@router.post(
    "/identifiers/{identifier_id}/removal", status_code=201, response_model=IdentifierRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422)
)
async def create_identifier_removal(identifier_id: UUID, body: IdentifierRemoval, caller: CallerDep, session: SessionDep) -> IdentifierRead:
    """Remove an identifier with its value."""
    return (await _read(session, caller, [await remove_identifier(session, caller=caller, identifier_id=identifier_id, reason=body.reason)]))[0]


@router.post("/persons/{person_id}/identifiers/erasure", status_code=201, response_model=Erased, dependencies=[allows(can_write_people)], responses=problems(403, 404, 422))
async def create_identifiers_erasure(person_id: UUID, body: ErasureCreate, caller: CallerDep, session: SessionDep) -> Erased:
    """Destroy the key of a person's identifiers: no value can be read any more."""
    return Erased(erased=await erase_identifiers(session, caller=caller, person_id=person_id, reason=body.reason))


@router.post("/persons/identifier-search", status_code=200, response_model=Found, dependencies=[allows(can_read_people)], responses=problems(403, 409, 422))
async def find_by_identifier(body: IdentifierSearch, caller: CallerDep, session: SessionDep) -> Found:
    """Whose identifier this is, exactly; of the persons whom the caller may see."""
    return Found(items=await persons_identified(session, caller=caller, body=body))
