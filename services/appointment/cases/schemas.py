"""Cases over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.appointment.cases.steps import Step
from shared.actions import Action
from shared.i18n import _
from shared.records import Body

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Kind = Literal["first", "higher", "equivalent", "reappoint", "extend", "transfer", "acting", "resign", "remove"]
Conflict = Literal["family", "finance_hr_procurement", "private_clinic"]
ABOUT_A_PERSON = {"transfer", "acting"}
ABOUT_A_MANDATE = {"reappoint", "extend", "resign", "remove"}


class Experience(Body):
    """A period in the current or an equivalent post; open when it goes on."""

    from_day: date
    to_day: date | None = None


class CandidateCreate(Body):
    """A person to screen. Of blocking facts only that there is one is told, never which."""

    person_id: UUID
    blocking_fact: bool = False
    conflicts: list[Conflict] = Field(default_factory=list, max_length=3)
    experience: list[Experience] | None = Field(None, max_length=50, description="As the file proves it; the assignments known here when not said.")


class CaseCreate(Body):
    """A procedure about one leadership position. With `request_principle` the request goes out the same day."""

    reference: Reference | None = None
    kind: Kind
    source: Literal["internal", "external"] = "internal"
    position_id: UUID | None = Field(None, description="Not needed when `mandate_id` says it.")
    mandate_id: UUID | None = Field(None, description="The mandate that is renewed, extended or left.")
    candidate: CandidateCreate | None = Field(None, description="Who is transferred or acts.")
    reason: Text | None = None
    planning_exception: Text | None = Field(None, description="Why the authority accepts a candidate outside the succession plan (APP-02).")
    cumulation: bool = Field(False, description="The new office does not end the previous one (APP-17).")
    classified: bool = Field(False, description="Only reference, date and outcome will be kept.")
    request_principle: bool = False
    to_facility_code: str | None = Field(None, max_length=60, description="Transfer: the place of work when it is not the position's.")
    to_post_id: UUID | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _says_what_it_is_about(self) -> Self:
        if self.kind in ABOUT_A_MANDATE and not self.classified:
            if self.mandate_id is None:
                raise ValueError(_("Say which mandate this is about."))
        elif self.position_id is None:
            raise ValueError(_("Say which position this is about."))
        if self.kind in ABOUT_A_PERSON and self.candidate is None and not self.classified:
            raise ValueError(_("Say who is concerned."))
        if self.classified and (self.candidate or self.reason or self.planning_exception or self.mandate_id):
            raise ValueError(_("A classified case keeps its reference, date and outcome, and no other content."))
        return self


class Dated(Body):
    done_on: date | None = None


class PrincipleAnswer(Body):
    """The authority's answer in principle; a refusal stops the case."""

    granted: bool = True
    reference: Reference | None = None
    note: Text | None = None
    done_on: date | None = None


class CandidatesCreate(Body):
    candidates: list[CandidateCreate] = Field(min_length=1, max_length=20)
    done_on: date | None = None


class Total(Body):
    """How many voted for a candidate."""

    person_id: UUID
    votes: int = Field(ge=0, le=1000)


class StepCreate(Body):
    """A meeting of the next step with its vote as totals, in one write."""

    step: int = Field(ge=1, le=10)
    held_on: date
    convened: int = Field(ge=1, le=1000)
    present: int = Field(ge=0, le=1000)
    valid: int | None = Field(None, ge=0, le=1000, description="Valid ballots; left out where nobody votes.")
    totals: list[Total] = Field(default_factory=list, max_length=20)
    minutes_reference: Reference | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({total.person_id for total in self.totals}) != len(self.totals):
            raise ValueError(_("A candidate is named twice."))
        return self


class StepsCreate(Body):
    """One meeting, or several that follow each other."""

    steps: list[StepCreate] = Field(min_length=1, max_length=10)
    done_on: date | None = None


class HeadDecision(Body):
    """Exactly half voted in favour: the head decides and reports all dissent."""

    carried: bool
    person_id: UUID | None = Field(None, description="Who is chosen, when two have exactly half each.")
    dissent_reference: Reference
    done_on: date | None = None


class FileCompletion(Body):
    """The file is complete and may go to the authority."""

    file_reference: Reference | None = None
    done_on: date | None = None


class DecisionProposal(Body):
    """What the decision will say; it is then signed on the signing table. Days are computed where the rules say them."""

    starts_on: date | None = Field(None, description="Day of effect; the day after the mandate for a reappointment or an extension.")
    ends_on: date | None = Field(None, description="Last day of an acting mandate; otherwise computed.")
    done_on: date | None = None


class CaseStop(Body):
    because: Literal["no_majority", "failed_conditions", "authority_refusal"]
    note: Text | None = None
    done_on: date | None = None


class OutcomeCreate(Body):
    """What was published of a classified case."""

    outcome: Literal["appointed", "not_appointed", "ended"]
    decision_number: Reference | None = None
    done_on: date | None = None


class CandidateRead(BaseModel):
    person_id: UUID
    origin: str
    state: str
    conflicts: list[str]
    criteria: list[dict[str, Any]]


class TotalRead(BaseModel):
    person_id: UUID
    votes: int
    percent: str = Field(description="Of those convened.")


class DeadlineRead(BaseModel):
    """A date by which somebody must act, and the rule that says so."""

    what: Literal["principle_answer", "procedure_end"]
    due_on: date
    rule: dict[str, Any]


class CaseRead(BaseModel):
    """A case with its line of steps and what the caller may do next."""

    id: UUID
    reference: str | None
    kind: Kind
    source: str
    state: str
    position_id: UUID
    position_title: str
    mandate_id: UUID | None = Field(description="The mandate that it is about.")
    facility_code: str
    unit: str | None
    rank: str
    reason: str | None
    planning_exception: str | None
    cumulation: bool
    classified: bool
    rule_pack: str
    opened_on: date
    principle_requested_on: date | None
    principle_granted_on: date | None
    principle_reference: str | None
    screened_on: date | None
    voted_on: date | None
    file_completed_on: date | None
    file_reference: str | None
    proposed_on: date | None
    nominee_id: UUID | None
    to_facility_code: str | None
    starts_on: date | None
    ends_on: date | None
    decided_on: date | None
    decision: str | None
    stopped_on: date | None
    stopped_because: str | None
    stopped_note: str | None
    revoked_on: date | None
    outcome: str | None
    made_mandate_id: UUID | None = Field(description="The mandate that the decision made.")
    candidates: list[CandidateRead]
    steps: Sequence[Step]
    deadlines: list[DeadlineRead]
    entered_afterwards: bool
    available_actions: list[Action]
