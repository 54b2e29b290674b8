"""Lists of the observatory as files: `GET /api/v1/observatory/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.observatory.exports.models import Export
from services.observatory.meetings.api import list_meetings, list_resolutions
from services.observatory.meetings.permissions import can_read_meetings
from services.observatory.meetings.schemas import MeetingLine, ResolutionRead
from services.observatory.strategy.api import list_actions, list_strategies
from services.observatory.strategy.permissions import can_read_strategies
from services.observatory.strategy.schemas import ActionRead, StrategyLine
from shared.exports import Exports
from shared.exports.fields import fields
from shared.exports.models import kept_in
from shared.i18n import _
from shared.idempotency import Router

router = Router(prefix="/exports", tags=["exports"])
exports = Exports(router, kept=kept_in(Export))
exports.add_list(
    "meetings",
    list_meetings,
    *fields("reference", "body.title", "number", "starts_on", "ends_on", "place", "people", "state"),
    read=MeetingLine,
    title=_("Meetings"),
    allowed=can_read_meetings,
)
exports.add_list(
    "resolutions",
    list_resolutions,
    *fields("reference", "kind", "number", "text", "owner", "area_code", "due_on", "standing", "seen_on", "evidence"),
    read=ResolutionRead,
    title=_("Decisions and recommendations"),
    allowed=can_read_meetings,
)
exports.add_list(
    "strategies",
    list_strategies,
    *fields("reference", "title", "authority", "starts_on", "ends_on", "state", "approved_on", "closed_on"),
    read=StrategyLine,
    title=_("Strategic plans"),
    allowed=can_read_strategies,
)
exports.add_list(
    "strategy-actions",
    list_actions,
    *fields(
        "reference", "axis", "objective", "number", "title", "owner", "area_code", "starts_on", "due_on", "indicator", "target", "standing", "percent", "closed_on", "evidence"
    ),
    read=ActionRead,
    title=_("Actions of strategic plans"),
    allowed=can_read_strategies,
)
