"""Cases over HTTP: each act is a resource beneath the case."""

from typing import Any
from uuid import UUID

from fastapi import Response

import services.appointment.cases.effects  # noqa: F401  what a signature changes is declared with the feature
from services.appointment.cases.models import Case
from services.appointment.cases.permissions import can_open_cases, can_read_cases, can_work_on_cases
from services.appointment.cases.queries import cases_visible_to, get_visible_case
from services.appointment.cases.reading import cases_read
from services.appointment.cases.schemas import (
    CandidatesCreate,
    CaseCreate,
    CaseRead,
    CaseStop,
    Dated,
    DecisionProposal,
    FileCompletion,
    HeadDecision,
    OutcomeCreate,
    PrincipleAnswer,
    StepsCreate,
)
from services.appointment.cases.use_cases import (
    answer_principle,
    complete_file,
    decide_half,
    hold_steps,
    open_case,
    propose_decision,
    record_outcome,
    request_principle,
    screen_candidates,
    stop_case,
    withdraw_decision,
)
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/cases", tags=["cases"])
CONDUCTS: dict[str, Any] = {"status_code": 201, "response_model": CaseRead, "dependencies": [allows(can_open_cases)], "responses": problems(401, 403, 404, 409, 412, 422, 503)}
WORKS: dict[str, Any] = {"status_code": 201, "response_model": CaseRead, "dependencies": [allows(can_work_on_cases)], "responses": problems(401, 403, 404, 409, 412, 422)}


async def _read(session: SessionDep, response: Response, caller: Caller, case: Case) -> CaseRead:
    etag(response, case.version)
    return (await cases_read(session, caller, [case]))[0]


@router.post("", status_code=201, response_model=CaseRead, dependencies=[allows(can_open_cases)], responses=problems(401, 403, 409, 422, 503))
async def create_case(body: CaseCreate, response: Response, caller: CallerDep, session: SessionDep) -> CaseRead:
    """Open a procedure; with `request_principle` the authority is asked the same day."""
    return await _read(session, response, caller, await open_case(session, caller=caller, body=body))


@router.get("", response_model=Page[CaseRead], dependencies=[allows(can_read_cases)], responses=problems(401, 403, 422))
async def list_cases(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    kind: str | None = None,
    facility: str | None = None,
    position: UUID | None = None,
    reference: str | None = None,
) -> Page[CaseRead]:
    """Cases of the authority or of one's facility, oldest first."""
    statement = cases_visible_to(caller)
    for column, wanted in ((Case.state, state), (Case.kind, kind), (Case.facility_code, facility), (Case.position_id, position), (Case.reference, reference)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Case.opened_on, Case.id], params=page)
    return found.of(await cases_read(session, caller, found.items))


@router.get("/{case_id}", response_model=CaseRead, dependencies=[allows(can_read_cases)], responses=problems(401, 403, 404))
async def read_case(case_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CaseRead:
    """One case as a line of steps."""
    return await _read(session, response, caller, await get_visible_case(session, caller, case_id))


@router.post("/{case_id}/principle-request", **CONDUCTS)
async def create_principle_request(case_id: UUID, body: Dated, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Ask the authority for its agreement in principle."""
    return await _read(session, response, caller, await request_principle(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/principle-answer", **WORKS)
async def create_principle_answer(case_id: UUID, body: PrincipleAnswer, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Answer for the authority; a refusal stops the case."""
    return await _read(session, response, caller, await answer_principle(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/candidates", **CONDUCTS)
async def create_candidates(case_id: UUID, body: CandidatesCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Screen the candidates by the pack's criteria."""
    return await _read(session, response, caller, await screen_candidates(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/steps", **WORKS)
async def create_steps(case_id: UUID, body: StepsCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Record the next meeting with its vote as totals, or several that followed each other."""
    return await _read(session, response, caller, await hold_steps(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/head-decision", **WORKS)
async def create_head_decision(case_id: UUID, body: HeadDecision, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Decide where exactly half voted in favour; the dissent report is mandatory."""
    return await _read(session, response, caller, await decide_half(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/file", **CONDUCTS)
async def create_file(case_id: UUID, body: FileCompletion, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Declare the file complete."""
    return await _read(session, response, caller, await complete_file(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/decision-proposal", **CONDUCTS)
async def create_decision_proposal(case_id: UUID, body: DecisionProposal, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Send the decision to the signing table."""
    return await _read(session, response, caller, await propose_decision(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/withdrawal", **CONDUCTS)
async def create_withdrawal(case_id: UUID, body: Dated, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Take back a decision that is not signed yet."""
    return await _read(session, response, caller, await withdraw_decision(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/stop", **CONDUCTS)
async def create_stop(case_id: UUID, body: CaseStop, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Stop the procedure and say why."""
    return await _read(session, response, caller, await stop_case(session, caller=caller, case_id=case_id, body=body, if_match=if_match))


@router.post("/{case_id}/outcome", **CONDUCTS)
async def create_outcome(case_id: UUID, body: OutcomeCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CaseRead:
    """Record the published outcome of a classified case."""
    return await _read(session, response, caller, await record_outcome(session, caller=caller, case_id=case_id, body=body, if_match=if_match))
