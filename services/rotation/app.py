"""Rotation: agreements between facilities, support asked and given, missions, techniques that stay."""

from starlette.types import ASGIApp

from services.rotation.agreements.api import router as agreements
from services.rotation.agreements.use_cases import follow_the_calendar
from services.rotation.audit.events import AuditSealed
from services.rotation.consumers import consumer
from services.rotation.history import HISTORY
from services.rotation.imports.wizard import wizard
from services.rotation.missions.api import router as missions
from services.rotation.programmes.api import router as programmes
from services.rotation.support_requests.api import router as support_requests
from services.rotation.techniques.api import router as techniques
from services.rotation.visits.api import router as visits
from shared.app import Service, create_app
from shared.directory import follow_places
from shared.practice import practice_router

service = Service(
    name="rotation",
    title="Rotation",
    package=__package__,
    routers=[programmes, agreements, visits, support_requests, missions, techniques, practice_router(), wizard.router],
    consumer=consumer,
    daily=[follow_places, follow_the_calendar, wizard.forget_old_imports],
    duties=[("imports", wizard.worker)],
    history=HISTORY,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    return create_app(service)
