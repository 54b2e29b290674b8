"""Sessions over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.training.fields import Code, Currency, Line, Money, Number, Reference, RuleRead
from services.training.roles import can_organise, can_send_people
from services.training.sessions.guards import enough_must_be_enrolled, must_have_begun, pack_of_session
from services.training.sessions.models import TrainingSession
from services.training.sessions.seats import Seats
from services.training.workflow import CONFIRMED, OPEN, RUNNING, SESSION
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.errors import Refused
from shared.i18n import _, translate
from shared.jurisdictions import own_currency
from shared.records import Body
from shared.rulepacks import Rule

State = Literal["planned", "open", "confirmed", "running", "done", "evaluated", "postponed", "cancelled"]
ENROLS = (OPEN, CONFIRMED, RUNNING)


class HalfDayCreate(Body):
    """One morning or afternoon at a facility."""

    day: date
    part: Literal["morning", "afternoon"]
    facility_code: Code
    room: Line | None = None


class Dates(Body):
    """The half-days of a session, in any order."""

    half_days: list[HalfDayCreate] = Field(min_length=1, max_length=120)
    done_on: date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({(half_day.day, half_day.part) for half_day in self.half_days}) != len(self.half_days):
            raise ValueError(_("The same half-day appears twice."))
        return self


class SessionCreate(Dates):
    """A session as planned."""

    reference: Reference | None = None
    authority: Code = Field(description="Authority or facility that organises it.", examples=["VN-22"])
    course_id: UUID
    title: Line | None = Field(None, description="The course's own when not said.")
    plan_id: UUID | None = None
    axis: Code | None = Field(None, description="Code of the plan's axis that pays for it.")
    capacity: int = Field(ge=1, le=1000)
    min_participants: int = Field(1, ge=1, le=1000)
    trainer_ids: list[UUID] = Field(default_factory=list, max_length=50)
    trainer_facilities: list[Code] = Field(
        default_factory=list, max_length=10, description="Facilities of another authority that send trainers: the session and its room open to them."
    )
    provider: Line | None = Field(None, description="Who teaches when it is another organisation; no person's name.")
    currency: Currency = Field(default_factory=own_currency, description="ISO 4217; that of your own country unless said.")
    cost: Money = 0
    assessed: bool = Field(True, description="Whether there is a pre-test and a post-test.")
    open: bool = Field(False, description="Open it at once.")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.min_participants > self.capacity:
            raise ValueError(_("The minimum of participants is above the number of seats."))
        if self.axis is not None and self.plan_id is None:
            raise ValueError(_("An axis needs its plan."))
        return self


class Act(Body):
    """An act that needs nothing but its day."""

    done_on: date | None = None


class Stop(Body):
    """Why a session is postponed or cancelled."""

    reason: Line
    done_on: date | None = None


class Evaluation(Body):
    """What the participants said at the end: 1 (poor) to 5 (excellent), and how many answered."""

    satisfaction: Decimal | None = Field(None, ge=1, le=5, decimal_places=1)
    answers: int | None = Field(None, ge=0, le=1000)
    done_on: date | None = None


class HalfDayRead(BaseModel):
    """A half-day by its number in the session."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    day: date
    part: Literal["morning", "afternoon"]
    facility_code: str
    room: str | None


