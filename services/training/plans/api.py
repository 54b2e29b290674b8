"""Plans over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from services.training.plans.coverage import coverage_of
from services.training.plans.execution import execution_of
from services.training.plans.models import Plan
from services.training.plans.queries import get_visible_plan, plans_visible_to
from services.training.plans.schemas import Act, Approval, Arbitration, Coverage, ExecutionRead, ExpenseCreate, ExpensesCreate, PlanCreate, PlanRead, PlanWords, Revision
from services.training.plans.use_cases import approve_plan, arbitrate_plan, close_plan, draft_plan, edit_plan, return_plan, revise_plan, spend_on_axes, spend_on_plan, submit_plan
from services.training.roles import can_approve_plans, can_organise_training, can_read_offers
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/plans", tags=["plans"])
CHANGE = problems(401, 403, 404, 409, 412, 422)
Sort = Annotated[Literal["years", "-years", "title", "-title", "organisation", "-organisation", "state", "-state"], Query(description="The order; from its end with a minus.")]
SORTS: dict[str, list[Any]] = {
    "years": [Plan.year_from, Plan.authority],
    "title": [Plan.title],
    "organisation": [Plan.authority, Plan.year_from],
    "state": [Plan.state, Plan.year_from],
}


async def _read(session: SessionDep, response: Response, caller: Caller, plan: Plan) -> PlanRead:
    etag(response, plan.version)
    return PlanRead.seen_by(caller, plan, await execution_of(session, plan))


@router.post("", status_code=201, response_model=PlanRead, dependencies=[allows(can_organise_training)], responses=problems(401, 403, 409, 422))
async def create_plan(body: PlanCreate, response: Response, caller: CallerDep, session: SessionDep) -> PlanRead:
    """Draft a plan: several years for an authority, one year for a facility."""
    return await _read(session, response, caller, await draft_plan(session, caller=caller, body=body))


@router.get("", response_model=Page[PlanRead], dependencies=[allows(can_read_offers)], responses=problems(401, 403, 422))
async def list_plans(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    authority: Annotated[str | None, Query(max_length=60, description="Code of the authority or facility whose plan it is.")] = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    year: Annotated[int | None, Query(ge=1990, le=2120, description="A year that the plan covers.")] = None,
    sort: Sort = "years",
) -> Page[PlanRead]:
    """Plans of one's authorities and facilities, and the approved ones above; the longest first."""
    statement = plans_visible_to(caller)
    for column, wanted in ((Plan.state, state), (Plan.authority, authority), (Plan.facility_code, facility)):
        if wanted:
            statement = statement.where(column == wanted)
    if year:
        statement = statement.where(Plan.year_from <= year, Plan.year_to >= year)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Plan.id), params=page)
    return found.of([PlanRead.seen_by(caller, plan, await execution_of(session, plan)) for plan in found.items])


@router.get("/coverage", response_model=Coverage, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 422))
async def read_coverage(caller: CallerDep, session: SessionDep, year: Annotated[int | None, Query(ge=1990, le=2120)] = None) -> Coverage:
    """Which hospitals and centres have an approved plan for a year."""
    return await coverage_of(session, caller, year or today().year)


@router.get("/{plan_id}", response_model=PlanRead, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 404))
async def read_plan(plan_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PlanRead:
    """One plan with its axes, actions and execution."""
    return await _read(session, response, caller, await get_visible_plan(session, caller, plan_id))


@router.get("/{plan_id}/execution", response_model=ExecutionRead, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 404))
async def read_execution(plan_id: UUID, caller: CallerDep, session: SessionDep) -> ExecutionRead:
    """Planned against done: money per axis, share executed, cost per trained person (TRN-03)."""
    plan = await get_visible_plan(session, caller, plan_id)
    return ExecutionRead.of(plan, await execution_of(session, plan))


@router.put("/{plan_id}", response_model=PlanRead, dependencies=[allows(can_organise_training)], responses=CHANGE)
async def replace_plan(plan_id: UUID, body: PlanWords, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanRead:
    """Write a draft anew: its title, axes and actions."""
    return await _read(session, response, caller, await edit_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/submission", status_code=201, response_model=PlanRead, dependencies=[allows(can_organise_training)], responses=CHANGE)
async def create_submission(plan_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanRead:
    """Submit a draft: its axes ask for their money."""
    return await _read(session, response, caller, await submit_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/return", status_code=201, response_model=PlanRead, dependencies=[allows(can_approve_plans)], responses=CHANGE)
async def create_return(plan_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanRead:
    """Send a plan back to its author."""
    return await _read(session, response, caller, await return_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/arbitration", status_code=201, response_model=PlanRead, dependencies=[allows(can_approve_plans)], responses=CHANGE)
async def create_arbitration(plan_id: UUID, body: Arbitration, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanRead:
    """Share the money out between the axes."""
    return await _read(session, response, caller, await arbitrate_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/approval", status_code=201, response_model=PlanRead, dependencies=[allows(can_approve_plans)], responses=CHANGE)
async def create_approval(plan_id: UUID, body: Approval, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanRead:
    """Approve a plan; another person than its author (SEC-02)."""
    return await _read(session, response, caller, await approve_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/revision", status_code=201, response_model=PlanRead, dependencies=[allows(can_approve_plans)], responses=CHANGE)
async def create_revision(plan_id: UUID, body: Revision, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanRead:
    """Change the budgets of an approved plan, once a year in its window."""
    return await _read(session, response, caller, await revise_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))


@router.post("/{plan_id}/expenses", status_code=201, response_model=PlanRead, dependencies=[allows(can_organise_training)], responses=CHANGE)
async def create_expense(plan_id: UUID, body: ExpenseCreate, response: Response, caller: CallerDep, session: SessionDep) -> PlanRead:
    """Enter money spent on an axis that no session bears."""
    return await _read(session, response, caller, await spend_on_plan(session, caller=caller, plan_id=plan_id, body=body))


@router.post("/{plan_id}/expenses/batch", status_code=201, response_model=PlanRead, dependencies=[allows(can_organise_training)], responses=CHANGE)
async def create_expenses(plan_id: UUID, body: ExpensesCreate, response: Response, caller: CallerDep, session: SessionDep) -> PlanRead:
    """Enter money spent on several axes at once: all of it, or nothing."""
    return await _read(session, response, caller, await spend_on_axes(session, caller=caller, plan_id=plan_id, body=body))


@router.post("/{plan_id}/closure", status_code=201, response_model=PlanRead, dependencies=[allows(can_approve_plans)], responses=CHANGE)
async def create_closure(plan_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlanRead:
    """Close a plan once enough of its sessions have a result (EVAL-01)."""
    return await _read(session, response, caller, await close_plan(session, caller=caller, plan_id=plan_id, body=body, if_match=if_match))
