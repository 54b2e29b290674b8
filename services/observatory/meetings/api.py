"""Meetings over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from services.observatory.meetings import use_cases
from services.observatory.meetings.models import Meeting, MeetingBody, Resolution
from services.observatory.meetings.permissions import can_adopt_minutes, can_keep_meetings, can_read_meetings
from services.observatory.meetings.queries import (
    beside,
    bodies_visible_to,
    get_visible_meeting,
    get_visible_resolution,
    late_on,
    meetings_visible_to,
    meetings_within,
    resolutions_of,
    resolutions_visible_to,
)
from services.observatory.meetings.schemas import (
    Because,
    FollowUpCreate,
    MeetingBodyCreate,
    MeetingBodyRead,
    MeetingCreate,
    MeetingLine,
    MeetingRead,
    ParticipantsAdded,
    ResolutionCreate,
    ResolutionRead,
    Step,
)
from shared.actions import etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

bodies = Router(prefix="/meeting-bodies", tags=["meetings"])
router = Router(prefix="/meetings", tags=["meetings"])
resolutions = Router(prefix="/resolutions", tags=["meetings"])

AsOf = Annotated[date | None, Query(description="The day that is looked at; today.")]
READ: dict[str, Any] = {"dependencies": [allows(can_read_meetings)], "responses": problems(401, 403, 404, 422)}
ACT: dict[str, Any] = {"status_code": 201, "response_model": MeetingRead, "dependencies": [allows(can_keep_meetings)], "responses": problems(401, 403, 404, 409, 422)}
SORTS: dict[str, list[Any]] = {"starts_on": [Meeting.starts_on]}


@bodies.post("", status_code=201, response_model=MeetingBodyRead, dependencies=[allows(can_keep_meetings)], responses=problems(401, 403, 409, 422))
async def create_body(body: MeetingBodyCreate, caller: CallerDep, session: SessionDep) -> MeetingBody:
    """Found a committee whose meetings are numbered."""
    return await use_cases.found_body(session, caller=caller, body=body)


@bodies.get("", response_model=Page[MeetingBodyRead], **READ)
async def list_bodies(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[MeetingBodyRead]:
    """Committees of one's own authority and of those above."""
    found = await keyset_page(session, bodies_visible_to(caller), keys=[MeetingBody.title, MeetingBody.id], params=page)
    return found.of([MeetingBodyRead.model_validate(one) for one in found.items])


async def _read(session: SessionDep, caller: Caller, meeting: Meeting, response: Response, day: date | None = None) -> MeetingRead:
    etag(response, meeting.version)
    previous = await beside(session, caller, meeting, -1)
    return MeetingRead.seen_by(
        caller,
        meeting,
        day=day or today(),
        resolutions=list(await resolutions_of(session, caller, meeting.id)),
        previous=previous,
        followed=list(await resolutions_of(session, caller, previous.id)) if previous else [],
        within=list(await meetings_within(session, caller, meeting.id)),
    )


@router.post("", **ACT)
async def create_meeting(body: MeetingCreate, response: Response, caller: CallerDep, session: SessionDep) -> MeetingRead:
    """Plan a meeting of a committee."""
    return await _read(session, caller, await use_cases.plan_meeting(session, caller=caller, body=body), response)


@router.get("", response_model=Page[MeetingLine], **READ)
async def list_meetings(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    body: UUID | None = None,
    kind: Literal["committee", "national_meeting"] | None = None,
    sort: Annotated[Literal["starts_on", "-starts_on"], Query()] = "-starts_on",
) -> Page[MeetingLine]:
    """Meetings of one's own authority and of those above, the newest first."""
    wanted = meetings_visible_to(caller)
    if body:
        wanted = wanted.where(Meeting.body_id == body)
    if kind:
        wanted = wanted.where(Meeting.body.has(kind=kind))
    found = await keyset_page(session, wanted, keys=sorted_by(sort, SORTS, Meeting.id), params=page)
    return found.of([MeetingLine.of(one) for one in found.items])


