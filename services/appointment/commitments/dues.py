"""What commitments make fall due: to sign, to pay, to end. That somebody will owe, or owes, is told on no topic: it is read in the list of what is asked back."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.commitments.models import Commitment, Payment
from services.appointment.commitments.workflow import CANCELLED, CLOCK, DRAFT, FULFILLED
from services.appointment.dues.record import record_due
from services.appointment.rules import PACKS

OPEN, DONE, DROPPED = "open", "done", "dropped"
HR, ADMINISTRATOR = "facility-hr-officer", "regional-administrator"


def warning_days(commitment: Commitment, what: str) -> int:
    """How many days before a thing of this kind is shown (COM-DUE of the pack that the commitment keeps)."""
    return int(PACKS.pinned(commitment.rule_pack).rule("COM-DUE").value[what])


def tell_signature_due(session: AsyncSession, commitment: Commitment) -> None:
    """A benefit is promised only against a signed commitment (ATT-02)."""
    state = OPEN if commitment.state == DRAFT else DROPPED if commitment.state == CANCELLED and commitment.signed_on is None else DONE
    _tell(session, "commitment_to_sign", commitment, commitment.earliest_on, commitment.opened_on, HR, state)


def tell_end_due(session: AsyncSession, commitment: Commitment) -> None:
    """The last months of a commitment are the time to speak about what follows."""
    state = OPEN if commitment.state in CLOCK else DONE if commitment.state == FULFILLED else DROPPED
    _tell(session, "commitment_ends", commitment, commitment.ends_on, commitment.ends_on - timedelta(days=warning_days(commitment, "end")), HR, state)


def tell_payment_due(session: AsyncSession, commitment: Commitment, payment: Payment) -> None:
    """Promised support that is not paid drives people away: each part is shown before its day."""
    state = {"scheduled": OPEN, "paid": DONE}.get(payment.state, DROPPED)
    record_due(
        session,
        "payment_due",
        commitment,
        payment.id,
        path=f"/commitments/{commitment.id}#payments",
        due_on=payment.due_on,
        warn_on=payment.due_on - timedelta(days=warning_days(commitment, "payment")),
        responsible=HR,
        state=state,
        facility_code=commitment.facility_code,
        person_id=commitment.person_id,
        facts={"amount": payment.amount, "currency": payment.currency},
    )


def _tell(session: AsyncSession, kind: str, commitment: Commitment, due_on: date, warn_on: date, responsible: str, state: str) -> None:
    facts: dict[str, Any] = {"origin": commitment.origin}
    record_due(
        session,
        kind,
        commitment,
        commitment.id,
        path=f"/commitments/{commitment.id}",
        due_on=due_on,
        warn_on=min(warn_on, due_on),
        responsible=responsible,
        state=state,
        facility_code=commitment.facility_code,
        person_id=commitment.person_id,
        facts=facts,
    )
