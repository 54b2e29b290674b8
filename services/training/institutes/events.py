"""What training tells of seats and conventions of institutes."""

from datetime import date
from typing import Literal, Self

from services.training.institutes.models import Capacity, Convention
from shared.events import Event


class CapacityState(Event):
    topic = "relais.training.seat_capacities"

    facility_code: str
    authority_path: str
    shared_with: list[str]
    region: str
    ownership: str
    stream: str
    year: int
    starts_on: date
    ends_on: date
    seats: int
    set_on: date
    state: Literal["set"]

    @classmethod
    def about(cls, capacity: Capacity) -> Self:
        return cls(**{name: getattr(capacity, name) for name in cls.model_fields})


class SeatsSet(CapacityState):
    """So many may enter the first year of a stream."""

    type = "training.seat_capacity.set.v1"


class SeatsChanged(CapacityState):
    """A decision changed how many."""

    type = "training.seat_capacity.changed.v1"


class ConventionState(Event):
    topic = "relais.training.institute_conventions"

    institute_code: str
    partner_code: str
    authority_path: str
    shared_with: list[str]
    starts_on: date
    ends_on: date
    ended_on: date | None
    seats: int
    placements: int
    teachers: int
    signed_on: date
    state: Literal["active", "ended"]

    @classmethod
    def about(cls, convention: Convention) -> Self:
        return cls(**{name: getattr(convention, name) for name in cls.model_fields})


class ConventionSigned(ConventionState):
    """Public and private promise each other seats, placements or teachers."""

    type = "training.institute_convention.signed.v1"


class ConventionEnded(ConventionState):
    """It is over."""

    type = "training.institute_convention.ended.v1"
