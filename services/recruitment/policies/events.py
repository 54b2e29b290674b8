"""What recruitment announces about policies: the observatory counts hires against their target."""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID

from pydantic import ConfigDict

from services.recruitment.policies.models import AttractionPolicy
from shared.commitments import BreachPolicy, Instalment
from shared.events import Event, FieldClass


class PolicyApproved(Event):
    """An attraction policy was approved. Public state: a resolution is a public text."""

    type: ClassVar[str] = "recruitment.policy.approved.v1"
    topic: ClassVar[str] = "relais.recruitment.policies"
    field_class: ClassVar[FieldClass] = "public"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01a20335-b6c9-7a7a-81f0-b4bb5740137f",
                    "resolution_no": "28/2023/NQ-HĐND",
                    "title": "Chính sách thu hút bác sĩ đến công tác tại các đơn vị y tế công lập tỉnh Quảng Ninh",
                    "authority": "VN-22",
                    "authority_path": "VN.VN-22",
                    "valid_from": "2023-12-08",
                    "valid_to": "2025-12-31",
                    "target_hires": 298,
                    "currency": "VND",
                    "years_experienced": 5,
                    "years_new_graduate": 7,
                    "payment_schedule": [{"percent": 100, "months_after_start": 0}],
                    "breach_policy": {"kind": "PRORATA", "multiple": None, "steps": [], "citation": None, "confidence": "to_confirm"},
                    "citation": "Resolution 28/2023/NQ-HĐND of the People's Council of Quang Ninh",
                    "approved_on": "2023-12-08",
                }
            ]
        }
    )

    id: UUID
    resolution_no: str
    title: str
    authority: str
    authority_path: str
    valid_from: date
    valid_to: date | None
    target_hires: int
    currency: str
    years_experienced: int
    years_new_graduate: int
    payment_schedule: list[Instalment]
    breach_policy: BreachPolicy
    citation: str
    approved_on: date

    @classmethod
    def about(cls, policy: AttractionPolicy) -> Self:
        return cls.model_validate({name: getattr(policy, name) for name in cls.model_fields})
