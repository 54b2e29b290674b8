"""Reading meetings: an authority's own, those shared with a region, and what stands above the caller."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.meetings.models import DONE, DROPPED, FollowUp, Meeting, MeetingBody, Resolution
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import any_path, visible_to

Row = TypeVar("Row")


def seen_from_below(caller: Caller, row: Any) -> ColumnElement[bool]:
    """What an authority above decides is read in its regions and facilities."""
    above: ColumnElement[bool] = row.authority_path.op("@>", is_comparison=True)(any_path(caller.scope))
    return or_(visible_to(caller, row), above)


def bodies_visible_to(caller: Caller) -> Select[tuple[MeetingBody]]:
    return select(MeetingBody).where(seen_from_below(caller, MeetingBody))


def meetings_visible_to(caller: Caller) -> Select[tuple[Meeting]]:
    return select(Meeting).where(seen_from_below(caller, Meeting))


def resolutions_visible_to(caller: Caller) -> Select[tuple[Resolution]]:
    return select(Resolution).where(seen_from_below(caller, Resolution))


def late_on(day: date) -> ColumnElement[bool]:
    """Due before a day, and neither done nor dropped by then."""
    ended = exists().where(FollowUp.resolution_id == Resolution.id, FollowUp.outcome.in_((DONE, DROPPED)), FollowUp.seen_on <= day)
    return (Resolution.due_on < day) & ~ended


async def get_visible_body(session: AsyncSession, caller: Caller, body_id: UUID) -> MeetingBody:
    """Raises NotFound."""
    return await _one(session, bodies_visible_to(caller).where(MeetingBody.id == body_id))


async def get_visible_meeting(session: AsyncSession, caller: Caller, meeting_id: UUID) -> Meeting:
    """Raises NotFound."""
    statement = meetings_visible_to(caller).where(Meeting.id == meeting_id)
    return await _one(session, statement)


async def get_visible_resolution(session: AsyncSession, caller: Caller, resolution_id: UUID) -> Resolution:
    """Raises NotFound."""
    statement = resolutions_visible_to(caller).where(Resolution.id == resolution_id)
    return await _one(session, statement)


async def _one(session: AsyncSession, statement: Select[tuple[Row]]) -> Row:
    found: Row | None = await session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


async def resolutions_of(session: AsyncSession, caller: Caller, meeting_id: UUID) -> Sequence[Resolution]:
    return (await session.scalars(resolutions_visible_to(caller).where(Resolution.meeting_id == meeting_id).order_by(Resolution.kind, Resolution.number))).all()


async def beside(session: AsyncSession, caller: Caller, meeting: Meeting, step: int) -> Meeting | None:
    """The meeting of the same committee before it (-1) or after it (1)."""
    line = meetings_visible_to(caller).where(Meeting.body_id == meeting.body_id, Meeting.state != "cancelled")
    line = line.where(Meeting.number < meeting.number).order_by(Meeting.number.desc()) if step < 0 else line.where(Meeting.number > meeting.number).order_by(Meeting.number)
    found: Meeting | None = await session.scalar(line.limit(1))
    return found


async def meetings_within(session: AsyncSession, caller: Caller, meeting_id: UUID) -> Sequence[Meeting]:
    return (await session.scalars(meetings_visible_to(caller).where(Meeting.within_id == meeting_id).order_by(Meeting.starts_on, Meeting.number))).all()
