"""What rotation announces about placements. No name, ever."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.rotation.placements.models import Placement
from shared.events import Event


class PlacementState(Event):
    """Somebody of one side who learns at the other one."""

    topic = "relais.rotation.placements"

    person_id: UUID
    agreement_id: UUID | None
    occupation_code: str | None
    home_code: str
    host_code: str
    host_unit: str | None
    authority_path: str
    shared_with: list[str]
    field: str
    status_type: Literal["dfms", "dfmsa", "stagiaire_associe", "observer", "student", "teacher"] | None
    purpose: Literal["return", "migration"]
    starts_on: date
    ends_on: date
    ended_on: date | None
    months: int
    state: Literal["applied", "refused", "cancelled", "selected", "departed", "arrived", "ended", "returned", "debriefed", "stayed"]
    from_register: bool
    departed_on: date | None
    arrived_on: date | None
    returned_on: date | None
    months_due: int
    committed_on: date | None
    benefit_amount: int
    currency: str | None
    done_on: date

    @classmethod
    def about(cls, placement: Placement, done_on: date) -> Self:
        values = {name: getattr(placement, name) for name in cls.model_fields if hasattr(placement, name)}
        promised, (amount, currency) = placement.paper("commitment"), placement.scholarship
        return cls(
            **values,
            months_due=promised.months or 0 if promised else 0,
            committed_on=promised.since if promised else None,
            benefit_amount=amount,
            currency=currency,
            done_on=done_on,
        )


class PlacementApplied(PlacementState):
    """Somebody applies to a call."""

    type = "rotation.placement.applied.v1"


class PlacementSelected(PlacementState):
    """A person has chosen, with reasons."""

    type = "rotation.placement.selected.v1"


class PlacementDropped(PlacementState):
    """Refused or given up before the departure."""

    type = "rotation.placement.dropped.v1"


class PlacementChanged(PlacementState):
    """A step was done, or the days were changed."""

    type = "rotation.placement.changed.v1"


class PlacementDeparted(PlacementState):
    """The person has left; who is to come back has promised months of service."""

    type = "rotation.placement.departed.v1"


class PlacementEnded(PlacementState):
    """The stay is over."""

    type = "rotation.placement.ended.v1"


class PlacementReturned(PlacementState):
    """Back at home: the months of service run from this day."""

    type = "rotation.placement.returned.v1"


class PlacementStayed(PlacementState):
    """The person did not come back."""

    type = "rotation.placement.stayed.v1"


class PlacementEntered(PlacementState):
    """A stay of the past was entered from a register."""

    type = "rotation.placement.entered.v1"
