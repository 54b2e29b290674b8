"""What goes in and out about licences."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.licences.models import LICENCE, Licence, Status
from services.registry.licences.permissions import can_keep_licence
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.records import Body
from shared.rulepacks import Rule

Scope = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=30)]


class LicenceCreate(Body):
    """A licence as its authority issued it. Without a last day it is for life."""

    person_id: UUID
    number: str = Field(min_length=1, max_length=100, examples=["004512/QNI-CCHN"])
    authority: str = Field(min_length=2, max_length=200, examples=["Sở Y tế Quảng Ninh"])
    scope: Scope = Field(examples=[["orthopaedic-surgery"]])
    issued_on: date
    expires_on: date | None = None
    source: str = Field("licensing-officer", min_length=2, max_length=100, description="Where it was read: the issuer's register, the paper …")
    reference: str | None = Field(None, min_length=1, max_length=200)
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.expires_on is not None and self.expires_on < self.issued_on:
            raise ValueError(_("The last day comes before the first one."))
        return self


class Suspension(Body):
    from_day: date
    until: date | None = Field(None, description="Last day of the suspension; until it is lifted when not said.")
    reason: str = Field(min_length=3, max_length=500)
    decision_number: str | None = Field(None, min_length=1, max_length=100)
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.from_day:
            raise ValueError(_("The last day comes before the first one."))
        return self


class Reinstatement(Body):
    reason: str = Field(min_length=3, max_length=500)
    decision_number: str | None = Field(None, min_length=1, max_length=100)
    done_on: date | None = None


class Revocation(Body):
    from_day: date
    reason: str = Field(min_length=3, max_length=500)
    decision_number: str | None = Field(None, min_length=1, max_length=100)
    done_on: date | None = None


class Renewal(Body):
    expires_on: date = Field(description="The new last day, whole.")
    scope: Scope | None = Field(None, description="When it changed with the renewal.")
    decision_number: str | None = Field(None, min_length=1, max_length=100)
    done_on: date | None = None


class ActRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    act: Literal["suspended", "reinstated", "revoked", "renewed"]
    day: date
    until: date | None
    reason: str | None
    decision_number: str | None
    recorded_at: datetime


class LicenceRead(BaseModel):
    """A licence and what it is worth today."""

    id: UUID
    reference: str | None
    person_id: UUID
    number: str
    authority: str
    scope: list[str]
    issued_on: date
    expires_on: date | None
    status: Status
    days_left: int | None = Field(description="Days of validity that are left, today included.")
    suspended_from: date | None
    suspended_until: date | None
    revoked_on: date | None
    source: str
    checked_at: datetime
    rule: dict[str, Any]
    acts: list[ActRead]
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, licence: Licence, rule: Rule) -> Self:
        day = today()
        values = {name: getattr(licence, name) for name in cls.model_fields if hasattr(licence, name) and name != "acts"}
        keep = can_keep_licence(caller, licence.authority_path)
        return cls(
            **values,
            status=licence.status_on(day, rule.value),
            days_left=None if licence.expires_on is None else max(0, (licence.expires_on - day).days + 1),
            rule=rule.as_json(),
            acts=[ActRead.model_validate(one) for one in licence.acts],
            available_actions=[action(act, keep, lambda act=act: LICENCE.after(act, licence.state)) for act in ("renew", "suspend", "reinstate", "revoke")],  # type: ignore[misc]
        )
