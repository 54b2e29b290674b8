"""What goes in and out about the yearly round."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from shared.actions import Action
from shared.records import Body

Fte = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=8, decimal_places=3)]
Reason = Annotated[str, Field(min_length=3, max_length=500)]


class RoundCreate(Body):
    """An authority asks its facilities for the ceilings of a year."""

    authority: str = Field(max_length=60, pattern=r"^[A-Z]{2}(-[A-Za-z0-9]+)*$", examples=["VN-22"])
    year: int = Field(ge=2000, le=2100)
    ask_by: date = Field(description="Last day, whole, on which facilities ask.")
    reference: str | None = Field(None, min_length=1, max_length=200)
    done_on: date | None = None


class CeilingCreate(Body):
    """A facility says how much it needs in posts on any day of the year, and why."""

    facility_code: str = Field(max_length=60, examples=["VN-22-BVT"])
    asked_fte: Fte
    justification: Reason
    reference: str | None = Field(None, min_length=1, max_length=200)
    done_on: date | None = None


class Arbitration(Body):
    """What the authority grants, and why when it is less."""

    arbitrated_fte: Fte
    comment: Reason | None = None
    done_on: date | None = None


class Notification(Body):
    """The decision by which the ceilings of the year bind."""

    decision_number: str = Field(min_length=1, max_length=100, examples=["3456/QĐ-UBND"])
    done_on: date | None = None


class CeilingRead(BaseModel):
    id: UUID
    round_id: UUID
    year: int
    facility_code: str
    facility_name: str | None
    asked_fte: float
    justification: str
    asked_on: date
    arbitrated_fte: float | None
    comment: str | None
    arbitrated_on: date | None
    state: str
    standing_fte: float | None = Field(description="The most that stands in posts on any day of the year; None for whoever may not see all of them.")
    version: int
    available_actions: list[Action]


class RoundRead(BaseModel):
    id: UUID
    reference: str | None
    authority: str
    year: int
    ask_by: date
    state: str
    decision_number: str | None
    notified_on: date | None
    opened_on: date
    ceilings: list[CeilingRead] | None = None
    version: int
    available_actions: list[Action]
