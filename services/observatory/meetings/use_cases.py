"""A meeting is planned, held, its minutes written and adopted by another person; what it decided is followed until it is done or dropped."""

from collections.abc import Awaitable
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.areas import area_on
from services.observatory.base import Record
from services.observatory.meetings.models import HELD, MEETING, PLANNED, RESOLUTION, Attendance, FollowUp, Meeting, MeetingBody, Participant, Resolution
from services.observatory.meetings.permissions import can_adopt, can_follow, can_keep
from services.observatory.meetings.queries import beside, get_visible_body, get_visible_meeting, get_visible_resolution
from services.observatory.meetings.schemas import Because, FollowUpCreate, MeetingBodyCreate, MeetingCreate, ParticipantsAdded, ResolutionCreate, Step
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule

Row = TypeVar("Row")


async def found_body(session: AsyncSession, *, caller: Caller, body: MeetingBodyCreate) -> MeetingBody:
    """An authority gives a committee its name; its meetings are numbered from then on."""
    done_on, path = judge_done_on(caller, body.done_on), path_of(body.authority)
    require(can_keep(caller, path))
    if known := await by_reference(session, MeetingBody, authority_path=path, body=body, reference=body.reference):
        return known
    found = MeetingBody(**body.model_dump(exclude={"done_on"}), content_hash=hash_of(body), authority_path=path, shared_with=[], founded_by=caller.actor)
    session.add(found)
    await session.flush()
    await record_audit(session, caller, "meeting_body.founded", "meeting_body", found.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return found


async def plan_meeting(session: AsyncSession, *, caller: Caller, body: MeetingCreate) -> Meeting:
    """The secretariat plans the next meeting of a committee: numbers follow the days."""
    done_on = judge_done_on(caller, body.done_on)
    of = await named(get_visible_body(session, caller, body.body_id), "body_id", _("There is no such committee that you may see."))
    require(can_keep(caller, of.authority_path))
    if body.within_id is not None:
        larger = await named(get_visible_meeting(session, caller, body.within_id), "within_id", _("There is no such meeting that you may see."))
        if not (larger.starts_on <= body.starts_on and body.ends_on <= larger.ends_on):
            raise Malformed.field("starts_on", _("The larger meeting lasts from {first} to {last}."), first=larger.starts_on.isoformat(), last=larger.ends_on.isoformat())
    if body.area_code is not None and await area_on(session, body.area_code, body.starts_on) is None:
        raise Malformed.field("area_code", _("No area {code} exists on {day}."), code=body.area_code, day=body.starts_on.isoformat())
    if known := await by_reference(session, Meeting, authority_path=of.authority_path, body=body, reference=body.reference):
        return known
    values = body.model_dump(exclude={"done_on", "agenda"})
    meeting = Meeting(
        **values,
        state=PLANNED,
        version=1,
        content_hash=hash_of(body),
        authority_path=of.authority_path,
        shared_with=[],
        body=of,
        agenda=[item.model_dump(mode="json") for item in sorted(body.agenda, key=lambda item: item.day)],
        planned_by=caller.actor,
        attendance=[],
        participants=[],
    )
    await _numbers_follow_days(session, caller, meeting)
    session.add(meeting)
    await session.flush()
    await record_audit(session, caller, "meeting.planned", "meeting", meeting.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return meeting


async def _numbers_follow_days(session: AsyncSession, caller: Caller, meeting: Meeting) -> None:
    """Raises Refused when a higher number would come before a lower one."""
    with session.no_autoflush:
        before, after = await beside(session, caller, meeting, -1), await beside(session, caller, meeting, 1)
    wrong = before if before is not None and before.starts_on > meeting.starts_on else after if after is not None and after.starts_on < meeting.starts_on else None
    if wrong is not None:
        raise Refused(
            "meeting-out-of-order",
            _("Meeting {number} took place on {day}: numbers follow the days."),
            rule=Rule("MTG-ORDER", wrong.number, "number of the meeting", "Relais rule book, meetings (numbers follow the days)"),
            possible=_("Look at the number, or at the day."),
            number=wrong.number,
            day=wrong.starts_on.isoformat(),
        )


async def add_participants(session: AsyncSession, *, caller: Caller, meeting_id: UUID, body: ParticipantsAdded) -> Meeting:
    """Who is expected or was there, region by region, until the minutes are adopted."""
    meeting, done_on = await _kept(session, caller, meeting_id, body.done_on)
    if meeting.state not in (PLANNED, HELD):
        MEETING.after("resolve", meeting.state)
    for delegation in body.delegations:
        if await area_on(session, delegation.area_code, meeting.starts_on) is None:
            raise Malformed.field("delegations", _("No area {code} exists on {day}."), code=delegation.area_code, day=meeting.starts_on.isoformat())
        key = (delegation.area_code, delegation.capacity)
        common = {"meeting_id": meeting.id, "authority_path": meeting.authority_path, "area_code": key[0], "capacity": key[1]}
        meeting.participants = [one for one in meeting.participants if (one.area_code, one.capacity) != key]
        if known := next((one for one in meeting.attendance if (one.area_code, one.capacity) == key), None):
            known.people = delegation.people
        else:
            meeting.attendance.append(Attendance(**common, shared_with=[], people=delegation.people))
        await session.flush()
        meeting.participants += [Participant(**common, shared_with=[delegation.area_code], person_id=person) for person in dict.fromkeys(delegation.person_ids)]
    meeting.version += 1
    await session.flush()
    told = [delegation.model_dump(mode="json", exclude={"person_ids"}) for delegation in body.delegations]
    await record_audit(session, caller, "meeting.participants_added", "meeting", meeting.id, after={"delegations": told}, done_on=done_on)
    return meeting


async def hold_meeting(session: AsyncSession, *, caller: Caller, meeting_id: UUID, body: Step) -> Meeting:
    """The meeting took place; whoever says so writes the minutes."""
    meeting, done_on = await _kept(session, caller, meeting_id, body.done_on)
    MEETING.after("hold", meeting.state)
    if done_on < meeting.starts_on:
        raise Malformed.field("done_on", _("The meeting begins on {day}."), day=meeting.starts_on.isoformat())
    meeting.minutes_by = caller.actor
    meeting.move("hold", MEETING)
    return await _moved(session, caller, meeting, "held", done_on)


async def write_resolution(session: AsyncSession, *, caller: Caller, meeting_id: UUID, body: ResolutionCreate) -> Resolution:
    """What the meeting decided or recommended, as the minutes have it, until they are adopted."""
    meeting, done_on = await _kept(session, caller, meeting_id, body.done_on)
    if known := await by_reference(session, Resolution, authority_path=meeting.authority_path, body=body, reference=body.reference):
        return known
    MEETING.after("resolve", meeting.state)
    if body.due_on is not None and body.due_on < meeting.starts_on:
        raise Malformed.field("due_on", _("The meeting begins on {day}."), day=meeting.starts_on.isoformat())
    if body.area_code is not None:
        area = await area_on(session, body.area_code, meeting.starts_on)
        if area is None or meeting.body.authority not in area.within:
            raise Malformed.field("area_code", _("No area {code} of this authority exists on {day}."), code=body.area_code, day=meeting.starts_on.isoformat())
    last = await session.scalar(select(func.max(Resolution.number)).where(Resolution.meeting_id == meeting.id, Resolution.kind == body.kind))
    resolution = Resolution(
        **body.model_dump(exclude={"done_on"}),
        state="open",
        version=1,
        content_hash=hash_of(body),
        authority_path=meeting.authority_path,
        shared_with=[body.area_code] if body.area_code else [],
        meeting_id=meeting.id,
        number=(last or 0) + 1,
        written_by=caller.actor,
        followups=[],
    )
    session.add(resolution)
    await session.flush()
    await record_audit(session, caller, "resolution.written", "resolution", resolution.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return resolution


async def adopt_minutes(session: AsyncSession, *, caller: Caller, meeting_id: UUID, body: Step) -> Meeting:
    """Another person adopts the minutes: what was decided and recommended stands."""
    done_on = judge_done_on(caller, body.done_on)
    meeting = await get_visible_meeting(session, caller, meeting_id)
    require(can_adopt(caller, meeting))
    await lock(session, meeting)
    MEETING.after("adopt", meeting.state)
    if done_on < meeting.ends_on:
        raise Malformed.field("done_on", _("The meeting ends on {day}."), day=meeting.ends_on.isoformat())
    meeting.adopted_by, meeting.adopted_on = caller.actor, done_on
    meeting.move("adopt", MEETING)
    return await _moved(session, caller, meeting, "adopted", done_on)


async def cancel_meeting(session: AsyncSession, *, caller: Caller, meeting_id: UUID, body: Because) -> Meeting:
    """A meeting that was planned does not take place, and it is said why."""
    meeting, done_on = await _kept(session, caller, meeting_id, body.done_on)
    MEETING.after("cancel", meeting.state)
    meeting.reason = body.reason
    meeting.move("cancel", MEETING)
    return await _moved(session, caller, meeting, "cancelled", done_on)


async def follow_up(session: AsyncSession, *, caller: Caller, resolution_id: UUID, body: FollowUpCreate) -> Resolution:
    """What became of a decision or recommendation, with the evidence; done or dropped, it is followed no more."""
    seen_on = judge_done_on(caller, body.done_on)
    resolution = await get_visible_resolution(session, caller, resolution_id)
    require(can_follow(caller, resolution, body.outcome))
    await lock(session, resolution)
    meeting = await get_visible_meeting(session, caller, resolution.meeting_id)
    if seen_on < meeting.starts_on:
        raise Malformed.field("done_on", _("The meeting begins on {day}."), day=meeting.starts_on.isoformat())
    if body.meeting_id is not None:
        later = await named(get_visible_meeting(session, caller, body.meeting_id), "meeting_id", _("There is no such meeting that you may see."))
        if later.starts_on <= meeting.starts_on:
            raise Malformed.field("meeting_id", _("A later meeting looks at what an earlier one decided."))
    before = {"state": resolution.state}
    resolution.move(body.outcome, RESOLUTION)
    resolution.followups.append(
        FollowUp(
            resolution_id=resolution.id,
            authority_path=resolution.authority_path,
            shared_with=resolution.shared_with,
            meeting_id=body.meeting_id,
            outcome=body.outcome,
            seen_on=seen_on,
            evidence=body.evidence,
            said_by=caller.actor,
        )
    )
    await session.flush()
    after = {"state": resolution.state, "outcome": body.outcome, "evidence": body.evidence}
    await record_audit(session, caller, f"resolution.{body.outcome}", "resolution", resolution.id, before=before, after=after, done_on=seen_on)
    return resolution


async def _kept(session: AsyncSession, caller: Caller, meeting_id: UUID, day: date | None) -> tuple[Meeting, date]:
    done_on = judge_done_on(caller, day)
    meeting = await get_visible_meeting(session, caller, meeting_id)
    require(can_keep(caller, meeting.authority_path))
    await lock(session, meeting)
    return meeting, done_on


async def _moved(session: AsyncSession, caller: Caller, meeting: Meeting, act: str, day: date) -> Meeting:
    await session.flush()
    await record_audit(session, caller, f"meeting.{act}", "meeting", meeting.id, after={"state": meeting.state, "reason": meeting.reason}, done_on=day)
    return meeting


async def named(found: Awaitable[Row], field: str, text: str) -> Row:
    """What a field of the body names. Raises Malformed."""
    try:
        return await found
    except NotFound as error:
        raise Malformed.field(field, text) from error


async def lock(session: AsyncSession, thing: Record) -> None:
    """Two who change one thing wait for each other. After the permission: what is only read from below is not open to a lock."""
    await session.refresh(thing, with_for_update={"of": type(thing)})
