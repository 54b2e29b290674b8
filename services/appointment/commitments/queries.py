"""Reading commitments and payments: each query starts from what the caller may see."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.commitments.models import Commitment, Instalment, Payment
from services.appointment.commitments.workflow import CLOCK, OWED
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def commitments_visible_to(caller: Caller) -> Select[tuple[Commitment]]:
    return select(Commitment).where(visible_to(caller, Commitment))


def asked_back_visible_to(caller: Caller) -> Select[tuple[Commitment]]:
    """Where somebody leaves before the end and what is owed must be assessed, or owes money still."""
    leaves, owes = and_(Commitment.state.in_(CLOCK), Commitment.leaving_on.is_not(None)), and_(Commitment.state.in_(OWED), Commitment.owed_amount > 0)
    return commitments_visible_to(caller).where(or_(leaves, owes))


ACT_BY = func.coalesce(Commitment.repay_by, Commitment.leaving_on, Commitment.ended_on)
"""The last day of payment once the person was told; until then the day on which the service ends."""


def payments_visible_to(caller: Caller) -> Select[tuple[Payment]]:
    return select(Payment).where(visible_to(caller, Payment))


async def get_visible_commitment(session: AsyncSession, caller: Caller, commitment_id: UUID, *, lock: bool = False) -> Commitment:
    """One commitment. Raises NotFound."""
    statement = commitments_visible_to(caller).where(Commitment.id == commitment_id)
    commitment: Commitment | None = await session.scalar(statement.with_for_update() if lock else statement)
    if commitment is None:
        raise NotFound()
    return commitment


async def get_visible_payment(session: AsyncSession, caller: Caller, payment_id: UUID) -> tuple[Payment, Commitment]:
    """One payment with its commitment, which is locked. Raises NotFound."""
    payment: Payment | None = await session.scalar(payments_visible_to(caller).where(Payment.id == payment_id))
    if payment is None:
        raise NotFound()
    commitment = await get_visible_commitment(session, caller, payment.commitment_id, lock=True)
    await session.refresh(payment)
    return payment, commitment


async def get_visible_instalment(session: AsyncSession, caller: Caller, instalment_id: UUID) -> tuple[Instalment, Commitment]:
    """One part of a repayment with its commitment, which is locked. Raises NotFound."""
    instalment: Instalment | None = await session.scalar(select(Instalment).where(visible_to(caller, Instalment), Instalment.id == instalment_id))
    if instalment is None:
        raise NotFound()
    commitment = await get_visible_commitment(session, caller, instalment.commitment_id, lock=True)
    await session.refresh(instalment)
    return instalment, commitment


_TOTALS = text(
    """
    WITH money AS (
        SELECT facility_code, currency, sum(amount) FILTER (WHERE state <> 'cancelled') AS committed, sum(amount) FILTER (WHERE state = 'scheduled' AND due_on <= :day) AS due,
               sum(amount) FILTER (WHERE state = 'paid') AS paid
        FROM commitment_payments WHERE CAST(:facility AS text) IS NULL OR facility_code = :facility GROUP BY facility_code, currency
    ), bound AS (
        SELECT facility_code, currency, count(*) FILTER (WHERE state IN ('draft', 'signed', 'running', 'paused')) AS running, count(*) AS opened,
               sum(owed_amount) FILTER (WHERE state IN ('assessed', 'notified', 'instalments', 'contested')) AS asked_back
        FROM commitments WHERE CAST(:facility AS text) IS NULL OR facility_code = :facility GROUP BY facility_code, currency
    ), back AS (
        SELECT c.facility_code, c.currency, sum(i.amount) AS repaid
        FROM repayment_instalments i JOIN commitments c ON c.id = i.commitment_id WHERE i.state = 'paid' AND (CAST(:facility AS text) IS NULL OR c.facility_code = :facility)
        GROUP BY c.facility_code, c.currency
    )
    SELECT facility_code, currency, coalesce(opened, 0)::int AS opened, coalesce(running, 0)::int AS running, coalesce(committed, 0)::bigint AS committed,
           coalesce(due, 0)::bigint AS due, coalesce(paid, 0)::bigint AS paid, coalesce(asked_back, 0)::bigint AS asked_back, coalesce(repaid, 0)::bigint AS repaid
    FROM bound LEFT JOIN money USING (facility_code, currency) LEFT JOIN back USING (facility_code, currency)
    ORDER BY facility_code, currency
    """
)


async def totals(session: AsyncSession, day: date, facility: str | None) -> list[dict[str, Any]]:
    """Money and people bound, by facility and currency: of what the caller's scope opens (row-level security)."""
    return [dict(row._mapping) for row in await session.execute(_TOTALS, {"day": day, "facility": facility})]
