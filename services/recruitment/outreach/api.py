"""Outreach over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import Select, select

from services.recruitment.accompaniments.permissions import can_accompany, can_read_accompaniments
from services.recruitment.outreach.models import Outreach
from services.recruitment.outreach.schemas import Outcome, OutreachCreate, OutreachRead
from services.recruitment.outreach.use_cases import record_outreach
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.visibility import visible_to

router = Router(prefix="/outreaches", tags=["accompaniment"])


def outreaches_visible_to(caller: Caller) -> Select[tuple[Outreach]]:
    return select(Outreach).where(visible_to(caller, Outreach))


@router.post("", status_code=201, response_model=OutreachRead, dependencies=[allows(can_accompany)], responses=problems(401, 403, 404, 409, 422, 503))
async def create_outreach(body: OutreachCreate, caller: CallerDep, session: SessionDep) -> OutreachRead:
    """Record a contact with a prospect; nobody contacts whoever asked for no more."""
    return OutreachRead.of(await record_outreach(session, caller=caller, body=body))


@router.get("", response_model=Page[OutreachRead], dependencies=[allows(can_read_accompaniments)], responses=problems(401, 403, 422))
async def list_outreaches(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    person: UUID | None = None,
    outcome: Outcome | None = None,
    follow_up_by: Annotated[date | None, Query(description="Only those to be contacted again by this day.")] = None,
) -> Page[OutreachRead]:
    """Contacts with prospects of one's territory, newest first."""
    statement = outreaches_visible_to(caller)
    for column, wanted in ((Outreach.person_id, person), (Outreach.outcome, outcome)):
        if wanted:
            statement = statement.where(column == wanted)
    if follow_up_by:
        statement = statement.where(Outreach.follow_up_on <= follow_up_by)
    found = await keyset_page(session, statement, keys=[Outreach.contacted_on.desc(), Outreach.id.desc()], params=page)
    return found.of([OutreachRead.of(one) for one in found.items])
