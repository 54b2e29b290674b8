"""Mandates over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.appointment.mandates.models import Mandate
from services.appointment.mandates.terms import NextTerm
from shared.i18n import _
from shared.records import Body

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class MandateCreate(Body):
    """A mandate that runs already: the opening balance. Without number its decision is “to regularise”."""

    reference: Reference | None = None
    person_id: UUID | None = Field(None, description="Or `worker_no`.")
    worker_no: Reference | None = None
    position_id: UUID | None = Field(None, description="Or `position_reference`.")
    position_reference: Reference | None = None
    kind: Literal["appointed", "renewed", "extended", "acting"] = "appointed"
    starts_on: date
    ends_on: date | None = Field(None, description="Computed from the term of the position when not said, at the latest the day of retirement.")
    decision_number: Reference | None = None
    signed_on: date | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _names_one_of_each(self) -> Self:
        if (self.person_id is None) == (self.worker_no is None):
            raise ValueError(_("Name the person by `person_id` or by `worker_no`."))
        if (self.position_id is None) == (self.position_reference is None):
            raise ValueError(_("Name the position by `position_id` or by `position_reference`."))
        return self


class MandateBatch(Body):
    """Up to 200 mandates at once; each is answered by itself."""

    mandates: list[MandateCreate] = Field(min_length=1, max_length=200)


class NextTermRead(BaseModel):
    """What is offered when the mandate ends, told by when, and the rules behind it."""

    offer: Literal["reappoint", "reappoint_until_retirement", "extend", "retire"]
    starts_on: date
    ends_on: date | None
    months_left: int | None = Field(description="Whole months between the day after the mandate and retirement; null while retirement is not known.")
    notice_by: date
    rules: list[dict[str, Any]]

    @classmethod
    def of(cls, offered: NextTerm) -> Self:
        return cls(
            offer=offered.offer,
            starts_on=offered.starts_on,
            ends_on=offered.ends_on,
            months_left=offered.months_left,
            notice_by=offered.notice_by,
            rules=[rule.as_json() for rule in offered.rules],
        )


class MandateRead(BaseModel):
    """Who holds which position, from when to when, by which decision; and what comes next."""

    id: UUID
    reference: str | None
    person_id: UUID
    position_id: UUID
    position_title: str
    facility_code: str
    unit: str | None
    rank: str
    kind: str
    case_id: UUID | None
    follows_id: UUID | None
    starts_on: date
    ends_on: date = Field(description="The day it is due to end.")
    ended_on: date | None = Field(description="The day it ended when that was decided earlier.")
    ended_because: str | None
    ended_by_case_id: UUID | None
    put_back_on: date | None = Field(description="It runs again since the decision that had ended it was revoked, on this day.")
    state: str
    decision: str
    signed_on: date | None
    retirement_on: date | None
    days_left: int | None = Field(description="Until its last day; null once it is over.")
    stage: int | None = Field(description="The alert that is reached: 180, 120, 90 or 30 days before the end.")
    acting_too_long: bool
    followed: bool = Field(description="A later mandate of the same person in this position is decided already.")
    next_term: NextTermRead | None


class MandateItem(BaseModel):
    """What became of one mandate of a batch."""

    reference: str | None
    mandate: MandateRead | None
    problem: dict[str, Any] | None


class MandateItems(BaseModel):
    items: list[MandateItem]


def values_of(mandate: Mandate) -> dict[str, Any]:
    return {name: getattr(mandate, name) for name in MandateRead.model_fields if hasattr(mandate, name)}