@router.get("/{meeting_id}", response_model=MeetingRead, **READ)
async def read_meeting(meeting_id: UUID, response: Response, caller: CallerDep, session: SessionDep, as_of: AsOf = None) -> MeetingRead:
    """One meeting, what it decided, and what had become of the previous one's decisions on a day."""
    return await _read(session, caller, await get_visible_meeting(session, caller, meeting_id), response, as_of)


@router.post("/{meeting_id}/participants", **ACT)
async def create_participants(meeting_id: UUID, body: ParticipantsAdded, response: Response, caller: CallerDep, session: SessionDep) -> MeetingRead:
    """Say who was there, region by region."""
    return await _read(session, caller, await use_cases.add_participants(session, caller=caller, meeting_id=meeting_id, body=body), response)


@router.post("/{meeting_id}/holding", **ACT)
async def create_holding(meeting_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep) -> MeetingRead:
    """Say that it took place, and open its minutes."""
    return await _read(session, caller, await use_cases.hold_meeting(session, caller=caller, meeting_id=meeting_id, body=body), response)


@router.post("/{meeting_id}/adoption", **ACT | {"dependencies": [allows(can_adopt_minutes)]})
async def create_adoption(meeting_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep) -> MeetingRead:
    """Adopt the minutes that another person wrote."""
    return await _read(session, caller, await use_cases.adopt_minutes(session, caller=caller, meeting_id=meeting_id, body=body), response)


@router.post("/{meeting_id}/cancellation", **ACT)
async def create_cancellation(meeting_id: UUID, body: Because, response: Response, caller: CallerDep, session: SessionDep) -> MeetingRead:
    """Say that a planned meeting does not take place."""
    return await _read(session, caller, await use_cases.cancel_meeting(session, caller=caller, meeting_id=meeting_id, body=body), response)


@router.post("/{meeting_id}/resolutions", **ACT | {"response_model": ResolutionRead})
async def create_resolution(meeting_id: UUID, body: ResolutionCreate, caller: CallerDep, session: SessionDep) -> ResolutionRead:
    """Write down what the meeting decided or recommended."""
    return ResolutionRead.seen_by(caller, await use_cases.write_resolution(session, caller=caller, meeting_id=meeting_id, body=body), today())


@resolutions.get("", response_model=Page[ResolutionRead], **READ)
async def list_resolutions(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    meeting: UUID | None = None,
    kind: Literal["decision", "recommendation"] | None = None,
    late: Annotated[bool, Query(description="Only those that were due before the day looked at and neither done nor dropped.")] = False,
    as_of: AsOf = None,
) -> Page[ResolutionRead]:
    """Decisions and recommendations in the order of their meetings, and what had become of them on a day."""
    day, wanted = as_of or today(), resolutions_visible_to(caller)
    if meeting:
        wanted = wanted.where(Resolution.meeting_id == meeting)
    if kind:
        wanted = wanted.where(Resolution.kind == kind)
    if late:
        wanted = wanted.where(late_on(day))
    found = await keyset_page(session, wanted, keys=[Resolution.meeting_id, Resolution.kind, Resolution.number, Resolution.id], params=page)
    return found.of([ResolutionRead.seen_by(caller, one, day) for one in found.items])


@resolutions.get("/{resolution_id}", response_model=ResolutionRead, **READ)
async def read_resolution(resolution_id: UUID, caller: CallerDep, session: SessionDep, as_of: AsOf = None) -> ResolutionRead:
    """One decision or recommendation, and what had become of it on a day."""
    return ResolutionRead.seen_by(caller, await get_visible_resolution(session, caller, resolution_id), as_of or today())


@resolutions.post("/{resolution_id}/follow-ups", **ACT | {"response_model": ResolutionRead})
async def create_follow_up(resolution_id: UUID, body: FollowUpCreate, caller: CallerDep, session: SessionDep) -> ResolutionRead:
    """Say what became of it, with the evidence."""
    return ResolutionRead.seen_by(caller, await use_cases.follow_up(session, caller=caller, resolution_id=resolution_id, body=body), today())
