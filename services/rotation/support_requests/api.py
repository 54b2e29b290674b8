"""Support requests over HTTP."""

from uuid import UUID

from fastapi import Response

from services.rotation.missions.queries import days_per_request
from services.rotation.support_requests.models import SupportRequest
from services.rotation.support_requests.permissions import can_read_requests, can_submit_requests
from services.rotation.support_requests.queries import get_visible_request, requests_visible_to
from services.rotation.support_requests.schemas import Completion, RequestDecision, SupportRequestCreate, SupportRequestRead
from services.rotation.support_requests.use_cases import complete_request, decide_request, submit_request
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/support-requests", tags=["support requests"])
ACT_PROBLEMS = problems(401, 403, 404, 409, 412, 422)


async def _read(session: SessionDep, response: Response, caller: Caller, request: SupportRequest) -> SupportRequestRead:
    etag(response, request.version)
    return SupportRequestRead.seen_by(caller, request, (await days_per_request(session, [request.id])).get(request.id, 0))


@router.post("", status_code=201, response_model=SupportRequestRead, dependencies=[allows(can_submit_requests)], responses=problems(401, 403, 409, 422))
async def create_request(body: SupportRequestCreate, response: Response, caller: CallerDep, session: SessionDep) -> SupportRequestRead:
    """Ask for support: a technique or a service, who will learn it, what is ready."""
    return await _read(session, response, caller, await submit_request(session, caller=caller, body=body))


@router.get("", response_model=Page[SupportRequestRead], dependencies=[allows(can_read_requests)], responses=problems(401, 403, 422))
async def list_requests(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    receiver: str | None = None,
    giver: str | None = None,
    state: str | None = None,
    specialty: str | None = None,
    reference: str | None = None,
) -> Page[SupportRequestRead]:
    """Requests of the facilities one acts for, and those addressed to them, oldest first."""
    statement = requests_visible_to(caller)
    for column, wanted in (
        (SupportRequest.receiver_code, receiver),
        (SupportRequest.giver_code, giver),
        (SupportRequest.state, state),
        (SupportRequest.specialty, specialty),
        (SupportRequest.reference, reference),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[SupportRequest.submitted_on, SupportRequest.id], params=page)
    days = await days_per_request(session, [request.id for request in found.items])
    return found.of([SupportRequestRead.seen_by(caller, request, days.get(request.id, 0)) for request in found.items])


@router.get("/{request_id}", response_model=SupportRequestRead, dependencies=[allows(can_read_requests)], responses=problems(401, 403, 404))
async def read_request(request_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> SupportRequestRead:
    """One request, with what is missing and how far missions answer it."""
    return await _read(session, response, caller, await get_visible_request(session, caller, request_id))


@router.post("/{request_id}/decision", status_code=201, response_model=SupportRequestRead, dependencies=[allows(can_read_requests)], responses=ACT_PROBLEMS)
async def create_decision(request_id: UUID, body: RequestDecision, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SupportRequestRead:
    """Validate a request, send it back as not ready, or refuse it; another person than its author."""
    return await _read(session, response, caller, await decide_request(session, caller=caller, request_id=request_id, body=body, if_match=if_match))


@router.post("/{request_id}/completion", status_code=201, response_model=SupportRequestRead, dependencies=[allows(can_read_requests)], responses=ACT_PROBLEMS)
async def create_completion(request_id: UUID, body: Completion, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SupportRequestRead:
    """Say what was made ready since; the request is submitted again."""
    return await _read(session, response, caller, await complete_request(session, caller=caller, request_id=request_id, body=body, if_match=if_match))
