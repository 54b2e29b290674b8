"""What recruitment announces about needs: training, missions and gaps refer to them by their id."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict

from services.recruitment.needs.models import Need
from shared.events import Event

EXAMPLE: dict[str, Any] = {
    "id": "01a20335-c1d2-7c1a-90a3-4f0a0f2b6c11",
    "facility_code": "VN-22-TTBCE",
    "authority_path": "VN.VN-22.VN-22-TTBCE",
    "occupation_code": "VN-BSCK",
    "specialty": "anaesthesia-icu",
    "quantity": 1,
    "reason": "vacancy",
    "post_id": None,
    "state": "validated",
    "validated_on": "2025-08-20",
    "identified_on": "2025-08-01",
    "pool_id": None,
    "wanted_from": "2025-10-01",
    "difficulty": "hard",
    "closed_on": None,
}


class NeedState(Event):
    """What a facility needs; fields that were not told from the first day may be missing in what was told before."""

    topic = "relais.recruitment.needs"

    facility_code: str
    authority_path: str
    occupation_code: str
    specialty: str | None
    quantity: int
    reason: str
    post_id: UUID | None
    state: str
    validated_on: date
    identified_on: date | None = None
    pool_id: UUID | None = None
    wanted_from: date | None = None
    difficulty: str | None = None
    closed_on: date | None = None

    @classmethod
    def about(cls, need: Need) -> Self:
        return cls.model_validate({name: getattr(need, name) for name in cls.model_fields})


class NeedValidated(NeedState):
    """A facility needs people of a title, and another person confirmed it."""

    type = "recruitment.need.validated.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    state: Literal["validated"]


class NeedClosed(NeedState):
    """Nobody is looked for any more."""

    type = "recruitment.need.closed.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"state": "closed", "closed_on": "2025-12-01"}]})

    state: Literal["closed"]
