"""What goes in and out about licences."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.licences.models import LICENCE, Licence, Status, days_of, status_of
from services.registry.licences.permissions import can_keep_licence
from services.registry.licences.standings import ALWAYS, Days, Standing
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.records import Body
from shared.rulepacks import Rule

Conditions = Annotated[list[Annotated[str, Field(min_length=2, max_length=300)]], Field(max_length=10)]
Scope = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=30)]


class LicenceCreate(Body):
    """A licence as its authority issued it. Without a last day it is for life."""

    person_id: UUID
    number: str = Field(min_length=1, max_length=100, examples=["004512/QNI-CCHN"])
    authority: str = Field(min_length=2, max_length=200, examples=["Sở Y tế Quảng Ninh"])
    scope: Scope = Field(examples=[["orthopaedic-surgery"]])
    issued_on: date
    expires_on: date | None = None
    conditions: Conditions = Field(default_factory=list, description="Under which it may be used.", examples=[["under the supervision of a specialist"]])
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
    from_day: date | None = Field(None, description="First day of the renewed right; the day of the act when not said. Days on which it had lapsed stay so.")
    scope: Scope | None = Field(None, description="When it changed with the renewal.")
    conditions: Conditions | None = Field(None, description="When they changed with the renewal.")
    decision_number: str | None = Field(None, min_length=1, max_length=100)
    done_on: date | None = None


class Correction(Body):
    """What was written wrongly, put right; what was believed before stays readable."""

    number: str | None = Field(None, min_length=1, max_length=100)
    issued_on: date | None = None
    expires_on: date | None = None
    open_ended: bool = Field(False, description="It has no last day.")
    scope: Scope | None = None
    conditions: Conditions | None = None
    reason: str = Field(min_length=3, max_length=500)
    done_on: date | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.open_ended and all(value is None for value in (self.number, self.issued_on, self.expires_on, self.scope, self.conditions)):
            raise ValueError(_("Say what is put right."))
        if self.open_ended and self.expires_on is not None:
            raise ValueError(_("A last day, or none: not both."))
        return self


class ActRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    act: Literal["suspended", "reinstated", "revoked", "renewed", "corrected"]
    day: date
    until: date | None
    reason: str | None
    decision_number: str | None
    recorded_at: datetime


class PeriodRead(BaseModel):
    """Days on which a licence stands one way; `superseded` is set on what was believed before."""

    starts_on: date
    ends_on: date | None
    standing: Standing
    scope: list[str]
    conditions: list[str]
    act: str
    reason: str | None
    decision_number: str | None
    done_on: date
    recorded_at: datetime
    superseded_at: datetime | None = None
    superseded_act: str | None = None
    superseded_reason: str | None = None

    @classmethod
    def of(cls, period: Any) -> Self:
        days = days_of(period)
        same = {name: getattr(period, name) for name in ("standing", "scope", "conditions", "act", "reason", "decision_number", "done_on", "recorded_at")}
        known = getattr(period, "recorded", None)
        why = {name: getattr(period, name, None) for name in ("superseded_act", "superseded_reason")}
        return cls(starts_on=days.first, ends_on=days.last, superseded_at=known.upper if known else None, **same, **why)


class Periods(BaseModel):
    """A licence day by day, as it was known at an instant; without one as it is known now, with what was believed before."""

    licence_id: UUID
    known_at: datetime | None
    items: list[PeriodRead]
    earlier: list[PeriodRead]


class LicenceRead(BaseModel):
    """A licence and what it is worth on a day, today when none is asked."""

    id: UUID
    reference: str | None
    person_id: UUID
    number: str
    authority: str
    scope: list[str]
    issued_on: date
    expires_on: date | None
    conditions: list[str]
    as_of: date
    known_at: datetime | None
    status: Status | None = Field(description="None before it was issued.")
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
    def seen_by(cls, caller: Caller, licence: Licence, rule: Rule, *, as_of: date | None = None, known_at: datetime | None = None, believed: Sequence[Days] | None = None) -> Self:
        """`believed`: its periods as they were known at another instant than now."""
        day = as_of or today()
        periods = [one.days for one in licence.periods] if believed is None else believed
        standing = next((one for one in periods if one.covers(day)), None)
        newest = max(periods, key=lambda one: one.first, default=None)
        values = {name: getattr(licence, name) for name in cls.model_fields if hasattr(licence, name) and name != "acts"}
        if believed is not None:
            values |= {"scope": list(newest.scope) if newest else [], "expires_on": max((one.end for one in periods if one.standing != "revoked"), default=None)}
            values["expires_on"] = None if values["expires_on"] == ALWAYS else values["expires_on"]
        keep, expires_on = can_keep_licence(caller, licence.authority_path), values["expires_on"]
        return cls(
            **values,
            conditions=list((standing or newest).conditions) if newest else [],
            as_of=day,
            known_at=known_at,
            status=status_of(periods, day, rule.value),
            days_left=None if expires_on is None else max(0, (expires_on - day).days + 1),
            rule=rule.as_json(),
            acts=[ActRead.model_validate(one) for one in licence.acts if known_at is None or one.recorded_at <= known_at],
            available_actions=[action(act, keep, lambda act=act: LICENCE.after(act, licence.state)) for act in ("renew", "suspend", "reinstate", "revoke", "correct")],  # type: ignore[misc]
        )
