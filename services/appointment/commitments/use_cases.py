"""Signing, pausing, paying and ending commitments; asking back, in parts or not at all."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.commitments.clock import lay_out
from services.appointment.commitments.dues import tell_end_due, tell_payment_due, tell_signature_due
from services.appointment.commitments.events import CommitmentEnded, PaymentPaid
from services.appointment.commitments.exits import compute_exit
from services.appointment.commitments.guards import (
    assessor_must_not_waive,
    budget_must_hold,
    decision_must_stand,
    ground_must_be_known,
    instalments_must_make_the_whole,
    must_be_due,
    must_be_signed,
    person_must_still_serve,
    rule,
)
from services.appointment.commitments.models import Budget, Commitment, Instalment, Interruption, Payment
from services.appointment.commitments.opening import cancel_unpaid
from services.appointment.commitments.permissions import can_handle, can_keep_budgets, can_waive
from services.appointment.commitments.queries import get_visible_commitment, get_visible_instalment, get_visible_payment
from services.appointment.commitments.schemas import (
    AssessmentCreate,
    BudgetWrite,
    CommitmentSignature,
    ContestCreate,
    InstalmentsCreate,
    NotificationCreate,
    PauseCreate,
    PaymentCreate,
    WaiverCreate,
)
from services.appointment.commitments.workflow import CLOCK, COMMITMENT, DRAFT, PAID
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on, today
from shared.errors import Forbidden, Malformed, Refusal, Refused
from shared.events import record_event
from shared.i18n import _, translate


async def sign_commitment(session: AsyncSession, *, caller: Caller, commitment_id: UUID, body: CommitmentSignature, if_match: str | None = None) -> Commitment:
    """The person has signed: the clock runs from the first day of service, after an earlier commitment unless chosen otherwise (COM-04)."""
    done_on = judge_done_on(caller, body.done_on)
    commitment = await get_visible_commitment(session, caller, commitment_id, lock=True)
    require(can_handle(caller, commitment))
    if (commitment.signed_on, commitment.signed_with) == (done_on, body.signed_with):
        return commitment
    require_current(if_match, commitment.version)
    commitment.move("sign", COMMITMENT)
    commitment.signed_on, commitment.signed_with = done_on, body.signed_with
    commitment.clock = body.clock or commitment.clock
    await session.flush()
    await record_audit(session, caller, "commitment.signed", "commitment", commitment.id, before={"state": DRAFT}, after=body.model_dump(mode="json"), done_on=done_on)
    tell_signature_due(session, commitment)
    await lay_out(session, commitment.person_id, today())
    return commitment


async def pause_commitment(session: AsyncSession, *, caller: Caller, commitment_id: UUID, body: PauseCreate, if_match: str | None = None) -> Commitment:
    """Days that do not count move the end; a pause without end is ended by entering its last day (COM-01)."""
    done_on = judge_done_on(caller, body.done_on)
    commitment = await get_visible_commitment(session, caller, commitment_id, lock=True)
    require(can_handle(caller, commitment))
    require_current(if_match, commitment.version)
    COMMITMENT.after("pause", commitment.state)
    open_one = next((pause for pause in commitment.pauses if pause.ends_on is None and pause.starts_on == body.starts_on), None)
    if open_one is not None:
        open_one.ends_on = body.ends_on
    else:
        commitment.pauses.append(
            Interruption(
                authority_path=commitment.authority_path,
                shared_with=[],
                starts_on=body.starts_on,
                ends_on=body.ends_on,
                ground=body.ground,
                entered_by=caller.actor,
                entered_on=done_on,
            )
        )
    commitment.version += 1
    await session.flush()
    await record_audit(session, caller, "commitment.paused", "commitment", commitment.id, after=body.model_dump(mode="json"), done_on=done_on)
    await lay_out(session, commitment.person_id, today())
    return commitment


# --- paying -----------------------------------------------------------------------------------------------------------


async def pay(session: AsyncSession, *, caller: Caller, payment_id: UUID, body: PaymentCreate) -> Payment:
    """A part of the benefit is paid: to a signed commitment and decision (ATT-02), to somebody who still serves there (ATT-01), within the budget (ATT-03)."""
    done_on = judge_done_on(caller, body.done_on)
    payment, commitment = await get_visible_payment(session, caller, payment_id)
    require(can_handle(caller, commitment))
    if (payment.state, payment.paid_on, payment.voucher) == ("paid", done_on, body.voucher):
        return payment
    if payment.state != "scheduled":
        raise Refused(
            "payment-settled",
            _("This part is “{state}” already."),
            rule=rule(commitment, "ATT-02"),
            possible=_("Look at the payments of the commitment."),
            state=translate(payment.state),
        )
    must_be_signed(commitment, done_on)
    await decision_must_stand(session, commitment, done_on)
    must_be_due(commitment, payment, done_on)
    await person_must_still_serve(session, commitment, done_on)
    await budget_must_hold(session, commitment, payment, done_on)
    payment.state, payment.paid_on, payment.voucher, payment.recorded_by = "paid", done_on, body.voucher, caller.actor
    payment.version += 1
    await session.flush()
    await record_audit(session, caller, "payment.paid", "payment", payment.id, after={"amount": payment.amount, "voucher": body.voucher}, done_on=done_on)
    record_event(session, PaymentPaid.about(payment))
    tell_payment_due(session, commitment, payment)
    return payment


async def keep_budget(session: AsyncSession, *, caller: Caller, authority: str, year: int, body: BudgetWrite) -> Budget:
    """An authority says what it may pay in a civil year (ATT-03)."""
    path = next((path for path in caller.scope if path.rpartition(".")[2] == authority), path_of(authority))
    if can_keep_budgets(caller) is not True or not caller.manages(path):
        raise Forbidden(Refusal("other-authority", _("Only a signatory or administrator of this authority keeps its budget.")))
    budget: Budget | None = await session.get(Budget, (authority, year, body.currency), with_for_update=True)
    before = budget.amount if budget else None
    if budget is None:
        budget = Budget(authority=authority, year=year, currency=body.currency, authority_path=path, shared_with=[], amount=body.amount)
        session.add(budget)
    budget.amount = body.amount
    await session.flush()
    await record_audit(
        session, caller, "budget.kept", "budget", UUID(int=year), before={"amount": before}, after=body.model_dump(mode="json") | {"authority": authority, "year": year}
    )
    return budget


# --- leaving ----------------------------------------------------------------------------------------------------------


async def assess_commitment(session: AsyncSession, *, caller: Caller, commitment_id: UUID, body: AssessmentCreate, if_match: str | None = None) -> Commitment:
    """Somebody left early: what is owed on the last day of service is fixed, with its rule; what was not paid yet never will be."""
    done_on = judge_done_on(caller, body.done_on)
    if body.exit_on > done_on:
        raise Malformed.field("exit_on", _("What is owed is fixed once the person has left; until then, look at “what would be owed”."))
    commitment = await get_visible_commitment(session, caller, commitment_id, lock=True)
    require(can_handle(caller, commitment))
    if (commitment.ended_on, commitment.end_cause, commitment.assessed_on, commitment.assessed_by) == (body.exit_on, body.cause, done_on, caller.actor):
        return commitment
    require_current(if_match, commitment.version)
    before, told = commitment.state, commitment.state in CLOCK
    COMMITMENT.after("assess", commitment.state)
    cancel_unpaid(session, commitment)
    found = await compute_exit(session, commitment, body.exit_on, body.cause)
    commitment.move("assess", COMMITMENT)
    commitment.ended_on, commitment.end_cause, commitment.leaving_on = body.exit_on, body.cause, None
    commitment.owed_amount = found.owed.amount
    commitment.owed_rule = found.rule.as_json() | {
        "kind": found.owed.kind,
        "base": found.base,
        "months_due": found.owed.months_due,
        "months_served": found.owed.months_served,
        "percent": found.owed.percent,
        "amount": found.owed.amount,
    }
    commitment.assessed_by, commitment.assessed_on = caller.actor, done_on
    if found.owed.amount == 0:
        commitment.state = PAID
    await session.flush()
    await record_audit(session, caller, "commitment.assessed", "commitment", commitment.id, before={"state": before}, after={"owed": found.owed.amount}, done_on=done_on)
    if told:
        record_event(session, CommitmentEnded.about(commitment))
        tell_end_due(session, commitment)
    await lay_out(session, commitment.person_id, today())
    return commitment


async def notify_commitment(session: AsyncSession, *, caller: Caller, commitment_id: UUID, body: NotificationCreate, if_match: str | None = None) -> Commitment:
    """The person is told; the time to pay begins (COM-03), in one part unless several are agreed."""
    done_on = judge_done_on(caller, body.done_on)
    commitment = await get_visible_commitment(session, caller, commitment_id, lock=True)
    require(can_handle(caller, commitment))
    if commitment.notified_on == done_on:
        return commitment
    require_current(if_match, commitment.version)
    commitment.move("notify", COMMITMENT)
    commitment.notified_on = done_on
    commitment.repay_by = done_on + timedelta(days=int(rule(commitment, "COM-03-DEADLINE").value))
    assert commitment.owed_amount is not None
    _plan(commitment, [(commitment.repay_by, commitment.owed_amount)])
    await session.flush()
    await record_audit(session, caller, "commitment.notified", "commitment", commitment.id, after={"repay_by": commitment.repay_by.isoformat()}, done_on=done_on)
    return commitment


async def plan_instalments(session: AsyncSession, *, caller: Caller, commitment_id: UUID, body: InstalmentsCreate, if_match: str | None = None) -> Commitment:
    """What is owed is paid in parts that make the whole; nothing changes once a part is paid."""
    done_on = judge_done_on(caller, body.done_on)
    commitment = await get_visible_commitment(session, caller, commitment_id, lock=True)
    require(can_handle(caller, commitment))
    require_current(if_match, commitment.version)
    COMMITMENT.after("plan", commitment.state)
    instalments_must_make_the_whole(commitment, [part.amount for part in body.instalments])
    if commitment.repaid:
        raise Refused("instalment-paid", _("A part is paid already: the plan stands."), rule=rule(commitment, "COM-03-DEADLINE"), possible=_("Go on with the parts that are due."))
    commitment.move("plan", COMMITMENT)
    _plan(commitment, sorted((part.due_on, part.amount) for part in body.instalments))
    commitment.repay_by = max(part.due_on for part in body.instalments)
    await session.flush()
    await record_audit(session, caller, "commitment.planned", "commitment", commitment.id, after=body.model_dump(mode="json"), done_on=done_on)
    return commitment


def _plan(commitment: Commitment, wanted: list[tuple[date, int]]) -> None:
    """The same places again where they exist, so that a plan can be replaced."""
    known = {part.place: part for part in commitment.instalments}
    for place, (due_on, amount) in enumerate(wanted, start=1):
        part = known.pop(place, None)
        if part is None:
            part = Instalment(authority_path=commitment.authority_path, shared_with=[], place=place)
            commitment.instalments.append(part)
        part.due_on, part.amount, part.state = due_on, amount, "due"
    for part in known.values():
        part.state = "cancelled"


async def repay(session: AsyncSession, *, caller: Caller, instalment_id: UUID, body: PaymentCreate) -> Commitment:
    """A part was paid back; after the last one nothing is owed any more."""
    done_on = judge_done_on(caller, body.done_on)
    part, commitment = await get_visible_instalment(session, caller, instalment_id)
    require(can_handle(caller, commitment))
    if (part.state, part.paid_on) == ("paid", done_on):
        return commitment
    COMMITMENT.after("settle", commitment.state)
    if part.state != "due":
        raise Refused(
            "payment-settled",
            _("This part is “{state}” already."),
            rule=rule(commitment, "COM-03-DEADLINE"),
            possible=_("Look at the payments of the commitment."),
            state=translate(part.state),
        )
    part.state, part.paid_on, part.recorded_by = "paid", done_on, caller.actor
    if all(other.state != "due" for other in commitment.instalments if other.id != part.id):
        commitment.move("settle", COMMITMENT)
    else:
        commitment.version += 1
    await session.flush()
    await record_audit(session, caller, "repayment.paid", "commitment", commitment.id, after={"amount": part.amount, "place": part.place}, done_on=done_on)
    return commitment


async def waive_repayment(session: AsyncSession, *, caller: Caller, commitment_id: UUID, body: WaiverCreate, if_match: str | None = None) -> Commitment:
    """A signatory gives up what is owed, on a ground of the law and never for what they assessed themselves (COM-03, SEC-02)."""
    done_on = judge_done_on(caller, body.done_on)
    commitment = await get_visible_commitment(session, caller, commitment_id, lock=True)
    require(can_waive(caller, commitment))
    if (commitment.waived_on, commitment.waiver_reason) == (done_on, body.reason):
        return commitment
    require_current(if_match, commitment.version)
    COMMITMENT.after("waive", commitment.state)
    assessor_must_not_waive(caller, commitment)
    ground_must_be_known(commitment, body.ground)
    commitment.move("waive", COMMITMENT)
    commitment.waived_by, commitment.waived_on, commitment.waiver_ground, commitment.waiver_reason = caller.actor, done_on, body.ground, body.reason
    for part in commitment.instalments:
        part.state = "cancelled" if part.state == "due" else part.state
    await session.flush()
    await record_audit(session, caller, "commitment.waived", "commitment", commitment.id, after={"ground": body.ground, "reason": body.reason}, done_on=done_on)
    return commitment


async def contest_repayment(session: AsyncSession, *, caller: Caller, commitment_id: UUID, body: ContestCreate, if_match: str | None = None) -> Commitment:
    """The person contests: nothing is due until it is assessed again or given up."""
    done_on = judge_done_on(caller, body.done_on)
    commitment = await get_visible_commitment(session, caller, commitment_id, lock=True)
    require(can_handle(caller, commitment))
    if (commitment.contested_on, commitment.contest_reason) == (done_on, body.reason):
        return commitment
    require_current(if_match, commitment.version)
    commitment.move("contest", COMMITMENT)
    commitment.contested_on, commitment.contest_reason = done_on, body.reason
    await session.flush()
    await record_audit(session, caller, "commitment.contested", "commitment", commitment.id, after={"reason": body.reason}, done_on=done_on)
    return commitment
