"""What appointment tells about cases and transfers. Never a candidate who was not chosen, never a vote."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.appointment.cases.models import Case, Transfer
from shared.events import Event


class CaseState(Event):
    topic = "relais.appointment.cases"

    reference: str | None
    kind: str
    position_id: UUID
    facility_code: str
    authority_path: str
    shared_with: Sequence[str]
    rank: Literal["head", "deputy"]
    state: str
    classified: bool
    opened_on: date
    principle_granted_on: date | None
    file_completed_on: date | None
    decided_on: date | None
    stopped_on: date | None
    stopped_because: str | None
    starts_on: date | None

    @classmethod
    def about(cls, case: Case) -> Self:
        return cls.model_validate({name: getattr(case, name) for name in cls.model_fields})


class CaseOpened(CaseState):
    """A procedure about a leadership position began."""

    type = "appointment.case.opened.v1"


class CaseMoved(CaseState):
    """The procedure went one step on: principle, candidates, votes, file or proposal."""

    type = "appointment.case.moved.v1"


class CaseDecided(CaseState):
    """Its decision was signed."""

    type = "appointment.case.decided.v1"


class CaseStopped(CaseState):
    """The procedure stopped without decision."""

    type = "appointment.case.stopped.v1"


class CaseRevoked(CaseState):
    """Its decision was revoked: what it had changed is put back."""

    type = "appointment.case.revoked.v1"


class TransferState(Event):
    topic = "relais.appointment.transfers"

    person_id: UUID
    case_id: UUID
    from_facility_code: str
    to_facility_code: str
    post_id: UUID | None
    starts_on: date
    authority_path: str
    shared_with: Sequence[str]
    state: Literal["decided", "revoked"]
    decision: str

    @classmethod
    def about(cls, transfer: Transfer) -> Self:
        return cls.model_validate({name: getattr(transfer, name) for name in cls.model_fields})


class TransferDecided(TransferState):
    """A leader works at another place from a day on: the registry moves the primary assignment."""

    type = "appointment.transfer.decided.v1"


class TransferRevoked(TransferState):
    """The transfer was revoked: the registry puts the assignment back."""

    type = "appointment.transfer.revoked.v1"
