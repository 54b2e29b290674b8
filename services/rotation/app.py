"""Rotation: agreements between facilities, support asked and given, missions, techniques that stay."""

from starlette.types import ASGIApp

from services.rotation.agreements.api import router as agreements
from services.rotation.agreements.use_cases import follow_the_calendar
from services.rotation.alumni.api import router as alumni
from services.rotation.audit.events import AuditSealed
from services.rotation.consumers import consumer
from services.rotation.cooperation.api import router as cooperation
from services.rotation.exchange_calls.api import router as exchange_calls
from services.rotation.exchanges.api import router as exchanges
from services.rotation.exchanges.api import units as host_units
from services.rotation.exports.api import router as exports
from services.rotation.guest_stays.api import router as guest_stays
from services.rotation.history import HISTORY
from services.rotation.imports.wizard import wizard
from services.rotation.missions.api import router as missions
from services.rotation.placements.api import router as placements
from services.rotation.programmes.api import router as programmes
from services.rotation.referrals.api import router as referrals
from services.rotation.series.api import router as series
from services.rotation.support_requests.api import router as support_requests
from services.rotation.techniques.api import router as techniques
from services.rotation.visits.api import router as visits
from shared.app import Service, create_app
from shared.directory import follow_places
from shared.merges_api import merges_router
from shared.persons import follow_late_rows, follow_merges
from shared.practice import practice_router

service = Service(
    name="rotation",
    title="Rotation",
    package=__package__,
    routers=[
        *(programmes, cooperation, agreements, visits, series, referrals, support_requests, missions, techniques, exports),
        *(exchanges, host_units, exchange_calls, placements, alumni, guest_stays),
        *(practice_router(), merges_router(), wizard.router),
    ],
    consumer=consumer,
    daily=[follow_places, follow_merges, follow_the_calendar, wizard.forget_old_imports],
    frequent=[follow_late_rows],
    duties=[("imports", wizard.worker)],
    history=HISTORY,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    return create_app(service)
