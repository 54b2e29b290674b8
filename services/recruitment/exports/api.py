"""Lists of recruitment as files: `GET /api/v1/recruitment/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.recruitment.accompaniments.api import list_accompaniments
from services.recruitment.accompaniments.permissions import can_read_accompaniments
from services.recruitment.accompaniments.schemas import AccompanimentRead
from services.recruitment.applications.api import list_applications
from services.recruitment.applications.permissions import can_read_applications
from services.recruitment.applications.schemas import ApplicationRead
from services.recruitment.campaigns.api import list_campaigns
from services.recruitment.campaigns.permissions import can_read_campaigns
from services.recruitment.campaigns.schemas import CampaignRead
from services.recruitment.candidacies.api import list_candidacies
from services.recruitment.candidacies.permissions import can_read_candidacies
from services.recruitment.candidacies.schemas import CandidacyRead
from services.recruitment.contests.api import list_contests
from services.recruitment.contests.permissions import can_read_contests
from services.recruitment.contests.schemas import ContestRead
from services.recruitment.exports.models import Export
from services.recruitment.hires.api import list_hires
from services.recruitment.hires.permissions import can_read_hires
from services.recruitment.hires.schemas import HireRead
from services.recruitment.needs.api import list_needs
from services.recruitment.needs.permissions import can_read_needs
from services.recruitment.needs.schemas import NeedRead
from services.recruitment.offers.api import list_offers
from services.recruitment.offers.permissions import can_read_offers
from services.recruitment.offers.schemas import OfferRead
from services.recruitment.outreach.api import list_outreaches
from services.recruitment.outreach.schemas import OutreachRead
from services.recruitment.partner_services.api import list_offers as list_services
from services.recruitment.partner_services.api import list_requests
from services.recruitment.partner_services.permissions import can_read_offers as can_read_services
from services.recruitment.partner_services.permissions import can_read_requests
from services.recruitment.partner_services.schemas import OfferRead as ServiceRead
from services.recruitment.partner_services.schemas import RequestRead
from services.recruitment.policies.api import list_policies
from services.recruitment.policies.permissions import can_read_policies
from services.recruitment.policies.schemas import PolicyRead
from services.recruitment.pools.api import list_pools, list_rounds
from services.recruitment.pools.permissions import can_read_pools
from services.recruitment.pools.schemas import PoolRead, RoundRead
from services.recruitment.resources.api import list_resources
from services.recruitment.resources.schemas import ResourceRead
from services.recruitment.shortages.api import list_shortages
from services.recruitment.shortages.permissions import can_read_shortages
from services.recruitment.shortages.schemas import ShortageRead
from services.recruitment.vacancies.api import list_vacancies
from services.recruitment.vacancies.permissions import can_read_vacancies
from services.recruitment.vacancies.schemas import VacancyRead
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
    *fields("reference", "person_id", "facility_code", "occupation_code", "degree", "state", "submitted_on"),
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
    *fields("reference", "person_id", "facility_code", "occupation_code", "starts_on", "state", "proposed_on", "signed_on", "decision_number"),
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
exports.add_list("pools", list_pools, *fields("reference", "code", "title", "authority", "state", "opened_on"), read=PoolRead, title=_("Pools"), allowed=can_read_pools)
exports.add_list("pool-rounds", list_rounds, *fields("reference", "title", "asked_on", "due_on"), read=RoundRead, title=_("Rounds of collection"), allowed=can_read_pools)
exports.add_list(
    "pool-resources",
    list_resources,
    *fields("reference", "facility_code", "kind", "occupation_code", "quantity", "available_from", "available_to", "state", "offered_on"),
    read=ResourceRead,
    title=_("Resources of pools"),
    allowed=can_read_pools,
)
exports.add_list(
    "vacancies",
    list_vacancies,
    *fields("reference", "title", "occupation_code", "employer", "facility_code", "place", "seats", "opens_on", "closes_on", "state"),
    read=VacancyRead,
    title=_("Published posts"),
    allowed=can_read_vacancies,
)
exports.add_list(
    "applications",
    list_applications,
    *fields("reference", "person_id", "occupation_code", "degree", "experience", "available_from", "submitted_on", "state", "ended_on"),
    read=ApplicationRead,
    title=_("Applications"),
    allowed=can_read_applications,
)
exports.add_list(
    "offers",
    list_offers,
    *fields("reference", "person_id", "facility_code", "sent_on", "expires_on", "state", "reason"),
    read=OfferRead,
    title=_("Offers"),
    allowed=can_read_offers,
)
exports.add_list(
    "accompaniments",
    list_accompaniments,
    *fields("reference", "person_id", "goal", "opened_on", "next_step", "next_on", "closed_on", "outcome", "state"),
    read=AccompanimentRead,
    title=_("Accompaniments"),
    allowed=can_read_accompaniments,
)
exports.add_list(
    "prospects",
    list_outreaches,
    *fields("reference", "person_id", "occupation_code", "channel", "outcome", "contacted_on", "follow_up_on"),
    read=OutreachRead,
    title=_("Prospects"),
    allowed=can_read_accompaniments,
)
exports.add_list(
    "partner-services",
    list_services,
    *fields("reference", "facility_code", "kind", "title", "place", "capacity", "taken", "available_from", "available_to", "state"),
    read=ServiceRead,
    title=_("Partner services"),
    allowed=can_read_services,
)
exports.add_list(
    "service-requests",
    list_requests,
    *fields("reference", "person_id", "kind", "wanted", "place", "wanted_from", "partner_code", "asked_on", "settled_on", "state", "reason"),
    read=RequestRead,
    title=_("Requests to partners"),
    allowed=can_read_requests,
)
exports.add_list(
    "contests",
    list_contests,
    *fields("code", "title", "authority", "posts", "opens_on", "closes_on", "exam_on", "state"),
    read=ContestRead,
    title=_("Contests"),
    allowed=can_read_contests,
)
