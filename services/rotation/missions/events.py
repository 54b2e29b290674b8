"""What rotation announces about missions. Source and destination are both named: stock counts at the source, coverage at the destination (A27)."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel

from services.rotation.missions.models import Mission
from shared.clock import today
from shared.events import Event


class Days(BaseModel):
    """From a first to a last day, both whole."""

    starts_on: date
    ends_on: date


class MissionState(Event):
    topic = "relais.rotation.missions"

    person_id: UUID
    occupation_code: str
    specialty: str | None
    giver_code: str
    receiver_code: str
    authority_path: str
    receiver_path: str
    shared_with: list[str]
    programme: str
    agreement_id: UUID | None
    request_id: UUID | None
    need_id: UUID | None
    technique: str | None
    mode: Literal["transfer", "manpower", "mixed"]
    pattern: Literal["continuous", "weekly_days", "monthly_week"]
    periods: list[Days]
    starts_on: date
    ends_on: date
    departed_on: date | None
    ended_on: date | None
    days_planned: int
    days_done: int
    state: Literal[
        "proposed",
        "source_ok",
        "worker_ok",
        "destination_ok",
        "ordered",
        "in_progress",
        "extended",
        "suspended",
        "recalled",
        "ended",
        "reported",
        "evaluated",
        "closed",
        "refused",
        "cancelled",
    ]
    decision: str | None
    signed_on: date | None

    @classmethod
    def about(cls, mission: Mission) -> Self:
        values = {name: getattr(mission, name) for name in cls.model_fields if hasattr(mission, name)}
        return cls(**values, periods=[Days(starts_on=first, ends_on=last) for first, last in mission.spans], days_done=len(mission.done_days(today())))


class MissionProposed(MissionState):
    """A named person is proposed for these days, which the registry holds."""

    type = "rotation.mission.proposed.v1"


class MissionAgreed(MissionState):
    """The source, the worker or the destination has answered; the state says who."""

    type = "rotation.mission.agreed.v1"


class MissionOrdered(MissionState):
    """The order is signed."""

    type = "rotation.mission.ordered.v1"


class MissionStarted(MissionState):
    """The person has left for the destination."""

    type = "rotation.mission.started.v1"


class MissionChanged(MissionState):
    """It is extended, suspended, resumed, or days of it were not done."""

    type = "rotation.mission.changed.v1"


class MissionEnded(MissionState):
    """The person is back, at the end or recalled."""

    type = "rotation.mission.ended.v1"


class MissionReported(MissionState):
    """Both sides have reported."""

    type = "rotation.mission.reported.v1"


class MissionEvaluated(MissionState):
    """What it achieved is written down; when closed, the follow-ups are planned."""

    type = "rotation.mission.evaluated.v1"


class MissionRefused(MissionState):
    """The source, the worker or the destination refused."""

    type = "rotation.mission.refused.v1"


class MissionCancelled(MissionState):
    """It does not take place, or its order was revoked: the days from then on are free again."""

    type = "rotation.mission.cancelled.v1"
