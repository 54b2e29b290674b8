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


class HireNumbered(Event):
    """A hire that was signed without number was given its number."""

    type = "recruitment.hire.numbered.v1"
    topic = "relais.recruitment.hires"

    decision_number: str | None


class HireRevoked(Event):
    """The decision behind a hire was revoked: what it had made is put back from a day on."""

    type = "recruitment.hire.revoked.v1"
    topic = "relais.recruitment.hires"

    person_id: UUID
    revoked_on: date
    revoked_from: date
