"""What the registry tells about licences: scope, days and status; never the number."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.licences.models import Licence
from shared.events import Event


class PeriodTold(BaseModel):
    """Days on which the licence stands one way, both whole."""

    valid_from: date
    valid_to: date | None
    standing: Literal["in_force", "suspended", "revoked"]
    scope: list[str]


class LicenceRecorded(Event):
    """A licence was recorded, renewed, suspended, reinstated or revoked."""

    type = "registry.licence.recorded.v1"
    topic = "relais.registry.licences"

    person_id: UUID
    authority_path: str
    shared_with: list[str]
    scope: list[str]
    issued_on: date
    expires_on: date | None
    status: Literal["active", "suspended", "revoked"]
    suspended_from: date | None
    suspended_until: date | None
    revoked_on: date | None
    source: str
    checked_at: datetime
    periods: list[PeriodTold] = Field(default_factory=list)

    @classmethod
    def about(cls, licence: Licence) -> Self:
        same = {name: getattr(licence, name) for name in cls.model_fields if name not in ("status", "periods")}
        periods = [
            PeriodTold(valid_from=one.first, valid_to=one.last, standing=one.standing, scope=list(one.scope))
            for one in sorted((one.days for one in licence.periods), key=lambda days: days.first)
        ]
        return cls(**same, status=licence.state, periods=periods)
