"""The clock of commitments: which days count, in which order a person's commitments run, and what each is on a day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.absences.queries import uncounted_for_steps
from services.appointment.commitments.dues import tell_end_due
from services.appointment.commitments.events import CommitmentChanged, CommitmentEnded, CommitmentPaused, CommitmentResumed, CommitmentStarted
from services.appointment.commitments.formulas import Pause, clock_ends_on
from services.appointment.commitments.models import Commitment
from services.appointment.commitments.workflow import CLOCK, DRAFT, FULFILLED, PAUSED, RUNNING, SIGNED
from shared.audit import record_audit
from shared.calendars import ONE_DAY
from shared.events import record_event

SEQUENCE = "sequence"


async def pauses_of(session: AsyncSession, commitment: Commitment, day: date) -> list[Pause]:
    """The days that do not count: what was entered, and the absences that the registry says do not count as service (COM-01)."""
    absences = (await uncounted_for_steps(session, [commitment.person_id])).get(commitment.person_id, [])
    return commitment.entered_pauses(day) + [(absence.starts_on, absence.ends_on) for absence in absences]


async def lay_out(session: AsyncSession, person_id: UUID, day: date) -> list[Commitment]:
    """Lay a person's commitments one after the other (COM-04), or side by side where that was chosen, and say what each is on a day."""
    found = (
        await session.scalars(
            select(Commitment).where(Commitment.person_id == person_id, Commitment.state.in_((DRAFT, *CLOCK, FULFILLED))).order_by(Commitment.id).with_for_update()
        )
    ).all()
    reached: date | None = None
    for commitment in sorted(found, key=lambda one: (one.state == DRAFT, one.earliest_on, one.recorded_at, one.id)):
        if commitment.state != FULFILLED:
            pauses = await pauses_of(session, commitment, day)
            before = commitment.starts_on, commitment.ends_on
            waits = commitment.clock == SEQUENCE and reached is not None and reached >= commitment.earliest_on
            commitment.starts_on = reached + ONE_DAY if waits and reached else commitment.earliest_on
            commitment.ends_on = clock_ends_on(commitment.starts_on, commitment.months_due, pauses)
            await _settle(session, commitment, pauses, day, moved=(commitment.starts_on, commitment.ends_on) != before)
        if commitment.clock == SEQUENCE:
            reached = max(reached or commitment.ends_on, commitment.ends_on)
    await session.flush()
    return list(found)


def state_on(commitment: Commitment, pauses: Sequence[Pause], day: date) -> str:
    """What a signed commitment is on a day."""
    if commitment.ends_on < day:
        return FULFILLED
    if any(first <= day <= last for first, last in pauses if last >= commitment.starts_on) and commitment.starts_on <= day:
        return PAUSED
    return RUNNING if commitment.starts_on <= day else SIGNED


async def _settle(session: AsyncSession, commitment: Commitment, pauses: Sequence[Pause], day: date, *, moved: bool) -> None:
    if commitment.state == DRAFT:
        return
    before, after = commitment.state, state_on(commitment, pauses, day)
    if after == before and not moved:
        return
    commitment.state, commitment.version = after, commitment.version + 1
    if after == FULFILLED:
        commitment.ended_on, commitment.end_cause = commitment.ends_on, "fulfilled"
    if after != before:
        await record_audit(session, "clock", f"commitment.{after}", "commitment", commitment.id, before={"state": before}, after={"state": after}, done_on=day)
    kinds = {(SIGNED, RUNNING): CommitmentStarted, (PAUSED, RUNNING): CommitmentResumed}
    if after == FULFILLED:
        record_event(session, CommitmentEnded.about(commitment))
    elif after == PAUSED and before != PAUSED:
        record_event(session, CommitmentPaused.about(commitment))
    elif after != SIGNED:
        record_event(session, kinds.get((before, after), CommitmentChanged).about(commitment))
    tell_end_due(session, commitment)
