"""The days of absence that a rule must look at."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.absences.models import CountedAbsence


async def absences_since(session: AsyncSession, person_id: UUID, first_day: date) -> list[CountedAbsence]:
    """Approved absences of a person that touch a day from `first_day` on, in order."""
    return await _approved(session, CountedAbsence.person_id == person_id, CountedAbsence.ends_on >= first_day)


async def uncounted_for_steps(session: AsyncSession, person_ids: Collection[UUID]) -> dict[UUID, list[CountedAbsence]]:
    """Approved absences whose days do not count for the time in a step, by person."""
    found: dict[UUID, list[CountedAbsence]] = {}
    for absence in await _approved(session, CountedAbsence.person_id.in_(list(person_ids)), CountedAbsence.counts_for_step.is_(False)):
        found.setdefault(absence.person_id, []).append(absence)
    return found


async def _approved(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[CountedAbsence]:
    statement = select(CountedAbsence).where(CountedAbsence.approved, *conditions).order_by(CountedAbsence.starts_on, CountedAbsence.id)
    return list(await session.scalars(statement))
