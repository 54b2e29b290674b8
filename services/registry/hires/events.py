"""What the registry hears of recruitment: a hire was decided, under a policy (v1) or without one (v2). Only the fields that it uses."""

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


class HireDecidedWithoutPolicy(HireDecided):
    """The same where no attraction policy pays."""

    type = "recruitment.hire.decided.v2"


class HireNumbered(Event):
    """A hire that was signed without number was given its number."""

    type = "recruitment.hire.numbered.v1"
    topic = "relais.recruitment.hires"

    decision_number: str | None


class HireNumberedWithoutPolicy(HireNumbered):
    """The same where no attraction policy pays."""

    type = "recruitment.hire.numbered.v2"


class HireRevoked(Event):
    """The decision behind a hire was revoked: what it had made is put back from a day on."""

    type = "recruitment.hire.revoked.v1"
    topic = "relais.recruitment.hires"

    person_id: UUID
    revoked_on: date
    revoked_from: date


class HireRevokedWithoutPolicy(HireRevoked):
    """The same where no attraction policy pays."""

    type = "recruitment.hire.revoked.v2"
