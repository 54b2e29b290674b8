"""Reading enrolments: of one's own people, and of the sessions that one organises."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.enrolments.models import Attendance, Enrolment
from services.training.sessions.models import HalfDay
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def enrolments_visible_to(caller: Caller) -> Select[tuple[Enrolment]]:
    return select(Enrolment).where(visible_to(caller, Enrolment))


async def get_visible_enrolment(session: AsyncSession, caller: Caller, enrolment_id: UUID, *, lock: bool = False) -> Enrolment:
    """One enrolment. Raises NotFound."""
    statement = enrolments_visible_to(caller).where(Enrolment.id == enrolment_id)
    found = await session.scalar(statement.with_for_update(of=Enrolment) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def presence_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> dict[UUID, dict[int, bool]]:
    """For each enrolment, the half-days entered by their number: there or not."""
    rows = await session.execute(
        select(Attendance.enrolment_id, HalfDay.number, Attendance.present)
        .join(HalfDay, HalfDay.id == Attendance.half_day_id)
        .where(Attendance.enrolment_id.in_(list(enrolment_ids)))
        .order_by(HalfDay.number)
    )
    found: dict[UUID, dict[int, bool]] = {}
    for enrolment_id, number, present in rows.tuples():
        found.setdefault(enrolment_id, {})[number] = present
    return found
