"""Calls over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.rotation.exchange_calls.models import ExchangeCall
from services.rotation.fields import Code, Language, LanguageLevel, Line, Reference, StatusType, Word
from services.rotation.sides import STAFF_OF_A_SIDE
from shared.actions import Action, action
from shared.auth import Caller, with_role
from shared.clock import today
from shared.errors import Refused
from shared.i18n import _
from shared.records import Body
from shared.rulepacks import Rule

BOOK = "Relais rule book, exchanges (who applies does so while the call is open)"


class CallCreate(Body):
    """Places that are offered until a day. Without a level, the language rule of the host's country holds (EXC-03)."""

    reference: Reference | None = None
    agreement_id: UUID
    host_code: Code = Field(examples=["FR-63-CHU"])
    title: Line
    field: Word = Field(examples=["cardiology"])
    status_type: StatusType
    places: int = Field(ge=1, le=1000)
    language: Language = "fr"
    language_level: LanguageLevel | None = None
    opens_on: date
    closes_on: date
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes_on < self.opens_on:
            raise ValueError(_("The last day is before the first one."))
        return self


class Withdrawal(Body):
    """Why nobody may apply any more."""

    reason: Line
    done_on: date | None = None


class CallRead(BaseModel):
    """A call, and whether one may apply today."""

    id: UUID
    reference: str | None
    agreement_id: UUID
    host_code: str
    home_code: str
    title: str
    field: str
    status_type: StatusType
    places: int
    language: str
    language_level: LanguageLevel
    opens_on: date
    closes_on: date
    state: Literal["published", "withdrawn"]
    reason: str | None
    published_on: date
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, call: ExchangeCall) -> Self:
        values = {name: getattr(call, name) for name in cls.model_fields if hasattr(call, name)}
        staff = with_role(*STAFF_OF_A_SIDE)(caller)
        return cls(**values, available_actions=[action("apply", staff, lambda: must_be_open(call, today())), action("withdraw", staff, lambda: must_stand(call))])


def must_be_open(call: ExchangeCall, day: date) -> None:
    """Raises Refused."""
    if not call.is_open(day):
        raise Refused(
            "call-not-open",
            _("The call was open from {first} to {last}; the application is of {day}.") if call.state == "published" else _("The call was withdrawn."),
            rule=Rule("EXC-CALL", [call.opens_on.isoformat(), call.closes_on.isoformat()], "days", BOOK),
            possible=_("Apply to another call."),
            first=call.opens_on.isoformat(),
            last=call.closes_on.isoformat(),
            day=day.isoformat(),
        )


def must_stand(call: ExchangeCall) -> None:
    """Raises Refused."""
    if call.state != "published":
        raise Refused("call-withdrawn", _("The call was withdrawn."), rule=Rule("EXC-CALL", "published", "state", BOOK), possible=_("Publish another call."))
