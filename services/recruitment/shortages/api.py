"""Shortage specialties over HTTP."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.recruitment.shortages.models import Shortage
from services.recruitment.shortages.permissions import can_declare_shortages, can_read_shortages
from services.recruitment.shortages.queries import get_visible_shortage, shortages_visible_to
from services.recruitment.shortages.schemas import ShortageCreate, ShortageEnd, ShortageRead
from services.recruitment.shortages.use_cases import declare_shortage, end_shortage
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/shortages", tags=["shortages"])


def _read(response: Response, caller: Caller, shortage: Shortage) -> ShortageRead:
    etag(response, shortage.version)
    return ShortageRead.seen_by(caller, shortage)


@router.post("", status_code=201, response_model=ShortageRead, dependencies=[allows(can_declare_shortages)], responses=problems(401, 403, 409, 422))
async def create_shortage(body: ShortageCreate, response: Response, caller: CallerDep, session: SessionDep) -> ShortageRead:
    """Declare a specialty, a title, or a title in a specialty short for a period."""
    return _read(response, caller, await declare_shortage(session, caller=caller, body=body))


@router.get("", response_model=Page[ShortageRead], dependencies=[allows(can_read_shortages)], responses=problems(401, 403, 422))
async def list_shortages(
    *, caller: CallerDep, session: SessionDep, page: PageDep, on: date | None = None, specialty: str | None = None, authority: str | None = None
) -> Page[ShortageRead]:
    """Shortages declared by one's own authorities and by those above, oldest first."""
    statement = shortages_visible_to(caller)
    if on:
        statement = statement.where(Shortage.valid_from <= on, on <= Shortage.valid_to)
    for column, wanted in ((Shortage.specialty, specialty), (Shortage.authority, authority)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Shortage.valid_from, Shortage.id], params=page)
    return found.of([ShortageRead.seen_by(caller, shortage) for shortage in found.items])


@router.get("/{shortage_id}", response_model=ShortageRead, dependencies=[allows(can_read_shortages)], responses=problems(401, 403, 404))
async def read_shortage(shortage_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> ShortageRead:
    """One declaration."""
    return _read(response, caller, await get_visible_shortage(session, caller, shortage_id))


@router.post("/{shortage_id}/end", status_code=201, response_model=ShortageRead, dependencies=[allows(can_read_shortages)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_end(shortage_id: UUID, body: ShortageEnd, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> ShortageRead:
    """End a shortage earlier than foreseen."""
    return _read(response, caller, await end_shortage(session, caller=caller, shortage_id=shortage_id, body=body, if_match=if_match))
