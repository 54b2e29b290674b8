"""Sessions over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from services.training.roles import can_organise_training, can_read_offers
from services.training.sessions.models import TrainingSession
from services.training.sessions.queries import get_visible_session, sessions_visible_to
from services.training.sessions.schemas import Act, Dates, Evaluation, SessionCreate, SessionRead, Stop
from services.training.sessions.seats import NONE, seats_in, seats_of
from services.training.sessions.use_cases import (
    cancel_session,
    confirm_session,
    convene_enrolled,
    evaluate_session,
    hold_session,
    open_session,
    plan_session,
    postpone_session,
    reschedule_session,
)
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/sessions", tags=["sessions"])
CHANGE = problems(401, 403, 404, 409, 412, 422)
ORGANISE = [allows(can_organise_training)]
Sort = Annotated[Literal["from", "-from", "title", "-title", "state", "-state"], Query(description="The order; from its end with a minus.")]
SORTS: dict[str, list[Any]] = {"from": [TrainingSession.first_day], "title": [TrainingSession.title], "state": [TrainingSession.state, TrainingSession.first_day]}


async def _read(session: SessionDep, response: Response, caller: Caller, training: TrainingSession) -> SessionRead:
    etag(response, training.version)
    return SessionRead.seen_by(caller, training, await seats_in(session, training.id))


@router.post("", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=problems(401, 403, 409, 422))
async def create_session(body: SessionCreate, response: Response, caller: CallerDep, session: SessionDep) -> SessionRead:
    """Plan a session of a course: its half-days, places and seats."""
    return await _read(session, response, caller, await plan_session(session, caller=caller, body=body))


@router.get("", response_model=Page[SessionRead], dependencies=[allows(can_read_offers)], responses=problems(401, 403, 422))
async def list_sessions(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    field: str | None = None,
    course: UUID | None = None,
    plan: UUID | None = None,
    first_day: Annotated[date | None, Query(alias="from", description="Sessions that end on this day or later.")] = None,
    last_day: Annotated[date | None, Query(alias="to", description="Sessions that begin on this day or earlier.")] = None,
    sort: Sort = "from",
) -> Page[SessionRead]:
    """Sessions of one's authorities and facilities, and those offered above, by first day."""
    statement = sessions_visible_to(caller)
    for column, wanted in ((TrainingSession.state, state), (TrainingSession.field, field), (TrainingSession.course_id, course), (TrainingSession.plan_id, plan)):
        if wanted:
            statement = statement.where(column == wanted)
    if first_day:
        statement = statement.where(TrainingSession.last_day >= first_day)
    if last_day:
        statement = statement.where(TrainingSession.first_day <= last_day)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, TrainingSession.id), params=page)
    seats = await seats_of(session, [each.id for each in found.items])
    return found.of([SessionRead.seen_by(caller, each, seats.get(each.id, NONE)) for each in found.items])


@router.get("/{session_id}", response_model=SessionRead, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 404))
async def read_session(session_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> SessionRead:
    """One session with its half-days and seats."""
    return await _read(session, response, caller, await get_visible_session(session, caller, session_id))


@router.post("/{session_id}/opening", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=CHANGE)
async def create_opening(session_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SessionRead:
    """Open a session: people can be enrolled."""
    return await _read(session, response, caller, await open_session(session, caller=caller, session_id=session_id, body=body, if_match=if_match))


@router.post("/{session_id}/confirmation", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=CHANGE)
async def create_confirmation(session_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SessionRead:
    """Confirm a session that has its minimum, and convene those who have a seat."""
    return await _read(session, response, caller, await confirm_session(session, caller=caller, session_id=session_id, body=body, if_match=if_match))


@router.post("/{session_id}/convocation", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=CHANGE)
async def create_convocation(session_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep) -> SessionRead:
    """Convene those who were given a seat after the confirmation."""
    return await _read(session, response, caller, await convene_enrolled(session, caller=caller, session_id=session_id, body=body))


@router.post("/{session_id}/holding", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=CHANGE)
async def create_holding(session_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SessionRead:
    """Record that the session took place, once attendance is whole."""
    return await _read(session, response, caller, await hold_session(session, caller=caller, session_id=session_id, body=body, if_match=if_match))


@router.post("/{session_id}/evaluation", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=CHANGE)
async def create_evaluation(session_id: UUID, body: Evaluation, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SessionRead:
    """Close the evaluation: marks are in, and the participants' opinion."""
    return await _read(session, response, caller, await evaluate_session(session, caller=caller, session_id=session_id, body=body, if_match=if_match))


@router.post("/{session_id}/postponement", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=CHANGE)
async def create_postponement(session_id: UUID, body: Stop, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SessionRead:
    """Postpone a session; the days of those enrolled are given back."""
    return await _read(session, response, caller, await postpone_session(session, caller=caller, session_id=session_id, body=body, if_match=if_match))


@router.post("/{session_id}/dates", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=problems(401, 403, 404, 409, 422, 503))
async def create_dates(session_id: UUID, body: Dates, response: Response, caller: CallerDep, session: SessionDep) -> SessionRead:
    """Give a postponed session new dates; who is not free any more waits."""
    return await _read(session, response, caller, await reschedule_session(session, caller=caller, session_id=session_id, body=body))


@router.post("/{session_id}/cancellation", status_code=201, response_model=SessionRead, dependencies=ORGANISE, responses=CHANGE)
async def create_cancellation(session_id: UUID, body: Stop, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SessionRead:
    """Cancel a session; all who are enrolled get their days back."""
    return await _read(session, response, caller, await cancel_session(session, caller=caller, session_id=session_id, body=body, if_match=if_match))
