"""Commitments and their money over HTTP."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import text

from services.appointment.commitments.clock import pauses_of
from services.appointment.commitments.exits import compute_exit
from services.appointment.commitments.formulas import months_served
from services.appointment.commitments.models import Budget, Commitment, Payment
from services.appointment.commitments.permissions import can_handle_commitments, can_keep_budgets, can_read_commitments, can_read_money, can_waive_repayments, sees_money
from services.appointment.commitments.queries import ACT_BY, asked_back_visible_to, commitments_visible_to, get_visible_commitment, payments_visible_to, totals
from services.appointment.commitments.schemas import (
    AskedBackRead,
    AssessmentCreate,
    BudgetRead,
    BudgetWrite,
    CommitmentRead,
    CommitmentSignature,
    ContestCreate,
    ExitRead,
    InstalmentsCreate,
    NotificationCreate,
    PauseCreate,
    PaymentCreate,
    PaymentRead,
    TotalsPage,
    TotalsRead,
    WaiverCreate,
)
from services.appointment.commitments.use_cases import (
    assess_commitment,
    contest_repayment,
    keep_budget,
    notify_commitment,
    pause_commitment,
    pay,
    plan_instalments,
    repay,
    sign_commitment,
    waive_repayment,
)
from services.appointment.commitments.workflow import CLOCK, DRAFT
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.idempotency import Router
from shared.jurisdictions import jurisdiction_of
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Year

router = Router(prefix="/commitments", tags=["commitments"])
payments = Router(prefix="/payments", tags=["commitments"])
instalments = Router(prefix="/instalments", tags=["commitments"])
budgets = Router(prefix="/budgets", tags=["commitments"])

PUBLIC_STATES = {"ended": None, "draft": [DRAFT], "signed": ["signed"], "running": ["running"], "paused": ["paused"]}
ACT = problems(401, 403, 404, 409, 412, 422)


async def _read(session: SessionDep, response: Response | None, caller: Caller, commitment: Commitment) -> CommitmentRead:
    if response is not None:
        etag(response, commitment.version)
    on = min(commitment.ended_on or today(), today())
    served = months_served(commitment.starts_on, on, await pauses_of(session, commitment, on)) if commitment.signed_on else 0
    return CommitmentRead.seen_by(caller, commitment, served=min(served, commitment.months_due))


@router.get("", response_model=Page[CommitmentRead], dependencies=[allows(can_read_commitments)], responses=problems(401, 403, 422))
async def list_commitments(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: Annotated[str | None, Query(description="One state; `ended` for all that are over.")] = None,
    origin: Literal["attraction", "training"] | None = None,
    facility: str | None = None,
    person: UUID | None = None,
    source_id: Annotated[list[UUID] | None, Query(max_length=200)] = None,
) -> Page[CommitmentRead]:
    """Commitments of the places one acts for, by first day."""
    statement = commitments_visible_to(caller)
    for column, wanted in ((Commitment.origin, origin), (Commitment.facility_code, facility), (Commitment.person_id, person)):
        if wanted:
            statement = statement.where(column == wanted)
    if source_id:
        statement = statement.where(Commitment.source_id.in_(source_id))
    if state == "ended":
        statement = statement.where(Commitment.state.not_in([DRAFT, *CLOCK]))
    elif state and (sees_money(caller) or state in PUBLIC_STATES):
        statement = statement.where(Commitment.state == state)
    found = await keyset_page(session, statement, keys=[Commitment.starts_on, Commitment.id], params=page)
    return found.of([await _read(session, None, caller, commitment) for commitment in found.items])


@router.get("/totals", response_model=TotalsPage, dependencies=[allows(can_read_money)], responses=problems(401, 403))
async def read_totals(_caller: CallerDep, session: SessionDep, facility: str | None = None) -> TotalsPage:
    """People bound and money committed, due, paid and asked back, by facility."""
    return TotalsPage(as_of=today(), items=[TotalsRead(**row) for row in await totals(session, today(), facility)])


@router.get("/asked-back", response_model=Page[AskedBackRead], dependencies=[allows(can_read_money)], responses=problems(401, 403, 422))
async def list_asked_back(caller: CallerDep, session: SessionDep, page: PageDep, facility: Annotated[str | None, Query(max_length=60)] = None) -> Page[AskedBackRead]:
    """Who leaves before the end and what is asked back, by the day by which somebody must act."""
    statement = asked_back_visible_to(caller)
    if facility:
        statement = statement.where(Commitment.facility_code == facility)
    found = await keyset_page(session, statement, keys=[ACT_BY, Commitment.id], params=page)
    return found.of([AskedBackRead.of(commitment) for commitment in found.items])


@router.get("/{commitment_id}", response_model=CommitmentRead, dependencies=[allows(can_read_commitments)], responses=problems(401, 403, 404))
async def read_commitment(commitment_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CommitmentRead:
    """One commitment with its clock, payments and, for the creditor's side, what is asked back."""
    return await _read(session, response, caller, await get_visible_commitment(session, caller, commitment_id))


