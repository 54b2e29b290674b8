"""What terms would mean before anybody is bound by them: what is paid when, and what one would owe after some months (COM-02, COM-05)."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from services.appointment.commitments.exits import in_words
from services.appointment.commitments.formulas import owed, parts
from services.appointment.commitments.permissions import can_read_commitments
from services.appointment.rules import pack_of
from shared.auth import allows
from shared.calendars import add_months, period_end
from shared.commitments import BreachPolicy, Instalment, schedule_must_be_whole
from shared.errors import problems
from shared.idempotency import Router
from shared.jurisdictions import own_currency
from shared.records import Body
from shared.rulepacks import Rule

router = Router(prefix="/commitment-previews", tags=["commitments"])

MOST_MONTHS = 600


class PreviewAsk(Body):
    """Terms of a benefit, and after how many months of service one asks."""

    authority: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Za-z0-9]+)*$", max_length=60)] = Field(description="Whose rules apply where the terms say nothing.", examples=["VN-22"])
    amount: int = Field(gt=0, le=10**15, description="In minor units.")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = Field(default_factory=own_currency, description="ISO 4217; that of your own country unless said.")
    starts_on: date
    months_due: int = Field(ge=1, le=MOST_MONTHS)
    payment_schedule: Annotated[list[Instalment], AfterValidator(schedule_must_be_whole)] = Field(min_length=1, max_length=20)
    breach_policy: BreachPolicy
    after_months: list[Annotated[int, Field(ge=1, le=MOST_MONTHS)]] = Field(min_length=1, max_length=60)


class Paid(BaseModel):
    percent: int
    due_on: date
    amount: int


class OwedAfter(BaseModel):
    """What who leaves at the end of these months would owe of what was paid until then."""

    months: int
    on: date
    paid: int
    amount: int
    formula: str


class PreviewRead(BaseModel):
    """Computed as for a commitment; earlier service, which may lower it, is not known here."""

    currency: str
    free_on: date = Field(description="Last day of the service.")
    payments: list[Paid]
    owed: list[OwedAfter]
    rule: dict[str, Any]


def preview_of(ask: PreviewAsk) -> PreviewRead:
    """What is paid when, and what is owed after each of the months asked for."""
    amounts = parts(ask.amount, [part.percent for part in ask.payment_schedule])
    payments = [
        Paid(percent=part.percent, due_on=add_months(ask.starts_on, part.months_after_start), amount=amount) for part, amount in zip(ask.payment_schedule, amounts, strict=True)
    ]
    found = []
    for months in sorted(set(ask.after_months)):
        on = period_end(ask.starts_on, months)
        paid = sum(payment.amount for payment in payments if payment.due_on <= on)
        answer = owed(ask.breach_policy, paid, months_due=ask.months_due, served=months)
        formula = in_words(answer, paid, ask.breach_policy.multiple)
        found.append(OwedAfter(months=months, on=on, paid=paid, amount=answer.amount, formula=formula))
    policy, rule = ask.breach_policy, pack_of(ask.authority, ask.starts_on).rule("COM-02")
    behind = Rule("COM-02", policy.kind, "formula", policy.citation or rule.citation, policy.confidence if policy.citation else "to_confirm")
    return PreviewRead(currency=ask.currency, free_on=period_end(ask.starts_on, ask.months_due), payments=payments, owed=found, rule=behind.as_json())


@router.post("", status_code=200, response_model=PreviewRead, dependencies=[allows(can_read_commitments)], responses=problems(401, 403, 409, 422))
async def create_preview(body: PreviewAsk) -> PreviewRead:
    """Say what terms would mean. Nothing is recorded and nobody is named."""
    return preview_of(body)
