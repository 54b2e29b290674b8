"""Asking for a leave, deciding it, cancelling it; its days are held in the same transaction (LEA-02)."""

from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.absences.counting import LeaveRule, sick_rule
from services.registry.absences.events import AbsenceApproved, AbsenceCancelled
from services.registry.absences.models import ABSENCE, APPROVED, REQUESTED, Absence, Type
from services.registry.absences.permissions import can_decide, can_keep_absences, can_keep_absences_at
from services.registry.absences.schemas import AbsenceCreate, Approval, Cancellation, RefusalCreate
from services.registry.beliefs import lock_persons
from services.registry.holds.models import Hold
from services.registry.holds.queries import homes_of
from services.registry.holds.use_cases import Ask, release_hold, take_hold
from services.registry.persons.queries import get_visible_person
from services.registry.rules import pack_of
from services.registry.visibility import parties_to_share_with
from services.registry.work_items.use_cases import open_work_item
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed, NotFound, Refused
from shared.events import record_event
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.visibility import visible_to

SOURCE = "registry"


async def request_absence(session: AsyncSession, *, caller: Caller, body: AbsenceCreate) -> Absence:
    """HR asks for a leave and its days are held at once; an illness or a birth is a fact that no minimum refuses."""
    require(can_keep_absences(caller))
    done_on = judge_done_on(caller, body.done_on)
    person = await get_visible_person(session, caller, body.person_id)
    home = (await homes_of(session, [person.id], body.starts_on, body.ends_on)).get(person.id)
    if home is None:
        raise Malformed.field("person_id", _("This person works nowhere on {day}."), day=body.starts_on.isoformat())
    require(can_keep_absences_at(caller, home[1]))
    known = await by_reference(session, Absence, authority_path=home[1], body=body, reference=body.reference)
    if known is not None:
        return known
    return await file_absence(
        session,
        caller=caller,
        person_id=person.id,
        type_=body.type,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        override_reason=body.override_reason,
        body=body,
        done_on=done_on,
        reference=body.reference,
    )


async def file_absence(
    session: AsyncSession,
    *,
    caller: Caller,
    person_id: UUID,
    type_: Type,
    starts_on: date,
    ends_on: date,
    override_reason: str | None,
    body: BaseModel,
    done_on: date,
    reference: str | None = None,
    own: bool = False,
) -> Absence:
    """A leave that waits for a decision, with its days held. `own`: the person asks, who has no relation to the facility."""
    home = (await homes_of(session, [person_id], starts_on, ends_on)).get(person_id)
    if home is None:
        raise Malformed.field("starts_on" if own else "person_id", _("This person works nowhere on {day}."), day=starts_on.isoformat())
    facility_code, path, paths = home
    parties: list[str] = []
    for other in paths:
        parties = parties_to_share_with(path, parties, other)
    absence = Absence(
        id=uuid7(),
        authority_path=path,
        shared_with=parties,
        content_hash=hash_of(body),
        facility_code=facility_code,
        state=REQUESTED,
        requested_by=caller.actor,
        requested_on=done_on,
        reference=reference,
        person_id=person_id,
        type=type_,
        starts_on=starts_on,
        ends_on=ends_on,
        override_reason=override_reason,
    )
    session.add(absence)
    await session.flush()
    try:
        await _hold(session, caller, absence, own=own)
    except Refused as refused:
        if own:
            refused.more.pop("moves", None)  # whose session or mission could move is for those who plan
        raise
    await record_audit(session, caller, "absence.requested", "absence", absence.id, after=_facts(absence), done_on=done_on)
    return absence


async def _hold(session: AsyncSession, caller: Caller, absence: Absence, *, granting: bool = False, own: bool = False) -> None:
    """Hold the days. What was asked against a minimum holds nothing until the head grants it."""
    rule = LeaveRule.of(pack_of(absence.facility_code, absence.starts_on), absence.type)
    ask = Ask(
        kind="leave",
        source_service=SOURCE,
        source_id=absence.id,
        person_id=absence.person_id,
        spans=[(absence.starts_on, absence.ends_on)],
        content_hash=absence.content_hash,
        override_reason=absence.override_reason if granting else None,
        asked_by=absence.requested_by,
        refusable=rule.refusable,
        confirmed=True,
    )
    try:
        hold = await take_hold(session, caller=caller, ask=ask, own=absence.person_id if own else None)
    except Refused as refused:
        if granting or absence.override_reason is None or refused.slug not in ("below-minimum", "above-cap"):
            raise
        return
    absence.hold_id = hold.id
    if not rule.refusable:
        await _tell_the_planner(session, absence, hold)
    await session.flush()


async def _tell_the_planner(session: AsyncSession, absence: Absence, hold: Hold) -> None:
    """An illness falls on days that something else had taken: whoever planned it must move it or send somebody else."""
    held = sum((last - first).days + 1 for first, last in hold.spans)
    if held < absence.days:
        await open_work_item(
            session, kind="leave-on-held-days", reason="leave-on-held-days", subject_kind="hold", subject=hold, facility_code=absence.facility_code, person_id=absence.person_id
        )


async def get_visible_absence(session: AsyncSession, caller: Caller, absence_id: UUID, *, lock: bool = False) -> Absence:
    """One absence. Raises NotFound."""
    statement = select(Absence).where(Absence.id == absence_id, visible_to(caller, Absence))
    absence = await session.scalar(statement.with_for_update() if lock else statement)
    if absence is None:
        raise NotFound()
    return absence


