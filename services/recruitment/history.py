"""The things of recruitment whose changes are read, and by whom."""

from services.recruitment.accompaniments.permissions import can_read_accompaniments
from services.recruitment.accompaniments.queries import accompaniments_visible_to
from services.recruitment.applications.permissions import can_read_applications as can_read_site_applications
from services.recruitment.applications.queries import applications_visible_to as site_applications_visible_to
from services.recruitment.bridges.queries import bridges_visible_to, crossings_visible_to
from services.recruitment.campaigns.permissions import can_read_campaigns
from services.recruitment.campaigns.queries import campaigns_visible_to
from services.recruitment.candidacies.permissions import can_read_candidacies
from services.recruitment.candidacies.queries import candidacies_visible_to
from services.recruitment.contests.permissions import can_read_applications, can_read_contests
from services.recruitment.contests.queries import applications_visible_to, contests_visible_to
from services.recruitment.exports.queries import exports_visible_to
from services.recruitment.hires.permissions import can_read_hires
from services.recruitment.hires.queries import hires_visible_to
from services.recruitment.needs.permissions import can_read_needs
from services.recruitment.needs.queries import needs_visible_to
from services.recruitment.offers.permissions import can_read_offers
from services.recruitment.offers.queries import offers_visible_to
from services.recruitment.outreach.api import outreaches_visible_to
from services.recruitment.partner_services.permissions import can_read_offers as can_read_services
from services.recruitment.partner_services.permissions import can_read_requests as can_read_service_requests
from services.recruitment.partner_services.queries import offers_visible_to as service_offers_visible_to
from services.recruitment.partner_services.queries import requests_visible_to as service_requests_visible_to
from services.recruitment.policies.permissions import can_read_policies
from services.recruitment.policies.queries import policies_visible_to
from services.recruitment.pools.permissions import can_read_pools
from services.recruitment.pools.queries import pools_visible_to, rounds_visible_to
from services.recruitment.profiles.permissions import can_read_profiles
from services.recruitment.profiles.queries import matches_visible_to, profiles_visible_to
from services.recruitment.resources.queries import resources_visible_to
from services.recruitment.shortages.permissions import can_read_shortages
from services.recruitment.shortages.queries import shortages_visible_to
from services.recruitment.vacancies.permissions import can_read_vacancies
from services.recruitment.vacancies.queries import vacancies_visible_to
from shared.history import HistoryOf

HISTORY = {
    "export": HistoryOf(exports_visible_to, can_read_hires),
    "policy": HistoryOf(policies_visible_to, can_read_policies),
    "need": HistoryOf(needs_visible_to, can_read_needs),
    "campaign": HistoryOf(campaigns_visible_to, can_read_campaigns),
    "candidacy": HistoryOf(candidacies_visible_to, can_read_candidacies),
    "hire": HistoryOf(hires_visible_to, can_read_hires),
    "offer": HistoryOf(offers_visible_to, can_read_offers),
    "contest": HistoryOf(contests_visible_to, can_read_contests),
    "contest_application": HistoryOf(applications_visible_to, can_read_applications),
    "pool": HistoryOf(pools_visible_to, can_read_pools),
    "pool_round": HistoryOf(rounds_visible_to, can_read_pools),
    "pool_resource": HistoryOf(resources_visible_to, can_read_pools),
    "profile": HistoryOf(profiles_visible_to, can_read_profiles),
    "match": HistoryOf(matches_visible_to, can_read_profiles),
    "bridge": HistoryOf(bridges_visible_to, can_read_pools),
    "crossing": HistoryOf(crossings_visible_to, can_read_profiles),
    "vacancy": HistoryOf(vacancies_visible_to, can_read_vacancies),
    "application": HistoryOf(site_applications_visible_to, can_read_site_applications),
    "accompaniment": HistoryOf(accompaniments_visible_to, can_read_accompaniments),
    "outreach": HistoryOf(outreaches_visible_to, can_read_accompaniments),
    "service_offer": HistoryOf(service_offers_visible_to, can_read_services),
    "service_request": HistoryOf(service_requests_visible_to, can_read_service_requests),
    "shortage": HistoryOf(shortages_visible_to, can_read_shortages),
}
