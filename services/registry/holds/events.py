"""What the registry tells about holds, and what it hears of those who took them. Never the ground of a leave."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.registry.holds.models import Hold, Kind, State
from shared.events import Event
from shared.holds import HoldSettled


class HeldDays(BaseModel):
    """From a first to a last day, both whole."""

    starts_on: date
    ends_on: date


class HoldState(Event):
    topic = "relais.registry.holds"

    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    kind: Kind
    periods: list[HeldDays]
    state: State
    source_service: str
    source_id: UUID
    overridden: bool

    @classmethod
    def about(cls, hold: Hold) -> Self:
        same = {name: getattr(hold, name) for name in ("id", "person_id", "facility_code", "authority_path", "shared_with", "kind", "state", "source_service", "source_id")}
        return cls(**same, periods=[HeldDays(starts_on=first, ends_on=last) for first, last in hold.spans], overridden=hold.override_reason is not None)


class HoldTaken(HoldState):
    """Days of a person were held; they are free again unless confirmed in a quarter of an hour."""

    type = "registry.hold.taken.v1"


class HoldConfirmed(HoldState):
    """The thing that takes the person away exists: the days are held until it ends."""

    type = "registry.hold.confirmed.v1"


class HoldReleased(HoldState):
    """The days from some day on are free again; those before were spent."""

    type = "registry.hold.released.v1"


class HoldExpired(HoldState):
    """Nothing confirmed the hold in time: the days are free."""

    type = "registry.hold.expired.v1"


class HoldConflicting(HoldState):
    """It was confirmed after it had expired and its days had been given to something else: somebody must choose."""

    type = "registry.hold.conflicting.v1"


class SettledByTraining(HoldSettled):
    """What became of a hold for a session or a stay."""

    type = "training.hold.settled.v1"
    topic = "relais.training.holds"


class SettledByRotation(HoldSettled):
    """What became of a hold for a mission."""

    type = "rotation.hold.settled.v1"
    topic = "relais.rotation.holds"
