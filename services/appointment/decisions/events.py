"""What the register tells about decisions: the service that asked makes its effect, the observatory and the work-lists follow. No name, ever."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from services.appointment.decisions.models import Decision
from shared.events import Event


class DecisionState(Event):
    """Everything public about a decision. `effective_on` is the day from which its last act counts: of the decision, or of its revocation."""

    topic = "relais.appointment.decisions"

    source_service: str
    source_id: UUID
    kind: str
    authority_path: str
    shared_with: list[str]
    facility_code: str | None
    person_ids: list[UUID]
    state: Literal["proposed", "signed", "revoked", "superseded", "withdrawn"]
    proposed_by: str
    proposed_on: date
    effective_on: date
    decided_from: date = Field(description="First day of what was decided, whatever became of the decision later.")
    ends_on: date | None
    authority: str | None
    signed_by: str | None
    signed_on: date | None
    number: str | None
    number_authority: str | None
    retroactive: bool
    superseded_by: UUID | None
    supersedes: UUID | None
    conflict: str | None

    @classmethod
    def about(cls, decision: Decision) -> Self:
        values = {name: getattr(decision, name) for name in cls.model_fields if hasattr(decision, name)}
        more = {
            "effective_on": decision.ended_from or decision.effective_on,
            "decided_from": decision.effective_on,
            "retroactive": decision.is_retroactive,
            "revoked_by": decision.ended_by,
            "revoked_on": decision.ended_on,
        }
        return cls.model_validate(values | more)


class DecisionFiled(DecisionState):
    """A decision waits for a signature: filed for the first time, with other content, or once more after it was withdrawn."""

    type = "appointment.decision.filed.v1"


class DecisionWithdrawn(DecisionState):
    """Whoever had asked for a decision no longer does; it was not signed."""

    type = "appointment.decision.withdrawn.v1"


class DecisionContested(DecisionState):
    """The register heard something that it cannot apply: what was asked for was withdrawn after the signature. Somebody must settle it."""

    type = "appointment.decision.contested.v1"


class DecisionSigned(DecisionState):
    """A decision was signed: the service that asked makes its effect."""

    type = "appointment.decision.signed.v1"

    signed_by: str
    signed_on: date


class DecisionReissued(DecisionState):
    """A new text about something decided before was signed in place of an earlier one: nothing takes effect again."""

    type = "appointment.decision.reissued.v1"


class DecisionNumbered(DecisionState):
    """A decision that was to be regularised was given its number, or another number replaced one that was wrong."""

    type = "appointment.decision.numbered.v1"

    number: str


class DecisionRevoked(DecisionState):
    """A signed decision was revoked: what it had changed is put back from `effective_on`."""

    type = "appointment.decision.revoked.v1"

    revoked_by: str
    revoked_on: date
    revocation_number: str | None


class DecisionSuperseded(DecisionState):
    """Another decision about the same thing replaces the text of this one: what was done stands, under the new number."""

    type = "appointment.decision.superseded.v1"
