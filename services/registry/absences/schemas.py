"""What goes in and out about absences."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.absences.models import ABSENCE, Absence, State, Type
from services.registry.absences.permissions import can_decide, can_keep_absences_at
from services.registry.holds.permissions import knows_why
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

LONGEST_DAYS = 3 * 366


class AbsenceCreate(Body):
    """A leave as asked. The days are held at once, so that nothing else takes them while it waits."""

    person_id: UUID
    type: Type
    starts_on: date
    ends_on: date
    override_reason: str | None = Field(
        None, min_length=3, max_length=500, description="Ask although too few would be present, and why: the head of the facility grants it, or not, with the leave."
    )
    reference: str | None = Field(None, min_length=1, max_length=200)
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        if (self.ends_on - self.starts_on).days >= LONGEST_DAYS:
            raise ValueError(_("A leave lies within three years."))
        return self


class Approval(Body):
    counts_for_probation: bool = Field(True, description="Whether the head lets a short justified absence count for the probation (REC-VN-11); a long one never does.")
    done_on: date | None = None


class RefusalCreate(Body):
    reason: str = Field(min_length=3, max_length=500)
    done_on: date | None = None


class Cancellation(Body):
    from_day: date | None = Field(None, description="First day that is worked again; the whole leave when not said.")
    done_on: date | None = None


class AbsenceRead(BaseModel):
    """An absence. Whoever is not HR of the employer reads the type “protected”."""

    id: UUID
    reference: str | None
    person_id: UUID
    facility_code: str
    type: Type | Literal["protected"]
    starts_on: date
    ends_on: date
    days: int
    state: State
    requested_on: date
    decided_on: date | None
    reason: str | None
    override_reason: str | None
    counts_for_probation: bool | None
    counts_for_step: bool | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, absence: Absence, *, knows: bool = False) -> Self:
        """`knows`: whoever it is about reads all of it."""
        values = {name: getattr(absence, name) for name in cls.model_fields if hasattr(absence, name)}
        if not (knows or knows_why(caller, absence.authority_path)):
            values |= {"type": "protected", "reason": None, "override_reason": None, "reference": None, "counts_for_probation": None, "counts_for_step": None}
        decide, keep = can_decide(caller, absence), can_keep_absences_at(caller, absence.authority_path)
        return cls(
            **values,
            available_actions=[
                action("approve", decide, lambda: ABSENCE.after("approve", absence.state)),
                action("refuse", decide, lambda: ABSENCE.after("refuse", absence.state)),
                action("cancel", keep, lambda: ABSENCE.after("cancel", absence.state)),
            ],
        )
