"""Sponsored studies over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.training.fields import Currency, Line, Money, Number, Reference, RuleRead
from services.training.sponsorships.bonds import bond_ends_on
from services.training.sponsorships.eligibility import shown
from services.training.sponsorships.models import Sponsorship
from services.training.sponsorships.permissions import can_check_degree, can_decide_at_board, can_keep
from services.training.sponsorships.workflow import DEGREE_DECLARED, SPONSORSHIP
from shared.actions import Action, action
from shared.auth import Caller
from shared.commitments import BreachPolicy
from shared.i18n import _
from shared.jurisdictions import own_country, own_currency
from shared.records import Body

Programme = Literal["ck1", "ck2", "bsnt", "master", "phd"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Specialty = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class CostLine(Body):
    """One line of the cost. Salary and allowances are shown, and never paid back (COM-02)."""

    kind: Literal["tuition", "course_expenses", "salary", "allowance"]
    amount: Money


class SponsorshipCreate(Body):
    """A study as somebody applies for it: for a validated need of the place, and the technique that it opens there."""

    reference: Reference | None = None
    person_id: UUID
    programme: Programme
    specialty: Specialty | None = Field(None, examples=["anaesthesia-icu"])
    institution: Line
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = Field(default_factory=own_country, description="Where the studies are; your own country unless said.")
    need_id: UUID
    technique: Line | None = Field(None, description="What can be done at the place once the person is back.")
    full_time: bool = True
    first_postgraduate: bool = Field(True, description="Whether it is the first study after the degree: the age rule of civil servants looks at it.")
    starts_on: date
    ends_on: date = Field(description="Last day, whole.")
    cost_items: list[CostLine] = Field(default=[], max_length=50)
    currency: Currency = Field(default_factory=own_currency, description="ISO 4217; that of your own country unless said.")
    bond_factor: Decimal | None = Field(None, ge=1, le=10, description="Times the months of the course; the law's minimum when not said.")
    cover_person_id: UUID | None = None
    cover_reason: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.ends_on <= self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        if self.full_time and self.cover_person_id is None and self.cover_reason is None:
            raise ValueError(_("Name who stands in, or say why nobody needs to."))
        if self.cover_person_id == self.person_id:
            raise ValueError(_("The person who stands in goes away too."))
        return self


class Eligibility(Body):
    """What a person decides about the eligibility, with reasons when it is no."""

    outcome: Literal["eligible", "ineligible"]
    comment: Text | None = None
    done_on: date | None = None


class BoardDecision(Body):
    """What the board decided. The head of the facility may let the minimum staffing be broken, with the reason (TRN-02)."""

    outcome: Literal["approved", "refused"]
    comment: Text | None = None
    override_reason: Annotated[str, StringConstraints(min_length=3, max_length=500)] | None = None
    done_on: date | None = None


class Done(Body):
    """An act of a day."""

    done_on: date | None = None


class Reason(Done):
    reason: Line


class ProgressReport(Done):
    """How the study stands on a day."""

    standing: Literal["on_track", "delayed", "at_risk"]
    comment: Text | None = None


class Outcome(Done):
    """How the study ended. A diploma has its number; giving up or failing has its reason."""

    outcome: Literal["graduated", "failed", "abandoned"]
    diploma_number: Line | None = None
    comment: Text | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.outcome == "graduated" and self.diploma_number is None:
            raise ValueError(_("Give the number of the diploma."))
        if self.outcome != "graduated" and not self.comment:
            raise ValueError(_("Say why the study ended without a diploma."))
        return self


class DegreeCheck(Done):
    """What the issuer answered about the diploma."""

    outcome: Literal["verified", "mismatch", "forged_suspected"]
    method: Annotated[str, StringConstraints(min_length=2, max_length=200)]
    evidence: Annotated[str, StringConstraints(min_length=2, max_length=500)]


class CriterionRead(BaseModel):
    """A condition, met or missing, with its rule and what would meet it."""

    id: str
    met: bool
    text: str
    possible: str | None
    rule: RuleRead


class ProgressRead(BaseModel):
    period_to: date
    standing: Literal["on_track", "delayed", "at_risk"]
    comment: str | None
    reported_on: date


class SponsorshipRead(BaseModel):
    """A sponsored study, what it costs and what is owed for it, and what the caller may do next."""

    id: UUID
    reference: str | None
    person_id: UUID
    facility_code: str
    unit: str | None
    occupation_code: str
    employment_type: str | None
    programme: Programme
    specialty: str | None
    institution: str
    country: str
    need_id: UUID
    technique: str | None
    full_time: bool
    first_postgraduate: bool
    starts_on: date
    ends_on: date
    course_months: int
    cost_items: list[CostLine]
    currency: str
    benefit_amount: int = Field(description="Tuition and course expenses: what may have to be paid back.")
    bond_factor: Number
    months_due: int
    bond_ends_on: date = Field(description="Last day of the service owed, if the person returns on the day after the course.")
    breach_policy: BreachPolicy
    cover_person_id: UUID | None
    cover_reason: str | None
    override_reason: str | None
    criteria: list[CriterionRead]
    state: Literal[
        "applied", "eligible", "ineligible", "board_approved", "board_refused", "bonded", "conflicting", "enrolled", "studying", "graduated", "failed", "abandoned", "returned",
        "withdrawn", "revoked",
    ]  # fmt: skip
    applied_on: date
    judged_on: date | None
    judged_comment: str | None
    board_on: date | None
    board_comment: str | None
    signed_on: date | None
    decision: str | None = Field(description="The number, or `to_regularise` while there is none.")
    enrolled_on: date | None
    progress: list[ProgressRead]
    progress_due_on: date | None
    outcome: Literal["graduated", "failed", "abandoned"] | None
    outcome_on: date | None
    outcome_comment: str | None
    diploma_number: str | None
    degree_check: Literal["verified", "mismatch", "forged_suspected"] | None
    degree_checked_on: date | None
    returned_on: date | None
    ended_on: date | None
    end_reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, sponsorship: Sponsorship) -> Self:
        apart = ("criteria", "progress", "bond_ends_on", "available_actions")
        values = {name: getattr(sponsorship, name) for name in cls.model_fields if name not in apart}
        keep, board = can_keep(caller, sponsorship), can_decide_at_board(caller, sponsorship)

        def open_(name: str, act: str) -> Action:
            return action(name, board if name == "board" else keep, lambda: SPONSORSHIP.after(act, sponsorship.state))

        return cls.model_validate(
            values
            | {
                "criteria": [shown(stored) for stored in sponsorship.criteria],
                "progress": [{name: getattr(report, name) for name in ProgressRead.model_fields} for report in sponsorship.progress],
                "bond_ends_on": bond_ends_on(sponsorship.ends_on, sponsorship.months_due),
                "available_actions": [
                    open_("judge", "find_eligible"),
                    open_("board", "approve"),
                    open_("withdraw", "withdraw"),
                    open_("enrol", "enrol"),
                    open_("progress", "progress"),
                    open_("graduate", "graduate"),
                    open_("fail", "fail"),
                    open_("abandon", "abandon"),
                    open_("return", "return"),
                    action("check_degree", can_check_degree(caller, sponsorship), lambda: SPONSORSHIP.after("check_degree", degree_state(sponsorship))),
                ],
            }
        )


def degree_state(sponsorship: Sponsorship) -> str:
    """A diploma is checked once, whether the person has returned or not."""
    return DEGREE_DECLARED if sponsorship.outcome == "graduated" and sponsorship.degree_check is None else sponsorship.state
