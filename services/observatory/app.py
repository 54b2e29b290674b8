"""The observatory: figures computed from events, each with its definition, its source and its records."""

from starlette.types import ASGIApp

from services.observatory.audit.events import AuditSealed
from services.observatory.consumers import consumer
from services.observatory.exports.api import router as exports
from services.observatory.figures.api import briefing_router
from services.observatory.figures.api import router as figures
from services.observatory.figures.catalogue import catalogue
from services.observatory.history import HISTORY
from services.observatory.meetings.api import bodies, resolutions
from services.observatory.meetings.api import router as meetings
from services.observatory.places.api import router as places
from services.observatory.populations.api import router as populations
from services.observatory.strategy.api import actions
from services.observatory.strategy.api import router as strategies
from services.observatory.timelines.api import router as timelines
from services.observatory.work_list.api import router as work_list
from shared.app import Service, create_app
from shared.merges_api import merges_router
from shared.persons import follow_late_rows, follow_merges

service = Service(
    name="observatory",
    title="Observatory",
    package=__package__,
    routers=[populations, figures, briefing_router, work_list, places, timelines, bodies, meetings, resolutions, strategies, actions, exports, merges_router()],
    consumer=consumer,
    daily=[follow_merges],
    frequent=[follow_late_rows],
    history=HISTORY,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    catalogue()
    return create_app(service)
