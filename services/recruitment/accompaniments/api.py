"""Accompaniment over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.recruitment.accompaniments.models import Accompaniment
from services.recruitment.accompaniments.permissions import can_accompany, can_read_accompaniments
from services.recruitment.accompaniments.queries import accompaniments_visible_to, get_visible_accompaniment
from services.recruitment.accompaniments.schemas import AccompanimentCreate, AccompanimentRead, ClosingCreate, EntryCreate
from services.recruitment.accompaniments.use_cases import add_entry, close_accompaniment, open_accompaniment
from shared.actions import etag
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/accompaniments", tags=["accompaniment"])


def _read(response: Response, caller: Caller, dossier: Accompaniment) -> AccompanimentRead:
    etag(response, dossier.version)
    return AccompanimentRead.seen_by(caller, dossier)


@router.post("", status_code=201, response_model=AccompanimentRead, dependencies=[allows(can_accompany)], responses=problems(401, 403, 404, 409, 422, 503))
async def create_accompaniment(body: AccompanimentCreate, response: Response, caller: CallerDep, session: SessionDep) -> AccompanimentRead:
    """Open a dossier; whoever opens it is the adviser."""
    return _read(response, caller, await open_accompaniment(session, caller=caller, body=body))


@router.get("", response_model=Page[AccompanimentRead], dependencies=[allows(can_read_accompaniments)], responses=problems(401, 403, 422))
async def list_accompaniments(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    person: UUID | None = None,
    state: str | None = None,
    mine: bool = False,
    next_by: Annotated[date | None, Query(description="Only those whose next step is due by this day.")] = None,
) -> Page[AccompanimentRead]:
    """Dossiers of one's territory, oldest first."""
    statement = accompaniments_visible_to(caller)
    for column, wanted in ((Accompaniment.person_id, person), (Accompaniment.state, state), (Accompaniment.adviser, caller.actor if mine else None)):
        if wanted:
            statement = statement.where(column == wanted)
    if next_by:
        statement = statement.where(Accompaniment.next_on <= next_by)
    found = await keyset_page(session, statement, keys=[Accompaniment.opened_on, Accompaniment.id], params=page)
    return found.of([AccompanimentRead.seen_by(caller, dossier) for dossier in found.items])


@router.get("/{accompaniment_id}", response_model=AccompanimentRead, dependencies=[allows(can_read_accompaniments)], responses=problems(401, 403, 404))
async def read_accompaniment(accompaniment_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> AccompanimentRead:
    """One dossier; the person is told who read it."""
    dossier = await get_visible_accompaniment(session, caller, accompaniment_id)
    await record_reads(session, caller, "accompaniment", [(dossier.id, dossier.person_id)], fields=["entries"])
    return _read(response, caller, dossier)


@router.post("/{accompaniment_id}/entries", status_code=201, response_model=AccompanimentRead, dependencies=[allows(can_accompany)], responses=problems(401, 403, 404, 409, 422))
async def create_entry(accompaniment_id: UUID, body: EntryCreate, response: Response, caller: CallerDep, session: SessionDep) -> AccompanimentRead:
    """Write what was done, and what comes next."""
    return _read(response, caller, await add_entry(session, caller=caller, accompaniment_id=accompaniment_id, body=body))


@router.post("/{accompaniment_id}/closing", status_code=201, response_model=AccompanimentRead, dependencies=[allows(can_accompany)], responses=problems(401, 403, 404, 409, 422))
async def create_closing(accompaniment_id: UUID, body: ClosingCreate, response: Response, caller: CallerDep, session: SessionDep) -> AccompanimentRead:
    """Close a dossier with its outcome."""
    return _read(response, caller, await close_accompaniment(session, caller=caller, accompaniment_id=accompaniment_id, body=body))
