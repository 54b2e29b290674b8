"""The days of licences, as they are believed now or were known at an instant."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.beliefs import believed
from services.registry.licences.models import LicencePeriod, days_of, licence_periods_history
from services.registry.licences.standings import Days


async def believed_periods(session: AsyncSession, licence_ids: Collection[UUID], known_at: datetime | None) -> Sequence[Any]:
    """Their periods in order of days."""
    entity = believed(LicencePeriod, licence_periods_history, known_at)
    return (await session.scalars(select(entity).where(entity.licence_id.in_(licence_ids)).order_by(func.lower(entity.valid)))).all()


async def periods_of_person(session: AsyncSession, person_id: UUID, known_at: datetime | None) -> Sequence[Any]:
    """Those of all licences of a person."""
    entity = believed(LicencePeriod, licence_periods_history, known_at)
    return (await session.scalars(select(entity).where(entity.person_id == person_id).order_by(func.lower(entity.valid)))).all()


async def periods_known_at(session: AsyncSession, licence_ids: Collection[UUID], known_at: datetime) -> dict[UUID, list[Days]]:
    """Of each licence that was known then its days."""
    found: dict[UUID, list[Days]] = {}
    for one in await believed_periods(session, licence_ids, known_at):
        found.setdefault(one.licence_id, []).append(days_of(one))
    return found


async def superseded_periods(session: AsyncSession, licence_id: UUID) -> Sequence[Any]:
    """What was believed before, the oldest belief first."""
    earlier = licence_periods_history
    return (await session.execute(select(earlier).where(earlier.c.licence_id == licence_id).order_by(func.upper(earlier.c.recorded), func.lower(earlier.c.valid)))).all()
