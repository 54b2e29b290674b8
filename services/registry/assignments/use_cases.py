"""Assigning workers: start, change, end, correct; each rewriting keeps the earlier belief."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, cast, func, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.events import AssignmentChanged, AssignmentEnded, AssignmentStarted, AssignmentState
from services.registry.assignments.judgement import Wish, judge
from services.registry.assignments.models import TO_REGULARISE, Assignment
from services.registry.assignments.permissions import can_record_assignments, can_record_assignments_at
from services.registry.assignments.queries import get_visible_assignment, must_go_on, occupations_of, periods_of
from services.registry.assignments.schemas import ActivationCreate, AssignmentChangeBody, AssignmentCorrection, AssignmentCreate, AssignmentEnding, AssignmentTransfer
from services.registry.beliefs import Act, Draft, lock_persons, supersede, version_of
from services.registry.directory import get_occupation, get_place, places
from services.registry.imports.lines import AssignmentLine
from services.registry.periods import period
from services.registry.persons.models import Person
from services.registry.persons.queries import get_visible_person, workers_of
from services.registry.persons.use_cases import add_purposes, register_worker, share_person
from services.registry.posts.models import Post
from services.registry.posts.queries import get_visible_post
from services.registry.posts.use_cases import announce_posts
from services.registry.practice.queries import right_of
from services.registry.references import by_reference
from services.registry.rules import REG_TRANSFER, pack_of
from services.registry.units.served import standings_of
from services.registry.visibility import authority_of, parties_to_share_with
from services.registry.work_items.use_cases import close_work_item
from services.registry.workers.models import Worker
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on, now, today
from shared.errors import Malformed, Refused
from shared.events import record_event, record_events
from shared.i18n import _
from shared.ids import uuid7
from shared.practice import must_not_have_lost_the_right
from shared.references import hash_of


async def record_assignment(session: AsyncSession, *, caller: Caller, body: AssignmentCreate) -> list[Assignment]:
    """HR assigns a person to a post, or to a facility without one, from a day that may be past or to come."""
    require(can_record_assignments(caller))
    done_on = judge_done_on(caller, body.done_on)
    person = await get_visible_person(session, caller, body.person_id, whole=True)
    place_code, unit, occupation = body.facility_code, body.unit, body.occupation_code
    if body.post_id is not None:
        periods = await get_visible_post(session, caller, body.post_id)
        post = periods[-1]
        must_serve_where_the_post_stands(periods, body.unit, body.starts_on)
        if place_code is not None and place_code != post.facility_code:
            raise Malformed.field("facility_code", _("The post is at {facility}."), facility=post.facility_code)
        place_code, unit, occupation = post.facility_code, unit or post.unit, post.occupation_code
    assert place_code is not None
    place = await get_place(session, place_code, body.starts_on)
    require(can_record_assignments_at(caller, place.authority_path))
    owner = authority_of(place.authority_path)
    known = await by_reference(session, Assignment, owner=owner, reference=body.reference, body=body)
    if known is not None:
        return await get_visible_assignment(session, caller, known.id)

    await lock_persons(session, [person.id])
    refused = await judge(session, Wish(person.id, body.post_id, body.kind, body.fte_share, body.starts_on, body.ends_on))
    if refused is not None:
        raise refused
    worker = await worker_for(session, person, occupation, caller)
    must_not_have_lost_the_right(await right_of(session, person.id, body.starts_on), worker.occupation_code, pack_of(place.code, today()))
    assignment = Assignment(
        row_id=uuid7(),
        id=uuid7(),
        valid=period(body.starts_on, body.ends_on),
        authority_path=place.authority_path,
        shared_with=[],
        done_on=done_on,
        entered_on=today(),
        recorded_at=now(),
        recorded_by=caller.actor,
        person_id=person.id,
        worker_id=worker.id,
        post_id=body.post_id,
        facility_id=place.id,
        facility_code=place.code,
        unit=unit,
        kind=body.kind,
        fte_share=body.fte_share,
        state="active",
        decision_number=body.decision_number,
        act="recorded",
        reference=body.reference,
        reference_owner=owner if body.reference else None,
        content_hash=hash_of(body) if body.reference else None,
    )
    session.add(assignment)
    add_purposes(person, ["worker"])
    await session.flush()
    await share_person(session, person, place.authority_path)
    await _tell(session, caller, AssignmentStarted, "assignment.recorded", [assignment], {assignment.post_id}, before=None)
    return [assignment]


def must_serve_where_the_post_stands(periods: Sequence[Post], said: str | None, day: date) -> None:
    """Whoever holds a post that stands in a unit serves there: words that say another unit are a mistake. Raises Malformed."""
    stands = next((one.unit for one in periods if one.unit_id is not None and day in one.valid), None)
    if said is not None and stands is not None and said != stands:
        raise Malformed.field("unit", _("The post stands in “{unit}”: leave the words out, or write the same."), unit=stands)


async def worker_for(session: AsyncSession, person: Person, occupation_code: str | None, caller: Caller) -> Worker:
    """The person's worker row for an occupation: the same, else one of the same group (a specialist on a doctor's post), else a first one."""
    workers = await workers_of(session, person.id)
    if occupation_code is None:
        if len(workers) != 1:
            raise Malformed.field("occupation_code", _("Say in which occupation the person is assigned."))
        return workers[0]
    wanted = await get_occupation(session, occupation_code)
    for worker in workers:
        if worker.occupation_code == wanted.code:
            return worker
    for worker in workers:
        known = await get_occupation(session, worker.occupation_code)
        if known.group == wanted.group != "other":
            return worker
    if workers:
        raise Refused(
            "occupation-differs",
            _("The post is for {wanted}; this person is registered as {known}."),
            possible=_("Choose a post of the person's occupation, or register the person in the other occupation first."),
            wanted=wanted.code,
            known=workers[0].occupation_code,
        )
    return await register_worker(session, person, occupation_code=wanted.code, specialty=None, by=caller)


async def end_assignment(session: AsyncSession, *, caller: Caller, assignment_id: UUID, body: AssignmentEnding) -> list[Assignment]:
    """An assignment gets its last day; later periods fall away, and what was believed of them is kept."""
    periods, done_on = await _open_for_writing(session, caller, assignment_id, body.done_on)
    first, ends = periods[0].valid_from, periods[-1].valid_to
    if body.ends_on < first:
        raise Malformed.field("ends_on", _("The assignment begins on {first}; its last day cannot come before."), first=first.isoformat())
    if ends == body.ends_on:
        return periods
    if ends is not None and ends < body.ends_on:
        must_go_on(periods)

    before = _facts(periods)
    at = await _supersede(session, caller, "ended", body.reason)
    for later in [later for later in periods if later.valid_from > body.ends_on]:
        await session.delete(later)
        periods.remove(later)
    _rewrite(periods[-1], caller, "ended", body.reason, at, done_on, valid=period(periods[-1].valid_from, body.ends_on))
    if body.decision_number is not None:
        periods[-1].decision_number = body.decision_number
    await session.flush()
    if periods[-1].state == "conflicting":
        await close_work_item(session, caller, "conflicting-assignment", assignment_id)
    await _tell(session, caller, AssignmentEnded, "assignment.ended", periods, {one.post_id for one in periods}, before=before)
    return periods


async def change_assignment(session: AsyncSession, *, caller: Caller, assignment_id: UUID, body: AssignmentChangeBody, act: str = "assignment.changed") -> list[Assignment]:
    """From a day on something is different: a new period opens, the earlier one keeps what was true."""
    periods, done_on = await _open_for_writing(session, caller, assignment_id, body.done_on)
    last = periods[-1]
    if not last.valid_from < body.effective_on or (last.valid_to is not None and last.valid_to < body.effective_on):
        raise Malformed.field(
            "effective_on", _("A change takes effect after {first} and within the assignment; correct what was recorded wrongly."), first=last.valid_from.isoformat()
        )
    wanted = body.model_dump(include={"post_id", "unit", "kind", "fte_share", "decision_number"}, exclude_none=True)
    before, ends = _facts(periods), last.valid_to
    at = await _supersede(session, caller, "changed", None)
    _rewrite(last, caller, last.act, last.reason, at, last.amended_on, valid=period(last.valid_from, body.effective_on - timedelta(days=1)))
    await session.flush()
    new = Assignment(**{name: getattr(last, name) for name in _SAME_IN_ALL_PERIODS} | {"row_id": uuid7(), "decision_number": None} | wanted)
    new.valid = period(body.effective_on, ends)
    new.recorded_at, new.recorded_by, new.done_on, new.entered_on, new.act = at, caller.actor, done_on, today(), "changed"
    await _judge_and_place(session, caller, new)
    session.add(new)
    await session.flush()
    await _tell(session, caller, AssignmentChanged, act, [*periods, new], {last.post_id, new.post_id}, before=before)
    return [*periods, new]


async def transfer_assignment(session: AsyncSession, *, caller: Caller, assignment_id: UUID, body: AssignmentTransfer) -> list[Assignment]:
    """Somebody goes on in another post or unit of the same facility; to another facility the appointing authority decides it (C8)."""
    last = (await get_visible_assignment(session, caller, assignment_id))[-1]
    unit, held = body.unit, body.post_id or last.post_id
    if body.unit is not None and held is not None:
        must_serve_where_the_post_stands(await get_visible_post(session, caller, held), body.unit, body.effective_on)
    if body.post_id is not None:
        post = (await get_visible_post(session, caller, body.post_id))[-1]
        unit = unit or post.unit
        if post.facility_id != last.facility_id:
            raise Refused(
                "another-facility",
                _("This post is at {there}; the person works at {here}."),
                rule=REG_TRANSFER,
                possible=_("Choose a post of the same facility, or file a transfer for decision."),
                there=post.facility_code,
                here=last.facility_code,
            )
    if (body.post_id or last.post_id, unit) == (last.post_id, last.unit):
        raise Refused("same-place", _("The person is in this post and unit already."), rule=REG_TRANSFER, possible=_("Choose another post or unit."))
    change = AssignmentChangeBody(effective_on=body.effective_on, post_id=body.post_id, unit=unit, decision_number=body.decision_number, done_on=body.done_on)
    return await change_assignment(session, caller=caller, assignment_id=assignment_id, body=change, act="assignment.transferred")


async def correct_assignment(session: AsyncSession, *, caller: Caller, assignment_id: UUID, body: AssignmentCorrection) -> list[Assignment]:
    """What was recorded wrongly is put right; the earlier belief stays readable with who corrected it and why."""
    periods, done_on = await _open_for_writing(session, caller, assignment_id, body.done_on)
    position = _position(periods, body.period_from)
    wrong = periods[position]
    if body.starts_on is not None and position != 0:
        raise Malformed.field("starts_on", _("Only the first period has a start to correct."))
    if (body.ends_on is not None or body.open_ended) and position != len(periods) - 1:
        raise Malformed.field("ends_on", _("Only the last period has an end to correct."))
    first = body.starts_on or wrong.valid_from
    last = None if body.open_ended else body.ends_on or wrong.valid_to
    if last is not None and last < first:
        raise Malformed.field("ends_on", _("The last day comes before the first one."))

    before, posts = _facts(periods), {wrong.post_id}
    at = await _supersede(session, caller, "corrected", body.reason)
    for name, value in body.model_dump(include={"post_id", "unit", "kind", "fte_share", "decision_number"}, exclude_none=True).items():
        setattr(wrong, name, value)
    _rewrite(wrong, caller, "corrected", body.reason, at, done_on, valid=period(first, last))
    with session.no_autoflush:
        await _judge_and_place(session, caller, wrong)
    await session.flush()
    await _tell(session, caller, AssignmentChanged, "assignment.corrected", periods, posts | {wrong.post_id}, before=before)
    return periods


async def activate_assignment(session: AsyncSession, *, caller: Caller, assignment_id: UUID, body: ActivationCreate) -> list[Assignment]:
    """A conflicting assignment counts once nothing stands in its way any more; its work item closes."""
    periods, done_on = await _open_for_writing(session, caller, assignment_id, None)
    standing = periods[-1]
    if standing.state == "active":
        return periods
    before = _facts(periods)
    refused = await judge(session, Wish.of(standing))
    if refused is not None:
        raise refused
    at = await _supersede(session, caller, "activated", body.reason)
    _rewrite(standing, caller, "activated", body.reason, at, done_on, valid=standing.valid)
    standing.state, standing.conflict = "active", None
    if body.decision_number is not None:
        standing.decision_number = body.decision_number
    await session.flush()
    await close_work_item(session, caller, "conflicting-assignment", assignment_id)
    await _tell(session, caller, AssignmentStarted, "assignment.activated", periods, {standing.post_id}, before=before)
    return periods


async def announce_assignment(session: AsyncSession, event: type[AssignmentState], periods: Sequence[Assignment]) -> None:
    """Tell the public state of an assignment."""
    occupations = await occupations_of(session, [periods[-1].worker_id])
    served = (await standings_of(session, periods)).serves(periods[-1], today())
    record_event(session, event.about(periods, occupation_code=occupations[periods[-1].worker_id], day=today(), served=served))


async def _open_for_writing(session: AsyncSession, caller: Caller, assignment_id: UUID, done_on: date | None) -> tuple[list[Assignment], date]:
    """Lock the person, then read what stands: what was read before the lock may be old."""
    periods = await get_visible_assignment(session, caller, assignment_id)
    require(can_record_assignments_at(caller, periods[-1].authority_path))
    judged = judge_done_on(caller, done_on)
    await lock_persons(session, [periods[0].person_id])
    periods = await periods_of(session, assignment_id)
    if periods[-1].state == "revoked":
        must_go_on(periods)
    return periods, judged


async def _supersede(session: AsyncSession, caller: Caller, act: Act, reason: str | None) -> datetime:
    at = now()
    await supersede(session, at=at, act=act, by=caller, reason=reason)
    return at


def _rewrite(one: Assignment, caller: Caller, act: Act, reason: str | None, at: datetime, amended_on: date | None, *, valid: Range[date]) -> None:
    """Put another belief in the place of one; `done_on` stays the day on which the period was decided."""
    one.valid, one.act, one.reason, one.recorded_at, one.recorded_by, one.amended_on = valid, act, reason, at, caller.actor, amended_on


async def _judge_and_place(session: AsyncSession, caller: Caller, wanted: Assignment) -> None:
    """A rewritten period must fit its post and its person; a post brings its facility with it."""
    if wanted.post_id is not None:
        post = (await get_visible_post(session, caller, wanted.post_id))[-1]
        require(can_record_assignments_at(caller, post.authority_path))
        wanted.facility_id, wanted.facility_code, wanted.authority_path = post.facility_id, post.facility_code, post.authority_path
    if wanted.state == "active":
        refused = await judge(session, Wish.of(wanted))
        if refused is not None:
            raise refused


def _position(periods: Sequence[Assignment], period_from: date | None) -> int:
    if period_from is None:
        return len(periods) - 1
    for position, one in enumerate(periods):
        if one.valid_from == period_from:
            return position
    raise Malformed.field("period_from", _("No period of this assignment begins on that day."))


async def _tell(session: AsyncSession, caller: Caller, event: type[AssignmentState], act: str, periods: Sequence[Assignment], posts: set[UUID | None], *, before: Any) -> None:
    await announce_assignment(session, event, periods)
    await announce_posts(session, posts)
    last = periods[-1]
    await record_audit(session, caller, act, "assignment", last.id, before=before, after=_facts(periods), done_on=last.done_on)


def _facts(periods: Sequence[Assignment]) -> dict[str, Any]:
    return {
        "version": version_of(periods),
        "periods": [
            {
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
                "facility_code": one.facility_code,
                "post_id": one.post_id,
                "kind": one.kind,
                "fte_share": str(one.fte_share),
                "state": one.state,
                "decision": one.decision,
            }
            for one in periods
        ],
    }


_SAME_IN_ALL_PERIODS = (
    "id",
    "authority_path",
    "shared_with",
    "person_id",
    "worker_id",
    "post_id",
    "facility_id",
    "facility_code",
    "unit",
    "kind",
    "fte_share",
    "state",
    "conflict",
    "source_service",
    "source_id",
    "reference",
    "reference_owner",
    "content_hash",
    "over_filled",
)


async def record_assignments(session: AsyncSession, caller: Caller, lines: Sequence[AssignmentLine]) -> None:
    """The good lines of an import become assignments, set-wise; without a number they count and show “to regularise”."""
    require(can_record_assignments(caller))
    facilities = await places(session, [line.facility_code for line in lines])
    for place in facilities.values():
        require(can_record_assignments_at(caller, place.authority_path))
    owners = {code: authority_of(place.authority_path) for code, place in facilities.items()}
    workers = await _workers_by_number(session, {(owners[line.facility_code], line.worker_no) for line in lines})
    posts = await _posts_by_reference(session, {(owners[line.facility_code], line.post_reference) for line in lines if line.post_reference})
    await lock_persons(session, [worker.person_id for worker in workers.values()])

    at, day = now(), today()
    written: list[Draft] = []
    for line in lines:
        place, worker = facilities[line.facility_code], workers[owners[line.facility_code], line.worker_no]
        post = posts[owners[line.facility_code], line.post_reference] if line.post_reference else None
        written.append(
            Draft(
                row_id=uuid7(),
                id=uuid7(),
                valid=period(line.start_date, line.end_date),
                authority_path=place.authority_path,
                shared_with=[],
                done_on=min(line.start_date, day),
                entered_on=day,
                recorded_at=at,
                recorded_by=caller.actor,
                person_id=worker.person_id,
                worker_id=worker.id,
                post_id=post.id if post else None,
                facility_id=place.id,
                facility_code=place.code,
                unit=post.unit if post else None,
                kind=line.kind,
                fte_share=line.fte_share,
                state="active",
                decision_number=line.decision_number,
                decision=line.decision_number or TO_REGULARISE,
                conflict=None,
                source_service=None,
                source_id=None,
                over_filled="import" if line.over_filled and post is not None else None,
            )
        )
    await session.execute(_IMPORTING, {"what": "assignments"})
    await session.execute(
        _INSERT,
        {
            "row_ids": [a.row_id for a in written],
            "ids": [a.id for a in written],
            "firsts": [a.valid.lower for a in written],
            "afters": [a.valid.upper for a in written],
            "paths": [a.authority_path for a in written],
            "done_on": [a.done_on for a in written],
            "entered_on": day,
            "recorded_at": at,
            "by": caller.actor,
            "persons": [a.person_id for a in written],
            "workers": [a.worker_id for a in written],
            "posts": [a.post_id for a in written],
            "facility_ids": [a.facility_id for a in written],
            "facility_codes": [a.facility_code for a in written],
            "units": [a.unit for a in written],
            "kinds": [a.kind for a in written],
            "shares": [a.fte_share for a in written],
            "decisions": [a.decision_number for a in written],
            "over_filled": [a.over_filled for a in written],
        },
    )
    await session.execute(_IMPORTING, {"what": ""})
    occupations = {worker.id: worker.occupation_code for worker in workers.values()}
    record_events(session, [AssignmentStarted.about([a], occupation_code=occupations[a.worker_id], day=day) for a in written])
    await announce_posts(session, {a.post_id for a in written})
    await _share_with_other_employers(session, written)
    await record_audits(
        session, caller, "assignment.recorded", "assignment", [(a.id, None, {"facility_code": a.facility_code, "kind": a.kind, "decision": a.decision}) for a in written]
    )


async def _workers_by_number(session: AsyncSession, numbers: set[tuple[str, str]]) -> dict[tuple[str, str], Row[Any]]:
    found = await session.execute(
        select(Worker.id, Worker.person_id, Worker.occupation_code, Worker.numbered_by, Worker.worker_no).where(
            Worker.numbered_by.in_({owner for owner, _no in numbers}), Worker.worker_no == func.any(cast(sorted({no for _owner, no in numbers}), ARRAY(Text)))
        )
    )
    return {(worker.numbered_by or "", worker.worker_no or ""): worker for worker in found}


async def _posts_by_reference(session: AsyncSession, references: set[tuple[str, str | None]]) -> dict[tuple[str, str | None], Row[Any]]:
    wanted = sorted({reference for _owner, reference in references if reference})
    found = await session.execute(
        select(Post.id, Post.unit, Post.reference_owner, Post.reference).where(
            Post.reference_owner.in_({owner for owner, _reference in references}), Post.reference == func.any(cast(wanted, ARRAY(Text)))
        )
    )
    return {(post.reference_owner or "", post.reference): post for post in found}


async def _share_with_other_employers(session: AsyncSession, written: Sequence[Draft]) -> None:
    """Somebody assigned away from the authority that entered them is shared with the one that employs them now."""
    paths: dict[UUID, set[str]] = {}
    for one in written:
        paths.setdefault(one.person_id, set()).add(one.authority_path)
    found = await session.execute(
        text("SELECT id, authority_path::text AS path, shared_with FROM persons JOIN unnest(CAST(:ids AS uuid[])) AS asked (id) USING (id)"), {"ids": list(paths)}
    )
    strangers = [row.id for row in found if any(parties_to_share_with(row.path, row.shared_with, path) != sorted(row.shared_with) for path in paths[row.id])]
    for person_id in strangers:
        person = await session.get(Person, person_id)
        if person is not None:
            for path in sorted(paths[person_id]):
                await share_person(session, person, path)


# An import alone may say of somebody that they stand beside the others of a full post (migration 0042).
_IMPORTING = text("SELECT set_config('relais.importing', :what, true)")
_INSERT = text(
    """
    INSERT INTO assignments (row_id, id, valid, authority_path, done_on, entered_on, recorded_at, recorded_by, person_id, worker_id, post_id, facility_id, facility_code, unit,
                             kind, fte_share, state, decision_number, act, over_filled)
    SELECT t.row_id, t.id, daterange(t.first, t.after), t.path::ltree, t.done_on, :entered_on, :recorded_at, :by, t.person_id, t.worker_id, t.post_id, t.facility_id, t.facility_code,
           t.unit, t.kind, t.fte_share, 'active', t.decision_number, 'recorded', t.over_filled
    FROM unnest(CAST(:row_ids AS uuid[]), CAST(:ids AS uuid[]), CAST(:firsts AS date[]), CAST(:afters AS date[]), CAST(:paths AS text[]), CAST(:done_on AS date[]),
                CAST(:persons AS uuid[]), CAST(:workers AS uuid[]), CAST(:posts AS uuid[]), CAST(:facility_ids AS uuid[]), CAST(:facility_codes AS text[]), CAST(:units AS text[]),
                CAST(:kinds AS text[]), CAST(:shares AS numeric[]), CAST(:decisions AS text[]), CAST(:over_filled AS text[]))
        AS t (row_id, id, first, after, path, done_on, person_id, worker_id, post_id, facility_id, facility_code, unit, kind, fte_share, decision_number, over_filled)
    """
)
