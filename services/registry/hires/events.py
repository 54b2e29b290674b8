"""What the registry hears of recruitment: a hire was decided. Only the fields that it uses."""

from datetime import date
from uuid import UUID

from shared.events import Event


class HireDecided(Event):
    """A person was hired under a policy; the id is the hire's."""

    type = "recruitment.hire.decided.v1"
    topic = "relais.recruitment.hires"

    person_id: UUID
    occupation_code: str
    post_id: UUID
    facility_code: str
    starts_on: date
    decision_number: str | None
    done_on: date
