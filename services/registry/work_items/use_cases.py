"""Opening and closing work items."""

from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment
from services.registry.work_items.models import WorkItem, WorkKind
from shared.auth import Caller
from shared.clock import now
from shared.ids import uuid7


class Subject(Protocol):
    """What a work item is about."""

    id: Any
    authority_path: Any


async def open_work_item_about(session: AsyncSession, assignment: Assignment, reason: str) -> WorkItem:
    """Somebody at the facility must settle a conflicting assignment."""
    item = WorkItem(
        id=uuid7(),
        authority_path=assignment.authority_path,
        shared_with=[],
        kind="conflicting-assignment",
        reason=reason,
        subject_kind="assignment",
        subject_id=assignment.id,
        person_id=assignment.person_id,
        post_id=assignment.post_id,
        facility_code=assignment.facility_code,
        state="open",
    )
    session.add(item)
    await session.flush()
    return item


async def open_work_item(
    session: AsyncSession, *, kind: WorkKind, reason: str, subject_kind: str, subject: Subject, facility_code: str | None, person_id: UUID | None
) -> WorkItem | None:
    """Somebody must settle something; once, however often it is heard."""
    if await session.scalar(select(WorkItem.id).where(WorkItem.kind == kind, WorkItem.subject_id == subject.id, WorkItem.state == "open")) is not None:
        return None
    item = WorkItem(
        id=uuid7(),
        authority_path=subject.authority_path,
        shared_with=[],
        kind=kind,
        reason=reason,
        subject_kind=subject_kind,
        subject_id=subject.id,
        person_id=person_id,
        post_id=None,
        facility_code=facility_code,
        state="open",
    )
    session.add(item)
    await session.flush()
    return item


async def close_work_item(session: AsyncSession, caller: Caller | str, kind: str, subject_id: UUID) -> None:
    """The act that settles the matter closes its work item; none is open when somebody was quicker."""
    item = await session.scalar(select(WorkItem).where(WorkItem.kind == kind, WorkItem.subject_id == subject_id, WorkItem.state == "open"))
    if item is not None:
        item.state, item.closed_at, item.closed_by = "closed", now(), caller if isinstance(caller, str) else caller.actor
        await session.flush()
