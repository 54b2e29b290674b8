"""Training: from the gap to the plan, the session, the credit and the degree."""

from starlette.types import ASGIApp

from services.training.audit.events import AuditSealed
from services.training.certificates.api import router as certificates
from services.training.consumers import consumer
from services.training.courses.api import router as courses
from services.training.credits.alerts import follow_obligations
from services.training.credits.api import router as credits_
from services.training.enrolments.api import router as enrolments
from services.training.exports.api import router as exports
from services.training.history import HISTORY
from services.training.imports.wizard import wizard
from services.training.institutes.api import capacities, conventions, institutes
from services.training.intakes.api import candidates, intakes, students
from services.training.intakes.api import public as intakes_for_everybody
from services.training.intakes.use_cases import lapse_late_seats
from services.training.mentoring.api import router as mentoring
from services.training.placements.api import placements, places
from services.training.plans.api import router as plans
from services.training.sessions.api import router as sessions
from services.training.skills.api import router as skills
from services.training.sponsorships.api import router as sponsorships
from services.training.stays.api import groups as stay_groups
from services.training.stays.api import router as stays
from shared.app import Service, create_app
from shared.directory import follow_places
from shared.merges_api import merges_router
from shared.persons import follow_late_rows, follow_merges
from shared.practice import practice_router

service = Service(
    name="training",
    title="Training",
    package=__package__,
    routers=[
        plans,
        courses,
        sessions,
        skills,
        enrolments,
        certificates,
        credits_,
        wizard.router,
        stay_groups,
        stays,
        sponsorships,
        mentoring,
        institutes,
        capacities,
        conventions,
        intakes,
        candidates,
        students,
        intakes_for_everybody,
        places,
        placements,
        exports,
        practice_router(),
        merges_router(),
    ],
    consumer=consumer,
    daily=[follow_places, follow_merges, follow_obligations, lapse_late_seats, wizard.forget_old_imports],
    frequent=[follow_late_rows],
    duties=[("imports", wizard.worker)],
    history=HISTORY,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    return create_app(service)
