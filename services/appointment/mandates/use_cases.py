"""Mandates that run already are recorded as opening balance; a daily task starts and ends each on its day and tells its alerts."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.mandates.dues import stage_on, tell_due
from services.appointment.mandates.events import MandateChanged, MandateEnded, MandateStarted
from services.appointment.mandates.guards import position_must_be_free
from services.appointment.mandates.models import ACTING, Mandate
from services.appointment.mandates.permissions import can_record_at
from services.appointment.mandates.schemas import MandateCreate
from services.appointment.mandates.workflow import ENDED, PLANNED, RUNNING
from services.appointment.people import must_be_known, numbered
from services.appointment.positions.models import LeadershipPosition
from services.appointment.positions.queries import named_position, positions_visible_to
from services.appointment.rules import pack_of
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import period_end
from shared.clock import judge_done_on, today
from shared.db import worker_session
from shared.directory import Work, work_of
from shared.errors import Malformed
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def record_mandate(session: AsyncSession, *, caller: Caller, body: MandateCreate) -> Mandate:
    """The administrator records a mandate that was decided before the system was there."""
    done_on = judge_done_on(caller, body.done_on)
    position = await _position(session, caller, body)
    require(can_record_at(caller, position.authority_path))
    if known := await by_reference(session, Mandate, authority_path=position.authority_path, body=body, reference=body.reference):
        return known
    work = await _holder(session, caller, body, max(body.starts_on, done_on))
    return await keep_mandate(session, caller, position, work, body)


def last_day_of(body: MandateCreate, position: LeadershipPosition, work: Work, day: date) -> date:
    """The day that is said, or the end of the term (R-PERIOD), at the latest the day of retirement."""
    if body.ends_on is not None:
        return body.ends_on
    months = int(pack_of(position.facility_code, day).rule("APP-18").value["acting_months"]) if body.kind == ACTING else position.term_months
    last = period_end(body.starts_on, months)
    return min(last, work.retirement_on) if work.retirement_on is not None else last


async def keep_mandate(session: AsyncSession, caller: Caller, position: LeadershipPosition, work: Work, body: MandateCreate) -> Mandate:
    """The mandate of a known person in a known position; its last day is computed when nobody says it."""
    done_on = judge_done_on(caller, body.done_on)
    ends_on = last_day_of(body, position, work, done_on)
    if ends_on < body.starts_on:
        raise Malformed.field("ends_on", _("The last day comes before the first one."))
    await position_must_be_free(session, position, body.starts_on, ends_on, acting=body.kind == ACTING)
    mandate = Mandate(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=position.authority_path,
        shared_with=position.shared_with,
        person_id=work.person_id,
        position_id=position.id,
        facility_code=position.facility_code,
        rank=position.rank,
        kind=body.kind,
        starts_on=body.starts_on,
        ends_on=ends_on,
        decision_number=body.decision_number,
        signed_on=body.signed_on,
        retirement_on=work.retirement_on,
        state=PLANNED,
        recorded_by=caller.actor,
        version=1,
    )
    mandate.settle(today())
    session.add(mandate)
    await session.flush()
    await record_audit(session, caller, "mandate.recorded", "mandate", mandate.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, MandateStarted.about(mandate))
    tell_due(session, mandate)
    return mandate


async def _holder(session: AsyncSession, caller: Caller, body: MandateCreate, day: date) -> Work:
    if body.person_id is not None:
        return await work_of(session, caller, body.person_id, day)
    assert body.worker_no is not None
    return must_be_known((await numbered(session, [body.worker_no], day)).get(body.worker_no), body.worker_no, "worker_no")


async def _position(session: AsyncSession, caller: Caller, body: MandateCreate) -> LeadershipPosition:
    if body.position_id is not None:
        return await named_position(session, caller, body.position_id)
    found = (await session.scalars(positions_visible_to(caller).where(LeadershipPosition.reference == body.position_reference).limit(2))).all()
    if body.position_reference is None or len(found) != 1:
        raise Malformed.field("position_reference", _("There is no leadership position with this reference that you may see."))
    return found[0]


async def settle_mandates() -> None:
    """Each day: a mandate starts or ends on its day, and its alert moves on (APP-18)."""
    day = today()
    async with worker_session() as session:
        for mandate in await session.scalars(select(Mandate).where(Mandate.state.in_((PLANNED, RUNNING))).with_for_update(skip_locked=True)):
            moved = mandate.settle(day)
            await session.flush()
            if moved:
                record_event(session, (MandateEnded if mandate.state == ENDED else MandateChanged).about(mandate))
            stage = stage_on(mandate.ends_on, day, pack_of(mandate.facility_code, day).rule("APP-18"))
            if moved or stage != mandate.told_stage:
                mandate.told_stage = stage
                tell_due(session, mandate, done=await _is_followed(session, mandate))


async def _is_followed(session: AsyncSession, mandate: Mandate) -> bool:
    """Whether the holder's next mandate is decided already: nothing is left to do then."""
    following = select(Mandate.id).where(Mandate.follows_id == mandate.id, Mandate.state.in_((PLANNED, RUNNING))).limit(1)
    return await session.scalar(following) is not None
