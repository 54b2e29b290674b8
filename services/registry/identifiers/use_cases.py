"""Keeping identifiers: declared, verified by somebody else, found exactly, read one by one, removed, and erased with the person's key."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import person_of
from services.registry.identifiers.models import IDENTIFIER, MISMATCH, REMOVED, TAKEN, TAKEN_TEXT, TAKEN_WAY, VERIFIED, Identifier, PersonKey
from services.registry.identifiers.permissions import can_keep_kind, can_see_value, can_verify
from services.registry.identifiers.schemas import IdentifierCreate, IdentifierSearch, IdentifierVerification
from services.registry.identifiers.sealing import blind, masked, new_key, seal, unseal
from services.registry.persons.models import Person
from services.registry.persons.permissions import can_change_person, can_write_people
from services.registry.persons.queries import get_visible_person
from services.registry.rules import IDN_ONCE
from shared.audit import record_audit, record_reads
from shared.auth import Caller, require
from shared.clock import today
from shared.errors import NotFound, Refused
from shared.ids import uuid7
from shared.visibility import visible_to


async def declare_identifier(session: AsyncSession, *, caller: Caller, person_id: UUID, body: IdentifierCreate) -> Identifier:
    """HR enters a number from its paper; it stays “declared” until somebody else has checked it."""
    require(can_write_people(caller))
    person = await get_visible_person(session, caller, person_id)
    require(can_keep_kind(person.authority_path, body.kind, today()))
    await _refuse_the_identifier_of_another(session, caller, person_id, body.kind, body.issuer, blind(body.kind, body.issuer, body.value))
    key = await _key_of(session, person)
    identifier = Identifier(
        id=uuid7(),
        person_id=person.id,
        key_id=key.id,
        kind=body.kind,
        issuer=body.issuer,
        blind=blind(body.kind, body.issuer, body.value),
        declared_by=caller.actor,
        declared_on=today(),
        authority_path=person.authority_path,
        shared_with=person.shared_with,
    )
    identifier.sealed = seal(key.wrapped, key.id, body.value.strip(), identifier.id)
    session.add(identifier)
    await session.flush()
    await record_audit(session, caller, "identifier.declared", "identifier", identifier.id, after=_facts(identifier) | {"person_id": person.id})
    return identifier


async def verify_identifier(session: AsyncSession, *, caller: Caller, identifier_id: UUID, body: IdentifierVerification) -> Identifier:
    """Somebody else than the declarer says what the paper or its issuer answered; a verified identifier belongs to one person."""
    identifier = await get_visible_identifier(session, caller, identifier_id, lock=True)
    require(can_verify(caller, identifier, await person_of(session, caller)))
    before = _facts(identifier)
    state = IDENTIFIER.after("verify", identifier.state)
    if body.outcome == VERIFIED and identifier.blind is not None:
        await _refuse_the_identifier_of_another(session, caller, identifier.person_id, identifier.kind, identifier.issuer, identifier.blind)
    identifier.state = VERIFIED if body.outcome == state else MISMATCH  # type: ignore[assignment]
    identifier.verified_by, identifier.verified_on, identifier.method, identifier.evidence = caller.actor, today(), body.method, body.evidence
    await session.flush()
    await record_audit(session, caller, f"identifier.{identifier.state}", "identifier", identifier.id, before=before, after=_facts(identifier) | {"method": body.method})
    return identifier


async def remove_identifier(session: AsyncSession, *, caller: Caller, identifier_id: UUID, reason: str) -> Identifier:
    """A number that was entered wrongly or is valid no more goes with its value; that it stood there remains."""
    identifier = await get_visible_identifier(session, caller, identifier_id, lock=True)
    require(can_change_person(caller, identifier.authority_path))
    before = _facts(identifier)
    identifier.state = IDENTIFIER.after("remove", identifier.state)  # type: ignore[assignment]
    identifier.sealed = identifier.blind = None
    await session.flush()
    await record_audit(session, caller, "identifier.removed", "identifier", identifier.id, before=before, after=_facts(identifier) | {"reason": reason})
    return identifier


async def erase_identifiers(session: AsyncSession, *, caller: Caller, person_id: UUID, reason: str) -> int:
    """The person's key is destroyed: every value is unreadable from now on, also in what was copied before. Says how many."""
    person = await get_visible_person(session, caller, person_id, for_update=True)
    require(can_change_person(caller, person.authority_path))
    gone = (
        update(Identifier).where(Identifier.person_id == person_id, Identifier.sealed.is_not(None)).values(state=REMOVED, sealed=None, blind=None, version=Identifier.version + 1)
    )
    erased = len((await session.scalars(gone.returning(Identifier.id))).all())
    keys = select(Identifier.key_id).where(Identifier.person_id == person_id)  # also of a person who was merged into this one
    await session.execute(delete(PersonKey).where((PersonKey.person_id == person_id) | PersonKey.id.in_(keys)))
    await record_audit(session, caller, "person.identifiers_erased", "person", person_id, after={"identifiers": erased, "reason": reason})
    return erased


