"""Recruitment: from the need to the hire, under an attraction policy."""

from starlette.types import ASGIApp

from services.recruitment.accompaniments.api import router as accompaniments
from services.recruitment.applications.api import public as public_applications
from services.recruitment.applications.api import router as applications
from services.recruitment.applications.papers import forget_papers
from services.recruitment.audit.events import AuditSealed
from services.recruitment.bridges.api import crossings
from services.recruitment.bridges.api import router as bridges
from services.recruitment.campaigns.api import router as campaigns
from services.recruitment.candidacies.api import router as candidacies
from services.recruitment.consumers import consumer
from services.recruitment.contests.api import applications as contest_applications
from services.recruitment.contests.api import router as contests
from services.recruitment.contests.by_form import end_contest_applications
from services.recruitment.contests.public_api import public as public_contests
from services.recruitment.exports.api import router as exports
from services.recruitment.hard_posts.api import router as hard_posts
from services.recruitment.hires.api import router as hires
from services.recruitment.history import HISTORY
from services.recruitment.needs.api import router as needs
from services.recruitment.offers.api import router as offers
from services.recruitment.outreach.api import router as outreaches
from services.recruitment.outreach.use_cases import let_prospects_go
from services.recruitment.partner_services.api import offers as service_offers
from services.recruitment.partner_services.api import router as service_requests
from services.recruitment.policies.api import router as policies
from services.recruitment.pools.api import rounds as pool_rounds
from services.recruitment.pools.api import router as pools
from services.recruitment.profiles.api import matches
from services.recruitment.profiles.api import of_needs as profiles_of_needs
from services.recruitment.profiles.api import router as profiles
from services.recruitment.resources.api import router as resources
from services.recruitment.shortages.api import router as shortages
from services.recruitment.vacancies.api import public as public_vacancies
from services.recruitment.vacancies.api import router as vacancies
from shared.app import Service, create_app
from shared.directory import follow_places
from shared.merges_api import merges_router
from shared.persons import follow_late_rows, follow_merges
from shared.practice import practice_router

service = Service(
    name="recruitment",
    title="Recruitment",
    package=__package__,
    routers=[
        pools,
        pool_rounds,
        resources,
        profiles,
        profiles_of_needs,
        matches,
        bridges,
        crossings,
        policies,
        needs,
        campaigns,
        candidacies,
        hires,
        shortages,
        hard_posts,
        offers,
        contests,
        contest_applications,
        public_contests,
        vacancies,
        public_vacancies,
        applications,
        public_applications,
        accompaniments,
        outreaches,
        service_offers,
        service_requests,
        exports,
        practice_router(),
        merges_router(),
    ],
    consumer=consumer,
    daily=[follow_places, follow_merges, end_contest_applications, forget_papers, let_prospects_go],
    frequent=[follow_late_rows],
    history=HISTORY,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    return create_app(service)
