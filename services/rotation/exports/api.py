"""Lists of rotation as files: `GET /api/v1/rotation/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.rotation.agreements.api import list_agreements
from services.rotation.agreements.permissions import can_read_agreements
from services.rotation.agreements.schemas import AgreementRead
from services.rotation.exports.models import Export
from services.rotation.missions.api import list_missions
from services.rotation.missions.permissions import can_read_missions
from services.rotation.missions.schemas import MissionRead
from services.rotation.support_requests.api import list_requests
from services.rotation.support_requests.permissions import can_read_requests
from services.rotation.support_requests.schemas import SupportRequestRead
from services.rotation.techniques.api import list_transfers
from services.rotation.techniques.permissions import can_read_techniques
from services.rotation.techniques.schemas import TransferRead
from shared.exports import Exports
from shared.exports.fields import fields
from shared.exports.models import kept_in
from shared.i18n import _
from shared.idempotency import Router

router = Router(prefix="/exports", tags=["exports"])
exports = Exports(router, kept=kept_in(Export))
exports.add_list(
    "agreements",
    list_agreements,
    *fields("reference", "number", "giver_code", "receiver_code", "model", "programme", "starts_on", "ends_on", "ended_on", "state"),
    read=AgreementRead,
    title=_("Agreements"),
    allowed=can_read_agreements,
)
exports.add_list(
    "missions",
    list_missions,
    *fields("reference", "worker_no", "occupation_code", "specialty", "giver_code", "receiver_code", "programme", "starts_on", "ends_on", "ended_on", "state", "decision"),
    read=MissionRead,
    title=_("Missions"),
    allowed=can_read_missions,
)
exports.add_list(
    "techniques",
    list_transfers,
    *fields("title", "specialty", "facility_code", "core_code", "target_level", "started_on", "state"),
    read=TransferRead,
    title=_("Techniques"),
    allowed=can_read_techniques,
)
exports.add_list(
    "support-requests",
    list_requests,
    *fields("reference", "receiver_code", "giver_code", "specialty", "urgency", "wanted_from", "state", "submitted_on"),
    read=SupportRequestRead,
    title=_("Support requests"),
    allowed=can_read_requests,
)
