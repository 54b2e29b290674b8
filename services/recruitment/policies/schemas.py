"""The attraction policy over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from services.recruitment.policies.models import AttractionPolicy
from services.recruitment.policies.permissions import can_approve
from services.recruitment.workflow import POLICY
from shared.actions import Action, action
from shared.auth import Caller
from shared.commitments import AT_START, BreachPolicy, Instalment, schedule_must_be_whole
from shared.i18n import _
from shared.jurisdictions import own_currency
from shared.records import Body

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Za-z0-9]+)*$", max_length=60)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Years = Annotated[int, Field(ge=0, le=30)]
Schedule = Annotated[list[Instalment], AfterValidator(schedule_must_be_whole)]


class Eligible(Body):
    """Who the policy is open to, and who it leaves out."""

    occupations: list[Code] = Field(min_length=1, max_length=50, examples=[["VN-BS", "VN-BSCK"]])
    excluded_occupations: list[Code] = Field(default=[], max_length=50, examples=[["VN-BSYHCT", "VN-BSDP"]])
    excludes_former_public_staff: bool = Field(False, description="People who left the authority's public health service are not eligible.")


class Tier(Body):
    """One cell of the table of amounts, in minor units of the currency (the dong has none)."""

    facility_group: Word
    degree: Word
    amount: int = Field(gt=0, le=10**15)


class CommitmentYears(Body):
    """Years of service promised in return."""

    experienced: Years
    new_graduate: Years


class PolicyCreate(Body):
    """A policy as proposed."""

    reference: Reference | None = None
    resolution_no: Line = Field(examples=["28/2023/NQ-HĐND"])
    title: Line
    authority: Code = Field(examples=["VN-22"])
    valid_from: date
    valid_to: date | None = Field(None, description="Last day, whole.")
    target_hires: int = Field(gt=0, le=1_000_000, examples=[298])
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(default_factory=own_currency, description="ISO 4217; that of your own country unless said.")
    eligible: Eligible
    tiers: list[Tier] = Field(min_length=1, max_length=500)
    commitment_years: CommitmentYears
    payment_schedule: Schedule = Field(AT_START, max_length=20, description="When the money falls due; everything on the first day when not said.")
    breach_policy: BreachPolicy = Field(BreachPolicy(), description="What is owed by who leaves early. Without citation: not found in the resolution, to confirm.")
    citation: Line
    done_on: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(_("The last day comes before the first one."))
        cells = [(tier.facility_group, tier.degree) for tier in self.tiers]
        if len(set(cells)) != len(cells):
            raise ValueError(_("The same group and degree appear twice."))
        if set(self.eligible.occupations) & set(self.eligible.excluded_occupations):
            raise ValueError(_("A title is both eligible and excluded."))
        return self


class Approval(Body):
    """The approval of a proposed policy."""

    done_on: date | None = None


class PolicyRead(BaseModel):
    """A policy with what the caller may do next."""

    id: UUID
    reference: str | None
    resolution_no: str
    title: str
    authority: str
    valid_from: date
    valid_to: date | None
    target_hires: int
    currency: str
    eligible: Eligible
    tiers: list[Tier]
    commitment_years: CommitmentYears
    payment_schedule: list[Instalment]
    breach_policy: BreachPolicy
    citation: str
    state: Literal["proposed", "approved"]
    proposed_on: date
    approved_on: date | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, policy: AttractionPolicy) -> Self:
        return cls(
            **{name: getattr(policy, name) for name in cls.model_fields if hasattr(policy, name)},
            eligible=Eligible(
                occupations=policy.eligible_occupations,
                excluded_occupations=policy.excluded_occupations,
                excludes_former_public_staff=policy.excludes_former_public_staff,
            ),
            tiers=[Tier(facility_group=cell.facility_group, degree=cell.degree, amount=cell.amount) for cell in policy.amounts],
            commitment_years=CommitmentYears(experienced=policy.years_experienced, new_graduate=policy.years_new_graduate),
            available_actions=[action("approve", can_approve(caller, policy), lambda: POLICY.after("approve", policy.state))],
        )
