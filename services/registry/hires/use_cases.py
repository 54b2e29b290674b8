"""A hire becomes an employment and an assignment: nothing is typed twice, and a fact that does not fit is kept as conflicting."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.registry.assignments.events import AssignmentChanged, AssignmentConflicting, AssignmentStarted
from services.registry.assignments.judgement import Wish, judge
from services.registry.assignments.models import Assignment
from services.registry.assignments.revoking import made_by, revoke_assignment, revoke_employment, rewrite
from services.registry.assignments.use_cases import announce_assignment
from services.registry.beliefs import lock_persons, supersede
from services.registry.directory import Place, places
from services.registry.facilities.models import Facility
from services.registry.hires.events import HireDecided, HireNumbered, HireRevoked
from services.registry.periods import period
from services.registry.persons.models import Person
from services.registry.persons.use_cases import add_purposes, announce_workers_of, register_worker, share_person
from services.registry.posts.models import Post
from services.registry.posts.use_cases import announce_posts
from services.registry.work_items.use_cases import open_work_item_about
from services.registry.workers.models import Employment, EmploymentType, Worker
from shared.audit import record_audit
from shared.clock import now, today
from shared.events import Received
from shared.ids import uuid7
from shared.inbox import NotKnownYet

RECRUITMENT = "recruitment"
BY = "consumer:registry"
EMPLOYED_BY: Mapping[str | None, EmploymentType] = {"private_non_profit": "contract_open", "private": "private"}
"""How an employer that is not public employs; a public one makes a public employee."""


async def place_hire(session: AsyncSession, event: Received[HireDecided]) -> None:
    """The person becomes a worker, is employed by the facility and takes the post; what does not fit is kept and put on the work-list.

    Raises NotKnownYet while the person, the post or the facility has not been heard of.
    """
    hire = event.data
    if await session.scalar(select(Assignment.id).where(Assignment.source_service == RECRUITMENT, Assignment.source_id == hire.id).limit(1)) is not None:
        return
    person = await session.scalar(select(Person).where(Person.id == hire.person_id).options(selectinload(Person.purposes)))
    if person is None:
        raise NotKnownYet("person", hire.person_id)
    post = await session.scalar(select(Post).where(Post.id == hire.post_id).limit(1))
    if post is None:
        raise NotKnownYet("post", hire.post_id)
    place = (await places(session, [hire.facility_code])).get(hire.facility_code)
    if place is None:
        raise NotKnownYet("facility", hire.facility_code)

    await lock_persons(session, [person.id])
    wish = Wish(person.id, post.id, "primary", _share_of(post), hire.starts_on, None)
    refused = await judge(session, wish)
    add_purposes(person, ["worker"])
    worker = await register_worker(session, person, occupation_code=hire.occupation_code, specialty=post.specialty, by=BY)
    await share_person(session, person, place.authority_path)
    await _employ(session, hire, person, worker, place)
    await announce_workers_of(session, person.id)
    assignment = Assignment(
        row_id=uuid7(),
        id=uuid7(),
        valid=period(hire.starts_on, None),
        authority_path=place.authority_path,
        shared_with=[],
        done_on=hire.done_on,
        entered_on=today(),
        recorded_at=now(),
        recorded_by=BY,
        person_id=person.id,
        worker_id=worker.id,
        post_id=post.id,
        facility_id=place.id,
        facility_code=place.code,
        unit=post.unit,
        kind=wish.kind,
        fte_share=wish.fte_share,
        state="active" if refused is None else "conflicting",
        conflict=refused.slug if refused else None,
        decision_number=hire.decision_number,
        act="recorded",
        source_service=RECRUITMENT,
        source_id=hire.id,
    )
    session.add(assignment)
    await session.flush()
    if refused is None:
        await announce_assignment(session, AssignmentStarted, [assignment])
        await announce_posts(session, [post.id])
    else:
        await open_work_item_about(session, assignment, refused.slug)
        await announce_assignment(session, AssignmentConflicting, [assignment])
    after = {"hire_id": str(hire.id), "facility_code": place.code, "post_id": str(post.id), "state": assignment.state, "conflict": assignment.conflict}
    await record_audit(session, BY, "assignment.recorded", "assignment", assignment.id, after=after, done_on=hire.done_on)


async def _employ(session: AsyncSession, hire: HireDecided, person: Person, worker: Worker, place: Place) -> None:
    """The facility employs the person from the first day, on probation, unless it does already."""
    held = select(Employment.id).where(Employment.person_id == person.id, Employment.facility_id == place.id, Employment.valid.overlaps(period(hire.starts_on, None)))
    if await session.scalar(held.limit(1)) is not None:
        return
    session.add(
        Employment(
            row_id=uuid7(),
            id=uuid7(),
            valid=period(hire.starts_on, None),
            authority_path=place.authority_path,
            shared_with=[],
            done_on=hire.done_on,
            entered_on=today(),
            recorded_at=now(),
            recorded_by=BY,
            person_id=person.id,
            worker_id=worker.id,
            facility_id=place.id,
            facility_code=place.code,
            employment_type=EMPLOYED_BY.get(await _ownership(session, place.code, hire.starts_on), "public_employee"),
            status="probation",
            decision_number=hire.decision_number,
            source_service=RECRUITMENT,
            source_id=hire.id,
        )
    )
    await session.flush()


async def _ownership(session: AsyncSession, code: str, day: date) -> str | None:
    """Whose the facility is on the first day."""
    found: str | None = await session.scalar(select(Facility.ownership).where(Facility.code == code).order_by(Facility.valid.contains(day).desc()).limit(1))
    return found


def _share_of(post: Post) -> Decimal:
    """A hire takes the whole of a post, and never more than one full time of a post with several seats."""
    return min(post.fte, Decimal(1))


async def revoke_hire(session: AsyncSession, event: Received[HireRevoked]) -> None:
    """The decision was revoked: the assignment and the employment that it made end on the eve, or never counted. The earlier belief is kept."""
    hire = event.data
    await lock_persons(session, [hire.person_id])
    made = await made_by(session, RECRUITMENT, hire.id)
    reason = f"hire {hire.id} revoked"
    await revoke_assignment(session, made, from_day=hire.revoked_from, revoked_on=hire.revoked_on, reason=reason, by=BY)
    await revoke_employment(session, RECRUITMENT, hire.id, from_day=hire.revoked_from, reason=reason, by=BY)
    await announce_workers_of(session, hire.person_id)


async def number_hire(session: AsyncSession, event: Received[HireNumbered]) -> None:
    """A decision that was to be regularised has its number."""
    periods = [one for one in await made_by(session, RECRUITMENT, event.data.id) if one.decision_number is None]
    if not periods or event.data.decision_number is None:
        return
    await lock_persons(session, [periods[0].person_id])
    at, reason = now(), "number given afterwards"
    await supersede(session, at=at, act="corrected", by=BY, reason=reason)
    for one in periods:
        one.decision_number = event.data.decision_number
        rewrite(one, "corrected", reason, at, BY, today())
    await session.flush()
    await announce_assignment(session, AssignmentChanged, await made_by(session, RECRUITMENT, event.data.id))
    await record_audit(session, BY, "assignment.numbered", "assignment", periods[0].id, after={"decision": event.data.decision_number})
