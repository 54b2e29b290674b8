"""Commitments and their money over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.appointment.commitments.exits import Exit, in_words
from services.appointment.commitments.formulas import Owed
from services.appointment.commitments.guards import assessor_must_not_waive
from services.appointment.commitments.models import Commitment, Payment
from services.appointment.commitments.permissions import can_handle, can_waive, sees_money
from services.appointment.commitments.workflow import ASSESSED, COMMITMENT, CONTESTED, INSTALMENTS, NOTIFIED, public_state
from shared.actions import Action, action
from shared.auth import Caller
from shared.calendars import ONE_DAY
from shared.clock import today
from shared.commitments import BreachPolicy
from shared.i18n import _
from shared.records import Body

Reason = Annotated[str, StringConstraints(min_length=3, max_length=1000)]
Amount = Annotated[int, Field(ge=0, le=10**15)]
NEXT: dict[str, Literal["notify", "collect", "answer"]] = {ASSESSED: "notify", NOTIFIED: "collect", INSTALMENTS: "collect", CONTESTED: "answer"}


class CommitmentSignature(Body):
    """The person has signed. Until then it can still be chosen whether it waits for an earlier commitment (COM-04)."""

    clock: Literal["sequence", "parallel"] | None = None
    signed_with: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(None, description="Number of the signed paper.")
    done_on: date | None = None


class PauseCreate(Body):
    """Days that do not count as service, which the registry does not know as an absence."""

    starts_on: date
    ends_on: date | None = None
    ground: Literal["unpaid_leave", "funded_training", "not_in_service"]
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        return self


class AssessmentCreate(Body):
    """Somebody left before the end: what is owed on the last day of service is fixed."""

    exit_on: date
    cause: Literal["leaves", "abandons", "no_diploma"] = "leaves"
    done_on: date | None = None


class NotificationCreate(Body):
    """The person was told what is owed; the time to pay begins."""

    done_on: date | None = None


class InstalmentWrite(Body):
    due_on: date
    amount: Annotated[int, Field(gt=0, le=10**15)]


class InstalmentsCreate(Body):
    """What is owed is paid in parts."""

    instalments: Annotated[list[InstalmentWrite], Field(min_length=1, max_length=120)]
    done_on: date | None = None


class PaymentCreate(Body):
    """A part was paid on this day."""

    voucher: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(None, description="Number of the payment order.")
    done_on: date | None = None


class WaiverCreate(Body):
    """Nothing more is asked back, on a ground of the law."""

    ground: str
    reason: Reason
    done_on: date | None = None


class ContestCreate(Body):
    """The person contests what is asked back; it is assessed again, or given up."""

    reason: Reason
    done_on: date | None = None


class PauseRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    starts_on: date
    ends_on: date | None
    ground: str


class PaymentRead(BaseModel):
    """A part of a benefit."""

    id: UUID
    commitment_id: UUID
    person_id: UUID
    facility_code: str
    place: int
    amount: int
    currency: str
    due_on: date
    state: Literal["scheduled", "due", "paid", "cancelled"] = Field(description="`due` from its day on, until it is paid.")
    paid_on: date | None
    voucher: str | None

    @classmethod
    def of(cls, payment: Payment) -> Self:
        values = {name: getattr(payment, name) for name in cls.model_fields}
        if payment.state == "scheduled" and payment.due_on <= today():
            values["state"] = "due"
        return cls(**values)


class InstalmentRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    place: int
    amount: int
    due_on: date
    state: Literal["due", "paid", "cancelled"]
    paid_on: date | None


class RepaymentRead(BaseModel):
    """What is asked back: seen by the creditor's side alone."""

    amount: int
    repaid: int
    cause: str | None
    exit_on: date
    months_served: int
    rule: dict[str, Any] | None
    assessed_on: date | None
    notified_on: date | None
    repay_by: date | None
    contested_on: date | None
    contest_reason: str | None
    waived_on: date | None
    waiver_ground: str | None
    waiver_reason: str | None
    instalments: list[InstalmentRead]


class AskedBackRead(BaseModel):
    """Somebody who leaves before the end of a commitment, or who owes money: what comes next, and by when. The creditor's side alone reads it, and no topic carries it."""

    commitment_id: UUID
    person_id: UUID
    facility_code: str
    origin: Literal["attraction", "training"]
    next: Literal["assess", "notify", "collect", "answer"] = Field(description="Assess what is owed, tell the person, see it paid, or answer who contests it.")
    act_by: date
    days_left: int = Field(description="Negative when it is overdue.")
    amount: int | None = Field(description="None until it is assessed.")
    repaid: int
    currency: str

    @classmethod
    def of(cls, commitment: Commitment) -> Self:
        act_by = commitment.repay_by or commitment.leaving_on or commitment.ended_on
        assert act_by is not None
        return cls(
            commitment_id=commitment.id,
            person_id=commitment.person_id,
            facility_code=commitment.facility_code,
            origin=commitment.origin,
            next=NEXT.get(commitment.state, "assess"),
            act_by=act_by,
            days_left=(act_by - today()).days,
            amount=commitment.owed_amount,
            repaid=commitment.repaid,
            currency=commitment.currency,
        )


