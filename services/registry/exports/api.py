"""Lists of the registry as files: `GET /api/v1/registry/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.registry.absences.permissions import can_read_absences
from services.registry.areas.permissions import can_read_directory
from services.registry.exports.lists import absence_rows, assignment_rows, facility_rows, licence_rows, post_rows, staff_rows, unit_rows, work_item_rows
from services.registry.exports.models import Export
from services.registry.licences.permissions import can_read_licences
from services.registry.persons.permissions import can_find_people, can_read_people, can_read_posts
from services.registry.requests.api import list_requests
from services.registry.requests.permissions import can_read_requests
from services.registry.requests.schemas import RequestRead
from services.registry.returns.api import list_return_calls
from services.registry.returns.permissions import can_read_returns
from services.registry.returns.schemas import ReturnCallRead
from shared.exports import Exports
from shared.exports.fields import fields
from shared.exports.models import kept_in
from shared.i18n import _
from shared.idempotency import Router

router = Router(prefix="/exports", tags=["exports"])


exports = Exports(router, kept=kept_in(Export))
exports.add("persons", staff_rows, title=_("People"), allowed=can_find_people)
exports.add("posts", post_rows, title=_("Posts"), allowed=can_read_posts)
exports.add("facilities", facility_rows, title=_("Facilities"), allowed=can_read_directory)
exports.add("units", unit_rows, title=_("Units"), allowed=can_read_directory)
exports.add("assignments", assignment_rows, title=_("Assignments"), allowed=can_read_people)
exports.add("absences", absence_rows, title=_("Leave"), allowed=can_read_absences)
exports.add("licences", licence_rows, title=_("Licences"), allowed=can_read_licences)
exports.add("work-items", work_item_rows, title=_("Work to settle"), allowed=can_read_people)
exports.add_list(
    "requests",
    list_requests,
    *fields("reference", "worker_no", "facility_code", "procedure", "channel", "state", "asked_on", "due_on", "days_left", "is_late", "decided_on", "by_silence"),
    read=RequestRead,
    title=_("Requests"),
    allowed=can_read_requests,
)
exports.add_list(
    "return-calls",
    list_return_calls,
    *fields("title", "authority", "what", "first_on", "last_on", "due_on", "state", "expected", "sent", "late"),
    read=ReturnCallRead,
    title=_("Returns"),
    allowed=can_read_returns,
)
