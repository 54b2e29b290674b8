"""Strategic plans over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.observatory.strategy import use_cases
from services.observatory.strategy.models import PlanAction, Strategy
from services.observatory.strategy.permissions import can_approve_strategies, can_keep_strategies, can_read_strategies
from services.observatory.strategy.queries import actions_of, actions_visible_to, get_visible_action, get_visible_strategy, late_on, planned_on, strategies_visible_to
from services.observatory.strategy.schemas import (
    ActionCreate,
    ActionRead,
    AmendmentCreate,
    ClosureCreate,
    ConclusionCreate,
    IndicatorRead,
    ProgressCreate,
    Step,
    StrategyCreate,
    StrategyLine,
    StrategyRead,
)
from shared.actions import etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/strategies", tags=["strategic plans"])
actions = Router(prefix="/strategy-actions", tags=["strategic plans"])

AsOf = Annotated[date | None, Query(description="The day that is looked at; today.")]
READ: dict[str, Any] = {"dependencies": [allows(can_read_strategies)], "responses": problems(401, 403, 404, 422)}
KEEP: dict[str, Any] = {"status_code": 201, "dependencies": [allows(can_keep_strategies)], "responses": problems(401, 403, 404, 409, 422)}
APPROVE = KEEP | {"dependencies": [allows(can_approve_strategies)]}


async def _read(session: SessionDep, caller: Caller, strategy: Strategy, response: Response, day: date | None = None) -> StrategyRead:
    etag(response, strategy.version)
    return StrategyRead.seen_by(caller, strategy, list(await actions_of(session, caller, strategy.id)), day or today())


@router.post("", response_model=StrategyRead, **KEEP)
async def create_strategy(body: StrategyCreate, response: Response, caller: CallerDep, session: SessionDep) -> StrategyRead:
    """Draft a plan with its axes and objectives."""
    return await _read(session, caller, await use_cases.draft_strategy(session, caller=caller, body=body), response)


@router.get("", response_model=Page[StrategyLine], **READ)
async def list_strategies(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[StrategyLine]:
    """Plans of one's own authority and of those above, the newest first."""
    found = await keyset_page(session, strategies_visible_to(caller), keys=[Strategy.starts_on.desc(), Strategy.id.desc()], params=page)
    return found.of([StrategyLine.model_validate(one) for one in found.items])


@router.get("/{strategy_id}", response_model=StrategyRead, **READ)
async def read_strategy(strategy_id: UUID, response: Response, caller: CallerDep, session: SessionDep, as_of: AsOf = None) -> StrategyRead:
    """One plan, axis by axis, as it stood on a day."""
    return await _read(session, caller, await get_visible_strategy(session, caller, strategy_id), response, as_of)


@router.post("/{strategy_id}/approval", response_model=StrategyRead, **APPROVE)
async def create_approval(strategy_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep) -> StrategyRead:
    """Approve a plan that another person drafted."""
    return await _read(session, caller, await use_cases.approve_strategy(session, caller=caller, strategy_id=strategy_id, body=body), response)


@router.post("/{strategy_id}/actions", response_model=ActionRead, **KEEP)
async def create_action(strategy_id: UUID, body: ActionCreate, caller: CallerDep, session: SessionDep) -> ActionRead:
    """Add an action to a plan that is being drafted."""
    return ActionRead.seen_by(caller, await use_cases.add_action(session, caller=caller, strategy_id=strategy_id, body=body), today())


@router.post("/{strategy_id}/amendments", response_model=StrategyRead, **KEEP)
async def create_amendment(strategy_id: UUID, body: AmendmentCreate, response: Response, caller: CallerDep, session: SessionDep) -> StrategyRead:
    """Amend an approved plan on the ground of a meeting or a decision; what stood before stays readable."""
    return await _read(session, caller, await use_cases.amend_strategy(session, caller=caller, strategy_id=strategy_id, body=body), response)


@router.post("/{strategy_id}/closure", response_model=StrategyRead, **APPROVE)
async def create_conclusion(strategy_id: UUID, body: ConclusionCreate, response: Response, caller: CallerDep, session: SessionDep) -> StrategyRead:
    """Close a plan, with the result of each action that is still open."""
    return await _read(session, caller, await use_cases.close_strategy(session, caller=caller, strategy_id=strategy_id, body=body), response)


@actions.get("", response_model=Page[ActionRead], **READ)
async def list_actions(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    strategy: UUID | None = None,
    resolution: UUID | None = None,
    late: Annotated[bool, Query(description="Only those that were due before the day looked at and neither done nor dropped.")] = False,
    as_of: AsOf = None,
) -> Page[ActionRead]:
    """Actions, those due first at the top."""
    day = as_of or today()
    wanted = actions_visible_to(caller).where(planned_on(day))
    for column, value in ((PlanAction.strategy_id, strategy), (PlanAction.resolution_id, resolution)):
        if value is not None:
            wanted = wanted.where(column == value)
    if late:
        wanted = wanted.where(late_on(day))
    found = await keyset_page(session, wanted, keys=[PlanAction.due_on, PlanAction.id], params=page)
    return found.of([ActionRead.seen_by(caller, one, day) for one in found.items])


@actions.get("/{action_id}", response_model=ActionRead, **READ)
async def read_action(action_id: UUID, response: Response, caller: CallerDep, session: SessionDep, as_of: AsOf = None) -> ActionRead:
    """One action with what was said of it."""
    found = await get_visible_action(session, caller, action_id)
    etag(response, found.version)
    return ActionRead.seen_by(caller, found, as_of or today())


@actions.get("/{action_id}/indicator", response_model=IndicatorRead, **READ)
async def read_indicator(action_id: UUID, caller: CallerDep, session: SessionDep, as_of: AsOf = None) -> IndicatorRead:
    """The figure of an action before it began, and on a day."""
    found = await get_visible_action(session, caller, action_id)
    indicator = await use_cases.indicator_of(session, caller, found, as_of or today())
    if indicator is None:
        raise NotFound(_("There is no indicator of this action that you may see."))
    return indicator


@actions.post("/{action_id}/progress", response_model=ActionRead, **KEEP)
async def create_progress(action_id: UUID, body: ProgressCreate, caller: CallerDep, session: SessionDep) -> ActionRead:
    """Say how far an action is."""
    return ActionRead.seen_by(caller, await use_cases.report_progress(session, caller=caller, action_id=action_id, body=body), today())


@actions.post("/{action_id}/closure", response_model=ActionRead, **APPROVE)
async def create_closure(action_id: UUID, body: ClosureCreate, caller: CallerDep, session: SessionDep) -> ActionRead:
    """Close an action on which another person reported: done, or dropped."""
    return ActionRead.seen_by(caller, await use_cases.close_action(session, caller=caller, action_id=action_id, body=body), today())
