"""What recruitment announces about hires: the registry makes the employment and the assignment, the observatory counts."""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID

from pydantic import ConfigDict

from services.recruitment.hires.models import Hire
from shared.events import Event


class HireDecided(Event):
    """A hire under an attraction policy was signed. Without number the decision is “to regularise”. No name, ever."""

    type: ClassVar[str] = "recruitment.hire.decided.v1"
    topic: ClassVar[str] = "relais.recruitment.hires"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01a20336-3b26-76a6-aed0-867dc2ee8f68",
                    "person_id": "01a20335-fcdc-7037-989e-f51fe6aacb61",
                    "occupation_code": "VN-BSCK",
                    "post_id": "01a20334-1103-7de6-90f7-5a66877a790d",
                    "facility_code": "VN-22-BVT",
                    "authority_path": "VN.VN-22.VN-22-BVT",
                    "policy_id": "01a20335-b6c9-7a7a-81f0-b4bb5740137f",
                    "starts_on": "2024-04-01",
                    "decision_number": "317/QĐ-SYT",
                    "amount": 550000000,
                    "currency": "VND",
                    "commitment_years": 7,
                    "commitment_ends_on": "2031-03-31",
                    "done_on": "2024-03-22",
                }
            ]
        }
    )

    id: UUID
    person_id: UUID
    occupation_code: str
    post_id: UUID
    facility_code: str
    authority_path: str
    policy_id: UUID
    starts_on: date
    decision_number: str | None
    amount: int
    currency: str
    commitment_years: int
    commitment_ends_on: date
    done_on: date

    @classmethod
    def about(cls, hire: Hire) -> Self:
        return cls.model_validate({name: getattr(hire, name) for name in cls.model_fields if hasattr(hire, name)} | {"done_on": hire.signed_on})
