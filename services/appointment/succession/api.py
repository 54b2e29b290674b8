"""Succession plans over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.appointment.succession.models import Plan
from services.appointment.succession.permissions import can_prepare_plans, can_read_plans, can_work_on_plans
from services.appointment.succession.queries import get_visible_plan, plans_visible_to
from services.appointment.succession.reading import plan_details, plan_read
from services.appointment.succession.schemas import Approval, Completion, EntriesCreate, PlanCreate, PlanDetails, PlanRead, PlanShares, PlanVote, Removal, ReviewCreate, Screening
from services.appointment.succession.shares import shares_of
from services.appointment.succession.use_cases import (
    add_entries,
    approve_entry,
    approve_plan,
    approve_review,
    complete_review,
    propose_plan,
    remove_entry,
    review_plan,
    screen_plan,
    vote_plan,
)
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Year

router = Router(prefix="/succession-plans", tags=["succession plans"])
PREPARES: dict[str, Any] = {"status_code": 201, "response_model": PlanDetails, "dependencies": [allows(can_prepare_plans)], "responses": problems(401, 403, 404, 409, 412, 422)}
WORKS: dict[str, Any] = {"status_code": 201, "response_model": PlanDetails, "dependencies": [allows(can_work_on_plans)], "responses": problems(401, 403, 404, 409, 412, 422)}


async def _read(session: SessionDep, response: Response, caller: Caller, plan: Plan) -> PlanDetails:
    etag(response, plan.version)
    return await plan_details(session, caller, plan)


@router.post("", status_code=201, response_model=PlanDetails, dependencies=[allows(can_prepare_plans)], responses=problems(401, 403, 409, 422))
async def create_plan(body: PlanCreate, response: Response, caller: CallerDep, session: SessionDep) -> PlanDetails:
    """Propose a plan of leaders for a term, with its names."""
    return await _read(session, response, caller, await propose_plan(session, caller=caller, body=body))


@router.get("", response_model=Page[PlanRead], dependencies=[allows(can_read_plans)], responses=problems(401, 403, 422))
async def list_plans(caller: CallerDep, session: SessionDep, page: PageDep, reference: str | None = None) -> Page[PlanRead]:
    """The plans of the authority, oldest term first."""
    statement = plans_visible_to(caller)
    if reference:
        statement = statement.where(Plan.reference == reference)
    found = await keyset_page(session, statement, keys=[Plan.term_from, Plan.id], params=page)
    return found.of([await plan_read(session, caller, plan) for plan in found.items])


@router.get("/{plan_id}", response_model=PlanDetails, dependencies=[allows(can_read_plans)], responses=problems(401, 403, 404))
async def read_plan(plan_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PlanDetails:
    """One plan with everybody in it."""
    return await _read(session, response, caller, await get_visible_plan(session, caller, plan_id))


@router.get("/{plan_id}/shares", response_model=PlanShares, dependencies=[allows(can_read_plans)], responses=problems(401, 403, 404, 503))
async def read_shares(plan_id: UUID, caller: CallerDep, session: SessionDep) -> PlanShares:
    """Women and people under 40 among those of the plan, as the registry knows them today."""
    return await shares_of(caller, await get_visible_plan(session, caller, plan_id))


@router.post("/{plan_id}/entries", **PREPARES)
async def create_entries(plan_id: UUID, body: EntriesCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Add people; outside the yearly review with a reason."""
    return await _read(session, response, caller, await add_entries(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/entries/{entry_id}/approval", **WORKS)
async def create_entry_approval(plan_id: UUID, entry_id: UUID, body: Approval, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Approve a person who was added outside the yearly review."""
    return await _read(session, response, caller, await approve_entry(session, caller=caller, plan_id=plan_id, entry_id=entry_id, body=body, if_match=if_match))


@router.post("/{plan_id}/entries/{entry_id}/removal", **PREPARES)
async def create_removal(plan_id: UUID, entry_id: UUID, body: Removal, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Take a person out of the plan with a reason."""
    return await _read(session, response, caller, await remove_entry(session, caller=caller, plan_id=plan_id, entry_id=entry_id, body=body, if_match=if_match))


@router.post("/{plan_id}/screening", **PREPARES)
async def create_screening(plan_id: UUID, body: Screening, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Say who is not retained, and why."""
    return await _read(session, response, caller, await screen_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/vote", **WORKS)
async def create_vote(plan_id: UUID, body: PlanVote, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Record the vote on each name as totals."""
    return await _read(session, response, caller, await vote_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/approval", **WORKS)
async def create_approval(plan_id: UUID, body: Approval, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Approve the plan; another person than the proposer."""
    return await _read(session, response, caller, await approve_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/reviews", **PREPARES)
async def create_review(plan_id: UUID, body: ReviewCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Review the plan: who leaves or was promoted; all others are kept."""
    return await _read(session, response, caller, await review_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/reviews/{year}/completion", **PREPARES)
async def create_completion(plan_id: UUID, year: Year, body: Completion, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Complete the review with the people whom it adds."""
    return await _read(session, response, caller, await complete_review(session, caller=caller, plan_id=plan_id, year=year, body=body, if_match=if_match))


@router.post("/{plan_id}/reviews/{year}/approval", **WORKS)
async def create_review_approval(plan_id: UUID, year: Year, body: Approval, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanDetails:
    """Approve the review; another person than the reviewer."""
    return await _read(session, response, caller, await approve_review(session, caller=caller, plan_id=plan_id, year=year, body=body, if_match=if_match))
