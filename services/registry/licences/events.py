"""What the registry tells about licences: scope, days and status; never the number."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from services.registry.licences.models import Licence
from shared.events import Event


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

    @classmethod
    def about(cls, licence: Licence) -> Self:
        same = {name: getattr(licence, name) for name in cls.model_fields if name != "status"}
        return cls(**same, status=licence.state)
