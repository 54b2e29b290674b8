"""Probations over HTTP."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.appointment.absences.models import CountedAbsence
from services.appointment.probations.guards import nothing_must_wait, outcome_must_be_open
from services.appointment.probations.models import Probation, RefusedAbsence
from services.appointment.probations.permissions import can_follow, can_judge, can_propose_outcome
from services.appointment.probations.workflow import CONFIRMED, ENDED, EXTENDED, PROBATION
from shared.actions import Action, action
from shared.auth import Caller
from shared.records import Body

Text = Annotated[str, StringConstraints(min_length=3, max_length=4000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Code = Annotated[str, StringConstraints(min_length=2, max_length=60, pattern=r"^[A-Za-z0-9.-]+$")]


class ProbationEntry(Body):
    """A probation that ran before the register was opened here (opening balance), or of a recruit whom another channel brought."""

    reference: Reference
    person_id: UUID
    starts_on: date
    months: int | None = Field(None, ge=1, le=24, description="Left out: what the pack says for the title.")
    mentor_id: UUID | None = None


class ProbationsCreate(Body):
    """Up to 200 at once; each is answered by itself."""

    items: list[ProbationEntry] = Field(min_length=1, max_length=200)
    done_on: date | None = None


class MentorCreate(Body):
    """The colleague who guides and reports (REC-VN-12)."""

    mentor_id: UUID
    done_on: date | None = None


class ReportCreate(Body):
    """A report or opinion as it was given, on the day it was given."""

    favourable: bool
    text: Text
    done_on: date | None = None


class SelfReportCreate(Body):
    """What the person reports of their own probation."""

    text: Text
    done_on: date | None = None


class RefusalCreate(Body):
    """The head does not accept the justification of a short absence: its days do not count (REC-VN-11)."""

    absence_id: UUID
    reason: Text
    done_on: date | None = None


class OutcomeCreate(Body):
    """The outcome that is proposed for signature."""

    outcome: Literal["confirmed", "extended", "ended"]
    effective_on: date | None = Field(None, description="First day of effect. Left out: the day after the last day of the probation.")
    months: int | None = Field(None, ge=1, description="Of an extension.")
    reason: Text | None = Field(None, description="Needed to extend or to end.")
    equivalent_months: int | None = Field(None, ge=1, description="Months of equivalent insured service that waive the probation (REC-VN-12).")
    done_on: date | None = None


class Withdrawal(Body):
    """The proposer gives up what waits for a signature."""

    done_on: date | None = None


class AbsenceRead(BaseModel):
    """Days of absence in this probation: whether they count, and why not. Never the kind of absence."""

    id: UUID
    starts_on: date
    ends_on: date
    counts: bool
    refused_reason: str | None


class ProposalRead(BaseModel):
    """The outcome that waits for a signature."""

    outcome: Literal["confirmed", "extended", "ended"]
    effective_on: date
    months: int | None
    reason: str | None
    proposed_on: date
    source_id: UUID = Field(description="The register of decisions files it under this id.")


class ProbationRead(BaseModel):
    """A probation, the rules behind its end, and what the caller may do next."""

    id: UUID
    reference: str | None
    person_id: UUID
    facility_code: str
    occupation_code: str
    starts_on: date
    months: int
    extension_months: int
    planned_end: date = Field(description="Last day by the months alone.")
    excluded_days: int
    due_on: date = Field(description="Last day with the days that do not count.")
    mentor_id: UUID | None
    state: Literal["running", "extended", "confirmed", "ended"]
    mentor_report: dict[str, Any] | None
    self_report: dict[str, Any] | None
    head_opinion: dict[str, Any] | None
    proposal: ProposalRead | None
    confirmed_on: date | None
    ended_on: date | None
    ended_reason: str | None
    decision_number: str | None
    decision_source_id: UUID | None = Field(description="Under which id the register of decisions filed the outcome that waits, or else the one that was last signed.")
    source_service: str
    source_id: UUID
    absences: list[AbsenceRead]
    rules: list[dict[str, Any]]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, probation: Probation, absences: Sequence[CountedAbsence], refusals: Collection[RefusedAbsence]) -> Self:
        refused = {refusal.absence_id: refusal.reason for refusal in refusals}
        values = {name: getattr(probation, name) for name in cls.model_fields if hasattr(probation, name)}
        reports = {name: _shown(getattr(probation, name)) for name in ("mentor_report", "self_report", "head_opinion")}
        return cls.model_validate(
            values
            | reports
            | {
                "proposal": _proposal(probation),
                "absences": [
                    AbsenceRead(
                        id=absence.id,
                        starts_on=absence.starts_on,
                        ends_on=absence.ends_on,
                        counts=absence.counts_for_probation and absence.id not in refused,
                        refused_reason=refused.get(absence.id),
                    )
                    for absence in absences
                    if absence.starts_on <= probation.due_on
                ],
                "rules": [_rule_of_length(probation)],
                "available_actions": _actions(caller, probation),
            }
        )


def _shown(report: dict[str, Any] | None) -> dict[str, Any] | None:
    """Without the account that entered it: History says who, to those who may know."""
    return {name: value for name, value in report.items() if name != "entered_by"} if report else None


def _proposal(probation: Probation) -> ProposalRead | None:
    if probation.outcome is None:
        return None
    return ProposalRead.model_validate(
        {
            "outcome": probation.outcome,
            "effective_on": probation.outcome_on,
            "months": probation.outcome_months,
            "reason": probation.outcome_reason,
            "proposed_on": probation.proposed_on,
            "source_id": probation.proposal_id,
        }
    )


def _rule_of_length(probation: Probation) -> dict[str, Any]:
    return probation.pack.rule("PRB-MONTHS").as_json() | {"value": probation.months, "unit": "months of probation"}


def _actions(caller: Caller, probation: Probation) -> list[Action]:
    def reporting() -> str:
        return PROBATION.after("report", probation.state)

    def waiting() -> None:
        nothing_must_wait(probation)

    def proposing(outcome: str) -> Action:
        return action(f"propose_{outcome}", can_propose_outcome(caller, probation), waiting, lambda: outcome_must_be_open(probation, outcome))

    return [
        action("name_mentor", can_follow(caller, probation), reporting),
        action("enter_mentor_report", can_follow(caller, probation), reporting, waiting),
        action("enter_self_report", can_follow(caller, probation), reporting, waiting),
        action("give_opinion", can_judge(caller, probation), reporting, waiting),
        action("refuse_absence", can_judge(caller, probation), reporting, waiting),
        *[proposing(outcome) for outcome in (CONFIRMED, EXTENDED, ENDED)],
        *([action("withdraw_outcome", can_follow(caller, probation))] if probation.outcome else []),
    ]
