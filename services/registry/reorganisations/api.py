"""Reorganisations over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query

from services.registry.reorganisations.models import REORGANISATION, Reorganisation
from services.registry.reorganisations.permissions import can_read_reorganisations, can_reorganise
from services.registry.reorganisations.preview import preview
from services.registry.reorganisations.queries import built_on, get_visible_reorganisation, reorganisations_visible_to, touched_by
from services.registry.reorganisations.schemas import BuiltOn, Preview, Reason, ReorganisationDraft, ReorganisationRead, Touched
from services.registry.reorganisations.use_cases import apply, draft, redraft, undo, withdraw
from shared.actions import action
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/reorganisations", tags=["reorganisations"])
SORTS: dict[str, list[Any]] = {"effective": [Reorganisation.effective_on]}
Sort = Annotated[Literal["effective", "-effective"], Query(description="The order; from its end with a minus.")]


@router.get("", response_model=Page[ReorganisationRead], dependencies=[allows(can_read_reorganisations)], responses=problems(401, 403, 422))
async def list_reorganisations(
    caller: CallerDep, session: SessionDep, page: PageDep, state: Annotated[str | None, Query(max_length=40)] = None, sort: Sort = "-effective"
) -> Page[ReorganisationRead]:
    """Reorganisations of one's authority, the latest day first."""
    statement = reorganisations_visible_to(caller)
    if state:
        statement = statement.where(Reorganisation.state == state)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Reorganisation.id), params=page)
    return found.of([shown(caller, one) for one in found.items])


@router.post("", status_code=201, response_model=ReorganisationRead, dependencies=[allows(can_reorganise)], responses=problems(401, 403, 422))
async def create_reorganisation(body: ReorganisationDraft, caller: CallerDep, session: SessionDep) -> ReorganisationRead:
    """Write down what shall be done together; nothing else changes."""
    return shown(caller, await draft(session, caller=caller, body=body))


@router.get("/{reorganisation_id}", response_model=ReorganisationRead, dependencies=[allows(can_read_reorganisations)], responses=problems(401, 403, 404))
async def read_reorganisation(reorganisation_id: UUID, caller: CallerDep, session: SessionDep) -> ReorganisationRead:
    return shown(caller, await get_visible_reorganisation(session, caller, reorganisation_id))


@router.put("/{reorganisation_id}", response_model=ReorganisationRead, dependencies=[allows(can_reorganise)], responses=problems(401, 403, 404, 409, 422))
async def replace_reorganisation(reorganisation_id: UUID, body: ReorganisationDraft, caller: CallerDep, session: SessionDep) -> ReorganisationRead:
    """Write a draft anew."""
    return shown(caller, await redraft(session, caller=caller, reorganisation_id=reorganisation_id, body=body))


@router.get("/{reorganisation_id}/preview", response_model=Preview, dependencies=[allows(can_reorganise)], responses=problems(401, 403, 404))
async def read_preview(reorganisation_id: UUID, caller: CallerDep, session: SessionDep) -> Preview:
    """What applying would touch, here and in the other services; it is tried and taken back."""
    return await preview(session, caller=caller, reorganisation_id=reorganisation_id)


@router.get("/{reorganisation_id}/touched", response_model=Page[Touched], dependencies=[allows(can_read_reorganisations)], responses=problems(401, 403, 404))
async def list_touched(reorganisation_id: UUID, caller: CallerDep, session: SessionDep) -> Page[Touched]:
    """What it wrote when it was applied, by kind."""
    one = await get_visible_reorganisation(session, caller, reorganisation_id)
    return Page(items=await touched_by(session, caller, one.id))


@router.get("/{reorganisation_id}/built-on", response_model=Page[BuiltOn], dependencies=[allows(can_read_reorganisations)], responses=problems(401, 403, 404))
async def list_built_on(reorganisation_id: UUID, caller: CallerDep, session: SessionDep) -> Page[BuiltOn]:
    """What stands in the way of undoing it, by name; nothing means that it may be undone."""
    one = await get_visible_reorganisation(session, caller, reorganisation_id)
    return Page(items=await built_on(session, caller, one.id) if one.state == "carried_out" else [])


@router.post(
    "/{reorganisation_id}/application", status_code=201, response_model=ReorganisationRead, dependencies=[allows(can_reorganise)], responses=problems(401, 403, 404, 409, 422)
)
async def create_application(reorganisation_id: UUID, caller: CallerDep, session: SessionDep) -> ReorganisationRead:
    """Do all acts together, or none."""
    return shown(caller, await apply(session, caller=caller, reorganisation_id=reorganisation_id))


@router.post("/{reorganisation_id}/undoing", status_code=201, response_model=ReorganisationRead, dependencies=[allows(can_reorganise)], responses=problems(401, 403, 404, 409, 422))
async def create_undoing(reorganisation_id: UUID, body: Reason, caller: CallerDep, session: SessionDep) -> ReorganisationRead:
    """Put everything back, while nothing was built on it."""
    return shown(caller, await undo(session, caller=caller, reorganisation_id=reorganisation_id, body=body))


@router.post(
    "/{reorganisation_id}/withdrawal", status_code=201, response_model=ReorganisationRead, dependencies=[allows(can_reorganise)], responses=problems(401, 403, 404, 409, 422)
)
async def create_withdrawal(reorganisation_id: UUID, body: Reason, caller: CallerDep, session: SessionDep) -> ReorganisationRead:
    """Give a draft up."""
    return shown(caller, await withdraw(session, caller=caller, reorganisation_id=reorganisation_id, body=body))


def shown(caller: Caller, one: Reorganisation) -> ReorganisationRead:
    read = ReorganisationRead.model_validate(one)
    permission = can_reorganise(caller)
    read.available_actions = [action(name, permission, lambda name=name: REORGANISATION.after(name, one.state)) for name in ("change", "apply", "undo", "withdraw")]  # type: ignore[misc]
    return read
