"""Probations over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import or_

from services.appointment.absences.queries import absences_since
from services.appointment.probations.models import Probation
from services.appointment.probations.permissions import can_follow_probations, can_read_personnel
from services.appointment.probations.queries import get_visible_probation, probations_visible_to, refusals_of
from services.appointment.probations.schemas import (
    MentorCreate,
    OutcomeCreate,
    ProbationRead,
    ProbationsCreate,
    RefusalCreate,
    ReportCreate,
    SelfReportCreate,
    Withdrawal,
)
from services.appointment.probations.use_cases import (
    enter_mentor_report,
    enter_probations,
    enter_self_report,
    give_opinion,
    name_mentor,
    propose_outcome,
    refuse_absence,
    withdraw_outcome,
)
from services.appointment.probations.workflow import OPEN
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import Problem, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/probations", tags=["probations"])
ACT: dict[str, Any] = {"status_code": 201, "response_model": ProbationRead, "dependencies": [allows(can_follow_probations)], "responses": problems(401, 403, 404, 409, 412, 422)}


class Entered(BaseModel):
    """One line of an opening balance: the probation, or why not."""

    reference: str
    person_id: UUID
    probation: ProbationRead | None
    problem: dict[str, Any] | None


class EnteredMany(BaseModel):
    """Each line, answered by itself."""

    items: Sequence[Entered]


async def _shown(session: SessionDep, caller: Caller, probations: Sequence[Probation]) -> list[ProbationRead]:
    refusals = await refusals_of(session, [probation.id for probation in probations])
    return [
        ProbationRead.seen_by(caller, probation, await absences_since(session, probation.person_id, probation.starts_on), refusals.get(probation.id, []))
        for probation in probations
    ]


async def _read(session: SessionDep, response: Response, caller: Caller, probation: Probation) -> ProbationRead:
    etag(response, probation.version)
    return (await _shown(session, caller, [probation]))[0]


@router.get("", response_model=Page[ProbationRead], dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 422))
async def list_probations(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    facility: str | None = None,
    person: UUID | None = None,
    due_before: date | None = None,
    source_id: UUID | None = None,
    proposal: UUID | None = None,
) -> Page[ProbationRead]:
    """Probations at the places one acts for, the first to end first. `state=open`: those that run."""
    statement = probations_visible_to(caller)
    if state == "open":
        statement = statement.where(Probation.state.in_(OPEN))
    elif state:
        statement = statement.where(Probation.state == state)
    for column, wanted in ((Probation.facility_code, facility), (Probation.person_id, person), (Probation.source_id, source_id)):
        if wanted:
            statement = statement.where(column == wanted)
    if proposal:
        statement = statement.where(or_(Probation.proposal_id == proposal, Probation.settled_by == proposal, Probation.extended_by == proposal))
    if due_before:
        statement = statement.where(Probation.due_on <= due_before)
    found = await keyset_page(session, statement, keys=[Probation.due_on, Probation.id], params=page)
    return found.of(await _shown(session, caller, found.items))


@router.post("/batch", response_model=EnteredMany, dependencies=[allows(can_follow_probations)], responses=problems(401, 403, 422))
async def enter_many(body: ProbationsCreate, caller: CallerDep, session: SessionDep) -> EnteredMany:
    """Enter probations that run already (opening balance); each line is answered by itself."""
    items = []
    for entry, answer in await enter_probations(session, caller=caller, body=body):
        problem = answer if isinstance(answer, Problem) else None
        probation = (await _shown(session, caller, [answer]))[0] if isinstance(answer, Probation) else None
        items.append(Entered(reference=entry.reference, person_id=entry.person_id, probation=probation, problem=problem.as_json(caller.language) if problem else None))
    return EnteredMany(items=items)


@router.get("/{probation_id}", response_model=ProbationRead, dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 404))
async def read_probation(probation_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> ProbationRead:
    """One probation with its reports, the days that do not count and the rules behind its end."""
    return await _read(session, response, caller, await get_visible_probation(session, caller, probation_id))


@router.post("/{probation_id}/mentor", **ACT)
async def create_mentor(probation_id: UUID, body: MentorCreate, response: Response, caller: CallerDep, session: SessionDep) -> ProbationRead:
    """Name the mentor."""
    return await _read(session, response, caller, await name_mentor(session, caller=caller, probation_id=probation_id, body=body))


@router.post("/{probation_id}/mentor-report", **ACT)
async def create_mentor_report(probation_id: UUID, body: ReportCreate, response: Response, caller: CallerDep, session: SessionDep) -> ProbationRead:
    """Enter the mentor's report."""
    return await _read(session, response, caller, await enter_mentor_report(session, caller=caller, probation_id=probation_id, body=body))


@router.post("/{probation_id}/self-report", **ACT)
async def create_self_report(probation_id: UUID, body: SelfReportCreate, response: Response, caller: CallerDep, session: SessionDep) -> ProbationRead:
    """Enter the person's own report."""
    return await _read(session, response, caller, await enter_self_report(session, caller=caller, probation_id=probation_id, body=body))


@router.post("/{probation_id}/opinion", **ACT)
async def create_opinion(probation_id: UUID, body: ReportCreate, response: Response, caller: CallerDep, session: SessionDep) -> ProbationRead:
    """The opinion of the head of the facility."""
    return await _read(session, response, caller, await give_opinion(session, caller=caller, probation_id=probation_id, body=body))


@router.post("/{probation_id}/refused-absences", **ACT)
async def create_refusal(probation_id: UUID, body: RefusalCreate, response: Response, caller: CallerDep, session: SessionDep) -> ProbationRead:
    """The head does not accept the justification of a short absence: its days do not count."""
    return await _read(session, response, caller, await refuse_absence(session, caller=caller, probation_id=probation_id, body=body))


@router.post("/{probation_id}/outcome", **ACT)
async def create_outcome(probation_id: UUID, body: OutcomeCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> ProbationRead:
    """Propose to confirm, extend or end; it is filed in the register of decisions and takes effect when it is signed."""
    return await _read(session, response, caller, await propose_outcome(session, caller=caller, probation_id=probation_id, body=body, if_match=if_match))


@router.post("/{probation_id}/outcome/withdrawal", **ACT)
async def create_withdrawal(probation_id: UUID, body: Withdrawal, response: Response, caller: CallerDep, session: SessionDep) -> ProbationRead:
    """Give up the outcome that waits for its signature."""
    return await _read(session, response, caller, await withdraw_outcome(session, caller=caller, probation_id=probation_id, done_on=body.done_on))
