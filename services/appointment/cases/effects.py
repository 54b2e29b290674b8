"""What a signed decision changes: a mandate begins, the previous one ends (APP-17), a leader moves; and how a revocation puts it back."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.cases.events import CaseDecided, CaseMoved, CaseRevoked, TransferDecided, TransferRevoked
from services.appointment.cases.models import Case, Transfer
from services.appointment.cases.workflow import ACTING, CASE, DECISIONS, END_A_MANDATE, EQUIVALENT, EXTEND, FIRST, HIGHER, REAPPOINT, RESIGN, TRANSFER
from services.appointment.decisions.effects import OwnEffects, make_effects
from services.appointment.decisions.models import Decision
from services.appointment.mandates import models as mandates
from services.appointment.mandates.dues import tell_due
from services.appointment.mandates.events import MandateChanged, MandateEnded, MandateRevoked, MandateStarted
from services.appointment.mandates.guards import position_must_be_free
from services.appointment.mandates.models import Mandate
from services.appointment.mandates.queries import held_by
from services.appointment.mandates.workflow import PLANNED
from services.appointment.positions.models import LeadershipPosition
from shared.audit import record_audit
from shared.auth import Caller
from shared.calendars import ONE_DAY
from shared.clock import today
from shared.directory import works_of
from shared.errors import NotFound
from shared.events import record_event

KINDS = {
    FIRST: mandates.APPOINTED,
    HIGHER: mandates.APPOINTED,
    EQUIVALENT: mandates.APPOINTED,
    REAPPOINT: mandates.RENEWED,
    EXTEND: mandates.EXTENDED,
    TRANSFER: mandates.TRANSFERRED,
    ACTING: mandates.ACTING,
}


async def make_effect(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The signature decides the case: the mandate begins on its day, and a new office ends the previous one unless cumulation is decided."""
    case = await _case_of(session, decision)
    case.move("decide", CASE)
    case.decided_on, case.decision_number = decision.signed_on, decision.number
    assert case.starts_on is not None and case.nominee_id is not None
    if case.kind in END_A_MANDATE:
        await _leave_office(session, caller, case)
    else:
        if not case.cumulation and case.kind != ACTING:
            await _end_other_offices(session, caller, case, case.starts_on)
        await _begin_mandate(session, caller, case)
    if case.kind == TRANSFER:
        await _move_person(session, caller, case)
    await session.flush()
    record_event(session, CaseDecided.about(case))


