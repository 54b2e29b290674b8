"""Those who passed get a certificate and their hours; a certificate that was wrong is revoked and its hours taken back."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.certificates.models import Certificate
from services.training.certificates.permissions import can_revoke
from services.training.certificates.queries import get_visible_certificate
from services.training.certificates.schemas import CertificatesCreate, Revocation
from services.training.credits.models import CreditEntry
from services.training.enrolments.events import EnrolmentCredited, EnrolmentUncredited
from services.training.enrolments.models import Enrolment
from services.training.roles import can_organise
from services.training.sessions.guards import pack_of_session
from services.training.sessions.models import TrainingSession
from services.training.sessions.queries import get_own_session, get_visible_session
from services.training.sessions.schemas import must_be_held
from services.training.workflow import ATTENDED, ENROLMENT, ISSUED, PASSED, VERIFIED
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.calendars import period_end
from shared.clock import judge_done_on
from shared.errors import Refused
from shared.events import record_event, record_events
from shared.i18n import _
from shared.ids import uuid7
from shared.names import initials_of
from shared.papers import new_code
from shared.people import names_of
from shared.references import hash_of

_NUMBERS = text(
    "INSERT INTO certificate_numbers AS n (authority, year, last) VALUES (:authority, :year, :count) "
    "ON CONFLICT (authority, year) DO UPDATE SET last = n.last + :count RETURNING last"
)


async def issue_certificates(session: AsyncSession, *, caller: Caller, session_id: UUID, body: CertificatesCreate) -> list[Certificate]:
    """All who passed, or who attended a session without test, get their certificate and their hours; who has one keeps it."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    must_be_held(training)
    ready = PASSED if training.assessed else ATTENDED
    enrolments = await _deserving(session, training, ready, body.person_ids)
    if not enrolments:
        return []
    names = await names_of(caller, [enrolment.person_id for enrolment in enrolments])
    last = (await session.execute(_NUMBERS, {"authority": training.authority, "year": done_on.year, "count": len(enrolments)})).scalar_one()
    first = last - len(enrolments) + 1
    certificates = [
        _certificate(caller, training, enrolment, names[enrolment.person_id], serial=first + position, body=body, issued_on=done_on)
        for position, enrolment in enumerate(enrolments)
    ]
    for enrolment in enrolments:
        enrolment.move("credit", ENROLMENT)
        enrolment.hours_credited, enrolment.credited_on = training.course.credits, done_on
    session.add_all(
        [
            *certificates,
            *(_credit(caller, training, enrolment, certificate, body) for enrolment, certificate in zip(enrolments, certificates, strict=True) if training.course.credits > 0),
        ]
    )
    await session.flush()
    await record_audits(
        session,
        caller,
        "certificate.issued",
        "certificate",
        [(each.id, None, {"number": each.number, "enrolment_id": each.enrolment_id}) for each in certificates],
        done_on=done_on,
    )
    record_events(session, [EnrolmentCredited.about(enrolment, training) for enrolment in enrolments])
    return certificates


async def _deserving(session: AsyncSession, training: TrainingSession, ready: str, person_ids: Sequence[UUID] | None) -> list[Enrolment]:
    statement = select(Enrolment).where(Enrolment.session_id == training.id).order_by(Enrolment.facility_code, Enrolment.id)
    if person_ids is not None:
        statement = statement.where(Enrolment.person_id.in_(list(person_ids)))
    found = list(await session.scalars(statement.with_for_update(of=Enrolment)))
    if (person_ids is not None and any(enrolment.state not in (ready, "credited") for enrolment in found)) or (person_ids is not None and len(found) < len(set(person_ids))):
        pack = pack_of_session(training)
        raise Refused(
            "not-deserved",
            _("Some of these people have not passed this session."),
            rule=pack.rule("TRN-PASS") if training.assessed else pack.rule("TRN-ATTENDED"),
            possible=_("Enter their attendance and marks first."),
            more={"persons": [str(enrolment.person_id) for enrolment in found if enrolment.state not in (ready, "credited")]},
        )
    return [enrolment for enrolment in found if enrolment.state == ready]


def _certificate(caller: Caller, training: TrainingSession, enrolment: Enrolment, name: str, *, serial: int, body: CertificatesCreate, issued_on: date) -> Certificate:
    months = pack_of_session(training).rule("TRN-CERTIFICATE").value
    return Certificate(
        id=uuid7(),
        content_hash=hash_of(body),
        authority_path=enrolment.authority_path,
        shared_with=[training.authority],
        state=ISSUED,
        authority=training.authority,
        year=issued_on.year,
        serial=serial,
        number=f"{serial:04d}/{issued_on.year}/{training.authority}",
        code=new_code(),
        enrolment_id=enrolment.id,
        session_id=training.id,
        person_id=enrolment.person_id,
        facility_code=enrolment.facility_code,
        initials=initials_of(name),
        title=training.title,
        hours=training.course.credits,
        first_day=training.first_day,
        last_day=training.last_day,
        issued_by=caller.actor,
        issued_on=issued_on,
        valid_to=period_end(issued_on, months) if months else None,
    )


def _credit(caller: Caller, training: TrainingSession, enrolment: Enrolment, certificate: Certificate, body: CertificatesCreate) -> CreditEntry:
    return CreditEntry(
        id=uuid7(),
        content_hash=hash_of(body),
        authority_path=enrolment.authority_path,
        shared_with=[training.authority],
        state=VERIFIED,
        person_id=enrolment.person_id,
        facility_code=enrolment.facility_code,
        source="session",
        title=training.title,
        provider=training.authority,
        hours=training.course.credits,
        earned_on=training.last_day,
        enrolment_id=enrolment.id,
        evidence=certificate.number,
        declared_by=caller.actor,
        declared_on=certificate.issued_on,
    )


async def revoke_certificate(session: AsyncSession, *, caller: Caller, certificate_id: UUID, body: Revocation) -> Certificate:
    """A certificate that was wrong is revoked: the public check says so at once, and its hours no longer count."""
    done_on = judge_done_on(caller, body.done_on)
    certificate = await get_visible_certificate(session, caller, certificate_id, lock=True)
    require(can_revoke(caller, certificate))
    certificate.revoke(by=caller.actor, on=done_on, reason=body.reason)
    enrolment = await session.scalar(select(Enrolment).where(Enrolment.id == certificate.enrolment_id).with_for_update(of=Enrolment))
    assert enrolment is not None
    enrolment.move("uncredit", ENROLMENT)
    if not enrolment.session.assessed:
        enrolment.state = ATTENDED
    enrolment.hours_credited, enrolment.credited_on = 0, None  # type: ignore[assignment]
    for entry in await session.scalars(select(CreditEntry).where(CreditEntry.enrolment_id == enrolment.id, CreditEntry.state == VERIFIED)):
        entry.state, entry.comment = "cancelled", body.reason
        entry.version += 1
    await session.flush()
    await record_audit(session, caller, "certificate.revoked", "certificate", certificate.id, before={"state": ISSUED}, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, EnrolmentUncredited.about(enrolment, await get_visible_session(session, caller, enrolment.session_id)))
    return certificate
