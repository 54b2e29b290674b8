"""Rotation: agreements between facilities, support asked and given, missions, techniques that stay."""

from starlette.types import ASGIApp

from services.rotation.consumers import consumer
from shared.app import Service, create_app

service = Service(
    name="rotation",
    title="Rotation",
    package=__package__,
    routers=[],
    consumer=consumer,
)


def create() -> ASGIApp:
    return create_app(service)
