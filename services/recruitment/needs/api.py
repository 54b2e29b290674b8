"""Needs over HTTP."""

from uuid import UUID

from fastapi import Response

from services.recruitment.needs.models import Need
from services.recruitment.needs.permissions import can_identify_needs, can_read_needs
from services.recruitment.needs.queries import get_visible_need, hires_per_need, needs_visible_to
from services.recruitment.needs.schemas import Closing, NeedCreate, NeedRead, Validation
from services.recruitment.needs.use_cases import close_need, identify_need, validate_need
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/needs", tags=["needs"])


async def _read(session: SessionDep, response: Response, caller: Caller, need: Need) -> NeedRead:
    etag(response, need.version)
    return NeedRead.seen_by(caller, need, (await hires_per_need(session, [need.id])).get(need.id, 0))


@router.post("", status_code=201, response_model=NeedRead, dependencies=[allows(can_identify_needs)], responses=problems(401, 403, 409, 422, 503))
async def create_need(body: NeedCreate, response: Response, caller: CallerDep, session: SessionDep) -> NeedRead:
    """Identify a need: from a post of the establishment, or by place, title and quantity."""
    return await _read(session, response, caller, await identify_need(session, caller=caller, body=body))


@router.get("", response_model=Page[NeedRead], dependencies=[allows(can_read_needs)], responses=problems(401, 403, 422))
async def list_needs(
    *, caller: CallerDep, session: SessionDep, page: PageDep, facility: str | None = None, occupation: str | None = None, state: str | None = None, pool: UUID | None = None
) -> Page[NeedRead]:
    """Needs of the facilities one acts for and of the pools open to one, oldest first."""
    statement = needs_visible_to(caller)
    for column, wanted in ((Need.facility_code, facility), (Need.occupation_code, occupation), (Need.state, state), (Need.pool_id, pool)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Need.identified_on, Need.id], params=page)
    hires = await hires_per_need(session, [need.id for need in found.items])
    return found.of([NeedRead.seen_by(caller, need, hires.get(need.id, 0)) for need in found.items])


@router.get("/{need_id}", response_model=NeedRead, dependencies=[allows(can_read_needs)], responses=problems(401, 403, 404))
async def read_need(need_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> NeedRead:
    """One need."""
    return await _read(session, response, caller, await get_visible_need(session, caller, need_id))


@router.post("/{need_id}/validation", status_code=201, response_model=NeedRead, dependencies=[allows(can_read_needs)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_validation(need_id: UUID, body: Validation, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> NeedRead:
    """Validate an identified need; another person than its author."""
    return await _read(session, response, caller, await validate_need(session, caller=caller, need_id=need_id, body=body, if_match=if_match))


@router.post("/{need_id}/closing", status_code=201, response_model=NeedRead, dependencies=[allows(can_read_needs)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_closing(need_id: UUID, body: Closing, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> NeedRead:
    """Close a need that nobody is looked for any more."""
    return await _read(session, response, caller, await close_need(session, caller=caller, need_id=need_id, body=body, if_match=if_match))
