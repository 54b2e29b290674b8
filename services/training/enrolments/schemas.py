"""Enrolments over HTTP: requests, attendance sheets and mark sheets."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.training.enrolments.models import Enrolment
from services.training.enrolments.permissions import can_withdraw
from services.training.fields import Line, Number
from services.training.workflow import CAME, ENROLMENT
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

State = Literal["waiting", "requested", "convened", "attended", "passed", "failed", "absent", "credited", "withdrawn"]
Mark = Decimal


class EnrolmentCreate(Body):
    """One person for a session."""

    session_id: UUID
    person_id: UUID
    override_reason: Line | None = Field(None, description="Why a head of facility lets the person go although the registry warns (TRN-02).")
    done_on: date | None = None


class EnrolmentsCreate(Body):
    """Several people for a session: each is answered by itself."""

    person_ids: list[UUID] = Field(min_length=1, max_length=500)
    done_on: date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.person_ids)) != len(self.person_ids):
            raise ValueError(_("The same person appears twice."))
        return self


class Withdrawal(Body):
    """Why a person does not go."""

    reason: Line
    done_on: date | None = None


class SeatsFill(Body):
    """Give free seats to those who wait, first come first served."""

    done_on: date | None = None


class AttendanceEntry(Body):
    """Half-days by their number: those on which one person was there, and those on which they were not."""

    person_id: UUID
    present: list[int] = Field(default_factory=list, max_length=120)
    absent: list[int] = Field(default_factory=list, max_length=120)

    @model_validator(mode="after")
    def _either_or(self) -> Self:
        if set(self.present) & set(self.absent):
            raise ValueError(_("A half-day is either present or absent."))
        return self


class AttendanceCreate(Body):
    """An attendance sheet: one person or the whole room. `done_on` is the day of the sheet; entered later it says so."""

    entries: list[AttendanceEntry] = Field(min_length=1, max_length=1000)
    done_on: date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({entry.person_id for entry in self.entries}) != len(self.entries):
            raise ValueError(_("The same person appears twice."))
        return self


class MarksEntry(Body):
    """Marks of one person, 0 to 100; what is not said stays."""

    person_id: UUID
    pre: Decimal | None = Field(None, ge=0, le=100, decimal_places=2)
    post: Decimal | None = Field(None, ge=0, le=100, decimal_places=2)


class MarksCreate(Body):
    """A mark sheet: one person or the whole room."""

    entries: list[MarksEntry] = Field(min_length=1, max_length=1000)
    done_on: date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({entry.person_id for entry in self.entries}) != len(self.entries):
            raise ValueError(_("The same person appears twice."))
        return self


class EnrolmentRead(BaseModel):
    """One person in one session, with what the caller may do next."""

    id: UUID
    session_id: UUID
    session_title: str
    field: str
    first_day: date
    last_day: date
    person_id: UUID
    facility_code: str
    occupation_code: str
    state: State
    half_days: int
    half_days_present: int
    half_days_entered: int
    presence: dict[int, bool] = Field(default_factory=dict, description="Half-days entered, by number.")
    attendance_percent: Number
    attended: bool
    entered_afterwards: bool = Field(description="Attendance was entered after the session's last day.")
    pre_mark: Number | None
    post_mark: Number | None
    hours_credited: Number
    held: bool = Field(description="The registry holds the days.")
    requested_on: date
    convened_on: date | None
    attendance_on: date | None
    assessed_on: date | None
    credited_on: date | None
    withdrawn_on: date | None
    withdrawal_reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, enrolment: Enrolment, presence: dict[int, bool] | None = None) -> Self:
        values = {name: getattr(enrolment, name) for name in cls.model_fields if hasattr(enrolment, name)}
        training = enrolment.session
        return cls(
            **values,
            session_title=training.title,
            field=training.field,
            first_day=training.first_day,
            last_day=training.last_day,
            presence=presence or {},
            attended=enrolment.state in CAME,
            held=enrolment.hold_id is not None,
            available_actions=[action("withdraw", can_withdraw(caller, enrolment), lambda: ENROLMENT.after("withdraw", enrolment.state))],
        )


class EnrolmentAnswer(BaseModel):
    """What became of one person of a batch: the enrolment, or the problem that refused it."""

    person_id: UUID
    enrolment: EnrolmentRead | None = None
    problem: dict[str, Any] | None = None


class EnrolmentAnswers(BaseModel):
    """Each person of a batch in the order of the request."""

    items: list[EnrolmentAnswer]
    enrolled: int
    waiting: int
    refused: int


class SheetRead(BaseModel):
    """What a sheet has changed."""

    entered: int
    enrolments: list[EnrolmentRead]
