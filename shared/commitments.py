"""What is given against years of service: how the money falls due and what is owed when the service stops early.

Recruitment (attraction) and training (sponsored studies) announce it with the grant; `appointment` keeps the commitment
and computes what would be owed on any day (COM-02). These are the shapes that cross services, never a formula.
"""

from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.i18n import _
from shared.rulepacks import Confidence

WHOLE = 100


class Instalment(BaseModel):
    """A part of the benefit, due some months after the first day of service."""

    model_config = ConfigDict(extra="forbid")

    percent: int = Field(ge=1, le=WHOLE)
    months_after_start: int = Field(ge=0, le=120)


class BreachStep(BaseModel):
    """Who leaves before this many months of service owes this share of the benefit."""

    model_config = ConfigDict(extra="forbid")

    before_months: int = Field(ge=1, le=600)
    percent: int = Field(ge=0, le=1000)


class BreachPolicy(BaseModel):
    """What is owed by who stops early (COM-02). Without citation the text says nothing, and the page says so: to confirm."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["PRORATA", "FULL", "MULTIPLE", "TIERED"] = "PRORATA"
    multiple: Decimal | None = Field(None, description="MULTIPLE: how many times the benefit, reduced for the time served.")
    steps: list[BreachStep] = Field(default=[], max_length=50, description="TIERED: in the order of the months; nothing is owed after the last.")
    citation: str | None = Field(None, min_length=1, max_length=300)
    confidence: Confidence = "to_confirm"

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if (self.kind == "MULTIPLE") != (self.multiple is not None) or (self.multiple is not None and self.multiple <= 0):
            raise ValueError(_("A multiple of the benefit needs its factor, and only it has one."))
        if (self.kind == "TIERED") != bool(self.steps):
            raise ValueError(_("A table by months of service needs its steps, and only it has some."))
        months = [step.before_months for step in self.steps]
        if months != sorted(set(months)):
            raise ValueError(_("The steps go from the first months to the last, each once."))
        if self.citation is None and self.confidence == "confirmed":
            raise ValueError(_("What no text says is to be confirmed."))
        return self


AT_START = [Instalment(percent=WHOLE, months_after_start=0)]
"""Everything on the first day of service."""


def schedule_must_be_whole(schedule: list[Instalment]) -> list[Instalment]:
    """The parts make the whole, each on a month of its own, in order. Raises ValueError."""
    if sum(part.percent for part in schedule) != WHOLE:
        raise ValueError(_("The parts of the payment must make 100 %."))
    months = [part.months_after_start for part in schedule]
    if months != sorted(set(months)):
        raise ValueError(_("The parts of the payment go from the first to the last, each on a month of its own."))
    return schedule
