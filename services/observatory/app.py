"""The observatory: figures computed from events, each with its definition, its source and its records."""

from starlette.types import ASGIApp

from services.observatory.audit.events import AuditSealed
from services.observatory.consumers import consumer
from services.observatory.figures.api import briefing_router
from services.observatory.figures.api import router as figures
from services.observatory.figures.catalogue import catalogue
from services.observatory.places.api import router as places
from services.observatory.populations.api import router as populations
from services.observatory.timelines.api import router as timelines
from services.observatory.work_list.api import router as work_list
from shared.app import Service, create_app

service = Service(
    name="observatory",
    title="Observatory",
    package=__package__,
    routers=[populations, figures, briefing_router, work_list, places, timelines],
    consumer=consumer,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    catalogue()
    return create_app(service)
