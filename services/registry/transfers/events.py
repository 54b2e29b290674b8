"""What the registry hears of appointment: somebody works at another place from a day on. Only the fields that it uses."""

from datetime import date
from uuid import UUID

from shared.events import Event


class TransferState(Event):
    topic = "relais.appointment.transfers"

    person_id: UUID
    from_facility_code: str
    to_facility_code: str
    post_id: UUID | None
    starts_on: date
    decision: str


class TransferDecided(TransferState):
    """The primary assignment moves."""

    type = "appointment.transfer.decided.v1"


class TransferRevoked(TransferState):
    """It is put back."""

    type = "appointment.transfer.revoked.v1"
