"""Somebody works in an occupation that needs a right to practise, and has lost it: HR of the place finds it on its work-list until it is put right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.licences.models import ACTIVE, Licence
from services.registry.practice.queries import right_of
from services.registry.rules import pack_of
from services.registry.work_items.use_cases import close_work_item, open_work_item
from shared.auth import Caller
from shared.clock import today
from shared.db import worker_session
from shared.practice import RULE

KIND: Final = "no-right-to-practise"
LOOKED_BACK = timedelta(days=30)  # what no run of the daily task saw for a month, somebody has settled since

_WORKS = text(
    """
    SELECT DISTINCT ON (a.person_id) a.person_id, a.facility_code, a.authority_path::text AS path, w.occupation_code
    FROM assignments a JOIN workers w ON w.id = a.worker_id
    WHERE a.person_id = ANY(:persons) AND a.state = 'active' AND a.valid @> CAST(:day AS date) AND a.kind IN ('primary', 'concurrent', 'acting')
    ORDER BY a.person_id, a.kind <> 'primary', lower(a.valid)
    """
).bindparams(bindparam("persons", type_=ARRAY(PG_UUID(as_uuid=True))))


@dataclass
class _Person:
    """Whom a work item is about, at the place where they work."""

    id: UUID
    authority_path: str


async def settle_practice(session: AsyncSession, person_ids: Iterable[UUID], *, by: Caller | str) -> None:
    """Open a work item for who works without the right that the work needs, and close it once the right is back or the work is over."""
    day, persons = today(), sorted(set(person_ids))
    works = {row.person_id: row for row in await session.execute(_WORKS, {"persons": persons, "day": day})}
    for person_id in persons:
        work = works.get(person_id)
        needed = work is not None and work.occupation_code in pack_of(work.facility_code, day).rule(RULE).value["occupations"]
        if work is not None and needed and (await right_of(session, person_id, day)).is_lost:
            subject = _Person(person_id, work.path)
            await open_work_item(session, kind=KIND, reason=KIND, subject_kind="person", subject=subject, facility_code=work.facility_code, person_id=person_id)
        else:
            await close_work_item(session, by, KIND, person_id)


async def watch_practice() -> None:
    """Daily: a licence that has ended, or a suspension or revocation whose day has come, is seen where its holder works."""
    day = today()
    async with worker_session() as session:
        await settle_practice(session, await _changed_since(session, day - LOOKED_BACK, day), by="task:watch-practice")


async def _changed_since(session: AsyncSession, first: date, day: date) -> list[UUID]:
    """Whose licence ended, or began to rest or to be withdrawn, in these days."""
    ended = select(Licence.person_id).where(Licence.state == ACTIVE, Licence.expires_on >= first, Licence.expires_on < day)
    begun = select(Licence.person_id).where(Licence.state != ACTIVE, (Licence.suspended_from.between(first, day)) | (Licence.revoked_on.between(first, day)))
    return list((await session.scalars(ended.union(begun))).all())
