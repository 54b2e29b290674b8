"""The work-list over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, computed_field
from sqlalchemy import Select, select

from services.registry.persons.permissions import can_read_people
from services.registry.work_items.models import WorkItem
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.i18n import _, translate
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.visibility import visible_to

router = Router(prefix="/work-items", tags=["work-items"])

SENTENCES = {
    "post-full": _("A hire was decided for a post that is full. End an assignment on the post, or move this one, then activate it."),
    "post-closed": _("A hire was decided for a post that is not open on these days. Correct the post or the days, then activate the assignment."),
    "primary-held": _("A hire was decided for somebody who still holds a primary assignment. End the earlier one, then activate the new one."),
    "shares-above-limit": _("A hire was decided for somebody whose functions together go above the limit. Lower a share, then activate the assignment."),
    "hold-expired": _("A session, mission or stay was confirmed too late: its days had been given to something else. Move one of the two."),
    "correction-asked": _("Somebody says that their own file is wrong. Compare what they propose with what proves it, then decide."),
    "no-right-to-practise": _("Somebody works in an occupation that needs a right to practise and has lost it. Have the licence put right, or end or change the assignment."),
    "leave-on-held-days": _("Somebody is absent on days that a session, mission or stay had taken. Move it, or send somebody else."),
}


class WorkItemRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    reason: str
    subject_kind: str
    subject_id: UUID
    person_id: UUID | None
    post_id: UUID | None
    facility_code: str | None
    state: Literal["open", "closed"]
    opened_at: datetime
    closed_at: datetime | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentence(self) -> str:
        """What to do, in the reader's language."""
        return translate(SENTENCES.get(self.reason, ""))


def work_items_wanted(caller: Caller, *, state: Literal["open", "closed"] | None, facility: str | None) -> Select[tuple[WorkItem]]:
    """What must be settled where the caller may see it, under the filters of the list."""
    wanted = select(WorkItem).where(visible_to(caller, WorkItem))
    if state:
        wanted = wanted.where(WorkItem.state == state)
    return wanted.where(WorkItem.facility_code == facility) if facility else wanted


@router.get("", response_model=Page[WorkItemRead], dependencies=[allows(can_read_people)], responses=problems(403, 422))
async def list_work_items(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: Annotated[Literal["open", "closed"] | None, Query()] = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
) -> Page[WorkItemRead]:
    """What must be settled at the caller's facilities, oldest first."""
    return await keyset_page(session, work_items_wanted(caller, state=state, facility=facility), keys=[WorkItem.id], params=page)
