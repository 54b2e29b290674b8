"""A sponsored study and the register of decisions: a signature bonds it, a revocation ends it and gives the days back."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.sponsorships.dues import PROGRESS, SETTLE, return_due, study_due
from services.training.sponsorships.events import SponsorshipBonded, SponsorshipConflicting, SponsorshipRevoked, SponsorshipState
from services.training.sponsorships.models import Sponsorship
from services.training.sponsorships.use_cases import settle_hold
from services.training.sponsorships.workflow import BOARD_APPROVED, CONFLICTING, REVOKED, SPONSORSHIP
from shared.audit import record_audit
from shared.calendars import ONE_DAY
from shared.decisions import DecisionNumbered, DecisionRevoked, DecisionSigned, Effects
from shared.directory import works_of
from shared.events import Received, record_event
from shared.inbox import Poison

BY = "consumer:training"


async def _sponsorship_of(session: AsyncSession, event: Received[DecisionSigned] | Received[DecisionRevoked] | Received[DecisionNumbered]) -> Sponsorship:
    sponsorship = await session.scalar(select(Sponsorship).where(Sponsorship.id == event.data.source_id).with_for_update())
    if sponsorship is None:
        raise Poison("the register speaks of a study that was never proposed here")
    return sponsorship


async def on_signed(session: AsyncSession, event: Received[DecisionSigned]) -> None:
    """The study is paid, against service. Who has left the place meanwhile is set aside, for somebody to settle."""
    sponsorship = await _sponsorship_of(session, event)
    if sponsorship.state != BOARD_APPROVED:
        return
    signed = event.data
    work = (await works_of(session, [sponsorship.person_id], signed.signed_on)).get(sponsorship.person_id)
    fits = work is not None and work.facility_code == sponsorship.facility_code and signed.signed_by != sponsorship.board_by
    sponsorship.move("bond" if fits else "conflict", SPONSORSHIP)
    sponsorship.sign(by=signed.signed_by, on=signed.signed_on, number=signed.number)
    kind: type[SponsorshipState] = SponsorshipBonded if fits else SponsorshipConflicting
    record_event(session, kind.about(sponsorship, signed.signed_on))
    if not fits:
        record_event(session, study_due(sponsorship, SETTLE, signed.signed_on, "open"))
    await record_audit(session, BY, f"sponsorship.{sponsorship.state}", "sponsorship", sponsorship.id, after={"decision": sponsorship.decision}, done_on=signed.signed_on)


async def on_revoked(session: AsyncSession, event: Received[DecisionRevoked]) -> None:
    """The study is not paid any more; the person is expected back and the days are free from the day of the revocation on."""
    sponsorship = await _sponsorship_of(session, event)
    if sponsorship.state not in SPONSORSHIP.transitions["revoke"][0]:
        return
    revoked, before = event.data, sponsorship.state
    sponsorship.end("revoke", by=revoked.revoked_by, on=revoked.revoked_on, reason=revoked.revocation_number)
    settle_hold(session, sponsorship, "released", revoked.effective_on)
    if before == CONFLICTING:
        record_event(session, study_due(sponsorship, SETTLE, revoked.revoked_on, "dropped"))
    if sponsorship.progress_due_on is not None:
        record_event(session, study_due(sponsorship, PROGRESS, sponsorship.progress_due_on, "dropped"))
        sponsorship.progress_due_on = None
    if sponsorship.enrolled_on is not None:
        record_event(session, return_due(sponsorship, "dropped", due_on=revoked.effective_on + ONE_DAY))
    record_event(session, SponsorshipRevoked.about(sponsorship, revoked.revoked_on))
    await record_audit(session, BY, f"sponsorship.{REVOKED}", "sponsorship", sponsorship.id, before={"state": before}, after={"state": REVOKED}, done_on=revoked.revoked_on)


async def on_numbered(session: AsyncSession, event: Received[DecisionNumbered]) -> None:
    """A decision that was to be regularised has its number."""
    sponsorship = await _sponsorship_of(session, event)
    sponsorship.decision_number = event.data.number


EFFECTS = Effects(signed=on_signed, revoked=on_revoked, numbered=on_numbered)
