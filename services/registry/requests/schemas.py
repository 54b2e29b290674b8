"""What goes in and out about requests."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.procedures.api import ProcedureRead
from services.registry.procedures.catalogue import Procedure, Silence
from services.registry.requests.models import OPEN, REQUEST, WAITING, Channel, Request, State
from services.registry.requests.permissions import can_answer, can_decide
from shared.actions import Action, action
from shared.auth import ALLOWED, Caller
from shared.clock import today
from shared.records import Body


class RequestCreate(Body):
    """What one asks, by the catalogue."""

    procedure: str = Field(min_length=2, max_length=60, examples=["employment_attestation"])
    note: str | None = Field(None, min_length=2, max_length=1000)


class RequestReceived(Body):
    """What a person asked on paper, as the counter enters it: the delay runs from the day on which it came."""

    reference: str | None = Field(None, min_length=1, max_length=100)
    person_id: UUID
    facility_code: str = Field(min_length=2, max_length=60, description="The facility or office that must answer.")
    procedure: str = Field(min_length=2, max_length=60, examples=["employment_attestation"])
    note: str | None = Field(None, min_length=2, max_length=1000)
    done_on: date | None = None


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
    destroyed_on: date | None = Field(description="The file was destroyed after its time (REQ-RETENTION).")


class RequestRead(BaseModel):
    """A request, its clock, its steps, and what may be done next by the caller."""

    id: UUID
    reference: str | None
    person_id: UUID
    facility_code: str
    procedure: str
    channel: Channel
    state: State
    note: str | None
    asked_on: date
    due_on: date
    days_left: int | None = Field(description="Of the delay, while it rests because documents are missing.")
    is_late: bool
    decided_on: date | None
    reason: str | None
    attestation_id: UUID | None
    by_silence: bool = Field(description="Nobody answered within the delay, and the law takes silence for a yes.")
    silence: Silence | None = Field(description="What it means for this procedure that the delay passes without an answer.")
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
            may = {"take_up": answer, "ask_documents": answer, "supply": answer, "accept": decide, "refuse": decide}
            acts = [action(act, allowed, lambda act=act: REQUEST.after(act, request.state)) for act, allowed in may.items()]  # type: ignore[misc]
        return cls(
            **values,
            is_late=request.state in OPEN and request.state != WAITING and request.due_on < today(),
            silence=procedure.silence,
            documents=list(procedure.documents),
            rule=procedure.rule.told(),
            acts=[ActRead.model_validate(one) for one in request.acts],
            files=[FileRead.model_validate(one) for one in request.files],
            available_actions=acts,
        )


class ProcedureSummary(BaseModel):
    """What became of the requests of one procedure sent in a period, as it stood on a day."""

    procedure: str
    asked: int
    to_answer: int = Field(description="Answered, or with their delay passed, by the day.")
    in_time: int = Field(description="Answered within the delay.")
    by_silence: int
    median_days: float | None = Field(description="Between the request and its answer.")
    pending: int = Field(description="Waiting for an answer on the day, whenever they were sent.")
    late: int = Field(description="Those of them whose delay had passed.")
    oldest_id: UUID | None = Field(description="The oldest of those that wait.")
    oldest_on: date | None
    listed: ProcedureRead | None = Field(description="The procedure as the list has it on the day; none when it is not there any more.")
    steps_saved: int = Field(description="By the answered requests, against what was asked before.")
    documents_saved: int


class RequestsSummary(BaseModel):
    """Requests of a period by procedure, and together."""

    period_from: date = Field(serialization_alias="from")
    period_to: date = Field(serialization_alias="to")
    as_of: date
    in_time_percent: float | None
    items: list[ProcedureSummary]
