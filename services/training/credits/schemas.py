"""Continuing education over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.training.credits.models import CreditEntry
from services.training.credits.obligation import Cycle, Obligation, Standing, shown
from services.training.credits.permissions import can_judge
from services.training.fields import Line, Number, Reference, RuleRead
from services.training.workflow import CREDIT
from shared.actions import Action, action
from shared.auth import Caller
from shared.records import Body
from shared.rulepacks import RulePack


class CreditCreate(Body):
    """Hours of a training elsewhere, as declared; they count once another person has verified them."""

    reference: Reference | None = None
    person_id: UUID
    title: Line
    provider: Line = Field(description="Who gave the training; no person's name.")
    hours: Decimal = Field(gt=0, le=1000, decimal_places=1)
    earned_on: date
    evidence: Line | None = Field(None, description="Number of the certificate, or where it can be seen.")
    done_on: date | None = None


class Judgement(Body):
    """What checking with the issuer has shown."""

    outcome: Literal["verified", "refused"]
    comment: Line | None = None
    done_on: date | None = None


class PastSession(Body):
    """A training of before Relais: an opening balance."""

    reference: Reference | None = None
    person_id: UUID
    title: Line
    provider: Line | None = None
    hours: Decimal = Field(gt=0, le=1000, decimal_places=1)
    ends_on: date


class PastSessionsCreate(Body):
    """Opening balances of many people: each is answered by itself."""

    items: list[PastSession] = Field(min_length=1, max_length=1000)
    done_on: date | None = None


class CreditRead(BaseModel):
    """One entry with what the caller may do next."""

    id: UUID
    reference: str | None
    person_id: UUID
    facility_code: str
    source: Literal["session", "external", "opening"]
    title: str
    provider: str | None
    hours: Number
    earned_on: date
    state: Literal["declared", "verified", "refused", "opening", "cancelled"]
    counts: bool
    evidence: str | None
    enrolment_id: UUID | None
    declared_on: date
    verified_on: date | None
    comment: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, entry: CreditEntry, *, own_person: UUID | None = None) -> Self:
        values = {name: getattr(entry, name) for name in cls.model_fields if hasattr(entry, name)}
        return cls(
            **values,
            counts=entry.state in ("verified", "opening"),
            available_actions=[
                action("verify", can_judge(caller, entry, own_person=own_person), lambda: CREDIT.after("verify", entry.state)),
                action("refuse", can_judge(caller, entry, own_person=own_person), lambda: CREDIT.after("refuse", entry.state)),
            ],
        )


class Balance(BaseModel):
    """Where a person stands in the cycle of a day (CME-01, CME-02). Shares and hours are rounded half up for display, and compared exactly."""

    person_id: UUID
    facility_code: str
    as_of: date
    cycle_start: date
    cycle_end: date
    unit: str
    minimum: Number
    earned: Number
    declared: Number = Field(description="Hours that wait for verification and do not count yet.")
    elapsed_percent: Number
    expected: Number
    missing: Number
    standing: Standing
    rules: list[RuleRead]

    @classmethod
    def of(cls, person_id: UUID, facility_code: str, obligation: Obligation, cycle: Cycle, *, day: date, earned: Decimal, declared: Decimal, pack: RulePack) -> Self:
        return cls(
            person_id=person_id,
            facility_code=facility_code,
            as_of=day,
            cycle_start=cycle.starts_on,
            cycle_end=cycle.ends_on,
            unit=obligation.unit,
            minimum=obligation.minimum,
            earned=earned,
            declared=declared,
            elapsed_percent=shown(100 * cycle.elapsed(day)),
            expected=shown(obligation.expected(cycle, day)),
            missing=max(Decimal(0), obligation.minimum - earned),
            standing=obligation.standing(earned, cycle, day),
            rules=[RuleRead.of(pack.rule(name)) for name in ("CME-01", "CME-02")],
        )


class BatchAnswer(BaseModel):
    """What became of one line."""

    reference: str | None
    person_id: UUID
    entry: CreditRead | None = None
    problem: dict[str, object] | None = None


class BatchAnswers(BaseModel):
    """Each line in the order of the request."""

    items: list[BatchAnswer]
    kept: int
    refused: int
