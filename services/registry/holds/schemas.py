"""What goes in and out about holds."""

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.holds.models import Hold, State
from services.registry.holds.permissions import knows_why
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

LONGEST_DAYS = 5 * 366
Account = Annotated[str, Field(pattern=r"^\S+#\S+$", max_length=300, examples=["https://id.example.org/realms/relais#6f0c2b1e"])]
"""Issuer and subject, as the audit names an account; never a name."""


class Days(Body):
    """From a first to a last day, both whole."""

    starts_on: date
    ends_on: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        return self


def _apart(periods: list[Days]) -> list[Days]:
    ordered = sorted(periods, key=lambda days: days.starts_on)
    if any(later.starts_on <= earlier.ends_on for earlier, later in pairwise(ordered)):
        raise ValueError(_("Two of these periods overlap."))
    if (ordered[-1].ends_on - ordered[0].starts_on).days >= LONGEST_DAYS:
        raise ValueError(_("A hold lies within five years."))
    return ordered


class _Wanted(Body):
    source_id: UUID = Field(description="The thing that takes the person away; asked again, it replaces its own days.")
    person_id: UUID
    periods: Annotated[list[Days], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _periods_apart(self) -> Self:
        self.periods = _apart(self.periods)
        return self


class HoldCreate(_Wanted):
    """Days of a person for a session, a mission or a stay; a leave is asked as an absence."""

    kind: Literal["session", "mission", "stay"]
    source_service: str = Field(pattern="^[a-z]{3,40}$", examples=["rotation"])
    override_reason: str | None = Field(None, min_length=3, max_length=500, description="The head of the facility lets the minimum or the cap be broken, and says why.")
    asked_by: Account | None = Field(None, description="Account that asked for these days; an override needs it, and another one grants it (SEC-02).")


class BatchItem(_Wanted):
    """One person of a batch."""


class HoldBatch(Body):
    """At most 200 people for one kind of thing; each is answered by itself."""

    kind: Literal["session", "mission", "stay"]
    source_service: str = Field(pattern="^[a-z]{3,40}$", examples=["training"])
    asked_by: Account | None = Field(None, description="Account that asked for these days.")
    items: Annotated[list[BatchItem], Field(min_length=1, max_length=200)]


class DaysRead(BaseModel):
    starts_on: date
    ends_on: date


class HoldRead(BaseModel):
    """A hold. Whoever is not HR of the person's facility reads “protected” for a leave, and not what it comes from."""

    id: UUID
    person_id: UUID
    facility_code: str
    kind: Literal["session", "mission", "stay", "leave", "protected"]
    periods: list[DaysRead]
    state: State
    source_service: str | None
    source_id: UUID | None
    taken_on: date
    expires_at: datetime | None
    override_reason: str | None
    overridden_rules: list[dict[str, Any]] = []

    @classmethod
    def seen_by(cls, caller: Caller, hold: Hold) -> Self:
        open_ = hold.kind != "leave" or knows_why(caller, hold.authority_path)
        return cls(
            id=hold.id,
            person_id=hold.person_id,
            facility_code=hold.facility_code,
            kind=hold.kind if open_ else "protected",
            periods=[DaysRead(starts_on=first, ends_on=last) for first, last in hold.spans],
            state=hold.state,
            source_service=hold.source_service if open_ else None,
            source_id=hold.source_id if open_ else None,
            taken_on=hold.taken_on,
            expires_at=hold.expires_at,
            override_reason=hold.override_reason if open_ else None,
            overridden_rules=(hold.overridden_rules or []) if open_ else [],
        )


class Answer(BaseModel):
    """The hold, or the problem that refused it."""

    source_id: UUID
    person_id: UUID
    hold: HoldRead | None
    problem: dict[str, Any] | None


class HoldAnswers(BaseModel):
    items: list[Answer]
