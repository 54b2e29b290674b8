"""Who may practise, over HTTP."""

from uuid import UUID

from services.registry.practice.queries import practice_of
from shared.auth import CallerDep
from shared.clock import today
from shared.db import SessionDep
from shared.idempotency import Router
from shared.practice import ROUTE, On, PracticeRead, Scope

router = Router(prefix="/practice", tags=["practice"])


@router.get("/{person_id}", **ROUTE)
async def read_practice(person_id: UUID, caller: CallerDep, session: SessionDep, scope: Scope = None, on: On = None) -> PracticeRead:
    """Whether a person may practise, in a scope and on a day: yes with the licence, its conditions and until when, or no with the reasons."""
    answer, authority = await practice_of(session, caller, person_id, scope=scope, on=on or today())
    return PracticeRead.of(answer, authority)