async def approve_absence(session: AsyncSession, *, caller: Caller, absence_id: UUID, body: Approval) -> Absence:
    """Another person than the one who asked approves; what was asked against a minimum only the head grants."""
    absence = await get_visible_absence(session, caller, absence_id, lock=True)
    require(can_decide(caller, absence))
    done_on = judge_done_on(caller, body.done_on)
    before = _facts(absence)
    ABSENCE.after("approve", absence.state)
    if absence.hold_id is None:
        await _hold(session, caller, absence, granting=True)
    await _count(session, absence, body.counts_for_probation)
    absence.decided_by, absence.decided_on = caller.actor, done_on
    absence.move("approve", ABSENCE)
    await session.flush()
    record_event(session, AbsenceApproved.about(absence))
    await record_audit(session, caller, "absence.approved", "absence", absence.id, before=before, after=_facts(absence), done_on=done_on)
    return absence


async def _count(session: AsyncSession, absence: Absence, head_agrees: bool) -> None:
    """What the leave counts for; an illness that goes on is one spell, and the whole of a long one is left out (R-SPELL)."""
    pack = pack_of(absence.facility_code, absence.starts_on)
    rule, sick_days = LeaveRule.of(pack, absence.type), sick_rule(pack).value
    spell = [absence, *await _before_and_after(session, absence)]
    days = sum(one.days for one in spell)
    absence.counts_for_step = rule.counts_for_step()
    absence.counts_for_probation = rule.counts_for_probation(days, head_agrees, sick_days)
    for other in spell[1:]:
        if other.counts_for_probation and not rule.counts_for_probation(days, True, sick_days):
            other.counts_for_probation = False
            other.version += 1
            record_event(session, AbsenceApproved.about(other))


async def _before_and_after(session: AsyncSession, absence: Absence) -> list[Absence]:
    """Approved absences of the same type that touch this one, one after the other."""
    found: list[Absence] = []
    first, last = absence.starts_on, absence.ends_on
    while True:
        touching = select(Absence).where(
            Absence.person_id == absence.person_id,
            Absence.type == absence.type,
            Absence.state == APPROVED,
            Absence.id.not_in([absence.id, *[one.id for one in found]]),
            or_(Absence.ends_on == first - timedelta(days=1), Absence.starts_on == last + timedelta(days=1)),
        )
        more = (await session.scalars(touching)).all()
        if not more:
            return found
        found += more
        first, last = min(first, *[one.starts_on for one in more]), max(last, *[one.ends_on for one in more])


async def refuse_absence(session: AsyncSession, *, caller: Caller, absence_id: UUID, body: RefusalCreate) -> Absence:
    """Another person than the one who asked refuses, with the reason; the days are free again."""
    absence = await get_visible_absence(session, caller, absence_id, lock=True)
    require(can_decide(caller, absence))
    done_on = judge_done_on(caller, body.done_on)
    before = _facts(absence)
    absence.move("refuse", ABSENCE)
    absence.decided_by, absence.decided_on, absence.reason = caller.actor, done_on, body.reason
    await _release(session, caller, absence, absence.starts_on)
    await record_audit(session, caller, "absence.refused", "absence", absence.id, before=before, after=_facts(absence), done_on=done_on)
    return absence


async def cancel_absence(session: AsyncSession, *, caller: Caller, absence_id: UUID, body: Cancellation) -> Absence:
    """The leave does not take place, or ends earlier: the days from then on are free again."""
    absence = await get_visible_absence(session, caller, absence_id, lock=True)
    require(can_keep_absences_at(caller, absence.authority_path))
    return await withdraw_absence(session, caller=caller, absence=absence, body=body, done_on=judge_done_on(caller, body.done_on))


async def withdraw_absence(session: AsyncSession, *, caller: Caller, absence: Absence, body: Cancellation, done_on: date) -> Absence:
    """The same, once it is known that the caller may."""
    before, was = _facts(absence), absence.state
    ABSENCE.after("cancel", absence.state)
    from_day = body.from_day or absence.starts_on
    if from_day > absence.ends_on:
        raise Malformed.field("from_day", _("The leave already ends on {ends}."), ends=absence.ends_on.isoformat())
    if from_day <= absence.starts_on:
        absence.move("cancel", ABSENCE)
    else:
        absence.ends_on = from_day - timedelta(days=1)
        absence.version += 1
        if was == APPROVED:
            await _count(session, absence, bool(absence.counts_for_probation))
    await _release(session, caller, absence, from_day)
    if was == APPROVED:
        record_event(session, (AbsenceApproved if absence.state == APPROVED else AbsenceCancelled).about(absence))
    await record_audit(session, caller, "absence.cancelled", "absence", absence.id, before=before, after=_facts(absence), done_on=done_on)
    return absence


async def _release(session: AsyncSession, caller: Caller, absence: Absence, on: date) -> None:
    await lock_persons(session, [absence.person_id])
    hold = await session.get(Hold, absence.hold_id, populate_existing=True) if absence.hold_id else None
    if hold is not None:
        await release_hold(session, hold, on, by=caller)
    await session.flush()


def _facts(absence: Absence) -> dict[str, object]:
    """What the audit keeps; the type is HR's and stays in the row."""
    return {"state": absence.state, "starts_on": absence.starts_on, "ends_on": absence.ends_on, "counts_for_probation": absence.counts_for_probation}
