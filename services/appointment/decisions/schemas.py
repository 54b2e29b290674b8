"""Decisions over HTTP."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.appointment.decisions.guards import must_lack_number, signatory_must_not_be_proposer
from services.appointment.decisions.models import Decision
from services.appointment.decisions.permissions import can_number, can_propose_replacement, can_revoke, can_sign
from services.appointment.decisions.workflow import DECISION
from services.appointment.delegations.models import Delegation, Nature, nearest
from services.appointment.delegations.rules import must_let
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.records import Body

Number = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=1000)]
Code = Annotated[str, StringConstraints(min_length=2, max_length=60)]

MOST_AT_ONCE = 200


class Signing(Body):
    """How one decision is signed. `register`: the next number of the authority's register; `entered`: the number that stands on paper; `later`: to regularise."""

    numbering: Literal["register", "entered", "later"] | None = Field(
        None, description="Left out: `entered` with a number, else `register` where the authority keeps its register here, else `later`."
    )
    number: Number | None = Field(None, examples=["317/QĐ-SYT"])
    number_authority: Code | None = Field(None, description="Who gave the number, when it is another authority than the signatory's.")
    retroactive_reason: Reason | None = Field(None, description="Needed when the effect comes before the signature (REG-04).")

    @model_validator(mode="after")
    def _number_is_entered(self) -> Self:
        if (self.number is not None) != (self.numbering in (None, "entered") and self.number is not None) or (self.numbering == "entered" and self.number is None):
            raise ValueError(_("Write a number when it is entered, and none when the register gives it or it comes later."))
        return self


class SignatureCreate(Signing):
    """The signature of one decision. The act is done on the day it is signed."""

    signed_on: date | None = None
    done_on: date | None = Field(None, description="The same day as `signed_on`; either may be left out.")

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        if self.signed_on is not None and self.done_on is not None and self.signed_on != self.done_on:
            raise ValueError(_("A decision is done on the day it is signed."))
        return self

    @property
    def day(self) -> date | None:
        return self.signed_on or self.done_on


class SignatureOfMany(Signing):
    """One of several: a reason of its own goes before the common one."""

    id: UUID


class SignaturesCreate(Body):
    """Many at once: each is answered by itself, one refusal stops no other."""

    decisions: Annotated[list[SignatureOfMany], Field(min_length=1, max_length=MOST_AT_ONCE)]
    signed_on: date | None = None
    retroactive_reason: Reason | None = None


class NumberingCreate(Body):
    """The number of a decision that was signed without one."""

    numbering: Literal["register", "entered"] = "entered"
    number: Number | None = Field(None, examples=["317/QĐ-SYT"])
    number_authority: Code | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _number_is_entered(self) -> Self:
        if (self.numbering == "entered") != (self.number is not None):
            raise ValueError(_("Write a number when it is entered, and none when the register gives it or it comes later."))
        return self


class RevocationCreate(Body):
    """A decision is taken back by another one, with its own number, from a day on."""

    number: Number | None = None
    reason: Reason
    effective_on: date | None = Field(None, description="From this day what was decided is put back; left out: the first day of its effect, as if it had never been.")
    done_on: date | None = None


class SupersessionCreate(Body):
    """Another decision replaces this one: either `by` a signed one about another thing, or a new text about the same thing, which waits for its own signature."""

    by: UUID | None = Field(None, description="A signed decision of the same authority; what this one had changed is put back from its first day.")
    legal_basis: list[Annotated[str, StringConstraints(min_length=3, max_length=500)]] | None = Field(
        None, max_length=20, description="Legal basis of the new text; left out: the same."
    )
    reason: Reason
    done_on: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.by is not None and self.legal_basis is not None:
            raise ValueError(_("Name the decision that replaces this one, or write a new text; not both."))
        return self


class NumberRead(BaseModel):
    """A number and whose it is."""

    number: str
    authority: str
    given_on: date


class CompetentRead(BaseModel):
    """Who is competent to sign, by which order."""

    model_config = ConfigDict(from_attributes=True)

    competent: str
    authority: str = Field(description="Who gave the competence.")
    nature: Nature
    citation: str
    valid_from: date


class EndRead(BaseModel):
    """How a decision ended: taken back or replaced, by whom, from which day."""

    by: str
    on: date
    effective_on: date
    reason: str
    number: str | None


