"""Shortage specialties over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.recruitment.policies.schemas import Code, Line, Reference
from services.recruitment.shortages.models import Shortage
from services.recruitment.shortages.permissions import can_end
from services.recruitment.workflow import SHORTAGE
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.records import Body

Specialty = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class ShortageCreate(Body):
    """A shortage as an authority declares it."""

    reference: Reference | None = None
    authority: Code = Field(examples=["VN-22"])
    specialty: Specialty | None = Field(None, examples=["haematology"])
    occupation_code: Code | None = Field(None, examples=["VN-BSCK"])
    reason: Line
    legal_basis: Line | None = Field(None, description="The text that declares it, when there is one.")
    valid_from: date
    valid_to: date = Field(description="Last day, whole.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.specialty is None and self.occupation_code is None:
            raise ValueError(_("Name a specialty, a title, or both."))
        if self.valid_to < self.valid_from:
            raise ValueError(_("The last day comes before the first one."))
        return self


class ShortageEnd(Body):
    """The last day of a shortage that ends earlier than foreseen."""

    last_day: date
    done_on: date | None = None


class ShortageRead(BaseModel):
    """A declared shortage, and what the caller may do next."""

    id: UUID
    reference: str | None
    authority: str
    specialty: str | None
    occupation_code: str | None
    reason: str
    legal_basis: str | None
    valid_from: date
    valid_to: date
    in_force: bool = Field(description="Whether it stands today.")
    state: Literal["declared", "ended"]
    declared_on: date
    ended_on: date | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, shortage: Shortage) -> Self:
        return cls(
            **{name: getattr(shortage, name) for name in cls.model_fields if hasattr(shortage, name)},
            in_force=shortage.covers(today()),
            available_actions=[action("end", can_end(caller, shortage), lambda: SHORTAGE.after("end", shortage.state))],
        )
