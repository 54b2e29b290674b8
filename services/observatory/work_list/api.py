"""The work-list over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.observatory.work_list.permissions import can_read_work_list
from services.observatory.work_list.queries import FallsDue, Wanted, When, counts_of, dues_of, only
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/work-list", tags=["work-list"])


class DueRead(BaseModel):
    """Something that somebody must do by a day; `path` is the page on which to do it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    subject_id: UUID
    path: str
    facility_code: str | None
    person_id: UUID | None
    due_on: date
    responsible: str
    days_left: int = Field(description="Negative when it is overdue.")
    facts: dict[str, Any]


class DueCount(BaseModel):
    """How many of one kind, by how near they are."""

    kind: str
    overdue: int = 0
    week: int = 0
    later: int = 0


class WorkList(Page[DueRead]):
    """A page of the list, the nearest first, with how many there are of each kind under the same filters."""

    as_of: date
    counts: list[DueCount]


@router.get("", response_model=WorkList, dependencies=[allows(can_read_work_list)], responses=problems(403, 422))
async def list_dues(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    due_before: Annotated[date | None, Query(description="Everything due by this day, also what nobody is reminded of yet.")] = None,
    kind: Annotated[str | None, Query(max_length=60)] = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    responsible: Annotated[str | None, Query(max_length=60, description="The role that must act.")] = None,
    when: Annotated[When | None, Query(description="Overdue, within seven days, or later.")] = None,
    as_of: Annotated[date | None, Query(description="The day that counts as today.")] = None,
) -> WorkList:
    """What falls due, of all services, in strategic plans and after meetings: by date, scope and role responsible."""
    wanted = Wanted(as_of or today(), due_before, kind, facility, responsible, when)
    statement = dues_of(caller, wanted)
    found = await keyset_page(session, only(statement, wanted), keys=[FallsDue.due_on, FallsDue.id], params=page)
    counts: dict[str, DueCount] = {}
    for of_kind, near, count in await counts_of(session, statement, wanted.day):
        setattr(counts.setdefault(of_kind, DueCount(kind=of_kind)), near, count)
    items = [DueRead.model_validate({**vars(due), "days_left": (due.due_on - wanted.day).days}) for due in found.items]
    return WorkList(items=items, next=found.next, as_of=wanted.day, counts=list(counts.values()))
