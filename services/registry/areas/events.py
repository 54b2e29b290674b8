"""What other services hear of areas."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from shared.events import Event


class AreaPeriod(BaseModel):
    """How an area was called, where it belonged and its centroid, from its first to its last day; `within` are the codes from the country down to itself."""

    valid_from: date | None
    valid_to: date | None
    code: str
    name: str
    parent_id: UUID | None
    within: list[str]
    latitude: float | None = None
    longitude: float | None = None


class AreaSuccession(BaseModel):
    """To which area it went, with the share of its surface."""

    id: UUID
    effective_on: date
    share: Decimal
    is_main: bool
    is_estimated: bool


class AreaChanged(Event):
    """An area was entered, renamed, moved or succeeded by others."""

    type = "registry.area.changed.v1"
    topic = "relais.registry.areas"
    field_class = "public"

    country: str
    level: str
    periods: list[AreaPeriod]
    successors: list[AreaSuccession]
