"""Calls over HTTP."""

from uuid import UUID

from fastapi import Response

from services.rotation.exchange_calls import use_cases
from services.rotation.exchange_calls.models import ExchangeCall
from services.rotation.exchange_calls.schemas import CallCreate, CallRead, Withdrawal
from services.rotation.exchanges.api import can_keep_exchanges
from services.rotation.sides import can_read_rotation
from shared.actions import etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/exchange-calls", tags=["exchanges"])


def _read(response: Response, caller: Caller, call: ExchangeCall) -> CallRead:
    etag(response, call.version)
    return CallRead.seen_by(caller, call)


@router.post("", status_code=201, response_model=CallRead, dependencies=[allows(can_keep_exchanges)], responses=problems(401, 403, 409, 422))
async def create_call(body: CallCreate, response: Response, caller: CallerDep, session: SessionDep) -> CallRead:
    """Publish a call under an agreement of exchange."""
    return _read(response, caller, await use_cases.publish_call(session, caller=caller, body=body))


@router.get("", response_model=Page[CallRead], dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 422))
async def list_calls(
    caller: CallerDep, session: SessionDep, page: PageDep, agreement: UUID | None = None, state: str | None = None, reference: str | None = None
) -> Page[CallRead]:
    """Calls of the facilities one acts for, by their last day."""
    statement = use_cases.calls_visible_to(caller)
    for column, wanted in ((ExchangeCall.agreement_id, agreement), (ExchangeCall.state, state), (ExchangeCall.reference, reference)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[ExchangeCall.closes_on, ExchangeCall.id], params=page)
    return found.of([CallRead.seen_by(caller, call) for call in found.items])


@router.get("/{call_id}", response_model=CallRead, dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 404))
async def read_call(call_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CallRead:
    """One call."""
    return _read(response, caller, await use_cases.get_visible_call(session, caller, call_id))


@router.post("/{call_id}/withdrawal", status_code=201, response_model=CallRead, dependencies=[allows(can_keep_exchanges)], responses=problems(401, 403, 404, 409, 422))
async def create_withdrawal(call_id: UUID, body: Withdrawal, response: Response, caller: CallerDep, session: SessionDep) -> CallRead:
    """Take the call back, with the reason."""
    return _read(response, caller, await use_cases.withdraw_call(session, caller=caller, call_id=call_id, body=body))
