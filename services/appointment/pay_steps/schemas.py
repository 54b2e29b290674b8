"""Pay steps over HTTP."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.appointment.pay_steps.guards import must_have_a_next_step
from services.appointment.pay_steps.models import Delay, ListLine, PayStep, PayStepList
from services.appointment.pay_steps.permissions import can_keep
from services.appointment.pay_steps.scales import base_pay, monthly_pay
from services.appointment.pay_steps.workflow import PAY_STEP_LIST, PROPOSED
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.directory import Work
from shared.i18n import _, translate
from shared.records import Body

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=3, max_length=1000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ScaleCode = Annotated[str, StringConstraints(min_length=1, max_length=10)]
EarlyGround = Literal["merit", "retirement"]
DelayKind = Literal["not_completed", "warning", "reprimand", "dismissal"]

MOST_AT_ONCE = 200


class PayStepEntry(Body):
    """The step that a person holds when the register is opened here (opening balance)."""

    reference: Reference | None = None
    person_id: UUID
    scale: ScaleCode | None = Field(None, description="Left out: the scale in which the title is recruited.")
    step: int = Field(ge=1, le=20)
    since: date
    decision_number: Line | None = Field(None, description="Of the act that gave this step; without it the entry shows none.")


class PayStepsCreate(Body):
    """Up to 200 at once; each is answered by itself."""

    items: list[PayStepEntry] = Field(min_length=1, max_length=MOST_AT_ONCE)
    done_on: date | None = None


class DelayCreate(Body):
    """What delays the next step: a year whose duties were not completed, or a penalty."""

    kind: DelayKind
    decided_on: date
    decision_reference: Line
    done_on: date | None = None


class ProposedLine(Body):
    """One person on the list; on the day the rules say, or some months early, for an achievement or before retirement (PAY-02)."""

    pay_step_id: UUID
    early_months: int = Field(0, ge=0, le=60)
    early_ground: EarlyGround = Field("merit", description="Of an early step: an achievement, within the share of the staff; or a retirement that comes before the step.")
    early_reason: Text | None = None


class PayStepListCreate(Body):
    """Next steps proposed together: one decision with this list annexed. Each line is answered by itself."""

    reference: Reference | None = None
    lines: list[ProposedLine] = Field(min_length=1, max_length=MOST_AT_ONCE)
    done_on: date | None = None


class Withdrawal(Body):
    """The proposer gives up the list before it is signed."""

    done_on: date | None = None


class Blocking(BaseModel):
    """Why the next step cannot be proposed now."""

    code: Literal["last_step", "proposed", "works_nowhere"]
    text: str


class DelayRead(BaseModel):
    """What delays the next step, shown to those who keep the HR file."""

    kind: DelayKind
    decided_on: date
    months: int
    decision_reference: str


class PayStepRead(BaseModel):
    """A step, the day of the next one with the rules behind it, and what stands in the way."""

    id: UUID
    reference: str | None
    person_id: UUID
    facility_code: str
    occupation_code: str
    scale: str
    step: int
    coefficient: Decimal
    since: date
    until: date | None
    due_on: date | None = Field(description="First day of the next step; none in the last step of a scale.")
    days_left: int | None = Field(description="Until the next step; negative when it is overdue.")
    delay_months: int
    leave_months: int
    state: Literal["current", "proposed", "past", "revoked"]
    next_on: date | None
    list_id: UUID | None
    granted_on: date | None
    decision_number: str | None
    monthly: int | None = Field(description="Coefficient × base pay of today, in minor units of the currency: for information, the system is not payroll.")
    currency: str
    rules: list[dict[str, Any]]
    blocking: list[Blocking]
    delays: list[DelayRead] | None = Field(description="Only in the answer about one step.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, step: PayStep, work: Work | None, *, leave: Sequence[tuple[date, date]] = (), delays: Sequence[Delay] | None = None) -> Self:
        base = base_pay(step.pack, today())
        values = {name: getattr(step, name) for name in cls.model_fields if hasattr(step, name)}
        return cls.model_validate(
            values
            | {
                "days_left": (step.due_on - today()).days if step.due_on and step.is_held else None,
                "monthly": monthly_pay(step.coefficient, base) if base else None,
                "currency": "VND",
                "rules": [rule.as_json() for rule in step.due(leave).rules],
                "blocking": _blocking(step, work) if step.is_held else [],
                "delays": None if delays is None else [DelayRead.model_validate(delay, from_attributes=True) for delay in delays],
                "available_actions": [
                    action("propose_next", can_keep(caller, step), lambda: must_have_a_next_step(step)),
                    action("record_delay", can_keep(caller, step), lambda: must_have_a_next_step(step)),
                ],
            }
        )


def _blocking(step: PayStep, work: Work | None) -> list[Blocking]:
    found = []
    if step.state == PROPOSED:
        found.append(Blocking(code="proposed", text=translate(_("The next step already waits for its signature."))))
    if step.due_on is None:
        found.append(Blocking(code="last_step", text=translate(_("Step {step} is the last one of scale {scale}."), step=step.step, scale=step.scale)))
    if work is None:
        found.append(Blocking(code="works_nowhere", text=translate(_("This person no longer works at a facility that you act for."))))
    return found


class EnteredStep(BaseModel):
    """One line of an opening balance: the step, or why not."""

    reference: str | None
    person_id: UUID
    pay_step: PayStepRead | None
    problem: dict[str, Any] | None


class EnteredSteps(BaseModel):
    """Each line, answered by itself."""

    items: list[EnteredStep]
    entered: int
    refused: int


class LineRead(BaseModel):
    """One person of a list: the step held, the one proposed, and from which day."""

    pay_step_id: UUID
    person_id: UUID
    scale: str
    step: int
    next_step: int
    effective_on: date
    early_months: int
    early_ground: EarlyGround | None = Field(description="None where nothing is early, and on lines of before the ground was asked: they were for merit.")
    early_reason: str | None
    made_id: UUID | None = Field(description="The step that the signature made.")
    conflict: str | None = Field(description="Why the signature made none: the facts had changed since the proposal.")

    @classmethod
    def about(cls, line: ListLine) -> Self:
        step = line.pay_step
        values = {name: getattr(line, name) for name in cls.model_fields if hasattr(line, name)}
        return cls.model_validate(values | {"person_id": step.person_id, "scale": step.scale, "step": step.step, "next_step": step.step + 1})


class RefusedLine(BaseModel):
    """A line that is not on the list, and why."""

    pay_step_id: UUID
    problem: dict[str, Any]


class PayStepListRead(BaseModel):
    """A list of next steps under one decision."""

    id: UUID
    reference: str | None
    facility_code: str | None
    proposed_on: date
    effective_on: date
    state: Literal["proposed", "granted", "revoked", "withdrawn"]
    signed_on: date | None
    decision_number: str | None
    lines: list[LineRead]
    refused: list[RefusedLine] = Field(description="Lines of this request that were refused, each with its reason.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, found: PayStepList, refused: Sequence[RefusedLine] = ()) -> Self:
        values = {name: getattr(found, name) for name in cls.model_fields if hasattr(found, name)}
        return cls.model_validate(
            values
            | {
                "lines": [LineRead.about(line) for line in found.lines],
                "refused": list(refused),
                "available_actions": [action("withdraw", can_keep(caller, found), lambda: PAY_STEP_LIST.after("withdraw", found.state))],
            }
        )
