"""The competence matrix over HTTP, and how long acts take before and after their delegation."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import func

from services.appointment.delegations.models import Delegation
from services.appointment.delegations.permissions import can_give_delegations, can_read_delegations
from services.appointment.delegations.queries import delays, delegations_visible_to
from services.appointment.delegations.schemas import DelayRead, DelaysRead, DelegationCreate, DelegationEnd, DelegationRead
from services.appointment.delegations.use_cases import end_delegation, give_delegation
from shared.actions import etag
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import Malformed, NotFound, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/delegations", tags=["delegations"])


@router.post("", status_code=201, response_model=DelegationRead, dependencies=[allows(can_give_delegations)], responses=problems(401, 403, 409, 422))
async def create_delegation(body: DelegationCreate, caller: CallerDep, session: SessionDep) -> DelegationRead:
    """Say which authority is competent for an act at a place, from a day on."""
    return DelegationRead.seen_by(caller, await give_delegation(session, caller=caller, body=body))


@router.get("", response_model=Page[DelegationRead], dependencies=[allows(can_read_delegations)], responses=problems(401, 403, 422))
async def list_delegations(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    act: Annotated[str | None, Query(max_length=60)] = None,
    place: Annotated[str | None, Query(max_length=60)] = None,
    as_of: Annotated[date | None, Query(description="Only the rows that hold on this day.")] = None,
) -> Page[DelegationRead]:
    """The rows that bind the caller, by act and place."""
    wanted = delegations_visible_to(caller)
    for column, value in ((Delegation.act, act), (Delegation.place, place)):
        if value:
            wanted = wanted.where(column == value)
    if as_of is not None:
        wanted = wanted.where(Delegation.valid.contains(as_of))
    found = await keyset_page(session, wanted, keys=[Delegation.act, Delegation.place, func.lower(Delegation.valid), Delegation.id], params=page)
    return found.of([DelegationRead.seen_by(caller, row) for row in found.items])


@router.get("/delays", response_model=DelaysRead, dependencies=[allows(can_read_delegations)], responses=problems(401, 403, 422))
async def read_delays(
    caller: CallerDep,
    session: SessionDep,
    first: Annotated[date | None, Query(alias="from", description="First day on which acts were signed; the year's first day.")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last of these days; today.")] = None,
    act: Annotated[str | None, Query(max_length=60)] = None,
) -> DelaysRead:
    """Median days from proposal to signature, by act, region and who signed, before and after the act was delegated."""
    last = last or today()
    first = first or last.replace(month=1, day=1)
    if first > last:
        raise Malformed.field("from", _("The period ends before it begins."))
    rows = await delays(session, caller, first=first, last=last, act=act)
    return DelaysRead(period_from=first, period_to=last, items=[DelayRead.model_validate(row) for row in rows])


@router.get("/{delegation_id}", response_model=DelegationRead, dependencies=[allows(can_read_delegations)], responses=problems(401, 403, 404))
async def read_delegation(delegation_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> DelegationRead:
    """One row of the matrix."""
    row = await session.scalar(delegations_visible_to(caller).where(Delegation.id == delegation_id))
    if row is None:
        raise NotFound()
    etag(response, row.version)
    return DelegationRead.seen_by(caller, row)


@router.post("/{delegation_id}/end", status_code=201, response_model=DelegationRead, dependencies=[allows(can_give_delegations)], responses=problems(401, 403, 404, 409, 422))
async def create_end(delegation_id: UUID, body: DelegationEnd, caller: CallerDep, session: SessionDep) -> DelegationRead:
    """Say the last day of a row."""
    return DelegationRead.seen_by(caller, await end_delegation(session, caller=caller, delegation_id=delegation_id, body=body))
