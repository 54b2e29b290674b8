"""Employments over HTTP."""

from uuid import UUID

from services.registry.persons.permissions import can_write_people
from services.registry.workers.employment import employ, end_employment, read_employment
from services.registry.workers.schemas import EmploymentCreate, EmploymentEnding, EmploymentRead
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router

router = Router(tags=["employments"])


@router.post("/persons/{person_id}/employments", status_code=201, response_model=EmploymentRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_employment(person_id: UUID, body: EmploymentCreate, caller: CallerDep, session: SessionDep) -> EmploymentRead:
    """A facility employs a person."""
    return await read_employment(session, caller, await employ(session, caller=caller, person_id=person_id, body=body))


@router.post("/employments/{employment_id}/ending", status_code=201, response_model=EmploymentRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_employment_ending(employment_id: UUID, body: EmploymentEnding, caller: CallerDep, session: SessionDep) -> EmploymentRead:
    """Give an employment its last day."""
    return await read_employment(session, caller, await end_employment(session, caller=caller, employment_id=employment_id, body=body))
