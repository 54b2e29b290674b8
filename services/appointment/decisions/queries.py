"""Reading decisions: each query starts from what the caller may see."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.models import Decision
from shared.auth import Caller
from shared.calendars import add_months
from shared.errors import NotFound
from shared.visibility import visible_to


def decisions_visible_to(caller: Caller) -> Select[tuple[Decision]]:
    return select(Decision).where(visible_to(caller, Decision))


def retroactive_in(statement: Select[tuple[Decision]], month: date) -> Select[tuple[Decision]]:
    """Those signed in a month whose effect came before (REG-04)."""
    return statement.where(Decision.signed_on >= month, Decision.signed_on < add_months(month, 1), Decision.effective_on < Decision.signed_on)


async def get_visible_decision(session: AsyncSession, caller: Caller, decision_id: UUID, *, lock: bool = False) -> Decision:
    """One decision. Raises NotFound."""
    statement = decisions_visible_to(caller).where(Decision.id == decision_id)
    decision = await session.scalar(statement.with_for_update() if lock else statement)
    if decision is None:
        raise NotFound()
    return decision


async def visible_decisions(session: AsyncSession, caller: Caller, ids: Sequence[UUID]) -> dict[UUID, Decision]:
    """Several, locked in one order so that two signatories who sign the same list wait for each other and no more."""
    found = await session.scalars(decisions_visible_to(caller).where(Decision.id.in_(ids)).order_by(Decision.id).with_for_update())
    return {decision.id: decision for decision in found}


async def decision_of_source(session: AsyncSession, source_service: str, source_id: UUID, *, lock: bool = False) -> Decision | None:
    """The decision that this thing asked for: its newest text."""
    statement = (
        select(Decision).where(Decision.source_service == source_service, Decision.source_id == source_id).order_by(Decision.supersedes.is_(None), Decision.recorded_at.desc())
    )
    found: Decision | None = await session.scalar((statement.with_for_update() if lock else statement).limit(1))
    return found
