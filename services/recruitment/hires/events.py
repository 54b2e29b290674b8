"""What recruitment announces about hires: the registry makes the employment and the assignment, the observatory counts."""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID

from services.recruitment.hires.models import Hire
from shared.events import Event


class HireDecided(Event):
    """A hire under an attraction policy was signed. Without number the decision is “to regularise”. No name, ever."""

    type: ClassVar[str] = "recruitment.hire.decided.v1"
    topic: ClassVar[str] = "relais.recruitment.hires"

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
