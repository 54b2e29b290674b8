"""Putting back what a revoked decision had changed: from its first day on it never counted, from a later day on it ends."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.events import AssignmentEnded, AssignmentRevoked
from services.registry.assignments.models import Assignment
from services.registry.assignments.use_cases import announce_assignment
from services.registry.beliefs import Act, supersede
from services.registry.periods import period
from services.registry.posts.use_cases import announce_posts
from services.registry.work_items.use_cases import close_work_item
from services.registry.workers.models import Employment
from shared.audit import record_audit
from shared.clock import now


async def made_by(session: AsyncSession, source_service: str, source_id: object) -> list[Assignment]:
    """The periods of the assignment that a decision made, in order."""
    found = select(Assignment).where(Assignment.source_service == source_service, Assignment.source_id == source_id).order_by(func.lower(Assignment.valid))
    return list((await session.scalars(found.execution_options(populate_existing=True))).all())


async def revoke_assignment(session: AsyncSession, periods: Sequence[Assignment], *, from_day: date, revoked_on: date, reason: str, by: str) -> None:
    """The assignment ends on the eve of `from_day`; when it had not begun by then it is revoked. The earlier belief is kept."""
    if not periods or periods[-1].state == "revoked" or (periods[-1].valid_to is not None and periods[-1].valid_to < from_day):
        return
    at = now()
    last, whole = periods[-1], from_day <= periods[0].valid_from or periods[-1].state == "conflicting"
    before = {"state": last.state, "valid_to": last.valid_to}
    await supersede(session, at=at, act="revoked" if whole else "ended", by=by, reason=reason)
    kept = list(periods) if whole else [one for one in periods if one.valid_from < from_day]
    for one in periods:
        if one not in kept:
            await session.delete(one)
    for one in kept if whole else kept[-1:]:
        if whole:
            one.state, one.conflict = "revoked", None
        else:
            one.valid = period(one.valid_from, from_day - timedelta(days=1))
        rewrite(one, "revoked" if whole else "ended", reason, at, by, revoked_on)
    await session.flush()
    await close_work_item(session, by, "conflicting-assignment", last.id)
    await announce_assignment(session, AssignmentRevoked if whole else AssignmentEnded, kept)
    await announce_posts(session, {one.post_id for one in periods})
    await record_audit(session, by, "assignment.revoked", "assignment", last.id, before=before, after={"from_day": from_day, "reason": reason}, done_on=revoked_on)


async def revoke_employment(session: AsyncSession, source_service: str, source_id: object, *, from_day: date, reason: str, by: str) -> None:
    """The employment that the decision began ends on the eve, or goes when it had not begun; the history keeps it."""
    found = select(Employment).where(Employment.source_service == source_service, Employment.source_id == source_id).execution_options(populate_existing=True)
    for one in (await session.scalars(found)).all():
        if one.valid_to is not None and one.valid_to < from_day:
            continue
        at = now()
        await supersede(session, at=at, act="revoked", by=by, reason=reason)
        if from_day <= one.valid_from:
            await session.delete(one)
        else:
            one.valid, one.ended_reason, one.recorded_at, one.recorded_by = period(one.valid_from, from_day - timedelta(days=1)), "revoked", at, by
        await session.flush()
        await record_audit(session, by, "employment.revoked", "employment", one.id, before={"ends_on": None}, after={"from_day": from_day, "reason": reason})


def rewrite(one: Assignment, act: Act, reason: str | None, at: datetime, by: str, amended_on: date) -> None:
    """Another belief takes the place of one; `done_on` stays the day on which the period was decided."""
    one.act, one.reason, one.recorded_at, one.recorded_by, one.amended_on = act, reason, at, by, amended_on
