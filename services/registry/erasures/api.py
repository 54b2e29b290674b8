"""Erasures over HTTP: what is due, what is asked, what is decided; and one's own right to it."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.accounts.api import is_a_person
from services.registry.accounts.links import person_of
from services.registry.erasures.models import ERASURE, Erasure, Ground, State
from services.registry.erasures.permissions import can_decide, can_decide_erasures, can_read_erasures
from services.registry.erasures.use_cases import (
    ask_for_own_erasure,
    confirm_erasure,
    due_for_erasure,
    erasures_visible_to,
    get_visible_erasure,
    own_erasures,
    propose_erasure,
    refuse_erasure,
)
from services.registry.persons.models import Person
from services.registry.persons.permissions import can_write_people
from shared.actions import Action, action
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.history import Actor, actor_told
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Body

router = Router(tags=["erasures"])
DECIDE: Any = {"status_code": 201, "dependencies": [allows(can_decide_erasures)], "responses": problems(403, 404, 409, 422)}


class ErasureCreate(Body):
    person_id: UUID
    reason: str = Field(min_length=3, max_length=500)


class Because(Body):
    reason: str = Field(min_length=3, max_length=500)


class DueErasure(BaseModel):
    """A file that no purpose keeps any longer."""

    person_id: UUID
    name: str


class ErasureRead(BaseModel):
    id: UUID
    person_id: UUID
    ground: Ground
    state: State
    reason: str
    asked_on: date
    asked_by: Actor
    decided_on: date | None
    decided_by: Actor | None
    decided_reason: str | None
    erased_on: date | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, one: Erasure, own_person: UUID | None) -> Self:
        same = {name: getattr(one, name) for name in ("id", "person_id", "ground", "state", "reason", "asked_on", "decided_on", "decided_reason", "erased_on")}
        by = {"asked_by": actor_told(caller, one.asked_by), "decided_by": actor_told(caller, one.decided_by) if one.decided_by else None}
        decides = can_decide(caller, one, own_person)
        return cls(**same, **by, available_actions=[action(act, decides, lambda act=act: ERASURE.after(act, one.state)) for act in ("confirm", "refuse")])  # type: ignore[misc]


@router.get("/erasures", response_model=Page[ErasureRead], dependencies=[allows(can_read_erasures)], responses=problems(403, 422))
async def list_erasures(caller: CallerDep, session: SessionDep, page: PageDep, state: State | None = None) -> Page[ErasureRead]:
    """Erasures that were asked, decided and carried out, the newest first."""
    found = erasures_visible_to(caller)
    own = await person_of(session, caller)
    shown = await keyset_page(session, found.where(Erasure.state == state) if state else found, keys=[Erasure.id.desc()], params=page)
    return shown.of([ErasureRead.seen_by(caller, one, own) for one in shown.items])


@router.get("/erasures/due", response_model=Page[DueErasure], dependencies=[allows(can_read_erasures)], responses=problems(403, 422))
async def list_due_erasures(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[DueErasure]:
    """Files whose every purpose has ended and whose time after each has passed."""
    shown = await keyset_page(session, due_for_erasure(caller), keys=[Person.id], params=page)
    return shown.of([DueErasure(person_id=one.id, name=one.name) for one in shown.items])


@router.get("/erasures/{erasure_id}", response_model=ErasureRead, dependencies=[allows(can_read_erasures)], responses=problems(403, 404, 422))
async def read_erasure(erasure_id: UUID, caller: CallerDep, session: SessionDep) -> ErasureRead:
    """One erasure: why, who asked, what was decided."""
    return ErasureRead.seen_by(caller, await get_visible_erasure(session, caller, erasure_id), await person_of(session, caller))


@router.post("/erasures", status_code=201, response_model=ErasureRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_erasure(body: ErasureCreate, caller: CallerDep, session: SessionDep) -> ErasureRead:
    """Propose that a file be destroyed; another person, a records officer, decides."""
    return ErasureRead.seen_by(caller, await propose_erasure(session, caller=caller, person_id=body.person_id, reason=body.reason), await person_of(session, caller))


@router.post("/erasures/{erasure_id}/confirmation", response_model=ErasureRead, **DECIDE)
async def create_confirmation(erasure_id: UUID, body: Because, caller: CallerDep, session: SessionDep) -> ErasureRead:
    """Have the file destroyed: it cannot be undone."""
    return ErasureRead.seen_by(caller, await confirm_erasure(session, caller=caller, erasure_id=erasure_id, reason=body.reason), await person_of(session, caller))


@router.post("/erasures/{erasure_id}/refusal", response_model=ErasureRead, **DECIDE)
async def create_refusal(erasure_id: UUID, body: Because, caller: CallerDep, session: SessionDep) -> ErasureRead:
    """Keep the file, and say why."""
    return ErasureRead.seen_by(caller, await refuse_erasure(session, caller=caller, erasure_id=erasure_id, reason=body.reason), await person_of(session, caller))


@router.post("/persons/me/erasures", status_code=201, response_model=ErasureRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409, 422))
async def create_own_erasure(body: Because, caller: CallerDep, session: SessionDep) -> ErasureRead:
    """Ask that what is held of oneself be destroyed."""
    one = await ask_for_own_erasure(session, caller=caller, reason=body.reason)
    return ErasureRead.seen_by(caller, one, one.person_id)


@router.get("/persons/me/erasures", response_model=Page[ErasureRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def list_own_erasures(caller: CallerDep, session: SessionDep) -> Page[ErasureRead]:
    """What one asked, and what was answered."""
    return Page(items=[ErasureRead.seen_by(caller, one, one.person_id) for one in await own_erasures(session, caller)], next=None)
