"""What other services hear of facilities."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from shared.events import Event


class FacilityPeriod(BaseModel):
    """How a facility stood from a first to a last day; `area_path` are the codes from the country down to its area."""

    valid_from: date
    valid_to: date | None
    facility_type: str
    level: str
    ownership: str
    authority: str
    authority_path: str
    area_id: UUID
    area_code: str
    area_path: list[str]
    area_is_estimated: bool
    technical_supervisor: str | None
    host: str | None
    remoteness: str
    tier: str | None


class FacilityChanged(Event):
    """A facility was opened, changed or closed: its newest state, and every period."""

    type = "registry.facility.changed.v1"
    topic = "relais.registry.facilities"
    field_class = "directory"

    code: str
    facility_type: str
    level: str
    ownership: str
    authority: str
    authority_path: str
    area_code: str
    technical_supervisor: str | None
    remoteness: str
    tier: str | None
    periods: list[FacilityPeriod]
