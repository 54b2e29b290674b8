"""What the other services hear of a merge and of its undo: which id is which, and the state of everything that went with the person."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.licences.events import LicenceRecorded
from services.registry.licences.models import Licence
from services.registry.merges.events import PersonMergeTold
from services.registry.merges.models import Merge
from services.registry.persons.use_cases import announce_workers_of
from services.registry.reorganisations.telling import announce_assignments, announce_away
from shared.events import record_event, record_events
from shared.persons import Became

_IDS = text("SELECT old_id, id FROM merged_ids WHERE merge_id = :merge ORDER BY old_id")
_WENT = text(
    """
    SELECT r.table_name, coalesce(a.id, p.licence_id, (r.row_key ->> 'id')::uuid) AS id FROM merged_rows AS r
    LEFT JOIN assignments AS a ON r.table_name = 'assignments' AND a.row_id = (r.row_key ->> 'row_id')::uuid
    LEFT JOIN licence_periods AS p ON r.table_name = 'licence_periods' AND p.row_id = (r.row_key ->> 'row_id')::uuid
    WHERE r.merge_id = :merge AND r.table_name IN ('assignments', 'licences', 'licence_periods', 'absences', 'holds') AND r.state IN ('moved', 'returned')
    """
)


async def tell(session: AsyncSession, merge: Merge, event: type[PersonMergeTold]) -> None:
    """The merge first; then, with whose they are now, the things that other services keep a copy of."""
    ids = [Became(old_id=row.old_id, id=row.id) for row in await session.execute(_IDS, {"merge": merge.id})]
    record_event(session, event.about(merge, ids))
    went: dict[str, set[UUID]] = {}
    for row in await session.execute(_WENT, {"merge": merge.id}):
        went.setdefault(row.table_name.replace("licence_periods", "licences"), set()).add(row.id)
    await announce_workers_of(session, merge.surviving_id, merge.retired_id)
    await announce_assignments(session, went.get("assignments", set()))
    await announce_away(session, went.get("absences", set()), went.get("holds", set()))
    licences = await session.scalars(select(Licence).where(Licence.id.in_(went.get("licences", set()))).execution_options(populate_existing=True))
    record_events(session, [LicenceRecorded.about(licence) for licence in licences])
