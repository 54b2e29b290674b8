"""Lists of rotation as files: `GET /api/v1/rotation/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.rotation.agreements.api import list_agreements
from services.rotation.agreements.permissions import can_read_agreements
from services.rotation.agreements.schemas import AgreementRead
from services.rotation.alumni.api import list_alumni
from services.rotation.alumni.schemas import AlumnusRead
from services.rotation.cooperation.api import list_programmes
from services.rotation.cooperation.permissions import can_read_cooperation
from services.rotation.cooperation.schemas import ProgrammeRead
from services.rotation.exchange_calls.api import list_calls
from services.rotation.exchange_calls.schemas import CallRead
from services.rotation.exchanges.api import list_units
from services.rotation.exchanges.schemas import HostUnitRead
from services.rotation.exports.models import Export
from services.rotation.guest_stays.api import list_guests
from services.rotation.guest_stays.schemas import GuestStayRead
from services.rotation.missions.api import list_missions
from services.rotation.missions.permissions import can_read_missions
from services.rotation.missions.schemas import MissionRead
from services.rotation.placements.api import list_placements
from services.rotation.placements.permissions import can_read_placements
from services.rotation.placements.schemas import PlacementRead
from services.rotation.referrals.api import list_referrals
from services.rotation.referrals.schemas import ReferralRead
from services.rotation.sides import can_read_rotation
from services.rotation.support_requests.api import list_requests
from services.rotation.support_requests.permissions import can_read_requests
from services.rotation.support_requests.schemas import SupportRequestRead
from services.rotation.techniques.api import list_transfers
from services.rotation.techniques.permissions import can_read_techniques
from services.rotation.techniques.schemas import TransferRead
from services.rotation.visits.api import list_visits
from services.rotation.visits.permissions import can_read_visits
from services.rotation.visits.schemas import VisitRead
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
exports.add_list(
    "exchange-placements",
    list_placements,
    *fields(
        "reference",
        "worker_no",
        "person_id",
        "occupation_code",
        "home_code",
        "host_code",
        "host_unit",
        "field",
        "purpose",
        "starts_on",
        "ends_on",
        "ended_on",
        "months",
        "state",
        "departed_on",
        "arrived_on",
        "returned_on",
    ),
    read=PlacementRead,
    title=_("Exchange stays"),
    allowed=can_read_placements,
)
exports.add_list(
    "alumni",
    list_alumni,
    *fields("reference", "worker_no", "person_id", "home_code", "host_code", "field", "starts_on", "ends_on", "months", "back", "returned_on", "today_post", "today_place"),
    read=AlumnusRead,
    title=_("Alumni"),
    allowed=can_read_placements,
)
exports.add_list(
    "guest-stays",
    list_guests,
    *fields("reference", "person_id", "sent_by", "facility_code", "unit", "field", "starts_on", "ends_on", "may_practise_until", "state"),
    read=GuestStayRead,
    title=_("Guests"),
    allowed=can_read_rotation,
)
exports.add_list(
    "exchange-calls",
    list_calls,
    *fields("reference", "title", "host_code", "home_code", "field", "places", "language", "language_level", "opens_on", "closes_on", "state"),
    read=CallRead,
    title=_("Calls for applications"),
    allowed=can_read_rotation,
)
exports.add_list(
    "host-units",
    list_units,
    *fields("reference", "facility_code", "unit", "specialty", "capacity", "taken", "free", "state"),
    read=HostUnitRead,
    title=_("Host units"),
    allowed=can_read_rotation,
)
exports.add_list(
    "visits",
    list_visits,
    *fields("reference", "giver_code", "receiver_code", "specialty", "month", "promised_on", "planned_on", "held_on", "consultations", "state", "reason"),
    read=VisitRead,
    title=_("Visits"),
    allowed=can_read_visits,
)
exports.add_list(
    "referrals", list_referrals, *fields("facility_code", "month", "specialty", "referred", "consultations"), read=ReferralRead, title=_("Referrals"), allowed=can_read_rotation
)
exports.add_list(
    "cooperation-programmes",
    list_programmes,
    *fields("code", "title", "authority", "starts_on", "ends_on"),
    read=ProgrammeRead,
    title=_("Cooperation programmes"),
    allowed=can_read_cooperation,
)
