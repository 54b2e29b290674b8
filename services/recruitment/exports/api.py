"""Lists of recruitment as files: `GET /api/v1/recruitment/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.recruitment.campaigns.api import list_campaigns
from services.recruitment.campaigns.permissions import can_read_campaigns
from services.recruitment.campaigns.schemas import CampaignRead
from services.recruitment.candidacies.api import list_candidacies
from services.recruitment.candidacies.permissions import can_read_candidacies
from services.recruitment.candidacies.schemas import CandidacyRead
from services.recruitment.exports.models import Export
from services.recruitment.hires.api import list_hires
from services.recruitment.hires.permissions import can_read_hires
from services.recruitment.hires.schemas import HireRead
from services.recruitment.needs.api import list_needs
from services.recruitment.needs.permissions import can_read_needs
from services.recruitment.needs.schemas import NeedRead
from services.recruitment.policies.api import list_policies
from services.recruitment.policies.permissions import can_read_policies
from services.recruitment.policies.schemas import PolicyRead
from services.recruitment.shortages.api import list_shortages
from services.recruitment.shortages.permissions import can_read_shortages
from services.recruitment.shortages.schemas import ShortageRead
from shared.exports import Exports
from shared.exports.fields import fields
from shared.exports.models import kept_in
from shared.i18n import _
from shared.idempotency import Router

router = Router(prefix="/exports", tags=["exports"])
exports = Exports(router, kept=kept_in(Export))
exports.add_list(
    "candidacies",
    list_candidacies,
    *fields("reference", "worker_no", "facility_code", "occupation_code", "degree", "state", "submitted_on"),
    read=CandidacyRead,
    title=_("Candidacies"),
    allowed=can_read_candidacies,
)
exports.add_list(
    "campaigns", list_campaigns, *fields("code", "title", "authority", "opens_on", "closes_on", "state"), read=CampaignRead, title=_("Campaigns"), allowed=can_read_campaigns
)
exports.add_list(
    "hires",
    list_hires,
    *fields("reference", "worker_no", "facility_code", "occupation_code", "starts_on", "state", "proposed_on", "signed_on", "decision_number"),
    read=HireRead,
    title=_("Hires"),
    allowed=can_read_hires,
)
exports.add_list(
    "policies",
    list_policies,
    *fields("resolution_no", "title", "authority", "valid_from", "valid_to", "target_hires", "state", "approved_on"),
    read=PolicyRead,
    title=_("Attraction policies"),
    allowed=can_read_policies,
)
exports.add_list(
    "needs",
    list_needs,
    *fields("reference", "facility_code", "occupation_code", "specialty", "quantity", "hires", "reason", "state", "identified_on"),
    read=NeedRead,
    title=_("Needs"),
    allowed=can_read_needs,
)
exports.add_list(
    "shortages",
    list_shortages,
    *fields("authority", "specialty", "occupation_code", "reason", "valid_from", "valid_to", "state"),
    read=ShortageRead,
    title=_("Specialties in shortage"),
    allowed=can_read_shortages,
)
