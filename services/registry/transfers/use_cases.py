"""A transfer moves the primary assignment and the employment; revoked, it puts them back. What does not fit goes to the work-list."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.registry.assignments.events import AssignmentChanged, AssignmentConflicting, AssignmentEnded, AssignmentStarted
from services.registry.assignments.judgement import Wish, judge
from services.registry.assignments.models import TO_REGULARISE, Assignment, assignments_history
from services.registry.assignments.queries import periods_of
from services.registry.assignments.revoking import made_by, revoke_assignment, revoke_employment, rewrite
from services.registry.assignments.use_cases import announce_assignment
from services.registry.beliefs import lock_persons, supersede
from services.registry.directory import Place, places
from services.registry.periods import period
from services.registry.persons.models import Person
from services.registry.persons.use_cases import announce_workers_of, share_person
from services.registry.posts.models import Post
from services.registry.posts.use_cases import announce_posts
from services.registry.transfers.events import TransferDecided, TransferRevoked, TransferState
from services.registry.work_items.use_cases import open_work_item_about
from services.registry.workers.models import Employment, employments_history
from shared.audit import record_audit
from shared.clock import now, today
from shared.errors import Refused
from shared.events import Received
from shared.ids import uuid7
from shared.inbox import NotKnownYet

APPOINTMENT = "appointment"
BY = "consumer:registry"
EVE = timedelta(days=1)


def _reason(transfer: TransferState) -> str:
    """By it a revocation finds what the transfer had ended."""
    return f"transfer {transfer.id}"


async def move_person(session: AsyncSession, event: Received[TransferDecided]) -> None:
    """The primary assignment ends on the eve and another begins; when the new one does not fit, the old one stays and somebody must settle it.

    Raises NotKnownYet while the person, the post or the facility has not been heard of.
    """
    transfer = event.data
    if await made_by(session, APPOINTMENT, transfer.id):
        return
    person = await session.scalar(select(Person).where(Person.id == transfer.person_id).options(selectinload(Person.purposes)))
    if person is None:
        raise NotKnownYet("person", transfer.person_id)
    post = await session.scalar(select(Post).where(Post.id == transfer.post_id).order_by(Post.valid.desc()).limit(1)) if transfer.post_id else None
    if transfer.post_id is not None and post is None:
        raise NotKnownYet("post", transfer.post_id)
    place = (await places(session, [transfer.to_facility_code])).get(transfer.to_facility_code)
    if place is None:
        raise NotKnownYet("facility", transfer.to_facility_code)
    await lock_persons(session, [person.id])
    old = await _primary_until(session, transfer)
    if old is None:
        raise NotKnownYet("assignment of", transfer.person_id)
    new, standing = _assignment(transfer, old, place, post), _assignment(transfer, old, place, post)
    try:
        async with session.begin_nested():
            await _end_on_the_eve(session, transfer, old)
            refused = await judge(session, Wish.of(new))
            if refused is not None:
                raise refused
            session.add(new)
            await session.flush()
    except Refused as refused:
        new = standing
        new.state, new.conflict = "conflicting", refused.slug  # type: ignore[assignment]
        session.add(new)
        await session.flush()
        await open_work_item_about(session, new, refused.slug)
        await announce_assignment(session, AssignmentConflicting, [new])
    else:
        await announce_assignment(session, AssignmentEnded, await periods_of(session, old.id))
        await announce_assignment(session, AssignmentStarted, [new])
        await announce_posts(session, {old.post_id, new.post_id})
        await _move_employment(session, transfer, new)
    await share_person(session, person, place.authority_path)
    await announce_workers_of(session, person.id)
    after = {"transfer_id": str(transfer.id), "from": transfer.from_facility_code, "to": place.code, "state": new.state, "conflict": new.conflict}
    await record_audit(session, BY, "assignment.transferred", "assignment", new.id, after=after, done_on=today())


async def _primary_until(session: AsyncSession, transfer: TransferState) -> Assignment | None:
    """The primary assignment that the transfer takes the person from: held on its first day, or else on the eve."""
    held = select(Assignment).where(Assignment.person_id == transfer.person_id, Assignment.kind == "primary", Assignment.state == "active")
    for day in (transfer.starts_on, transfer.starts_on - EVE):
        found = await session.scalar(held.where(Assignment.valid.contains(day)).execution_options(populate_existing=True))
        if found is not None:
            return found
    return None


def _assignment(transfer: TransferState, old: Assignment, place: Place, post: Post | None) -> Assignment:
    return Assignment(
        row_id=uuid7(),
        id=uuid7(),
        valid=period(transfer.starts_on, None),
        authority_path=place.authority_path,
        shared_with=[],
        done_on=min(transfer.starts_on, today()),
        entered_on=today(),
        recorded_at=now(),
        recorded_by=BY,
        person_id=old.person_id,
        worker_id=old.worker_id,
        post_id=post.id if post else None,
        facility_id=place.id,
        facility_code=place.code,
        unit=post.unit if post else None,
        kind="primary",
        fte_share=min(post.fte, Decimal(1)) if post else old.fte_share,
        state="active",
        conflict=None,
        decision_number=None if transfer.decision == TO_REGULARISE else transfer.decision,
        act="recorded",
        source_service=APPOINTMENT,
        source_id=transfer.id,
    )


async def _end_on_the_eve(session: AsyncSession, transfer: TransferState, old: Assignment) -> None:
    if old.valid_from >= transfer.starts_on:
        raise Refused("primary-held", "The person holds the assignment since the day of the transfer or later.")
    at = now()
    await supersede(session, at=at, act="ended", by=BY, reason=_reason(transfer))
    old.valid = period(old.valid_from, transfer.starts_on - EVE)
    rewrite(old, "ended", _reason(transfer), at, BY, today())
    await session.flush()


async def _move_employment(session: AsyncSession, transfer: TransferState, new: Assignment) -> None:
    """The new place employs the person as the old one did."""
    held = select(Employment).where(Employment.person_id == new.person_id, Employment.facility_code == transfer.from_facility_code, Employment.valid.contains(transfer.starts_on))
    old = await session.scalar(held.execution_options(populate_existing=True))
    there = select(Employment.id).where(
        Employment.person_id == new.person_id, Employment.facility_id == new.facility_id, Employment.valid.overlaps(period(transfer.starts_on, None))
    )
    if old is None or old.valid_from >= transfer.starts_on or await session.scalar(there.limit(1)) is not None:
        return
    at = now()
    await supersede(session, at=at, act="ended", by=BY, reason=_reason(transfer))
    old.valid, old.ended_reason, old.recorded_at, old.recorded_by = period(old.valid_from, transfer.starts_on - EVE), _reason(transfer), at, BY
    await session.flush()
    session.add(
        Employment(
            row_id=uuid7(),
            id=uuid7(),
            valid=period(transfer.starts_on, None),
            authority_path=new.authority_path,
            shared_with=[],
            done_on=new.done_on,
            entered_on=today(),
            recorded_at=at,
            recorded_by=BY,
            person_id=new.person_id,
            worker_id=new.worker_id,
            facility_id=new.facility_id,
            facility_code=new.facility_code,
            employment_type=old.employment_type,
            status=old.status,
            decision_number=new.decision_number,
            source_service=APPOINTMENT,
            source_id=transfer.id,
        )
    )
    await session.flush()


async def put_person_back(session: AsyncSession, event: Received[TransferRevoked]) -> None:
    """What the transfer made never counted, and what it had ended goes on as before; when that does not fit any more, somebody must settle it."""
    transfer = event.data
    await lock_persons(session, [transfer.person_id])
    made = await made_by(session, APPOINTMENT, transfer.id)
    await revoke_assignment(session, made, from_day=transfer.starts_on, revoked_on=today(), reason=_reason(transfer), by=BY)
    await revoke_employment(session, APPOINTMENT, transfer.id, from_day=transfer.starts_on, reason=_reason(transfer), by=BY)
    at = now()
    ended = await session.scalar(
        select(Assignment)
        .where(Assignment.person_id == transfer.person_id, Assignment.reason == _reason(transfer), Assignment.act == "ended")
        .execution_options(populate_existing=True)
    )
    if ended is not None:
        before = await _valid_before(session, assignments_history, ended)
        refused = await judge(session, Wish(ended.person_id, ended.post_id, ended.kind, ended.fte_share, ended.valid_from, period_end_of(before), ended.id))
        if refused is None:
            await supersede(session, at=at, act="revoked", by=BY, reason=_reason(transfer))
            ended.valid = before
            rewrite(ended, "corrected", f"{_reason(transfer)} revoked", at, BY, today())
            await session.flush()
            await announce_assignment(session, AssignmentChanged, await periods_of(session, ended.id))
            await announce_posts(session, {ended.post_id})
        else:
            await open_work_item_about(session, ended, refused.slug)
    employed = await session.scalar(
        select(Employment).where(Employment.person_id == transfer.person_id, Employment.ended_reason == _reason(transfer)).execution_options(populate_existing=True)
    )
    if employed is not None:
        await supersede(session, at=at, act="revoked", by=BY, reason=_reason(transfer))
        employed.valid, employed.ended_reason, employed.recorded_at, employed.recorded_by = await _valid_before(session, employments_history, employed), None, at, BY
        await session.flush()
    await announce_workers_of(session, transfer.person_id)


async def _valid_before(session: AsyncSession, history: Any, one: Assignment | Employment) -> Range[Any]:
    """The days that were believed before the transfer ended them; open when nobody had known the earlier belief."""
    earlier = select(history.c.valid).where(history.c.row_id == one.row_id).order_by(func.upper(history.c.recorded).desc()).limit(1)
    return await session.scalar(earlier) or period(one.valid_from, None)


def period_end_of(valid: Range[Any]) -> Any:
    return valid.upper - EVE if valid.upper else None
