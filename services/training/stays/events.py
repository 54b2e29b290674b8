"""What training tells about stays abroad: the observatory counts them, the registry knows the days by the hold. No name, ever."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.training.stays.models import Stay
from shared.events import Event


class StayState(Event):
    """One person's stay abroad, with the group in which they go. A delegation is counted apart from short courses."""

    topic = "relais.training.stays"

    group_id: UUID
    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    kind: Literal["short_course", "delegation"]
    country: str
    region: str | None
    host: str
    field: str
    starts_on: date
    ends_on: date
    state: Literal["proposed", "ordered", "conflicting", "departed", "returned", "reported", "cancelled"]
    decision: str | None
    departed_on: date | None
    returned_on: date | None
    reported_on: date | None

    @classmethod
    def about(cls, stay: Stay) -> Self:
        group = stay.group
        values = {name: getattr(stay, name) for name in cls.model_fields if name in _OF_THE_STAY}
        return cls(**values, **{name: getattr(group, name) for name in cls.model_fields if name not in _OF_THE_STAY})


_OF_THE_STAY = ("id", "group_id", "person_id", "facility_code", "authority_path", "shared_with", "state", "departed_on", "returned_on", "reported_on")


class StayProposed(StayState):
    """Somebody is proposed for a stay; the registry holds the days."""

    type = "training.stay.proposed.v1"


class StayOrdered(StayState):
    """The decision is signed."""

    type = "training.stay.ordered.v1"


class StayConflicting(StayState):
    """The decision is signed, and the person does not work there any more: somebody must settle it."""

    type = "training.stay.conflicting.v1"


class StayDeparted(StayState):
    """The person left."""

    type = "training.stay.departed.v1"


class StayReturned(StayState):
    """The person is back; the report is due."""

    type = "training.stay.returned.v1"


class StayReported(StayState):
    """The return report is in."""

    type = "training.stay.reported.v1"


class StayCancelled(StayState):
    """The person does not go; the days are free again."""

    type = "training.stay.cancelled.v1"


ABOUT = {
    "proposed": StayProposed,
    "ordered": StayOrdered,
    "conflicting": StayConflicting,
    "departed": StayDeparted,
    "returned": StayReturned,
    "reported": StayReported,
    "cancelled": StayCancelled,
}


def stay_event(stay: Stay) -> StayState:
    """The event of the state that a stay has come to."""
    return ABOUT[stay.state].about(stay)
