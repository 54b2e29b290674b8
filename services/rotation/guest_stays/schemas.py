"""Guest stays over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.rotation.fields import Code, Line, Reference, Word
from services.rotation.guest_stays.models import GuestStay
from services.rotation.sides import STAFF_OF_A_SIDE, may_act_for
from shared.actions import Action, action
from shared.auth import Caller
from shared.errors import Refused
from shared.i18n import _
from shared.records import Body
from shared.rulepacks import Rule

BOOK = "Relais rule book, exchanges (a guest teaches or practises with a permission)"


class GuestStayCreate(Body):
    """Who comes, from where, to which unit, for what and when."""

    reference: Reference | None = None
    agreement_id: UUID | None = None
    person_id: UUID
    sent_by: Line = Field(description="The institution of the guest.", examples=["Centre hospitalier universitaire de Clermont-Ferrand"])
    facility_code: Code
    unit: Line | None = None
    field: Word = Field(examples=["cardiology"])
    starts_on: date
    ends_on: date
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        return self


class PermissionGiven(Body):
    """What the guest may do here until when, and the paper that says so."""

    number: Line
    may_teach_until: date | None = None
    may_practise_until: date | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.may_teach_until is None and self.may_practise_until is None:
            raise ValueError(_("Say until when the guest may teach or practise."))
        return self


class Cancellation(Body):
    """Why the guest does not come."""

    reason: Line
    done_on: date | None = None


class GuestStayRead(BaseModel):
    """A guest stay and what the caller may do next."""

    id: UUID
    reference: str | None
    agreement_id: UUID | None
    person_id: UUID
    person_name: str | None
    sent_by: str
    facility_code: str
    unit: str | None
    field: str
    starts_on: date
    ends_on: date
    may_teach_until: date | None
    may_practise_until: date | None
    permission_number: str | None
    state: Literal["planned", "cancelled"]
    reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, guest: GuestStay) -> Self:
        values = {name: getattr(guest, name) for name in cls.model_fields if hasattr(guest, name)}
        host = may_act_for(caller, (guest.facility_code, guest.authority_path), roles=STAFF_OF_A_SIDE)
        return cls(**values, available_actions=[action(act, host, lambda: must_be_planned(guest)) for act in ("permit", "cancel")])


class Decade(BaseModel):
    """Guests who came in ten years."""

    decade: int = Field(examples=[1990])
    stays: int
    people: int
    by_field: dict[str, int]


class Decades(BaseModel):
    """Guests by decade, the first one first; cancelled stays are left out."""

    items: list[Decade]


def must_be_planned(guest: GuestStay) -> None:
    """Raises Refused."""
    if guest.state != "planned":
        raise Refused("stay-cancelled", _("This stay was cancelled."), rule=Rule("EXC-GUEST", "planned", "state", BOOK), possible=_("Enter another stay."))