@router.get("/{commitment_id}/exit", response_model=ExitRead, dependencies=[allows(can_read_money)], responses=problems(401, 403, 404, 422))
async def read_exit(
    commitment_id: UUID,
    caller: CallerDep,
    session: SessionDep,
    on: Annotated[date, Query(description="Last day of service.")],
    cause: Literal["leaves", "abandons", "no_diploma"] = "leaves",
) -> ExitRead:
    """What would be owed by who leaves on this day: amount, formula in words, rule, and the day of freedom (COM-05)."""
    commitment = await get_visible_commitment(session, caller, commitment_id)
    return ExitRead.of(commitment, await compute_exit(session, commitment, on, cause))


@router.post("/{commitment_id}/signature", status_code=201, response_model=CommitmentRead, dependencies=[allows(can_handle_commitments)], responses=ACT)
async def create_signature(commitment_id: UUID, body: CommitmentSignature, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CommitmentRead:
    """The person has signed."""
    return await _read(session, response, caller, await sign_commitment(session, caller=caller, commitment_id=commitment_id, body=body, if_match=if_match))


@router.post("/{commitment_id}/pauses", status_code=201, response_model=CommitmentRead, dependencies=[allows(can_handle_commitments)], responses=ACT)
async def create_pause(commitment_id: UUID, body: PauseCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CommitmentRead:
    """Days that do not count as service."""
    return await _read(session, response, caller, await pause_commitment(session, caller=caller, commitment_id=commitment_id, body=body, if_match=if_match))


@router.post("/{commitment_id}/assessment", status_code=201, response_model=CommitmentRead, dependencies=[allows(can_handle_commitments)], responses=ACT)
async def create_assessment(commitment_id: UUID, body: AssessmentCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CommitmentRead:
    """Fix what is owed by somebody who left."""
    return await _read(session, response, caller, await assess_commitment(session, caller=caller, commitment_id=commitment_id, body=body, if_match=if_match))


@router.post("/{commitment_id}/notification", status_code=201, response_model=CommitmentRead, dependencies=[allows(can_handle_commitments)], responses=ACT)
async def create_notification(
    commitment_id: UUID, body: NotificationCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> CommitmentRead:
    """The person was told; the time to pay begins."""
    return await _read(session, response, caller, await notify_commitment(session, caller=caller, commitment_id=commitment_id, body=body, if_match=if_match))


@router.post("/{commitment_id}/instalments", status_code=201, response_model=CommitmentRead, dependencies=[allows(can_handle_commitments)], responses=ACT)
async def create_instalments(commitment_id: UUID, body: InstalmentsCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CommitmentRead:
    """What is owed is paid in parts."""
    return await _read(session, response, caller, await plan_instalments(session, caller=caller, commitment_id=commitment_id, body=body, if_match=if_match))


@router.post("/{commitment_id}/waiver", status_code=201, response_model=CommitmentRead, dependencies=[allows(can_waive_repayments)], responses=ACT)
async def create_waiver(commitment_id: UUID, body: WaiverCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CommitmentRead:
    """A signatory gives up what is owed, on a ground of the law."""
    return await _read(session, response, caller, await waive_repayment(session, caller=caller, commitment_id=commitment_id, body=body, if_match=if_match))


@router.post("/{commitment_id}/contestation", status_code=201, response_model=CommitmentRead, dependencies=[allows(can_handle_commitments)], responses=ACT)
async def create_contestation(commitment_id: UUID, body: ContestCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CommitmentRead:
    """The person contests what is asked back."""
    return await _read(session, response, caller, await contest_repayment(session, caller=caller, commitment_id=commitment_id, body=body, if_match=if_match))


@instalments.post(
    "/{instalment_id}/payment", status_code=201, response_model=CommitmentRead, dependencies=[allows(can_handle_commitments)], responses=problems(401, 403, 404, 409, 422)
)
async def create_repayment(instalment_id: UUID, body: PaymentCreate, response: Response, caller: CallerDep, session: SessionDep) -> CommitmentRead:
    """A part was paid back."""
    return await _read(session, response, caller, await repay(session, caller=caller, instalment_id=instalment_id, body=body))


@payments.get("", response_model=Page[PaymentRead], dependencies=[allows(can_read_money)], responses=problems(401, 403, 422))
async def list_payments(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: Literal["scheduled", "due", "paid", "cancelled"] | None = None,
    facility: str | None = None,
    due_before: Annotated[date | None, Query(description="Last day that is looked at.")] = None,
) -> Page[PaymentRead]:
    """Parts of benefits by the day on which they fall due."""
    statement = payments_visible_to(caller)
    if state == "due":
        statement = statement.where(Payment.state == "scheduled", Payment.due_on <= today())
    elif state:
        statement = statement.where(Payment.state == state)
    if facility:
        statement = statement.where(Payment.facility_code == facility)
    if due_before:
        statement = statement.where(Payment.due_on <= due_before)
    found = await keyset_page(session, statement, keys=[Payment.due_on, Payment.id], params=page)
    return found.of([PaymentRead.of(payment) for payment in found.items])


@payments.post("/{payment_id}/payment", status_code=201, response_model=PaymentRead, dependencies=[allows(can_handle_commitments)], responses=problems(401, 403, 404, 409, 422))
async def create_payment(payment_id: UUID, body: PaymentCreate, caller: CallerDep, session: SessionDep) -> PaymentRead:
    """A part was paid."""
    return PaymentRead.of(await pay(session, caller=caller, payment_id=payment_id, body=body))


_YEAR_OF_BUDGET = text(
    """
    SELECT coalesce(sum(amount) FILTER (WHERE state = 'paid' AND paid_on >= make_date(:year, 1, 1) AND paid_on <= make_date(:year, 12, 31)), 0)::bigint AS paid,
           coalesce(sum(amount) FILTER (WHERE state = 'scheduled' AND due_on <= make_date(:year, 12, 31)), 0)::bigint AS scheduled
    FROM commitment_payments WHERE currency = :currency AND authority_path <@ CAST(:path AS ltree)
    """
)


async def _read_budget(session: SessionDep, budget: Budget) -> BudgetRead:
    row = (await session.execute(_YEAR_OF_BUDGET, {"year": budget.year, "currency": budget.currency, "path": budget.authority_path})).one()
    return BudgetRead(
        authority=budget.authority,
        year=budget.year,
        currency=budget.currency,
        amount=budget.amount,
        paid=row.paid,
        scheduled=row.scheduled,
        above=row.paid + row.scheduled > budget.amount,
    )


@budgets.get("/{authority}/{year}", response_model=BudgetRead, dependencies=[allows(can_read_money)], responses=problems(401, 403, 404, 422))
async def read_budget(authority: str, year: Year, _caller: CallerDep, session: SessionDep, currency: Annotated[str | None, Query(pattern=r"^[A-Z]{3}$")] = None) -> BudgetRead:
    """What an authority may pay in a year, what it paid, and what still falls due (ATT-03)."""
    budget = await session.get(Budget, (authority, year, currency or jurisdiction_of(authority).currency))
    if budget is None:
        raise NotFound()
    return await _read_budget(session, budget)


@budgets.put("/{authority}/{year}", response_model=BudgetRead, dependencies=[allows(can_keep_budgets)], responses=problems(401, 403, 422))
async def write_budget(authority: str, year: Year, body: BudgetWrite, caller: CallerDep, session: SessionDep) -> BudgetRead:
    """Say what an authority may pay in a civil year."""
    return await _read_budget(session, await keep_budget(session, caller=caller, authority=authority, year=year, body=body))
