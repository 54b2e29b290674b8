"""What goes in and out about requests."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.procedures.catalogue import Procedure
from services.registry.requests.models import OPEN, REQUEST, WAITING, Request, State
from services.registry.requests.permissions import can_answer, can_decide
from shared.actions import Action, action
from shared.auth import ALLOWED, Caller
from shared.clock import today
from shared.records import Body


class RequestCreate(Body):
    """What one asks, by the catalogue."""

    procedure: str = Field(min_length=2, max_length=60, examples=["employment_attestation"])
    note: str | None = Field(None, min_length=2, max_length=1000)


class Step(Body):
    """A step with what is said to the person."""

    comment: str | None = Field(None, min_length=3, max_length=1000)
    done_on: date | None = None


class Because(Body):
    """A step that must say why."""

    comment: str = Field(min_length=3, max_length=1000)
    done_on: date | None = None


class ActRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    act: str
    day: date
    comment: str | None
    recorded_at: datetime


class FileRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    type: str
    size: int
    kind: str
    added_on: date


class RequestRead(BaseModel):
    """A request, its clock, its steps, and what may be done next by the caller."""

    id: UUID
    person_id: UUID
    facility_code: str
    procedure: str
    state: State
    note: str | None
    asked_on: date
    due_on: date
    days_left: int | None = Field(description="Of the delay, while it rests because documents are missing.")
    is_late: bool
    decided_on: date | None
    reason: str | None
    attestation_id: UUID | None
    documents: list[str] = Field(description="Asked by the procedure.")
    rule: dict[str, Any]
    acts: list[ActRead]
    files: list[FileRead]
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, request: Request, procedure: Procedure, *, own: bool = False) -> Self:
        values = {name: getattr(request, name) for name in cls.model_fields if hasattr(request, name) and name not in ("acts", "files")}
        if own:
            acts = [action(act, ALLOWED, lambda act=act: REQUEST.after(act, request.state)) for act in ("withdraw", "supply")]  # type: ignore[misc]
        else:
            answer, decide = can_answer(caller, request), can_decide(caller, request, procedure)
            may = {"take_up": answer, "ask_documents": answer, "accept": decide, "refuse": decide}
            acts = [action(act, allowed, lambda act=act: REQUEST.after(act, request.state)) for act, allowed in may.items()]  # type: ignore[misc]
        return cls(
            **values,
            is_late=request.state in OPEN and request.state != WAITING and request.due_on < today(),
            documents=list(procedure.documents),
            rule=procedure.rule.told(),
            acts=[ActRead.model_validate(one) for one in request.acts],
            files=[FileRead.model_validate(one) for one in request.files],
            available_actions=acts,
        )