class DecisionRead(BaseModel):
    """A decision, where it stands, and what the caller may do next."""

    id: UUID
    source_service: str
    source_id: UUID
    kind: str
    state: Literal["proposed", "signed", "revoked", "superseded", "withdrawn"]
    authority_path: str
    facility_code: str | None
    person_ids: list[UUID]
    proposed_by: str
    proposed_by_me: bool
    proposed_on: date
    effective_on: date
    ends_on: date | None
    legal_basis: list[str]
    facts: dict[str, Any]
    authority: str | None = Field(description="In whose name it was signed.")
    signed_by: str | None
    signed_on: date | None
    number: str | None
    number_authority: str | None
    numbered_on: date | None
    decision: str | None = Field(description="The number, or `to_regularise` while there is none.")
    retroactive: bool
    retroactive_reason: str | None
    competence: CompetentRead | None = Field(None, description="Who may sign it today by the competence matrix, while it waits; nothing where the matrix is silent.")
    waiting_days: int | None = Field(description="Days since it was proposed, while it waits for a signature.")
    end: EndRead | None
    superseded_by: UUID | None
    supersedes: UUID | None
    conflict: str | None = Field(description="`withdrawn-after-signature`: whoever asked no longer does, but it is signed.")
    check_code: str | None = Field(description="Code of the public page that confirms number, date, authority and state.")
    content_sha256: str | None = Field(description="Fingerprint of what was signed.")
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, decision: Decision, matrix: Sequence[Delegation] = ()) -> Self:
        values = {name: getattr(decision, name) for name in cls.model_fields if hasattr(decision, name)}
        day = today()
        row = nearest(matrix, decision.kind, decision.facts.get("rank"), decision.authority_path, day) if decision.state == "proposed" else None
        guards: list[Callable[[], object]] = [lambda: DECISION.after("sign", decision.state), lambda: signatory_must_not_be_proposer(caller, decision, day)]
        if row is not None:
            guards.append(lambda: must_let(row, caller, decision, day))
        end = None
        if decision.ended_on is not None:
            end = EndRead(by=decision.ended_by, on=decision.ended_on, effective_on=decision.ended_from, reason=decision.end_reason, number=decision.revocation_number)
        return cls(
            **values,
            proposed_by_me=decision.proposed_by == caller.actor,
            retroactive=decision.is_retroactive,
            competence=CompetentRead.model_validate(row) if row is not None else None,
            waiting_days=(day - decision.proposed_on).days if decision.state == "proposed" else None,
            end=end,
            available_actions=[
                action("sign", can_sign(caller, decision), *guards),
                action("number", can_number(caller, decision), lambda: DECISION.after("number", decision.state), lambda: must_lack_number(decision, day)),
                action("revoke", can_revoke(caller, decision), lambda: DECISION.after("revoke", decision.state)),
                action("supersede", can_propose_replacement(caller, decision), lambda: DECISION.after("supersede", decision.state)),
            ],
        )


class Signed(BaseModel):
    """What became of one of many: the decision, or the problem that refused it."""

    id: UUID
    decision: DecisionRead | None
    problem: dict[str, Any] | None


class SignedMany(BaseModel):
    items: list[Signed]
    signed: int
    refused: int


class RegisterWrite(Body):
    """How an authority numbers its decisions, and after which number the register goes on."""

    pattern: Annotated[str, StringConstraints(min_length=8, max_length=60, pattern=r"^[^{}]*(\{year\}[^{}]*)?\{number\}[^{}]*(\{year\}[^{}]*)?$")] = Field(
        description="`{number}` once; `{year}` may stand beside it.", examples=["{number}/QĐ-SYT"]
    )
    last_number: int | None = Field(None, ge=0, description="Last number that paper has reached this year; the register gives the next one.")
    year: int | None = Field(None, ge=1990, le=2100)


class RegisterRead(BaseModel):
    """The register of an authority and what each year has reached."""

    authority: str
    pattern: str
    opened_on: date
    last_numbers: dict[int, int]
    year: int = Field(description="The civil year of today.")
    next_number: str = Field(description="What the next signature of this year would be given.")
    available_actions: list[Action]


class CheckRead(BaseModel):
    """What a stranger who holds the paper may know."""

    code: str
    number: str | None
    signed_on: date
    authority: str
    state: Literal["signed", "revoked", "superseded"]
