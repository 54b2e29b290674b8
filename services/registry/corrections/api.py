"""One's own file and its corrections over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query

from services.registry.accounts.api import is_a_person
from services.registry.accounts.links import person_of
from services.registry.corrections.models import Correction, State
from services.registry.corrections.permissions import can_decide_corrections
from services.registry.corrections.schemas import Acceptance, CorrectionCreate, CorrectionRead, Rejection, seen_by_hr, seen_by_its_person
from services.registry.corrections.use_cases import (
    accept_correction,
    corrections_visible_to,
    get_visible_correction,
    own_corrections,
    reject_correction,
    request_correction,
    withdraw_correction,
)
from services.registry.persons.own import OwnFile, own_file
from services.registry.persons.permissions import can_read_people
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(tags=["corrections"])
SORTS: dict[str, list[Any]] = {"asked": [Correction.requested_on]}
Sort = Annotated[Literal["asked", "-asked"], Query(description="The order; from its end with a minus.")]


@router.get("/persons/me", response_model=OwnFile, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def read_own_file(caller: CallerDep, session: SessionDep) -> OwnFile:
    """Everything that the register holds about the caller, once HR has linked their account to a person (R-HOLDER)."""
    return await own_file(session, caller)


@router.get("/persons/me/corrections", response_model=Page[CorrectionRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 422))
async def list_own_corrections(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[CorrectionRead]:
    """What the caller disputed in their own file and what was decided, newest first."""
    found = await keyset_page(session, await own_corrections(session, caller), keys=[Correction.id.desc()], params=page)
    return found.of([seen_by_its_person(one) for one in found.items])


@router.post("/persons/me/corrections", status_code=201, response_model=CorrectionRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409, 422))
async def create_correction(body: CorrectionCreate, caller: CallerDep, session: SessionDep) -> CorrectionRead:
    """Say what is wrong in one's own file, what it should say and what proves it."""
    return seen_by_its_person(await request_correction(session, caller=caller, body=body))


@router.post(
    "/persons/me/corrections/{correction_id}/withdrawal", status_code=201, response_model=CorrectionRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409)
)
async def create_correction_withdrawal(correction_id: UUID, caller: CallerDep, session: SessionDep) -> CorrectionRead:
    """Take back what one asked, before anybody has decided."""
    return seen_by_its_person(await withdraw_correction(session, caller=caller, correction_id=correction_id))


@router.get("/corrections", response_model=Page[CorrectionRead], dependencies=[allows(can_read_people)], responses=problems(403, 422))
async def list_corrections(
    caller: CallerDep, session: SessionDep, page: PageDep, state: Annotated[State | None, Query(description="How far they are; all when not said.")] = None, sort: Sort = "asked"
) -> Page[CorrectionRead]:
    """What people dispute in their own files, of the persons whom the caller sees, oldest first."""
    found = await keyset_page(session, corrections_visible_to(caller, state), keys=sorted_by(sort, SORTS, Correction.id), params=page)
    own_person = await person_of(session, caller)
    return found.of([seen_by_hr(caller, one, own_person) for one in found.items])


@router.get("/corrections/{correction_id}", response_model=CorrectionRead, dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def read_correction(correction_id: UUID, caller: CallerDep, session: SessionDep) -> CorrectionRead:
    """One correction with what stood, what is proposed and what proves it."""
    return await _seen(session, caller, await get_visible_correction(session, caller, correction_id))


@router.post(
    "/corrections/{correction_id}/acceptance", status_code=201, response_model=CorrectionRead, dependencies=[allows(can_decide_corrections)], responses=problems(403, 404, 409, 422)
)
async def create_correction_acceptance(correction_id: UUID, body: Acceptance, caller: CallerDep, session: SessionDep) -> CorrectionRead:
    """Agree: the file is corrected at once."""
    return await _seen(session, caller, await accept_correction(session, caller=caller, correction_id=correction_id, comment=body.comment))


@router.post(
    "/corrections/{correction_id}/rejection", status_code=201, response_model=CorrectionRead, dependencies=[allows(can_decide_corrections)], responses=problems(403, 404, 409, 422)
)
async def create_correction_rejection(correction_id: UUID, body: Rejection, caller: CallerDep, session: SessionDep) -> CorrectionRead:
    """Disagree, with the reason that the person reads."""
    return await _seen(session, caller, await reject_correction(session, caller=caller, correction_id=correction_id, comment=body.comment))


async def _seen(session: SessionDep, caller: Caller, correction: Correction) -> CorrectionRead:
    return seen_by_hr(caller, correction, await person_of(session, caller))
