"""What recruitment announces about policies: the observatory counts hires against their target."""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID

from services.recruitment.policies.models import AttractionPolicy
from shared.events import Event


class PolicyApproved(Event):
    """An attraction policy was approved. Public state: a resolution is a public text."""

    type: ClassVar[str] = "recruitment.policy.approved.v1"
    topic: ClassVar[str] = "relais.recruitment.policies"

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
    citation: str
    approved_on: date

    @classmethod
    def about(cls, policy: AttractionPolicy) -> Self:
        return cls.model_validate({name: getattr(policy, name) for name in cls.model_fields})
