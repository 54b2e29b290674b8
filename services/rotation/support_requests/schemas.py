"""Support requests over HTTP."""

from datetime import date
from functools import partial
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.rotation.fields import Code, Level, Line, Reference, Text, Word
from services.rotation.support_requests.models import REQUEST, SupportRequest
from services.rotation.support_requests.permissions import can_decide, can_submit
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Mode = Literal["transfer", "manpower", "mixed"]


class SupportRequestCreate(Body):
    """What the receiving side cannot give yet, and how ready it is to learn it."""

    reference: Reference | None = None
    receiver_code: Code = Field(examples=["VN-22-TTBCE"])
    giver_code: Code | None = Field(None, description="The facility that is asked, when there is one in mind.")
    agreement_id: UUID | None = None
    need_id: UUID | None = Field(None, description="The need of recruitment that the support answers meanwhile.")
    mode: Mode
    specialty: Word
    technique: Word | None = None
    baseline_level: int | None = Field(None, ge=0, le=5)
    target_level: Level | None = None
    learners: list[UUID] = Field(default=[], max_length=50)
    equipment_ready: bool
    licence_scope_ready: bool
    urgency: Literal["low", "normal", "high"] = "normal"
    wanted_from: date
    days_needed: int = Field(ge=1, le=1000)
    text: Text | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.mode != "manpower" and (self.technique is None or self.baseline_level is None or self.target_level is None):
            raise ValueError(_("A technique to hand over has its name, the level of today and the level aimed at."))
        if self.baseline_level is not None and self.target_level is not None and self.target_level <= self.baseline_level:
            raise ValueError(_("The level aimed at is above the level of today."))
        if len(set(self.learners)) < len(self.learners):
            raise ValueError(_("A learner is named once."))
        return self


class RequestDecision(Body):
    """What is decided on a request."""

    outcome: Literal["validated", "not_ready", "refused"]
    comment: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _with_reasons(self) -> Self:
        if self.outcome == "refused" and not self.comment:
            raise ValueError(_("Say why the request is refused."))
        return self


class Completion(Body):
    """What the receiving side has made ready since."""

    learners: list[UUID] | None = Field(None, max_length=50)
    equipment_ready: bool | None = None
    licence_scope_ready: bool | None = None
    done_on: date | None = None


class SupportRequestRead(BaseModel):
    """A support request, what is missing, and what the caller may do next."""

    id: UUID
    reference: str | None
    giver_code: str | None
    receiver_code: str
    agreement_id: UUID | None
    need_id: UUID | None
    mode: Mode
    specialty: str
    technique: str | None
    baseline_level: int | None
    target_level: int | None
    learners: list[UUID]
    equipment_ready: bool
    licence_scope_ready: bool
    missing: list[Literal["learners", "equipment", "licence_scope"]]
    urgency: Literal["low", "normal", "high"]
    wanted_from: date
    days_needed: int
    text: str | None
    state: Literal["submitted", "not_ready", "validated", "refused"]
    submitted_on: date
    decided_on: date | None
    comment: str | None
    days_planned: int = Field(description="Days of the missions that answer it.")
    coverage_percent: int = Field(description="Planned support days for a hundred needed days, rounded half up (ROT-09).")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, request: SupportRequest, days_planned: int) -> Self:
        values = {name: getattr(request, name) for name in cls.model_fields if hasattr(request, name)}
        return cls(
            **values,
            days_planned=days_planned,
            coverage_percent=(200 * days_planned + request.days_needed) // (2 * request.days_needed),
            available_actions=[
                *(action(act, can_decide(caller, request), partial(REQUEST.after, act, request.state)) for act in ("validate", "find_not_ready", "refuse")),
                action("complete", can_submit(caller, request.receiver), lambda: REQUEST.after("complete", request.state)),
            ],
        )
