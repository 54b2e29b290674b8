"""Recording licences and what the licensing authority does to them; what nears its end falls due."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.dues.events import DueChanged
from services.registry.holds.queries import homes_of
from services.registry.licences.events import LicenceRecorded
from services.registry.licences.models import ACTIVE, LICENCE, REVOKED, SUSPENDED, Licence, LicenceAct
from services.registry.licences.permissions import can_keep_licence, can_keep_licences
from services.registry.licences.schemas import LicenceCreate, Reinstatement, Renewal, Revocation, Suspension
from services.registry.persons.queries import get_visible_person
from services.registry.rules import pack_of
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on, now, today
from shared.db import worker_session
from shared.dues import due_id
from shared.errors import Malformed, NotFound
from shared.events import record_event
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule
from shared.visibility import visible_to

TOLD_BEFORE = timedelta(days=366)  # a due is told a year ahead; what lies further would fill the work-lists of nobody


def expiring_rule(authority_path: str, day: date) -> Rule:
    return pack_of(authority_path.partition(".")[0], day).rule("LIC-EXPIRING")


async def record_licence(session: AsyncSession, *, caller: Caller, body: LicenceCreate) -> Licence:
    """The licensing officer records a licence that its authority issued."""
    require(can_keep_licences(caller))
    done_on = judge_done_on(caller, body.done_on)
    person = await get_visible_person(session, caller, body.person_id)
    require(can_keep_licence(caller, person.authority_path))
    known = await by_reference(session, Licence, authority_path=person.authority_path, body=body, reference=body.reference)
    if known is not None:
        return known
    licence = Licence(
        id=uuid7(),
        authority_path=person.authority_path,
        shared_with=person.shared_with,
        content_hash=hash_of(body),
        state=ACTIVE,
        checked_at=now(),
        recorded_by=caller.actor,
        done_on=done_on,
        acts=[],
        **body.model_dump(include={"reference", "person_id", "number", "authority", "scope", "issued_on", "expires_on", "source"}),
    )
    session.add(licence)
    await session.flush()
    await _tell(session, [licence])
    await record_audit(session, caller, "licence.recorded", "licence", licence.id, after=_facts(licence), done_on=done_on)
    return licence


async def get_visible_licence(session: AsyncSession, caller: Caller, licence_id: UUID, *, lock: bool = False) -> Licence:
    """One licence. Raises NotFound."""
    statement = select(Licence).where(Licence.id == licence_id, visible_to(caller, Licence))
    licence = await session.scalar(statement.with_for_update() if lock else statement)
    if licence is None:
        raise NotFound()
    return licence


async def suspend_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Suspension) -> Licence:
    """The right to practise rests, to a day or until it is lifted."""
    licence, done_on, before = await _open(session, caller, licence_id, body.done_on)
    licence.move("suspend", LICENCE)
    licence.suspended_from, licence.suspended_until = body.from_day, body.until
    return await _close(session, caller, licence, "suspended", body.from_day, done_on, before, until=body.until, reason=body.reason, decision_number=body.decision_number)


async def reinstate_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Reinstatement) -> Licence:
    """The suspension is lifted."""
    licence, done_on, before = await _open(session, caller, licence_id, body.done_on)
    licence.move("reinstate", LICENCE)
    licence.suspended_from = licence.suspended_until = None
    return await _close(session, caller, licence, "reinstated", done_on, done_on, before, reason=body.reason, decision_number=body.decision_number)


async def revoke_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Revocation) -> Licence:
    """The right to practise is withdrawn for good."""
    licence, done_on, before = await _open(session, caller, licence_id, body.done_on)
    licence.move("revoke", LICENCE)
    licence.suspended_from = licence.suspended_until = None
    licence.revoked_on = body.from_day
    return await _close(session, caller, licence, "revoked", body.from_day, done_on, before, reason=body.reason, decision_number=body.decision_number)


async def renew_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Renewal) -> Licence:
    """The licence lasts longer, also after it has expired; a suspended one is reinstated first."""
    licence, done_on, before = await _open(session, caller, licence_id, body.done_on)
    if licence.expires_on is None or body.expires_on <= licence.expires_on:
        ends = licence.expires_on.isoformat() if licence.expires_on else "–"
        raise Malformed.field("expires_on", _("The licence ends on {ends}: a renewal ends later."), ends=ends)
    licence.move("renew", LICENCE)
    licence.expires_on = body.expires_on
    licence.scope = body.scope or licence.scope
    licence.checked_at = now()
    return await _close(session, caller, licence, "renewed", done_on, done_on, before, until=body.expires_on, decision_number=body.decision_number)


async def _open(session: AsyncSession, caller: Caller, licence_id: UUID, done_on: date | None) -> tuple[Licence, date, dict[str, Any]]:
    licence = await get_visible_licence(session, caller, licence_id, lock=True)
    require(can_keep_licence(caller, licence.authority_path))
    return licence, judge_done_on(caller, done_on), _facts(licence)


async def _close(session: AsyncSession, caller: Caller, licence: Licence, act: str, day: date, done_on: date, before: dict[str, Any], **more: Any) -> Licence:
    licence.acts.append(
        LicenceAct(id=uuid7(), act=act, day=day, done_by=caller.actor, recorded_at=now(), authority_path=licence.authority_path, shared_with=licence.shared_with, **more)
    )
    licence.due_told = False
    await session.flush()
    await _tell(session, [licence])
    await record_audit(session, caller, f"licence.{act}", "licence", licence.id, before=before, after=_facts(licence), done_on=done_on)
    return licence


def _facts(licence: Licence) -> dict[str, Any]:
    return {"state": licence.state, "expires_on": licence.expires_on, "scope": licence.scope, "suspended_until": licence.suspended_until}


async def _tell(session: AsyncSession, licences: Sequence[Licence]) -> None:
    for licence in licences:
        record_event(session, LicenceRecorded.about(licence))
    await tell_dues(session, licences)


async def tell_dues(session: AsyncSession, licences: Sequence[Licence]) -> None:
    """A licence that ends within a year is to be renewed by then; a revoked one no more."""
    day = today()
    ending = [licence for licence in licences if licence.expires_on is not None and licence.expires_on <= day + TOLD_BEFORE + timedelta(days=180)]
    homes = await homes_of(session, {licence.person_id for licence in ending}, day, day) if ending else {}
    for licence in ending:
        assert licence.expires_on is not None
        facility, path, _paths = homes.get(licence.person_id, (None, licence.authority_path, []))
        warn_on = licence.expires_on - timedelta(days=expiring_rule(licence.authority_path, day).value)
        record_event(
            session,
            DueChanged(
                id=due_id("licence_expires", licence.id),
                kind="licence_expires",
                subject_id=licence.id,
                path=f"/licences/{licence.id}",
                authority_path=path,
                shared_with=licence.shared_with,
                facility_code=facility,
                person_id=licence.person_id,
                due_on=licence.expires_on,
                warn_on=warn_on,
                responsible="facility-hr-officer",
                state="dropped" if licence.state == REVOKED else "open",
                facts={"expires_on": licence.expires_on.isoformat(), "scope": ", ".join(licence.scope)},
            ),
        )
        licence.due_told = True
    await session.flush()


async def watch_licences() -> None:
    """Daily: a suspension whose last day has passed is over, and what ends within a year is told once."""
    day = today()
    async with worker_session() as session:
        over = select(Licence).where(Licence.state == SUSPENDED, Licence.suspended_until < day).with_for_update(skip_locked=True)
        for licence in (await session.scalars(over)).all():
            before = _facts(licence)
            licence.move("reinstate", LICENCE)
            licence.suspended_from = licence.suspended_until = None
            await session.flush()
            record_event(session, LicenceRecorded.about(licence))
            await record_audit(session, "task:watch-licences", "licence.reinstated", "licence", licence.id, before=before, after=_facts(licence))
    while True:
        async with worker_session() as session:
            near = (
                select(Licence)
                .where(or_(Licence.due_told.is_(False)), Licence.state != REVOKED, Licence.expires_on <= day + TOLD_BEFORE)
                .limit(500)
                .with_for_update(skip_locked=True)
            )
            found = (await session.scalars(near)).all()
            await tell_dues(session, found)
        if not found:
            return
