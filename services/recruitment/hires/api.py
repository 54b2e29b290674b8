"""Hires over HTTP."""

from uuid import UUID

from fastapi import Response

from services.recruitment.hires.models import Hire
from services.recruitment.hires.permissions import can_propose_hires, can_read_hires
from services.recruitment.hires.queries import get_visible_hire, hires_visible_to
from services.recruitment.hires.schemas import HireCreate, HireRead, Withdrawal
from services.recruitment.hires.use_cases import propose_hire, settle_hire, withdraw_hire
from services.recruitment.replicas.queries import landings_of
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/hires", tags=["hires"])


async def _read(session: SessionDep, response: Response, caller: Caller, hire: Hire) -> HireRead:
    etag(response, hire.version)
    return HireRead.seen_by(caller, hire, (await landings_of(session, [hire.id])).get(hire.id))


@router.post("", status_code=201, response_model=HireRead, dependencies=[allows(can_propose_hires)], responses=problems(401, 403, 409, 422, 503))
async def create_hire(body: HireCreate, response: Response, caller: CallerDep, session: SessionDep) -> HireRead:
    """Propose an eligible person for a free post; the grant of the policy is computed and explained."""
    return await _read(session, response, caller, await propose_hire(session, caller=caller, body=body))


@router.get("", response_model=Page[HireRead], dependencies=[allows(can_read_hires)], responses=problems(401, 403, 422))
async def list_hires(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    policy: UUID | None = None,
    facility: str | None = None,
    person: UUID | None = None,
    candidacy: UUID | None = None,
) -> Page[HireRead]:
    """Hires at the facilities one acts for, oldest first."""
    statement = hires_visible_to(caller)
    for column, wanted in (
        (Hire.state, state),
        (Hire.policy_id, policy),
        (Hire.facility_code, facility),
        (Hire.person_id, person),
        (Hire.candidacy_id, candidacy),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Hire.proposed_on, Hire.id], params=page)
    landings = await landings_of(session, [hire.id for hire in found.items])
    return found.of([HireRead.seen_by(caller, hire, landings.get(hire.id)) for hire in found.items])


@router.get("/{hire_id}", response_model=HireRead, dependencies=[allows(can_read_hires)], responses=problems(401, 403, 404))
async def read_hire(hire_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> HireRead:
    """One hire with its grant and where it landed."""
    return await _read(session, response, caller, await get_visible_hire(session, caller, hire_id))


@router.post("/{hire_id}/withdrawal", status_code=201, response_model=HireRead, dependencies=[allows(can_read_hires)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_withdrawal(hire_id: UUID, body: Withdrawal, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> HireRead:
    """Take a proposed hire back before it is signed."""
    return await _read(session, response, caller, await withdraw_hire(session, caller=caller, hire_id=hire_id, body=body, if_match=if_match))


@router.post("/{hire_id}/settlement", status_code=201, response_model=HireRead, dependencies=[allows(can_read_hires)], responses=problems(401, 403, 404, 409, 412, 503))
async def create_settlement(hire_id: UUID, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> HireRead:
    """Judge again a signed hire that did not fit, once what stood against it is gone."""
    return await _read(session, response, caller, await settle_hire(session, caller=caller, hire_id=hire_id, if_match=if_match))
