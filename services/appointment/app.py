"""Appointments: leaders, the register of decisions of every authority, careers, commitments and their money."""

from starlette.types import ASGIApp

from services.appointment.audit.events import AuditSealed
from services.appointment.awards.api import router as awards
from services.appointment.benefits.api import router as benefits
from services.appointment.cases.api import router as cases
from services.appointment.cases.minutes import router as minutes
from services.appointment.commitments.api import budgets, instalments, payments
from services.appointment.commitments.api import router as commitments
from services.appointment.commitments.leaving import move_clocks
from services.appointment.commitments.preview import router as previews
from services.appointment.consumers import consumer
from services.appointment.decisions.api import check, registers
from services.appointment.decisions.api import router as decisions
from services.appointment.delegations.api import router as delegations
from services.appointment.exports.api import router as exports
from services.appointment.history import HISTORY
from services.appointment.imports.wizard import wizard
from services.appointment.mandates.api import router as mandates
from services.appointment.mandates.use_cases import settle_mandates
from services.appointment.pay_steps.api import lists as pay_step_lists
from services.appointment.pay_steps.api import router as pay_steps
from services.appointment.pay_steps.following import follow_all
from services.appointment.positions.api import router as positions
from services.appointment.probations.api import router as probations
from services.appointment.succession.api import router as succession_plans
from services.appointment.succession.use_cases import settle_plans
from shared.app import Service, create_app
from shared.directory import follow_places
from shared.merges_api import merges_router
from shared.persons import follow_late_rows, follow_merges
from shared.practice import practice_router

service = Service(
    name="appointment",
    title="Appointments",
    package=__package__,
    routers=[
        decisions,
        registers,
        check,
        delegations,
        commitments,
        previews,
        payments,
        instalments,
        budgets,
        probations,
        pay_steps,
        pay_step_lists,
        benefits,
        awards,
        positions,
        cases,
        minutes,
        mandates,
        succession_plans,
        exports,
        practice_router(),
        merges_router(),
        wizard.router,
    ],
    consumer=consumer,
    daily=[follow_places, follow_merges, move_clocks, settle_mandates, settle_plans, follow_all, wizard.forget_old_imports],
    frequent=[follow_late_rows],
    duties=[("imports", wizard.worker)],
    history=HISTORY,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    return create_app(service)