class SessionRead(BaseModel):
    """A session with its seats and what the caller may do next."""

    id: UUID
    reference: str | None
    authority: str
    course_id: UUID
    course_code: str
    title: str
    field: str
    plan_id: UUID | None
    axis_id: UUID | None
    first_day: date
    last_day: date
    half_days: list[HalfDayRead]
    facility_codes: list[str]
    capacity: int
    min_participants: int
    enrolled: int
    waiting: int
    completed: int
    trainer_ids: list[UUID]
    trainer_facilities: list[str]
    provider: str | None
    currency: str
    cost: int
    assessed: bool
    hours: Number
    credits: Number
    attendance_rule: RuleRead
    pass_rule: RuleRead | None
    state: State
    planned_on: date
    opened_on: date | None
    confirmed_on: date | None
    held_on: date | None
    evaluated_on: date | None
    ended_on: date | None
    reason: str | None
    satisfaction: Number | None
    answers: int | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, session: TrainingSession, seats: Seats) -> Self:
        values = {name: getattr(session, name) for name in cls.model_fields if hasattr(session, name) and name not in {"half_days"}}
        pack = pack_of_session(session)
        return cls(
            **values,
            half_days=[HalfDayRead.model_validate(half_day) for half_day in session.half_days],
            course_code=session.course.code,
            hours=session.course.hours,
            credits=session.course.credits,
            enrolled=seats.enrolled,
            waiting=seats.waiting,
            completed=seats.completed,
            attendance_rule=RuleRead.of(pack.rule("TRN-ATTENDED")),
            pass_rule=RuleRead.of(pack.rule("TRN-PASS")) if session.assessed else None,
            available_actions=_actions(caller, session, seats),
        )


def _actions(caller: Caller, session: TrainingSession, seats: Seats) -> list[Action]:
    organise, day = can_organise(caller, session), today()
    return [
        action("open", organise, lambda: SESSION.after("open", session.state)),
        action("enrol", can_send_people(caller), lambda: must_take_enrolments(session)),
        action("confirm", organise, lambda: SESSION.after("confirm", session.state), lambda: enough_must_be_enrolled(session, seats)),
        action("convene", organise, lambda: must_be_confirmed(session)),
        action("enter-attendance", organise, lambda: must_be_entered_now(session), lambda: must_have_begun(session, day)),
        action("enter-marks", organise, lambda: must_be_entered_now(session), lambda: must_be_assessed(session), lambda: must_have_begun(session, day)),
        action("hold", organise, lambda: SESSION.after("hold", session.state), lambda: must_have_begun(session, day, since=session.last_day)),
        action("certify", organise, lambda: must_be_held(session)),
        action("evaluate", organise, lambda: SESSION.after("evaluate", session.state)),
        action("postpone", organise, lambda: SESSION.after("postpone", session.state)),
        action("reschedule", organise, lambda: SESSION.after("reschedule", session.state)),
        action("cancel", organise, lambda: SESSION.after("cancel", session.state)),
    ]


def _must_be(session: TrainingSession, act: str, states: tuple[str, ...]) -> None:
    if session.state not in states:
        raise Refused(
            "state-does-not-allow",
            _("This act is not open: the state is “{state}”."),
            rule=Rule(f"WF-session-{act}", sorted(states), "states that allow it", SESSION.citation),
            possible=_("It is open while the state is “{wanted}”."),
            state=translate(session.state),
            wanted=" | ".join(translate(state) for state in states),
        )


def must_take_enrolments(session: TrainingSession) -> None:
    """People are enrolled from its opening to its end. Raises Refused."""
    _must_be(session, "enrol", ENROLS)


def must_be_confirmed(session: TrainingSession) -> None:
    """People are convened to a session that takes place. Raises Refused."""
    _must_be(session, "convene", ("confirmed", "running"))


def must_be_entered_now(session: TrainingSession) -> None:
    """Attendance and marks are entered from its confirmation; afterwards they are corrected. Raises Refused."""
    _must_be(session, "enter", ("confirmed", "running", "done", "evaluated"))


def must_be_held(session: TrainingSession) -> None:
    """Certificates are given once a session was held. Raises Refused."""
    _must_be(session, "certify", ("done", "evaluated"))


def must_be_assessed(session: TrainingSession) -> None:
    """Marks belong to a session with a test. Raises Refused."""
    if not session.assessed:
        raise Refused(
            "no-test",
            _("This session has no test."),
            rule=Rule("EVAL-01", "assessed", "kind of session", "Relais rule book, training (pre-test and post-test)"),
            possible=_("Certificates are given on attendance alone."),
        )
