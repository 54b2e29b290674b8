"""What goes in and out about minimum staffing."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.rules import pack_of
from services.registry.staffing.models import StaffingMinimum
from services.registry.staffing.permissions import can_set_minimums_at
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.records import Body


class MinimumCreate(Body):
    """How many people of a team must be present by day, from a day on; a minimum of the same team that stands ends on the eve."""

    facility_code: str = Field(max_length=60, examples=["VN-22-BVT"])
    unit: str | None = Field(None, max_length=200, description="One unit; all of them together when not said.")
    occupation_code: str | None = Field(None, max_length=60)
    specialty: str | None = Field(None, max_length=200, examples=["orthopaedic-surgery"])
    min_present: int = Field(ge=0, le=10_000)
    mission_cap_percent: int | None = Field(None, ge=0, le=100, description="Share of the team that may be on mission; the rule pack's when not said.")
    valid_from: date
    valid_to: date | None = None
    reason: str | None = Field(None, min_length=3, max_length=500)
    reference: str | None = Field(None, min_length=1, max_length=200)
    done_on: date | None = None

    @model_validator(mode="after")
    def _a_team_and_days(self) -> Self:
        if self.occupation_code is None and self.specialty is None:
            raise ValueError(_("Name an occupation or a specialty."))
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(_("The last day comes before the first one."))
        return self


class MinimumEnding(Body):
    ends_on: date = Field(description="Last day, whole.")
    reason: str = Field(min_length=3, max_length=500)
    done_on: date | None = None


class MinimumRead(BaseModel):
    """A minimum, and what stands of the team today."""

    id: UUID
    reference: str | None
    facility_code: str
    facility_name: str | None
    unit: str | None
    occupation_code: str | None
    occupation_name: str | None
    specialty: str | None
    min_present: int
    mission_cap_percent: int
    cap_rule: dict[str, Any] | None = None
    valid_from: date
    valid_to: date | None
    reason: str | None
    team_today: int | None = None
    present_today: int | None = None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, minimum: StaffingMinimum, *, facility: str | None, occupation: str | None, team: int | None = None, present: int | None = None) -> Self:
        same = {name: getattr(minimum, name) for name in cls.model_fields if hasattr(minimum, name)}
        cap = pack_of(minimum.facility_code, max(today(), minimum.valid_from)).rule("ROT-03-CAP")
        own = minimum.mission_cap_percent is not None
        return cls(
            **same | {"mission_cap_percent": minimum.mission_cap_percent if own else cap.value},
            cap_rule=None if own else cap.as_json(),
            facility_name=facility,
            occupation_name=occupation,
            team_today=team,
            present_today=present,
            available_actions=[action("end", can_set_minimums_at(caller, minimum.authority_path))] if minimum.valid_to is None else [],
        )