async def read_identifier(session: AsyncSession, *, caller: Caller, identifier_id: UUID) -> tuple[Identifier, str | None]:
    """One identifier with its whole value; the person is told who read it."""
    identifier = await get_visible_identifier(session, caller, identifier_id)
    require(can_see_value(caller, identifier.authority_path))
    [value] = await values_of(session, [identifier])
    await record_reads(session, caller, "person", [(identifier.person_id, identifier.person_id)], fields=[identifier.kind])
    return identifier, value


async def persons_identified(session: AsyncSession, *, caller: Caller, body: IdentifierSearch) -> list[UUID]:
    """Whose identifier this is, exactly, among the persons whom the caller may see; those who are found are told that they were."""
    named = select(Identifier.person_id).where(visible_to(caller, Identifier), Identifier.blind == blind(body.kind, body.issuer, body.value), Identifier.state != MISMATCH)
    found = (await session.scalars(named.distinct().order_by(Identifier.person_id))).all()
    await record_reads(session, caller, "person", [(person, person) for person in found], fields=[body.kind])
    return list(found)


async def values_of(session: AsyncSession, identifiers: Sequence[Identifier]) -> list[str | None]:
    """What each one says; nothing where it was removed or its key is gone."""
    keys = {key.id: key.wrapped for key in (await session.scalars(select(PersonKey).where(PersonKey.id.in_({one.key_id for one in identifiers})))).all()}
    return [unseal(keys[one.key_id], one.key_id, one.sealed, one.id) if one.sealed is not None and one.key_id in keys else None for one in identifiers]


async def endings_of(session: AsyncSession, identifiers: Sequence[Identifier]) -> list[str]:
    return [masked(value) if value is not None else "" for value in await values_of(session, identifiers)]


async def identifiers_of(session: AsyncSession, person_id: UUID) -> Sequence[Identifier]:
    """Those that stand, in the order in which they were declared; row-level security shows them where the person's file is open."""
    return (await session.scalars(select(Identifier).where(Identifier.person_id == person_id, Identifier.state != REMOVED).order_by(Identifier.id))).all()


async def get_visible_identifier(session: AsyncSession, caller: Caller, identifier_id: UUID, *, lock: bool = False) -> Identifier:
    """One identifier. Raises NotFound without a relation."""
    statement = select(Identifier).where(Identifier.id == identifier_id, visible_to(caller, Identifier))
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def _key_of(session: AsyncSession, person: Person) -> PersonKey:
    """The person's key, made at the first identifier; whoever writes the person waits for the other."""
    await session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    known = await session.scalar(select(PersonKey).where(PersonKey.person_id == person.id))
    if known is not None:
        return known
    key_id = uuid7()
    key = PersonKey(id=key_id, person_id=person.id, wrapped=new_key(key_id), authority_path=person.authority_path, shared_with=person.shared_with)
    session.add(key)
    await session.flush()
    return key


async def _refuse_the_identifier_of_another(session: AsyncSession, caller: Caller, person_id: UUID, kind: str, issuer: str, blinded: bytes) -> None:
    """Raises Refused and names the other person where the caller may see them; where not, the database refuses without a name."""
    same = select(Identifier.person_id).where(
        Identifier.kind == kind, Identifier.issuer == issuer, Identifier.blind == blinded, Identifier.state == VERIFIED, Identifier.person_id != person_id
    )
    other = await session.scalar(same.where(visible_to(caller, Identifier)))
    if other is not None:
        raise Refused(TAKEN, TAKEN_TEXT, rule=IDN_ONCE, possible=TAKEN_WAY, more={"person_id": str(other)})


def _facts(identifier: Identifier) -> dict[str, Any]:
    """Which kind and how far it is; the value never."""
    return {"kind": identifier.kind, "issuer": identifier.issuer, "state": identifier.state}
