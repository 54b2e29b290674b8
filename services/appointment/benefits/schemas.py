"""Benefits over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.appointment.benefits.models import Benefit
from services.appointment.benefits.permissions import can_propose_benefits
from services.appointment.benefits.workflow import BENEFIT
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.records import Body

Kind = Literal["occupational_allowance", "remoteness", "housing", "responsibility", "hazard", "seniority", "other"]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=3, max_length=1000)]


class BenefitsCreate(Body):
    """One benefit for one or several people, under one decision: a percentage of the step, or an amount."""

    reference: Reference | None = None
    person_ids: list[UUID] = Field(min_length=1, max_length=200)
    kind: Kind
    percent: Decimal | None = Field(None, gt=0, le=200, decimal_places=2)
    amount: int | None = Field(None, gt=0, description="Minor units of the currency.")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    frequency: Literal["once", "monthly"] | None = None
    starts_on: date
    ends_on: date | None = None
    basis: Text = Field(description="The text that opens this benefit.", examples=["Decree 56/2011/NĐ-CP"])
    done_on: date | None = None

    @model_validator(mode="after")
    def _percent_or_amount(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError(_("Enter a percentage or an amount, one of the two."))
        if (self.amount is None) != (self.currency is None) or (self.amount is None) != (self.frequency is None):
            raise ValueError(_("An amount has a currency, and is paid once or monthly."))
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        return self


class Withdrawal(Body):
    """The proposer gives up what waits for a signature."""

    done_on: date | None = None


class BenefitRead(BaseModel):
    """A benefit of one person, and what the caller may do next."""

    id: UUID
    proposal_id: UUID
    reference: str | None
    person_id: UUID
    facility_code: str
    kind: Kind
    percent: Decimal | None
    amount: int | None
    currency: str | None
    frequency: Literal["once", "monthly"] | None
    starts_on: date
    ends_on: date | None
    basis: str
    state: Literal["proposed", "granted", "revoked", "withdrawn"]
    runs_today: bool
    proposed_on: date
    granted_on: date | None
    decision_number: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, benefit: Benefit) -> Self:
        runs = benefit.state == "granted" and benefit.starts_on <= today() and (benefit.ends_on is None or today() <= benefit.ends_on)
        values = {name: getattr(benefit, name) for name in cls.model_fields if hasattr(benefit, name)}
        return cls.model_validate(
            values | {"runs_today": runs, "available_actions": [action("withdraw", can_propose_benefits(caller), lambda: BENEFIT.after("withdraw", benefit.state))]}
        )


class Proposed(BaseModel):
    """What became of one person's line."""

    person_id: UUID
    benefit: BenefitRead | None
    problem: dict[str, Any] | None


class ProposedMany(BaseModel):
    """One decision for all the lines that fit; each line is answered by itself."""

    proposal_id: UUID | None
    items: list[Proposed]
