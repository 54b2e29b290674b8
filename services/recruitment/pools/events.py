"""What recruitment announces about pools: who is a member since when, so that the figures count them."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict

from services.recruitment.pools.models import Partner
from shared.events import Event

EXAMPLE: dict[str, Any] = {
    "id": "01a20335-c1d2-7c1a-90a3-4f0a0f2b6c11",
    "pool_id": "01a20335-b6c9-7a7a-81f0-b4bb5740137f",
    "facility_code": "FR-44-HIPR",
    "authority_path": "FR.FR-44",
    "takes_part_as": "employer",
    "kind": "hospital",
    "state": "member",
    "joined_on": "2024-01-15",
    "accepted_on": "2024-01-22",
    "left_on": None,
}


class PartnerState(Event):
    """A member of a pool: since when, since when it has accepted a charter, and until when."""

    topic = "relais.recruitment.pool_partners"

    pool_id: UUID
    facility_code: str
    authority_path: str
    takes_part_as: str
    kind: str
    state: Literal["member", "left"]
    joined_on: date
    accepted_on: date | None
    left_on: date | None

    @classmethod
    def about(cls, partner: Partner) -> Self:
        values = {name: getattr(partner, name) for name in cls.model_fields if hasattr(partner, name)}
        first = min((one.accepted_on for one in partner.acceptances), default=None)
        return cls.model_validate(values | {"accepted_on": first})


class PartnerJoined(PartnerState):
    """A facility has joined a pool."""

    type = "recruitment.pool_partner.joined.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"accepted_on": None}]})


class PartnerAccepted(PartnerState):
    """A member has accepted the charter: the pool is open to it."""

    type = "recruitment.pool_partner.accepted.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})


class PartnerLeft(PartnerState):
    """A member has left the pool."""

    type = "recruitment.pool_partner.left.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"state": "left", "left_on": "2025-01-31"}]})
