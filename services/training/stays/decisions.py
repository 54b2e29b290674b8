"""Stays and the register of decisions: a signature orders them, a revocation takes back what has not begun."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.stays.dues import SETTLE, return_due, stay_due
from services.training.stays.events import stay_event
from services.training.stays.models import StayGroup
from services.training.stays.use_cases import cancel
from services.training.stays.workflow import CONFLICTING, DEPARTED, ORDERED, PROPOSED, STAY
from shared.audit import record_audit
from shared.decisions import DecisionNumbered, DecisionRevoked, DecisionSigned, Effects
from shared.directory import works_of
from shared.events import Received, record_event, record_events
from shared.inbox import Poison

BY = "consumer:training"


async def _group_of(session: AsyncSession, event: Received[DecisionSigned] | Received[DecisionRevoked] | Received[DecisionNumbered]) -> StayGroup:
    group = await session.scalar(select(StayGroup).where(StayGroup.id == event.data.source_id).with_for_update(of=StayGroup))
    if group is None:
        raise Poison("the register speaks of a stay that was never proposed here")
    return group


async def on_signed(session: AsyncSession, event: Received[DecisionSigned]) -> None:
    """They may leave. Who does not work at the place any more is set aside, for somebody to settle."""
    group = await _group_of(session, event)
    if group.state != PROPOSED:
        return
    signed = event.data
    group.order(by=signed.signed_by, on=signed.signed_on, number=signed.number)
    works = await works_of(session, [stay.person_id for stay in group.going], max(group.starts_on, signed.signed_on))
    for stay in group.going:
        work = works.get(stay.person_id)
        fits = work is not None and work.facility_code == stay.facility_code
        stay.move("order" if fits else "conflict", STAY)
        if not fits:
            record_event(session, stay_due(stay, SETTLE, signed.signed_on, "open"))
    record_events(session, [stay_event(stay) for stay in group.going])
    await record_audit(session, BY, "stays.ordered", "stay_group", group.id, before={"state": PROPOSED}, after={"decision": group.decision}, done_on=signed.signed_on)


async def on_revoked(session: AsyncSession, event: Received[DecisionRevoked]) -> None:
    """Who has not left does not go; who is away is expected back from the day of the revocation on."""
    group = await _group_of(session, event)
    if group.state != ORDERED:
        return
    revoked = event.data
    group.end("revoke", by=revoked.revoked_by, on=revoked.revoked_on, reason=revoked.revocation_number)
    for stay in group.going:
        if stay.state == CONFLICTING:
            record_event(session, stay_due(stay, SETTLE, revoked.revoked_on, "dropped"))
        if stay.state == DEPARTED:
            record_event(session, return_due(stay, "open", due_on=revoked.effective_on))
        elif stay.state in (ORDERED, CONFLICTING):
            cancel(session, stay, by=revoked.revoked_by, reason=revoked.revocation_number, on=revoked.effective_on)
    await record_audit(session, BY, "stays.revoked", "stay_group", group.id, before={"state": ORDERED}, after={"state": group.state}, done_on=revoked.revoked_on)


async def on_numbered(session: AsyncSession, event: Received[DecisionNumbered]) -> None:
    """A decision that was to be regularised has its number."""
    group = await _group_of(session, event)
    group.decision_number = event.data.number
    record_events(session, [stay_event(stay) for stay in group.going])


EFFECTS = Effects(signed=on_signed, revoked=on_revoked, numbered=on_numbered)
