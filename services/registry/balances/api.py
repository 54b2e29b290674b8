"""Leave balances over HTTP, for HR; one's own is beside one's own leave."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.absences.permissions import can_read_absences
from services.registry.balances.counting import Balance
from services.registry.balances.queries import balance_of
from services.registry.persons.queries import get_visible_person
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router

router = Router(tags=["availability"])


@router.get("/persons/{person_id}/leave-balance", response_model=Balance, dependencies=[allows(can_read_absences)], responses=problems(403, 404, 409, 422))
async def read_balance(
    person_id: UUID, caller: CallerDep, session: SessionDep, as_of: Annotated[date | None, Query(description="The day, and its year; today when not said.")] = None
) -> Balance:
    """Annual leave of a year: entitled by seniority, taken, planned, asked, left, in working days."""
    await get_visible_person(session, caller, person_id)
    return await balance_of(session, person_id, as_of or today())