class CommitmentRead(BaseModel):
    """A commitment: who is bound, for what, until when. Money, and what became of it, only for the creditor's side."""

    id: UUID
    reference: str | None
    person_id: UUID
    facility_code: str
    authority_path: str
    origin: Literal["attraction", "training"]
    source_service: str
    source_id: UUID
    programme: str | None
    state: str = Field(description="For those who see no money: draft, signed, running, paused or ended.")
    months_due: int
    months_served: int
    clock: Literal["sequence", "parallel"]
    clock_rule: str = Field(description="Why it starts on that day (COM-04).")
    starts_on: date
    ends_on: date
    free_on: date
    days_left: int
    signed_on: date | None
    signed_with: str | None
    ended_on: date | None
    leaving_on: date | None = Field(description="Heard from the registry or from a study: the person leaves before the end, what is owed must be assessed.")
    leaving_cause: Literal["leaves", "abandons", "no_diploma"] | None
    amount: int | None
    currency: str
    paid: int | None
    breach_policy: BreachPolicy | None
    pauses: list[PauseRead]
    payments: list[PaymentRead]
    repayment: RepaymentRead | None
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, commitment: Commitment, *, served: int) -> Self:
        money, day = sees_money(caller), today()
        values = {name: getattr(commitment, name) for name in cls.model_fields if hasattr(commitment, name)}
        waits = commitment.starts_on > commitment.earliest_on
        return cls(
            **values
            | {
                "state": commitment.state if money else public_state(commitment.state),
                "months_served": served,
                "clock_rule": "after_another" if waits else "at_once",
                "free_on": commitment.ends_on + ONE_DAY,
                "days_left": max((commitment.ends_on - max(day, commitment.starts_on)).days + 1, 0),
                "leaving_on": commitment.leaving_on if money else None,
                "leaving_cause": (commitment.end_cause or "leaves") if money and commitment.leaving_on else None,
                "amount": commitment.amount if money else None,
                "paid": commitment.paid if money else None,
                "breach_policy": commitment.breach_policy if money else None,
                "pauses": [PauseRead.model_validate(pause) for pause in commitment.pauses] if money else [],
                "payments": [PaymentRead.of(payment) for payment in commitment.payments] if money else [],
                "repayment": _repayment(commitment) if money else None,
                "available_actions": _actions(caller, commitment),
            }
        )


def _actions(caller: Caller, commitment: Commitment) -> list[Action]:
    handles = can_handle(caller, commitment)
    return [
        *(action(act, handles, lambda act=act: COMMITMENT.after(act, commitment.state)) for act in ("sign", "pause", "assess", "notify", "plan", "contest")),  # type: ignore[misc]
        action("waive", can_waive(caller, commitment), lambda: COMMITMENT.after("waive", commitment.state), lambda: assessor_must_not_waive(caller, commitment)),
    ]


def _repayment(commitment: Commitment) -> RepaymentRead | None:
    if commitment.owed_amount is None or commitment.ended_on is None:
        return None
    how = commitment.owed_rule
    if how is not None:
        answer = Owed(how["amount"], how["kind"], how["months_due"], how["months_served"], how["percent"])
        how = how | {"formula": in_words(answer, how["base"], commitment.breach_policy.multiple)}
    return RepaymentRead(
        amount=commitment.owed_amount,
        repaid=commitment.repaid,
        cause=commitment.end_cause,
        exit_on=commitment.ended_on,
        months_served=how["months_served"] if how else 0,
        rule=how,
        assessed_on=commitment.assessed_on,
        notified_on=commitment.notified_on,
        repay_by=commitment.repay_by,
        contested_on=commitment.contested_on,
        contest_reason=commitment.contest_reason,
        waived_on=commitment.waived_on,
        waiver_ground=commitment.waiver_ground,
        waiver_reason=commitment.waiver_reason,
        instalments=[InstalmentRead.model_validate(part) for part in commitment.instalments],
    )


class ExitRead(BaseModel):
    """What would be owed on a day, how it is computed and by which rule."""

    commitment_id: UUID
    on: date
    cause: Literal["leaves", "abandons", "no_diploma", "revoked"]
    amount: int
    currency: str
    base: int = Field(description="What is paid by that day, or what the study cost.")
    kind: Literal["PRORATA", "FULL", "MULTIPLE", "TIERED"]
    months_due: int
    months_served: int
    months_left: int
    paused_days: int
    formula: str
    ends_on: date
    free_on: date = Field(description="First day without commitment.")
    rule: dict[str, Any]

    @classmethod
    def of(cls, commitment: Commitment, found: Exit) -> Self:
        return cls(
            commitment_id=commitment.id,
            on=found.on,
            cause=found.cause,
            amount=found.owed.amount,
            currency=commitment.currency,
            base=found.base,
            kind=found.owed.kind,
            months_due=found.owed.months_due,
            months_served=found.owed.months_served,
            months_left=found.owed.months_left,
            paused_days=found.paused_days,
            formula=found.formula(commitment),
            ends_on=found.free_on,
            free_on=found.free_on + ONE_DAY,
            rule=found.rule.as_json(),
        )


class TotalsRead(BaseModel):
    """People bound and money of one facility, in one currency."""

    facility_code: str
    currency: str
    opened: int
    running: int
    committed: int
    due: int
    paid: int
    asked_back: int
    repaid: int


class TotalsPage(BaseModel):
    as_of: date
    items: list[TotalsRead]


class BudgetWrite(Body):
    """What an authority may pay in a civil year (ATT-03)."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    amount: Amount


class BudgetRead(BaseModel):
    """A budget, what of it is paid, and what still falls due in the year."""

    authority: str
    year: int
    currency: str
    amount: int
    paid: int
    scheduled: int
    above: bool = Field(description="What falls due goes above the budget.")
