"""Who may practise, over HTTP."""

from uuid import UUID

from fastapi import Response

from services.registry.practice.queries import practice_of
from shared.clock import today
from shared.idempotency import Router
from shared.practice import ROUTE, On, PracticeRead, Scope
from shared.quick import Answer, QuickDep, quick

router = Router(prefix="/practice", tags=["practice"])


@quick(router, "/{person_id}", **ROUTE)
async def read_practice(person_id: UUID, asking: QuickDep, scope: Scope = None, on: On = None) -> Response:
    """Whether a person may practise, in a scope and on a day: yes with the licence, its conditions and until when, or no with the reasons."""
    answer, authority = await practice_of(asking, person_id, scope=scope, on=on or today())
    return Answer(PracticeRead.of(answer, authority).model_dump_json().encode())
