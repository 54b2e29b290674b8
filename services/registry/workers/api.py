"""Employments over HTTP."""

from collections.abc import Callable, Coroutine
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from services.registry.persons.permissions import can_read_people, can_write_people
from services.registry.references import acting_for
from services.registry.workers.employment import (
    departures,
    employ,
    end_employment,
    periods_of_employment,
    read_employments,
    renew_employment,
    resume_employment,
    suspend_employment,
)
from services.registry.workers.models import Employment, EmploymentStatus, EmploymentType
from services.registry.workers.schemas import (
    DepartureReasons,
    EmploymentCreate,
    EmploymentEnding,
    EmploymentRead,
    EmploymentRenewal,
    EmploymentResumption,
    EmploymentSuspension,
)
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.visibility import visible_to

router = Router(tags=["employments"])
WRITERS: Any = [allows(can_write_people)]


async def _answer(session: SessionDep, caller: Caller, act: Callable[..., Coroutine[Any, Any, list[Employment]]], employment_id: UUID, body: Any) -> EmploymentRead:
    return (await read_employments(session, caller, [await act(session, caller=caller, employment_id=employment_id, body=body)]))[0]


@router.get("/employments", response_model=Page[EmploymentRead], dependencies=[allows(can_read_people)], responses=problems(403, 422))
async def list_employments(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    person: UUID | None = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    employment_type: Annotated[EmploymentType | None, Query(alias="type")] = None,
    status: EmploymentStatus | None = None,
    ends_by: Annotated[date | None, Query(description="Only those that have a last day by then, and that nobody has left.")] = None,
    as_of: Annotated[date | None, Query(description="Only those that last on the day.")] = None,
) -> Page[EmploymentRead]:
    """Employments, contracts and practices on one's own account, in the order in which they were recorded."""
    day, e, later = as_of or today(), Employment, aliased(Employment)
    wanted = select(e.id).where(visible_to(caller, e)).group_by(e.id)
    for column, value in ((e.person_id, person), (e.facility_code, facility), (e.employment_type, employment_type)):
        if value is not None:
            wanted = wanted.where(column == value)
    if status is not None:
        wanted = wanted.where(e.status == status, e.valid.contains(day))
    if as_of is not None:
        wanted = wanted.where(e.valid.contains(as_of))
    if ends_by is not None:
        goes_on = select(later.row_id).where(later.id == e.id, func.lower(later.valid) > func.lower(e.valid)).correlate(e).exists()
        wanted = wanted.where(func.upper(e.valid) - 1 <= ends_by, func.upper(e.valid) > today(), e.act != "ended", e.ended_reason.is_(None), ~goes_on)
    found = await keyset_page(session, wanted, keys=[e.id], params=page)
    grouped: dict[UUID, list[Employment]] = {employment_id: [] for employment_id in found.items}
    for one in await session.scalars(select(e).where(visible_to(caller, e), e.id.in_(found.items)).order_by(func.lower(e.valid))):
        grouped[one.id].append(one)
    return found.of(await read_employments(session, caller, grouped.values(), day))


@router.get("/employments/departures", response_model=DepartureReasons, dependencies=[allows(can_read_people)], responses=problems(403, 409))
async def list_departures(caller: CallerDep) -> DepartureReasons:
    """Why an employment may end, by the rule pack in force."""
    rule = departures(acting_for(caller)[0], today())
    return DepartureReasons(reasons=rule.value, rule=rule.told())


@router.post("/persons/{person_id}/employments", status_code=201, response_model=EmploymentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 422))
async def create_employment(person_id: UUID, body: EmploymentCreate, caller: CallerDep, session: SessionDep) -> EmploymentRead:
    """A facility employs a person, or the person practises on their own account."""
    return (await read_employments(session, caller, [await employ(session, caller=caller, person_id=person_id, body=body)]))[0]


@router.get("/employments/{employment_id}", response_model=EmploymentRead, dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def read_employment(employment_id: UUID, caller: CallerDep, session: SessionDep) -> EmploymentRead:
    """One employment with its periods, and what may be done with it."""
    return (await read_employments(session, caller, [await periods_of_employment(session, caller, employment_id)]))[0]


@router.post("/employments/{employment_id}/renewal", status_code=201, response_model=EmploymentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 422))
async def create_renewal(employment_id: UUID, body: EmploymentRenewal, caller: CallerDep, session: SessionDep) -> EmploymentRead:
    """Renew a contract from the day after its last one."""
    return await _answer(session, caller, renew_employment, employment_id, body)


@router.post("/employments/{employment_id}/suspension", status_code=201, response_model=EmploymentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 422))
async def create_suspension(employment_id: UUID, body: EmploymentSuspension, caller: CallerDep, session: SessionDep) -> EmploymentRead:
    """Suspend an employment for some days, or until it is taken up again."""
    return await _answer(session, caller, suspend_employment, employment_id, body)


@router.post("/employments/{employment_id}/resumption", status_code=201, response_model=EmploymentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 422))
async def create_resumption(employment_id: UUID, body: EmploymentResumption, caller: CallerDep, session: SessionDep) -> EmploymentRead:
    """Take up a suspended employment again."""
    return await _answer(session, caller, resume_employment, employment_id, body)


@router.post("/employments/{employment_id}/ending", status_code=201, response_model=EmploymentRead, dependencies=WRITERS, responses=problems(403, 404, 409, 422))
async def create_employment_ending(employment_id: UUID, body: EmploymentEnding, caller: CallerDep, session: SessionDep) -> EmploymentRead:
    """Give an employment its last day and its coded reason."""
    return await _answer(session, caller, end_employment, employment_id, body)
