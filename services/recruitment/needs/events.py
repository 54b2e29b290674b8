"""What recruitment announces about needs: training, missions and gaps refer to them by their id."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict

from services.recruitment.needs.models import Need
from shared.events import Event


class NeedValidated(Event):
    """A facility needs people of a title, and another person confirmed it."""

    type = "recruitment.need.validated.v1"
    topic = "relais.recruitment.needs"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
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
                }
            ]
        }
    )

    facility_code: str
    authority_path: str
    occupation_code: str
    specialty: str | None
    quantity: int
    reason: str
    post_id: UUID | None
    state: Literal["validated"]
    validated_on: date

    @classmethod
    def about(cls, need: Need) -> Self:
        return cls.model_validate({name: getattr(need, name) for name in cls.model_fields})
