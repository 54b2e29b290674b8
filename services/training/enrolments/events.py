"""What training tells about enrolments: who goes where, who came, what counts. Never a name and never a mark."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.training.enrolments.models import Enrolment
from services.training.fields import Number
from services.training.sessions.models import TrainingSession
from services.training.workflow import CAME, CREDITED
from shared.events import Event


class EnrolmentState(Event):
    """One person in one session. `attended`: enough half-days by the rule of the pack."""

    topic = "relais.training.enrolments"

    session_id: UUID
    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    field: str
    title: str
    first_day: date
    last_day: date
    state: Literal["waiting", "requested", "convened", "attended", "passed", "failed", "absent", "credited", "withdrawn"]
    half_days: int
    half_days_present: int
    attendance_percent: Number
    attended: bool
    hours_credited: Number
    certified: bool

    @classmethod
    def about(cls, enrolment: Enrolment, session: TrainingSession) -> Self:
        values = {name: getattr(enrolment, name) for name in cls.model_fields if hasattr(enrolment, name)}
        return cls(
            **values,
            field=session.field,
            title=session.title,
            first_day=session.first_day,
            last_day=session.last_day,
            attended=enrolment.state in CAME,
            certified=enrolment.state == CREDITED,
        )


class EnrolmentRequested(EnrolmentState):
    """A person has a seat, and the registry holds the days."""

    type = "training.enrolment.requested.v1"


class EnrolmentWaiting(EnrolmentState):
    """A person waits for a seat; no day is held."""

    type = "training.enrolment.waiting.v1"


class EnrolmentConvened(EnrolmentState):
    """A person is expected."""

    type = "training.enrolment.convened.v1"


class EnrolmentCompleted(EnrolmentState):
    """Attendance of all half-days is entered: attended or absent."""

    type = "training.enrolment.completed.v1"


class EnrolmentAssessed(EnrolmentState):
    """Marks are entered: passed or failed."""

    type = "training.enrolment.assessed.v1"


class EnrolmentCredited(EnrolmentState):
    """A certificate was given and hours are credited."""

    type = "training.enrolment.credited.v1"


class EnrolmentUncredited(EnrolmentState):
    """The certificate was revoked and its hours are taken back."""

    type = "training.enrolment.uncredited.v1"


class EnrolmentWithdrawn(EnrolmentState):
    """A person does not go; the days are free again."""

    type = "training.enrolment.withdrawn.v1"
