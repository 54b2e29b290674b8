"""Training: from the gap to the plan, the session, the credit and the degree."""

from starlette.types import ASGIApp

from services.training.consumers import consumer
from shared.app import Service, create_app

service = Service(
    name="training",
    title="Training",
    package=__package__,
    routers=[],
    consumer=consumer,
)


def create() -> ASGIApp:
    return create_app(service)
