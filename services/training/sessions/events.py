"""What training tells about its sessions: when and where they are, and how many are enrolled and came."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.training.sessions.models import TrainingSession
from services.training.sessions.seats import Seats
from shared.events import Event


class SessionState(Event):
    """One session. Names nobody."""

    topic = "relais.training.sessions"
    field_class = "directory"

    authority: str
    authority_path: str
    course_id: UUID
    field: str
    title: str
    plan_id: UUID | None
    facility_codes: Sequence[str]
    first_day: date
    last_day: date
    half_days: int
    state: Literal["planned", "open", "confirmed", "running", "done", "evaluated", "postponed", "cancelled"]
    capacity: int
    enrolled: int
    completed: int
    currency: str
    cost: int
    held_on: date | None

    @classmethod
    def about(cls, session: TrainingSession, seats: Seats) -> Self:
        values = {name: getattr(session, name) for name in cls.model_fields if hasattr(session, name) and name != "half_days"}
        return cls(**values, half_days=len(session.half_days), enrolled=seats.enrolled, completed=seats.completed)


class SessionPlanned(SessionState):
    """A session has its dates, places and seats."""

    type = "training.session.planned.v1"


class SessionOpened(SessionState):
    """People can be enrolled."""

    type = "training.session.opened.v1"


class SessionConfirmed(SessionState):
    """Enough are enrolled: it takes place."""

    type = "training.session.confirmed.v1"


class SessionChanged(SessionState):
    """Somebody was enrolled, withdrew or attended."""

    type = "training.session.changed.v1"


class SessionHeld(SessionState):
    """It took place and attendance is entered."""

    type = "training.session.held.v1"


class SessionEvaluated(SessionState):
    """Marks and opinions are in."""

    type = "training.session.evaluated.v1"


class SessionPostponed(SessionState):
    """It waits for new dates."""

    type = "training.session.postponed.v1"


class SessionCancelled(SessionState):
    """It does not take place."""

    type = "training.session.cancelled.v1"
