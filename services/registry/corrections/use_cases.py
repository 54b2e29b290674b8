"""Disputing a field of one's own file, and deciding on it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import person_of
from services.registry.corrections.fields import change_of, names_of, proposal, stands
from services.registry.corrections.models import CORRECTION, REQUESTED, Correction, State
from services.registry.corrections.permissions import can_decide
from services.registry.corrections.schemas import CorrectionCreate
from services.registry.persons.own import own_person, own_row
from services.registry.persons.queries import get_visible_person
from services.registry.persons.use_cases import change_person
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import today
from shared.errors import NotFound
from shared.ids import uuid7
from shared.visibility import visible_to


async def request_correction(session: AsyncSession, *, caller: Caller, body: CorrectionCreate) -> Correction:
    """A person says what is wrong in their own file; HR of the authority that keeps it finds it on its work-list."""
    person_id = await own_person(session, caller)
    file = await own_row(session, caller)
    stood = stands(file, body.field)
    correction = Correction(
        id=uuid7(),
        authority_path=file["authority_path"],
        shared_with=file["shared_with"],
        person_id=person_id,
        field=body.field,
        stood=stood,
        proposed=proposal(body.field, body.proposed, stood),
        evidence=body.evidence,
        state=REQUESTED,
        requested_by=caller.actor,
        requested_on=today(),
    )
    session.add(correction)
    await session.flush()
    await record_audit(session, caller, "correction.requested", "correction", correction.id, after=_facts(correction) | {"person_id": person_id})
    return correction


async def withdraw_correction(session: AsyncSession, *, caller: Caller, correction_id: UUID) -> Correction:
    """Whoever asked takes it back before anybody has decided."""
    person_id = await own_person(session, caller)
    correction = await _found(session, select(Correction).where(Correction.id == correction_id, Correction.person_id == person_id).with_for_update())
    return await _settle(session, caller, correction, "withdraw")


async def accept_correction(session: AsyncSession, *, caller: Caller, correction_id: UUID, comment: str | None) -> Correction:
    """HR agrees: the field of the person's file is corrected in the same transaction."""
    correction = await _to_decide(session, caller, correction_id)
    correction = await _settle(session, caller, correction, "accept", comment)
    person = await get_visible_person(session, caller, correction.person_id, whole=True, for_update=True)
    await change_person(session, caller=caller, person=person, body=change_of(correction.field, correction.proposed, names_of(person)))
    return correction


async def reject_correction(session: AsyncSession, *, caller: Caller, correction_id: UUID, comment: str) -> Correction:
    """HR does not agree, and says why."""
    return await _settle(session, caller, await _to_decide(session, caller, correction_id), "reject", comment)


async def own_corrections(session: AsyncSession, caller: Caller) -> Select[tuple[Correction]]:
    return select(Correction).where(Correction.person_id == await own_person(session, caller))


def corrections_visible_to(caller: Caller, state: State | None = None) -> Select[tuple[Correction]]:
    statement = select(Correction).where(visible_to(caller, Correction))
    return statement if state is None else statement.where(Correction.state == state)


async def get_visible_correction(session: AsyncSession, caller: Caller, correction_id: UUID) -> Correction:
    """One correction. Raises NotFound without a relation."""
    return await _found(session, corrections_visible_to(caller).where(Correction.id == correction_id))


async def _to_decide(session: AsyncSession, caller: Caller, correction_id: UUID) -> Correction:
    correction = await _found(session, corrections_visible_to(caller).where(Correction.id == correction_id).with_for_update())
    require(can_decide(caller, correction, await person_of(session, caller)))
    return correction


async def _found(session: AsyncSession, statement: Select[tuple[Correction]]) -> Correction:
    correction = await session.scalar(statement)
    if correction is None:
        raise NotFound()
    return correction


async def _settle(session: AsyncSession, caller: Caller, correction: Correction, act: str, comment: str | None = None) -> Correction:
    before = _facts(correction)
    correction.state = CORRECTION.after(act, correction.state)  # type: ignore[assignment]
    if act != "withdraw":
        correction.decided_by, correction.decided_on, correction.comment = caller.actor, today(), comment
    await session.flush()
    await record_audit(session, caller, f"correction.{correction.state}", "correction", correction.id, before=before, after=_facts(correction))
    return correction


def _facts(correction: Correction) -> dict[str, Any]:
    """Which field and how far it is: values and papers are in the file alone and leave it with the person."""
    return {"field": correction.field, "state": correction.state}
