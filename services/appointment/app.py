"""Appointments: leaders, the register of decisions of every authority, careers, commitments and their money."""

from starlette.types import ASGIApp

from services.appointment.consumers import consumer
from services.appointment.decisions.api import check, registers
from services.appointment.decisions.api import router as decisions
from services.appointment.probations.api import router as probations
from shared.app import Service, create_app

service = Service(
    name="appointment",
    title="Appointments",
    package=__package__,
    routers=[decisions, registers, check, probations],
    consumer=consumer,
)


def create() -> ASGIApp:
    return create_app(service)
