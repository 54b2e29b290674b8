"""Awards over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.appointment.awards.models import Award
from services.appointment.awards.permissions import can_propose_awards
from services.appointment.awards.workflow import AWARD
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Title = Literal["advanced_worker", "unit_emulation_fighter", "province_emulation_fighter", "national_emulation_fighter", "certificate_of_merit", "medal", "initiative"]
Level = Literal["unit", "province", "ministry", "state"]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=3, max_length=1000)]
Code = Annotated[str, StringConstraints(min_length=2, max_length=60, pattern=r"^[A-Za-z0-9.-]+$")]


class AwardsCreate(Body):
    """One title of one year for one or several people, or for a whole unit, under one decision (EMU-01)."""

    reference: Reference | None = None
    person_ids: list[UUID] = Field(default_factory=list, max_length=200)
    facility_code: Code | None = Field(None, description="Of the unit that is honoured as a whole, when nobody is named.")
    title: Title
    level: Level
    year: int = Field(ge=1945, le=2200)
    achievement: Text = Field(description="What is honoured; for an initiative, its name.")
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(None, description="Reference of the minutes or report that recognises it.")
    given_on: date = Field(description="Day on which it is given: the decision takes effect then.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _people_or_unit(self) -> Self:
        if bool(self.person_ids) == (self.facility_code is not None):
            raise ValueError(_("Name people, or the facility that is honoured as a whole."))
        if self.title == "initiative" and self.evidence is None:
            raise ValueError(_("An initiative is recognised on evidence: give its reference."))
        return self


class Withdrawal(Body):
    """The proposer gives up what waits for a signature."""

    done_on: date | None = None


class AwardRead(BaseModel):
    """An award of one person or unit, and what the caller may do next."""

    id: UUID
    proposal_id: UUID
    reference: str | None
    person_id: UUID | None
    facility_code: str
    title: Title
    level: Level
    year: int
    achievement: str
    evidence: str | None
    given_on: date
    state: Literal["proposed", "awarded", "revoked", "withdrawn"]
    proposed_on: date
    awarded_on: date | None
    decision_number: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, award: Award) -> Self:
        values = {name: getattr(award, name) for name in cls.model_fields if hasattr(award, name)}
        return cls.model_validate(values | {"available_actions": [action("withdraw", can_propose_awards(caller), lambda: AWARD.after("withdraw", award.state))]})


class SharePassed(BaseModel):
    """A share that EMU-01 recommends and these awards pass: shown to the signatory, who decides."""

    facility_code: str
    text: str
    rule: dict[str, Any]


class Proposed(BaseModel):
    """What became of one line."""

    person_id: UUID | None
    award: AwardRead | None
    problem: dict[str, Any] | None


class ProposedMany(BaseModel):
    """One decision for all the lines that fit; each line is answered by itself."""

    proposal_id: UUID | None
    items: list[Proposed]
    warnings: list[SharePassed]