async def undo_effect(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The decision was revoked: from its first day the mandate counts as never held, from a later day it ends; what it had ended runs again."""
    case = await _case_of(session, decision)
    case.move("revoke", CASE)
    assert case.starts_on is not None
    case.revoked_on = decision.ended_on
    from_day = decision.ended_from or decision.effective_on
    from_the_start = from_day <= case.starts_on
    made = await session.scalar(select(Mandate).where(Mandate.case_id == case.id).with_for_update())
    if made is not None:
        if from_the_start:
            made.revoke()
            record_event(session, MandateRevoked.about(made))
        else:
            made.end_before(from_day, because=mandates.BY_REVOCATION, case_id=None, today=today())
            record_event(session, MandateEnded.about(made))
        tell_due(session, made)
        await record_audit(session, caller, "mandate.revoked", "mandate", made.id, after={"from": from_day.isoformat()}, done_on=decision.ended_on)
    for ended in await session.scalars(select(Mandate).where(Mandate.ended_by_case_id == case.id).with_for_update()):
        await _resume(session, caller, ended, from_day, from_the_start=from_the_start, on=decision.ended_on or today())
    transfer = await session.scalar(select(Transfer).where(Transfer.case_id == case.id).with_for_update())
    if transfer is not None:
        transfer.state = "revoked"
        transfer.version += 1
        record_event(session, TransferRevoked.about(transfer))
    await session.flush()
    record_event(session, CaseRevoked.about(case))


async def number_effect(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """A decision that was to be regularised was given its number: what came of it shows it."""
    case = await _case_of(session, decision)
    case.decision_number = decision.number
    case.version += 1
    made = await session.scalar(select(Mandate).where(Mandate.case_id == case.id).with_for_update())
    if made is not None:
        made.decision_number = decision.number
        made.version += 1
        await session.flush()
        record_event(session, MandateChanged.about(made))
    transfer = await session.scalar(select(Transfer).where(Transfer.case_id == case.id).with_for_update())
    if transfer is not None:
        transfer.decision_number = decision.number
    await session.flush()
    record_event(session, CaseMoved.about(case))


async def _case_of(session: AsyncSession, decision: Decision) -> Case:
    case = await session.scalar(select(Case).where(Case.id == decision.source_id).with_for_update())
    if case is None:
        raise NotFound()
    return case


async def _begin_mandate(session: AsyncSession, caller: Caller, case: Case) -> None:
    assert case.starts_on is not None and case.ends_on is not None and case.nominee_id is not None
    position = await session.get_one(LeadershipPosition, case.position_id)
    await position_must_be_free(session, position, case.starts_on, case.ends_on, acting=case.kind == ACTING)
    work = (await works_of(session, [case.nominee_id], case.voted_on or case.opened_on)).get(case.nominee_id)
    mandate = Mandate(
        reference=case.reference,
        content_hash=case.content_hash,
        authority_path=case.authority_path,
        shared_with=case.shared_with,
        person_id=case.nominee_id,
        position_id=case.position_id,
        facility_code=case.facility_code,
        rank=case.rank,
        kind=KINDS[case.kind],
        case_id=case.id,
        follows_id=case.mandate_id,
        starts_on=case.starts_on,
        ends_on=case.ends_on,
        decision_number=case.decision_number,
        signed_on=case.decided_on,
        retirement_on=work.retirement_on if work else None,
        state=PLANNED,
        recorded_by=caller.actor,
        version=1,
    )
    mandate.settle(today())
    session.add(mandate)
    await session.flush()
    await record_audit(session, caller, "mandate.decided", "mandate", mandate.id, after={"case": str(case.id), "starts_on": case.starts_on.isoformat()}, done_on=case.decided_on)
    record_event(session, MandateStarted.about(mandate))
    tell_due(session, mandate)
    if case.mandate_id is not None:
        await _settle_due_of(session, case.mandate_id)


async def _settle_due_of(session: AsyncSession, mandate_id: UUID) -> None:
    """The mandate that was renewed or extended needs nothing more."""
    followed = await session.scalar(select(Mandate).where(Mandate.id == mandate_id))
    if followed is not None:
        tell_due(session, followed, done=True)


async def _end_other_offices(session: AsyncSession, caller: Caller, case: Case, starts_on: date) -> None:
    assert case.nominee_id is not None
    for held in await held_by(session, case.nominee_id, starts_on):
        held.end_before(starts_on, because=mandates.NEW_OFFICE, case_id=case.id, today=today())
        await _told_ended(session, caller, held, case)


async def _leave_office(session: AsyncSession, caller: Caller, case: Case) -> None:
    held = await session.scalar(select(Mandate).where(Mandate.id == case.mandate_id).with_for_update())
    if held is None:
        raise NotFound()
    assert case.starts_on is not None
    held.end_before(case.starts_on, because=mandates.RESIGNED if case.kind == RESIGN else mandates.REMOVED, case_id=case.id, today=today())
    await _told_ended(session, caller, held, case)


async def _told_ended(session: AsyncSession, caller: Caller, mandate: Mandate, case: Case) -> None:
    await session.flush()
    after = {"ended_on": mandate.last_day.isoformat(), "because": mandate.ended_because, "case": str(case.id)}
    await record_audit(session, caller, "mandate.ended", "mandate", mandate.id, after=after, done_on=case.decided_on)
    record_event(session, MandateEnded.about(mandate))
    tell_due(session, mandate)


async def _resume(session: AsyncSession, caller: Caller, ended: Mandate, from_day: date, *, from_the_start: bool, on: date) -> None:
    """From the first day its end is taken back; from a later day on it goes on as a mandate of its own, so that the gap stays true."""
    if from_the_start:
        ended.put_back(on=on, today=today())
        await session.flush()
        record_event(session, MandateChanged.about(ended))
        tell_due(session, ended)
    elif ended.ends_on >= from_day:
        resumed = Mandate(
            content_hash=ended.content_hash,
            authority_path=ended.authority_path,
            shared_with=ended.shared_with,
            person_id=ended.person_id,
            position_id=ended.position_id,
            facility_code=ended.facility_code,
            rank=ended.rank,
            kind=mandates.RESUMED,
            follows_id=ended.id,
            starts_on=from_day,
            ends_on=ended.ends_on,
            put_back_on=on,
            decision_number=ended.decision_number,
            signed_on=ended.signed_on,
            retirement_on=ended.retirement_on,
            state=PLANNED,
            recorded_by=caller.actor,
            version=1,
        )
        resumed.settle(today())
        session.add(resumed)
        await session.flush()
        record_event(session, MandateStarted.about(resumed))
        tell_due(session, resumed)
    await record_audit(session, caller, "mandate.put_back", "mandate", ended.id, after={"from": from_day.isoformat()}, done_on=on)


async def _move_person(session: AsyncSession, caller: Caller, case: Case) -> None:
    """A leader who worked elsewhere works at the new place from the day of effect."""
    assert case.starts_on is not None and case.nominee_id is not None
    target = case.to_facility_code or case.facility_code
    works = await works_of(session, [case.nominee_id], case.starts_on - ONE_DAY)
    work = works.get(case.nominee_id) or (await works_of(session, [case.nominee_id], case.opened_on)).get(case.nominee_id)
    if work is None or work.facility_code == target:
        return
    transfer = Transfer(
        content_hash=case.content_hash,
        authority_path=case.authority_path,
        shared_with=case.shared_with,
        person_id=case.nominee_id,
        case_id=case.id,
        from_facility_code=work.facility_code,
        to_facility_code=target,
        post_id=case.to_post_id,
        starts_on=case.starts_on,
        decision_number=case.decision_number,
        state="decided",
        version=1,
    )
    session.add(transfer)
    await session.flush()
    await record_audit(session, caller, "transfer.decided", "transfer", transfer.id, after={"from": work.facility_code, "to": target}, done_on=case.decided_on)
    record_event(session, TransferDecided.about(transfer))


for _kind in sorted(set(DECISIONS.values())):
    make_effects(_kind, OwnEffects(signed=make_effect, revoked=undo_effect, numbered=number_effect))
