"""Declaring a qualification, and verifying what another declared."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import person_of
from services.registry.persons.models import Person, birth
from services.registry.persons.queries import get_visible_person
from services.registry.qualifications.models import Qualification, QualificationAct, State
from services.registry.qualifications.permissions import can_declare_qualifications, can_verify
from services.registry.qualifications.schemas import QualificationCreate, VerificationCreate
from services.registry.references import acting_for, by_reference
from services.registry.rules import SEC_02
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on, now
from shared.errors import NotFound, Refused, refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.references import hash_of
from shared.visibility import visible_to

refuse_when("qualification_declared_once", "declared-already", _("This qualification is already declared for this person."), possible=_("Correct or verify the one that exists."))
refuse_when(
    "qualification_verifier_is_not_declarer",
    "declarer-does-not-verify",
    _("Whoever declared a qualification does not verify it."),
    rule=SEC_02,
    possible=_("Ask a colleague to verify it."),
)


async def declare_qualification(session: AsyncSession, *, caller: Caller, person_id: UUID, body: QualificationCreate) -> Qualification:
    """HR enters what a certificate says; it stays “declared” until another person has checked it with the issuer."""
    require(can_declare_qualifications(caller))
    done_on = judge_done_on(caller, body.done_on)
    person = await get_visible_person(session, caller, person_id)
    _path, owner = acting_for(caller)
    known = await by_reference(session, Qualification, owner=owner, reference=body.reference, body=body)
    if known is not None:
        return known
    return await add_qualification(session, person, body, declared_by=caller.actor, done_on=done_on, owner=owner, by=caller)


async def add_qualification(
    session: AsyncSession, person: Person, body: QualificationCreate, *, declared_by: str, done_on: date, owner: str | None, by: Caller | str
) -> Qualification:
    issued_on, precision = birth(body.issued_on, body.issued_year)
    qualification = Qualification(
        id=uuid7(),
        person_id=person.id,
        authority_path=person.authority_path,
        shared_with=person.shared_with,
        issued_on=issued_on,
        issued_precision=precision,
        state="declared",
        declared_by=declared_by,
        done_on=done_on,
        reference_owner=owner if body.reference else None,
        content_hash=hash_of(body) if body.reference else None,
        **body.model_dump(include={"type", "title", "specialty", "institution", "country", "number", "reference"}),
    )
    qualification.acts = [_act(qualification, "declared", declared_by, done_on)]
    session.add(qualification)
    await session.flush()
    await record_audit(
        session, by, "qualification.declared", "qualification", qualification.id, after=body.model_dump(mode="json") | {"person_id": str(person.id)}, done_on=done_on
    )
    return qualification


def _act(qualification: Qualification, state: State, by: str, day: date, *, method: str | None = None, evidence: str | None = None) -> QualificationAct:
    return QualificationAct(
        id=uuid7(),
        qualification_id=qualification.id,
        person_id=qualification.person_id,
        authority_path=qualification.authority_path,
        shared_with=qualification.shared_with,
        state=state,
        day=day,
        method=method,
        evidence=evidence,
        done_by=by,
        recorded_at=now(),
    )


async def verify_qualification(session: AsyncSession, *, caller: Caller, qualification_id: UUID, body: VerificationCreate) -> Qualification:
    """Another person than the declarer writes what the issuer answered; a later answer that differs stands beside the first one."""
    done_on = judge_done_on(caller, body.done_on)
    qualification = await session.scalar(select(Qualification).where(Qualification.id == qualification_id, visible_to(caller, Qualification)).with_for_update())
    if qualification is None:
        raise NotFound()
    require(can_verify(caller, qualification, await person_of(session, caller)))
    if qualification.state == body.outcome:
        raise Refused("verified-already", _("This qualification was already checked on {day}."), day=qualification.verified_on.isoformat() if qualification.verified_on else "")
    before = {"state": qualification.state}
    qualification.state, qualification.verified_by, qualification.verified_on = body.outcome, caller.actor, done_on
    qualification.verification_method, qualification.evidence = body.method, body.evidence
    qualification.acts.append(_act(qualification, body.outcome, caller.actor, done_on, method=body.method, evidence=body.evidence))
    await session.flush()
    await record_audit(session, caller, "qualification.verified", "qualification", qualification.id, before=before, after=body.model_dump(mode="json"), done_on=done_on)
    return qualification
