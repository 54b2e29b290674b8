"""Lists of the registry as files: `GET /api/v1/registry/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.absences.permissions import can_read_absences
from services.registry.areas.permissions import can_read_directory
from services.registry.exports.lists import absence_rows, assignment_rows, facility_rows, licence_rows, post_rows, staff_rows, work_item_rows
from services.registry.exports.models import Export
from services.registry.licences.permissions import can_read_licences
from services.registry.persons.permissions import can_find_people, can_read_people, can_read_posts
from shared.audit import record_audit
from shared.auth import Caller
from shared.exports import ExportMade, Exports
from shared.i18n import _
from shared.idempotency import Router

router = Router(prefix="/exports", tags=["exports"])


async def keep_export(session: AsyncSession, caller: Caller, made: ExportMade) -> None:
    """Who took which list, by which filters: kept before anything of it leaves, and found by the auditors of the same authority."""
    filters = {**made.filters, **({"ticked": made.ticked} if made.ticked else {})}
    session.add(
        Export(
            id=made.id,
            authority_path=caller.scope[0],
            shared_with=list(caller.parties),
            account=caller.actor,
            list=made.list,
            format=made.format,
            filters=filters,
            recorded_at=made.at,
        )
    )
    await session.flush()
    await record_audit(session, caller, "export.made", "export", made.id, after={"list": made.list, "format": made.format, "filters": filters})


exports = Exports(router, kept=keep_export)
exports.add("persons", staff_rows, title=_("People"), allowed=can_find_people)
exports.add("posts", post_rows, title=_("Posts"), allowed=can_read_posts)
exports.add("facilities", facility_rows, title=_("Facilities"), allowed=can_read_directory)
exports.add("assignments", assignment_rows, title=_("Assignments"), allowed=can_read_people)
exports.add("absences", absence_rows, title=_("Leave"), allowed=can_read_absences)
exports.add("licences", licence_rows, title=_("Licences"), allowed=can_read_licences)
exports.add("work-items", work_item_rows, title=_("Work to settle"), allowed=can_read_people)
