"""Assignments over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import func

from services.registry.assignments.models import Assignment
from services.registry.assignments.permissions import can_record_assignments
from services.registry.assignments.queries import assignments_visible_to, assignments_wanted, get_visible_assignment, read_assignments, warnings_about
from services.registry.assignments.schemas import (
    ActivationCreate,
    AssignmentChangeBody,
    AssignmentCorrection,
    AssignmentCreate,
    AssignmentEnding,
    AssignmentRead,
    AssignmentTransfer,
)
from services.registry.assignments.use_cases import activate_assignment, change_assignment, correct_assignment, end_assignment, record_assignment, transfer_assignment
from services.registry.beliefs import again_on_deadlock, version_of
from services.registry.persons.permissions import can_read_people
from shared.actions import IfMatch, etag, require_current
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/assignments", tags=["assignments"])
WRITERS: Any = [allows(can_record_assignments)]
AsOf = Annotated[date | None, Query(description="Only what was true that day.")]
KnownAt = Annotated[datetime | None, Query(description="What was known at that instant.")]


async def _answer(session: SessionDep, caller: Caller, response: Response, periods: list[Assignment]) -> AssignmentRead:
    etag(response, version_of(periods))
    answer = (await read_assignments(session, caller, [periods]))[0]
    answer.warnings = await warnings_about(session, periods)
    return answer


async def _require_current(session: SessionDep, caller: Caller, assignment_id: UUID, if_match: str | None) -> None:
    if if_match is not None:
        require_current(if_match, version_of(await get_visible_assignment(session, caller, assignment_id)))


@router.get("", response_model=Page[AssignmentRead], dependencies=[allows(can_read_people)], responses=problems(403, 422))
async def list_assignments(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    person: UUID | None = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    post: UUID | None = None,
    state: Annotated[str | None, Query(pattern="^(active|conflicting)$")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Page[AssignmentRead]:
    """Assignments in the order in which they were recorded; those of one day with `as_of`."""
    entity, wanted = assignments_wanted(caller, known_at, person=person, facility=facility, post=post, state=state, as_of=as_of)
    found = await keyset_page(session, wanted.with_only_columns(entity.id).group_by(entity.id), keys=[entity.id], params=page)
    grouped: dict[UUID, list[Assignment]] = {assignment_id: [] for assignment_id in found.items}
    entity, statement = assignments_visible_to(caller, known_at)
    for one in (await session.scalars(statement.where(entity.id.in_(found.items)).order_by(func.lower(entity.valid)))).all():
        grouped[one.id].append(one)
    return found.of(await read_assignments(session, caller, list(grouped.values()), as_of, known_at))


@router.post("", status_code=201, response_model=AssignmentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 422))
async def create_assignment(body: AssignmentCreate, response: Response, caller: CallerDep, session: SessionDep) -> AssignmentRead:
    """Assign a person to a post, or to a facility without one."""
    periods = await again_on_deadlock(session, lambda: record_assignment(session, caller=caller, body=body))
    return await _answer(session, caller, response, periods)


@router.get("/{assignment_id}", response_model=AssignmentRead, dependencies=[allows(can_read_people)], responses=problems(403, 404, 422))
async def read_assignment(assignment_id: UUID, response: Response, caller: CallerDep, session: SessionDep, as_of: AsOf = None, known_at: KnownAt = None) -> AssignmentRead:
    """One assignment with its periods, as it is known now or was known at an instant."""
    periods = await get_visible_assignment(session, caller, assignment_id, known_at)
    etag(response, version_of(periods))
    return (await read_assignments(session, caller, [periods], as_of, known_at))[0]


@router.post("/{assignment_id}/ending", status_code=201, response_model=AssignmentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_ending(assignment_id: UUID, body: AssignmentEnding, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AssignmentRead:
    """Give an assignment its last day."""
    await _require_current(session, caller, assignment_id, if_match)
    periods = await again_on_deadlock(session, lambda: end_assignment(session, caller=caller, assignment_id=assignment_id, body=body))
    return await _answer(session, caller, response, periods)


@router.post("/{assignment_id}/changes", status_code=201, response_model=AssignmentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_change(assignment_id: UUID, body: AssignmentChangeBody, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AssignmentRead:
    """From a day on, another share, kind, unit or post."""
    await _require_current(session, caller, assignment_id, if_match)
    periods = await again_on_deadlock(session, lambda: change_assignment(session, caller=caller, assignment_id=assignment_id, body=body))
    return await _answer(session, caller, response, periods)


@router.post("/{assignment_id}/transfers", status_code=201, response_model=AssignmentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_transfer(assignment_id: UUID, body: AssignmentTransfer, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AssignmentRead:
    """From a day on, another post or unit of the same facility."""
    await _require_current(session, caller, assignment_id, if_match)
    periods = await again_on_deadlock(session, lambda: transfer_assignment(session, caller=caller, assignment_id=assignment_id, body=body))
    return await _answer(session, caller, response, periods)


@router.post("/{assignment_id}/corrections", status_code=201, response_model=AssignmentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_correction(
    assignment_id: UUID, body: AssignmentCorrection, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> AssignmentRead:
    """Put right what was recorded wrongly; what was believed before stays readable with `known_at`."""
    await _require_current(session, caller, assignment_id, if_match)
    periods = await again_on_deadlock(session, lambda: correct_assignment(session, caller=caller, assignment_id=assignment_id, body=body))
    return await _answer(session, caller, response, periods)


@router.post("/{assignment_id}/activation", status_code=201, response_model=AssignmentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_activation(assignment_id: UUID, body: ActivationCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AssignmentRead:
    """Let a conflicting assignment count, once nothing stands in its way."""
    await _require_current(session, caller, assignment_id, if_match)
    periods = await again_on_deadlock(session, lambda: activate_assignment(session, caller=caller, assignment_id=assignment_id, body=body))
    return await _answer(session, caller, response, periods)
