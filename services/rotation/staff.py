"""Whether people work at a facility: asked of both sides about each other's staff, so answered yes or no, whatever the asker may read."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from shared.db import worker_session
from shared.directory import works_of


async def homes_of(person_ids: Collection[UUID], day: date) -> dict[UUID, str]:
    """The facility of each of these people's main work on a day."""
    if not person_ids:
        return {}
    async with worker_session() as session:
        return {person: work.facility_code for person, work in (await works_of(session, person_ids, day)).items()}


async def working_at(facility_code: str, person_ids: Collection[UUID], day: date) -> set[UUID]:
    """Those of these people who work at a facility on a day."""
    return {person for person, home in (await homes_of(person_ids, day)).items() if home == facility_code}
