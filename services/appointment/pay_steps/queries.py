"""Reading pay steps: each query starts from what the caller may see."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Select, extract, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.appointment.pay_steps.models import Delay, ListLine, PayStep, PayStepList
from services.appointment.pay_steps.workflow import GRANTED, PROPOSED, RETIREMENT
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def pay_steps_visible_to(caller: Caller) -> Select[tuple[PayStep]]:
    return select(PayStep).where(visible_to(caller, PayStep))


def lists_visible_to(caller: Caller) -> Select[tuple[PayStepList]]:
    return select(PayStepList).where(visible_to(caller, PayStepList)).options(selectinload(PayStepList.lines).selectinload(ListLine.pay_step))


async def get_visible_pay_step(session: AsyncSession, caller: Caller, pay_step_id: UUID, *, lock: bool = False) -> PayStep:
    """One step. Raises NotFound."""
    statement = pay_steps_visible_to(caller).where(PayStep.id == pay_step_id)
    step = await session.scalar(statement.with_for_update() if lock else statement)
    if step is None:
        raise NotFound()
    return step


async def get_visible_list(session: AsyncSession, caller: Caller, list_id: UUID) -> PayStepList:
    """One list with its lines. Raises NotFound."""
    found = await session.scalar(lists_visible_to(caller).where(PayStepList.id == list_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound()
    return found


async def delays_of(session: AsyncSession, pay_step_id: UUID) -> Sequence[Delay]:
    return (await session.scalars(select(Delay).where(Delay.pay_step_id == pay_step_id).order_by(Delay.decided_on, Delay.id))).all()


async def early_in(session: AsyncSession, facility_code: str, year: int) -> int:
    """How many early steps for merit of a facility take effect in a year, proposed or granted (PAY-02)."""
    statement = (
        select(func.count())
        .select_from(ListLine)
        .join(PayStepList, PayStepList.id == ListLine.list_id)
        .join(PayStep, PayStep.id == ListLine.pay_step_id)
        .where(
            ListLine.early_months > 0,
            ListLine.early_ground.is_distinct_from(RETIREMENT),
            ListLine.conflict.is_(None),
            PayStepList.state.in_((PROPOSED, GRANTED)),
            PayStep.facility_code == facility_code,
            extract("year", ListLine.effective_on) == year,
        )
    )
    return int(await session.scalar(statement) or 0)


_STAFF = text(
    "SELECT count(DISTINCT a.person_id) FROM assignments a JOIN workers w ON w.id = a.worker_id "
    "WHERE a.kind = 'primary' AND a.state IN ('active', 'ended') AND a.facility_code = :facility AND a.valid @> CAST(:day AS date) AND coalesce(w.employment_type, 'public_employee') IN "
    "('public_employee', 'civil_servant')"
)


async def public_staff_at(session: AsyncSession, facility_code: str, day: object) -> int:
    """Public employees whose primary assignment is at a facility on a day."""
    return int(await session.scalar(_STAFF, {"facility": facility_code, "day": day}) or 0)


async def lock_quota(session: AsyncSession, facility_code: str) -> None:
    """Two lists of one facility count its early steps one after the other."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"early pay steps {facility_code}"})


async def steps_by_id(session: AsyncSession, caller: Caller, ids: Iterable[UUID]) -> dict[UUID, PayStep]:
    """Several, locked in one order."""
    found = await session.scalars(pay_steps_visible_to(caller).where(PayStep.id.in_(list(ids))).order_by(PayStep.id).with_for_update())
    return {step.id: step for step in found}
