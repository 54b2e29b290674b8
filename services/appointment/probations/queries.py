"""Reading probations: each query starts from what the caller may see."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.probations.models import Probation, RefusedAbsence
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def probations_visible_to(caller: Caller) -> Select[tuple[Probation]]:
    return select(Probation).where(visible_to(caller, Probation))


async def get_visible_probation(session: AsyncSession, caller: Caller, probation_id: UUID, *, lock: bool = False) -> Probation:
    """One probation. Raises NotFound."""
    statement = probations_visible_to(caller).where(Probation.id == probation_id)
    probation = await session.scalar(statement.with_for_update() if lock else statement)
    if probation is None:
        raise NotFound()
    return probation


async def refusals_of(session: AsyncSession, probation_ids: Iterable[UUID]) -> dict[UUID, list[RefusedAbsence]]:
    """Absences whose justification the head refused, by probation."""
    found: dict[UUID, list[RefusedAbsence]] = {}
    for refusal in await session.scalars(select(RefusedAbsence).where(RefusedAbsence.probation_id.in_(list(probation_ids)))):
        found.setdefault(refusal.probation_id, []).append(refusal)
    return found
