"""Recruitment: from the need to the hire, under an attraction policy."""

from starlette.types import ASGIApp

from services.recruitment.audit.events import AuditSealed
from services.recruitment.campaigns.api import router as campaigns
from services.recruitment.candidacies.api import router as candidacies
from services.recruitment.consumers import consumer
from services.recruitment.hard_posts.api import router as hard_posts
from services.recruitment.hires.api import router as hires
from services.recruitment.history import HISTORY
from services.recruitment.needs.api import router as needs
from services.recruitment.policies.api import router as policies
from services.recruitment.shortages.api import router as shortages
from shared.app import Service, create_app
from shared.directory import follow_places
from shared.practice import practice_router

service = Service(
    name="recruitment",
    title="Recruitment",
    package=__package__,
    routers=[policies, needs, campaigns, candidacies, hires, shortages, hard_posts, practice_router()],
    consumer=consumer,
    daily=[follow_places],
    history=HISTORY,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    return create_app(service)
