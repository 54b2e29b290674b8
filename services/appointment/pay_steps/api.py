"""Pay steps over HTTP: the work-list of the month, opening balances, and the lists that are signed."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import Response

from services.appointment.absences.queries import uncounted_for_steps
from services.appointment.pay_steps.models import PayStep, PayStepList
from services.appointment.pay_steps.permissions import can_keep_pay_steps
from services.appointment.pay_steps.queries import delays_of, get_visible_list, get_visible_pay_step, lists_visible_to, pay_steps_visible_to
from services.appointment.pay_steps.schemas import DelayCreate, EnteredStep, EnteredSteps, PayStepListCreate, PayStepListRead, PayStepRead, PayStepsCreate, Withdrawal
from services.appointment.pay_steps.use_cases import enter_pay_steps, propose_list, record_delay, withdraw_list
from services.appointment.pay_steps.workflow import HELD
from services.appointment.probations.permissions import can_read_personnel
from shared.actions import etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.directory import works_of
from shared.errors import Problem, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/pay-steps", tags=["pay steps"])
lists = Router(prefix="/pay-step-lists", tags=["pay steps"])


async def _shown(session: SessionDep, caller: Caller, steps: Sequence[PayStep]) -> list[PayStepRead]:
    persons = [step.person_id for step in steps]
    works, leave = await works_of(session, persons, today()), await uncounted_for_steps(session, persons)
    return [PayStepRead.seen_by(caller, step, works.get(step.person_id), leave=[absence.days for absence in leave.get(step.person_id, [])]) for step in steps]


@router.get("", response_model=Page[PayStepRead], dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 422))
async def list_pay_steps(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: Literal["held", "current", "proposed", "past", "revoked"] = "held",
    facility: str | None = None,
    person: UUID | None = None,
    due_before: date | None = None,
    granted_from: date | None = None,
    granted_to: date | None = None,
) -> Page[PayStepRead]:
    """Steps at the places one acts for. With `due_before`: the work-list, overdue ones included, the first due first (PAY-04)."""
    statement = pay_steps_visible_to(caller)
    granted = granted_from is not None or granted_to is not None
    if person is None and not granted:
        statement = statement.where(PayStep.state.in_(HELD) if state == "held" else PayStep.state == state)
    for column, wanted in ((PayStep.facility_code, facility), (PayStep.person_id, person)):
        if wanted:
            statement = statement.where(column == wanted)
    if granted:
        statement = statement.where(PayStep.granted_on >= (granted_from or date.min), PayStep.granted_on <= (granted_to or date.max), PayStep.state != "revoked")
    keys = [PayStep.since, PayStep.id]
    if due_before:
        statement, keys = statement.where(PayStep.due_on <= due_before), [PayStep.due_on, PayStep.id]
    found = await keyset_page(session, statement, keys=keys, params=page)
    return found.of(await _shown(session, caller, found.items))


@router.post("/batch", response_model=EnteredSteps, dependencies=[allows(can_keep_pay_steps)], responses=problems(401, 403, 422))
async def enter_many(body: PayStepsCreate, caller: CallerDep, session: SessionDep) -> EnteredSteps:
    """Enter the steps that people hold (opening balance); each line is answered by itself."""
    answers = await enter_pay_steps(session, caller=caller, body=body)
    entered = [answer for _entry, answer in answers if isinstance(answer, PayStep)]
    shown = {step.id: step for step in await _shown(session, caller, entered)}
    items = [
        EnteredStep(
            reference=entry.reference,
            person_id=entry.person_id,
            pay_step=shown[answer.id] if isinstance(answer, PayStep) else None,
            problem=answer.as_json(caller.language) if isinstance(answer, Problem) else None,
        )
        for entry, answer in answers
    ]
    return EnteredSteps(items=items, entered=len(entered), refused=len(items) - len(entered))


@router.get("/{pay_step_id}", response_model=PayStepRead, dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 404))
async def read_pay_step(pay_step_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PayStepRead:
    """One step with what delays the next one."""
    return await _read(session, response, caller, await get_visible_pay_step(session, caller, pay_step_id))


async def _read(session: SessionDep, response: Response, caller: Caller, step: PayStep) -> PayStepRead:
    etag(response, step.version)
    works, leave = await works_of(session, [step.person_id], today()), await uncounted_for_steps(session, [step.person_id])
    days = [absence.days for absence in leave.get(step.person_id, [])]
    delays = await delays_of(session, step.id) if can_keep_pay_steps(caller) is True or caller.has_role("signatory", "auditor") else None
    return PayStepRead.seen_by(caller, step, works.get(step.person_id), leave=days, delays=delays)


@router.post("/{pay_step_id}/delays", status_code=201, response_model=PayStepRead, dependencies=[allows(can_keep_pay_steps)], responses=problems(401, 403, 404, 409, 422))
async def create_delay(pay_step_id: UUID, body: DelayCreate, response: Response, caller: CallerDep, session: SessionDep) -> PayStepRead:
    """Record what delays the next step: a year not completed, or a penalty."""
    return await _read(session, response, caller, await record_delay(session, caller=caller, pay_step_id=pay_step_id, body=body))


@lists.post("", status_code=201, response_model=PayStepListRead, dependencies=[allows(can_keep_pay_steps)], responses=problems(401, 403, 409, 422))
async def create_list(body: PayStepListCreate, response: Response, caller: CallerDep, session: SessionDep) -> PayStepListRead:
    """Propose the next steps of several people under one decision; each line is answered by itself."""
    found, refused = await propose_list(session, caller=caller, body=body)
    etag(response, found.version)
    return PayStepListRead.seen_by(caller, found, refused)


@lists.get("", response_model=Page[PayStepListRead], dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 422))
async def list_lists(*, caller: CallerDep, session: SessionDep, page: PageDep, state: str | None = None, reference: str | None = None) -> Page[PayStepListRead]:
    """Lists of the places one acts for, oldest first."""
    statement = lists_visible_to(caller)
    for column, wanted in ((PayStepList.state, state), (PayStepList.reference, reference)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[PayStepList.proposed_on, PayStepList.id], params=page)
    return found.of([PayStepListRead.seen_by(caller, item) for item in found.items])


@lists.get("/{list_id}", response_model=PayStepListRead, dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 404))
async def read_list(list_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PayStepListRead:
    """One list with its lines."""
    found = await get_visible_list(session, caller, list_id)
    etag(response, found.version)
    return PayStepListRead.seen_by(caller, found)


@lists.post("/{list_id}/withdrawal", status_code=201, response_model=PayStepListRead, dependencies=[allows(can_keep_pay_steps)], responses=problems(401, 403, 404, 409))
async def create_withdrawal(list_id: UUID, body: Withdrawal, caller: CallerDep, session: SessionDep) -> PayStepListRead:
    """Give up a list before its signature."""
    return PayStepListRead.seen_by(caller, await withdraw_list(session, caller=caller, list_id=list_id, body=body))
