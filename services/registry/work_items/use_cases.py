"""Opening and closing work items."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment
from services.registry.work_items.models import WorkItem
from shared.auth import Caller
from shared.clock import now
from shared.ids import uuid7


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


async def close_work_item(session: AsyncSession, caller: Caller, kind: str, subject_id: UUID) -> None:
    """The act that settles the matter closes its work item; none is open when somebody was quicker."""
    item = await session.scalar(select(WorkItem).where(WorkItem.kind == kind, WorkItem.subject_id == subject_id, WorkItem.state == "open"))
    if item is not None:
        item.state, item.closed_at, item.closed_by = "closed", now(), caller.actor
        await session.flush()
