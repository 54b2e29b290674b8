"""Absences over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.registry.absences.models import Absence, State
from services.registry.absences.permissions import can_keep_absences, can_read_absences
from services.registry.absences.queries import SORTS, Sort, absences_wanted
from services.registry.absences.schemas import AbsenceCreate, AbsenceRead, Approval, Cancellation, RefusalCreate
from services.registry.absences.use_cases import approve_absence, cancel_absence, get_visible_absence, refuse_absence, request_absence
from services.registry.holds.permissions import knows_why
from shared.actions import IfMatch, etag, require_current
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/absences", tags=["availability"])
KEEPERS = [allows(can_keep_absences)]


async def _answer(session: SessionDep, caller: Caller, response: Response, absence: Absence) -> AbsenceRead:
    etag(response, absence.version)
    return AbsenceRead.seen_by(caller, absence)


async def _note_reads(session: SessionDep, caller: Caller, absences: Sequence[Absence]) -> None:
    """The type of a leave may say something of somebody's health: whoever is shown it leaves a record."""
    await record_reads(session, caller, "absence", [(one.id, one.person_id) for one in absences if knows_why(caller, one.authority_path)], fields=["type"])


async def _require_current(session: SessionDep, caller: Caller, absence_id: UUID, if_match: str | None) -> None:
    if if_match is not None:
        require_current(if_match, (await get_visible_absence(session, caller, absence_id)).version)


@router.post("", status_code=201, response_model=AbsenceRead, dependencies=KEEPERS, responses=problems(403, 404, 409, 422))
async def create_absence(body: AbsenceCreate, response: Response, caller: CallerDep, session: SessionDep) -> AbsenceRead:
    """Ask for a leave: the days are held at once, or refused with the nearest free ones."""
    return await _answer(session, caller, response, await request_absence(session, caller=caller, body=body))


@router.get("", response_model=Page[AbsenceRead], dependencies=[allows(can_read_absences)], responses=problems(403, 422))
async def list_absences(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    person: UUID | None = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    state: State | None = None,
    first: Annotated[date | None, Query(alias="from", description="Only those that last beyond this day.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Only those that begin by this day.")] = None,
    sort: Sort = "from",
) -> Page[AbsenceRead]:
    """Absences by their first day unless asked otherwise; their type for HR of the employer alone."""
    wanted = absences_wanted(caller, person=person, facility=facility, state=state, first=first, last=last)
    found = await keyset_page(session, wanted, keys=sorted_by(sort, SORTS, Absence.id), params=page)
    await _note_reads(session, caller, found.items)
    return found.of([AbsenceRead.seen_by(caller, absence) for absence in found.items])


@router.get("/{absence_id}", response_model=AbsenceRead, dependencies=[allows(can_read_absences)], responses=problems(403, 404))
async def read_absence(absence_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> AbsenceRead:
    """One absence, and what may be done with it."""
    absence = await get_visible_absence(session, caller, absence_id)
    await _note_reads(session, caller, [absence])
    return await _answer(session, caller, response, absence)


@router.post("/{absence_id}/approval", status_code=201, response_model=AbsenceRead, dependencies=KEEPERS, responses=problems(403, 404, 409, 412, 422))
async def create_approval(absence_id: UUID, body: Approval, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AbsenceRead:
    """Approve a leave that another person asked."""
    await _require_current(session, caller, absence_id, if_match)
    return await _answer(session, caller, response, await approve_absence(session, caller=caller, absence_id=absence_id, body=body))


@router.post("/{absence_id}/refusal", status_code=201, response_model=AbsenceRead, dependencies=KEEPERS, responses=problems(403, 404, 409, 412, 422))
async def create_refusal(absence_id: UUID, body: RefusalCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AbsenceRead:
    """Refuse a leave that another person asked, with the reason."""
    await _require_current(session, caller, absence_id, if_match)
    return await _answer(session, caller, response, await refuse_absence(session, caller=caller, absence_id=absence_id, body=body))


@router.post("/{absence_id}/cancellation", status_code=201, response_model=AbsenceRead, dependencies=KEEPERS, responses=problems(403, 404, 409, 412, 422))
async def create_cancellation(absence_id: UUID, body: Cancellation, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AbsenceRead:
    """Cancel a leave, or end it earlier."""
    await _require_current(session, caller, absence_id, if_match)
    return await _answer(session, caller, response, await cancel_absence(session, caller=caller, absence_id=absence_id, body=body))
