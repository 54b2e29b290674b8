"""What goes in and out about delegations."""

from datetime import date, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.appointment.delegations.models import DELEGATION, Delegation, Nature
from services.appointment.delegations.permissions import can_give
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Code = Annotated[str, StringConstraints(min_length=2, max_length=60)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", min_length=2, max_length=60)]


class DelegationCreate(Body):
    """Which authority is competent for an act at a place, from a first day on, by which order."""

    reference: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    authority: Code = Field(description="Who gives: the authority whose act it is.", examples=["MA"])
    act: Word = Field(description="The kind of decision.", examples=["benefits"])
    rank: Word | None = Field(None, description="Only for decisions about this rank.", examples=["deputy"])
    place: Code = Field(description="The authority or facility whose decisions are meant, with all below it.", examples=["MA-03"])
    competent: Code = Field(description="Who signs from then on.", examples=["MA-03"])
    nature: Nature = Field("power", description="`power`: the one who is named signs alone; `signature`: the one who gave it may sign too.")
    citation: Annotated[str, StringConstraints(min_length=3, max_length=300)] = Field(description="The order that says so.", examples=["Arrêté no. 1234-21"])
    valid_from: date
    valid_to: date | None = Field(None, description="The last day, whole.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _days(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(_("The last day comes before the first one."))
        return self


class DelegationEnd(Body):
    """The last day of a row, and why."""

    valid_to: date
    reason: Annotated[str, StringConstraints(min_length=3, max_length=1000)]
    done_on: date | None = None


class DelegationRead(BaseModel):
    """A row of the matrix."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str | None
    state: Literal["given", "ended"]
    authority: str
    act: str
    rank: str | None
    place: str
    competent: str
    nature: Nature
    citation: str
    valid_from: date
    valid_to: date | None
    end_reason: str | None
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, row: Delegation) -> Self:
        names = ("id", "reference", "state", "authority", "act", "rank", "place", "competent", "nature", "citation", "valid_from", "end_reason", "version")
        return cls(
            **{name: getattr(row, name) for name in names},
            valid_to=row.valid.upper - timedelta(days=1) if row.valid.upper else None,
            available_actions=[action("end", can_give(caller, row.authority_path), lambda: DELEGATION.after("end", row.state))],
        )


class DelayRead(BaseModel):
    """How long acts of one kind took in a region, from proposal to signature."""

    model_config = ConfigDict(from_attributes=True)

    act: str
    region: str
    level: Literal["centre", "region", "facility"] = Field(description="Who signed.")
    phase: Literal["before", "after", "never"] = Field(description="Proposed before or after the act was delegated to the region; `never`: it was not.")
    since: date | None = Field(description="Since when the region is competent.")
    decisions: int
    median_days: float
    longest_days: int


class DelaysRead(BaseModel):
    """Acts signed in a period, with their delay before and after their delegation."""

    period_from: date = Field(serialization_alias="from")
    period_to: date = Field(serialization_alias="to")
    items: list[DelayRead]
