"""Returns over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.registry.returns.models import CALL, Return, ReturnCall
from services.registry.returns.permissions import can_call_returns, can_call_returns_of, can_hand_in, can_read_returns
from services.registry.returns.queries import By, calls_visible_to, get_visible_call, status_of, totals_of
from services.registry.returns.schemas import Closing, PlaceStatus, ReturnCallCreate, ReturnCallRead, ReturnCreate, ReturnRead
from services.registry.returns.use_cases import call_returns, close_call, hand_in
from shared.actions import action, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/returns", tags=["returns"])


@router.get("", response_model=Page[ReturnCallRead], dependencies=[allows(can_read_returns)], responses=problems(403, 422))
async def list_return_calls(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[ReturnCallRead]:
    """What was asked, the last due first, with how far it has come."""
    found = await keyset_page(session, calls_visible_to(caller), keys=[ReturnCall.due_on.desc(), ReturnCall.id], params=page)
    return found.of([await _read(session, caller, call) for call in found.items])


@router.post("", status_code=201, response_model=ReturnCallRead, dependencies=[allows(can_call_returns)], responses=problems(403, 409, 422))
async def create_return_call(body: ReturnCallCreate, response: Response, caller: CallerDep, session: SessionDep) -> ReturnCallRead:
    """Ask the facilities of an authority for their return."""
    return await _answer(session, caller, response, await call_returns(session, caller=caller, body=body))


@router.get("/{return_call_id}", response_model=ReturnCallRead, dependencies=[allows(can_read_returns)], responses=problems(403, 404))
async def read_return_call(return_call_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> ReturnCallRead:
    """One call, with how far it has come."""
    return await _answer(session, caller, response, await get_visible_call(session, caller, return_call_id))


@router.get("/{return_call_id}/status", response_model=Page[PlaceStatus], dependencies=[allows(can_read_returns)], responses=problems(403, 404, 422))
async def read_status(
    return_call_id: UUID,
    caller: CallerDep,
    session: SessionDep,
    by: Annotated[By, Query(description="A line for each managing authority, or for each facility; those that have not sent come first.")] = "authority",
) -> Page[PlaceStatus]:
    """Who has sent, when, how complete it was, who is late; of the facilities that the caller’s territory opens."""
    places: Sequence[PlaceStatus] = await status_of(session, caller, await get_visible_call(session, caller, return_call_id), by)
    return Page(items=places)


@router.post("/{return_call_id}/returns", status_code=201, response_model=ReturnRead, dependencies=[allows(can_hand_in)], responses=problems(403, 404, 409, 422))
async def create_return(return_call_id: UUID, body: ReturnCreate, caller: CallerDep, session: SessionDep) -> Return:
    """Hand in a facility’s return."""
    return await hand_in(session, caller=caller, call_id=return_call_id, body=body)


@router.post("/{return_call_id}/closing", status_code=201, response_model=ReturnCallRead, dependencies=[allows(can_call_returns)], responses=problems(403, 404, 409, 422))
async def create_closing(return_call_id: UUID, body: Closing, response: Response, caller: CallerDep, session: SessionDep) -> ReturnCallRead:
    """Take no return any more."""
    return await _answer(session, caller, response, await close_call(session, caller=caller, call_id=return_call_id, body=body))


async def _answer(session: SessionDep, caller: Caller, response: Response, call: ReturnCall) -> ReturnCallRead:
    etag(response, call.version)
    return await _read(session, caller, call)


async def _read(session: SessionDep, caller: Caller, call: ReturnCall) -> ReturnCallRead:
    totals = await totals_of(session, caller, call)
    same = ("id", "authority", "title", "what", "facility_types", "first_on", "last_on", "due_on", "opened_on", "state", "version")
    return ReturnCallRead(
        **{name: getattr(call, name) for name in same},
        expected=totals.expected,
        sent=totals.sent,
        late=totals.late,
        available_actions=[
            action("hand_in", can_hand_in(caller), lambda: CALL.after("hand_in", call.state)),
            action("close", can_call_returns_of(caller, call.authority_path), lambda: CALL.after("close", call.state)),
        ],
    )
