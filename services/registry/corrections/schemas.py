"""What goes in and out about corrections."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.corrections.models import CORRECTION, Correction, State
from services.registry.corrections.models import Field as Disputed
from services.registry.corrections.permissions import can_decide
from shared.actions import Action, action
from shared.auth import ALLOWED, Caller
from shared.records import Body


class CorrectionCreate(Body):
    """A field of one's own file that is wrong, what it should say, and what proves it."""

    field: Disputed
    proposed: str = Field(min_length=1, max_length=200, description="A name as it is written; a birth as 1985-03-09 or a bare year; a sex.", examples=["1985-03-09"])
    evidence: str = Field(min_length=3, max_length=1000, description="What proves it: the paper, its number, who holds it.")


class Acceptance(Body):
    comment: str | None = Field(None, min_length=3, max_length=1000)


class Rejection(Body):
    comment: str = Field(min_length=3, max_length=1000, description="Why; the person reads it.")


class CorrectionRead(BaseModel):
    id: UUID
    person_id: UUID
    field: Disputed
    stood: str | None = Field(description="What the file said when it was disputed.")
    proposed: str
    evidence: str
    state: State
    requested_on: date
    decided_on: date | None
    comment: str | None
    recorded_at: datetime
    version: int
    available_actions: list[Action]


def _read(correction: Correction, actions: list[Action]) -> CorrectionRead:
    return CorrectionRead(**{name: getattr(correction, name) for name in CorrectionRead.model_fields if name != "available_actions"}, available_actions=actions)


def seen_by_hr(caller: Caller, correction: Correction, own_person: UUID | None) -> CorrectionRead:
    decides = can_decide(caller, correction, own_person)
    return _read(correction, [action(act, decides, lambda act=act: CORRECTION.after(act, correction.state)) for act in ("accept", "reject")])  # type: ignore[misc]


def seen_by_its_person(correction: Correction) -> CorrectionRead:
    return _read(correction, [action("withdraw", ALLOWED, lambda: CORRECTION.after("withdraw", correction.state))])
