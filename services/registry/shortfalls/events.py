"""What the registry tells when somebody is away on mission while their own team has too few. Never the ground of an absence."""

from datetime import date
from uuid import UUID

from shared.events import Event


class ShortfallState(Event):
    """About one hold for a mission: the days on which the team that it was taken from is below its minimum."""

    topic = "relais.registry.shortfalls"

    source_service: str
    source_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    first_day: date
    last_day: date
    present: int
    minimum: int


class ShortfallFound(ShortfallState):
    """The team is below its minimum for longer than the rule lets pass: whoever sent the person decides whether to call them back."""

    type = "registry.shortfall.found.v1"


class ShortfallOver(ShortfallState):
    """The team is at its minimum again, or the person is back."""

    type = "registry.shortfall.over.v1"
