"""Agreements over HTTP."""

from datetime import date
from functools import partial
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.rotation.agreements.guards import must_be_live
from services.rotation.agreements.models import EXCHANGE, Agreement
from services.rotation.agreements.permissions import can_change, can_name_focal_point, can_sign
from services.rotation.agreements.workflow import AGREEMENT
from services.rotation.fields import Code, Line, Reference, Word
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Model = Literal["comprehensive", "satellite", "guidance", "telehealth", "exchange"]
Scope = Literal["residents", "postgraduates", "teachers", "students", "nursing", "management", "projects", "publications", "seminars", "techniques"]
Side = Literal["giver", "receiver"]


class ObligationCreate(Body):
    """What is promised in one specialty."""

    specialty: Word = Field(examples=["internal-medicine"])
    visits_per_month: int = Field(ge=0, le=31)
    techniques: list[Word] = Field(default=[], max_length=50)


class PlacesCreate(Body):
    """How many people of the other side this one hosts in a civil year."""

    host_code: Code
    quota_per_year: int = Field(ge=0, le=1000)


class AgreementCreate(Body):
    """An agreement as drafted; with `signed_on` it was signed by both sides on paper and is entered as it stands."""

    reference: Reference | None = None
    giver_code: Code = Field(examples=["VN-22-BVBC"])
    receiver_code: Code = Field(examples=["VN-22-TTBCE"])
    model: Model
    programme: Word = Field("comprehensive-support", description="One of the programmes of the country's rule pack; of an exchange, what people call it.")
    programme_id: UUID | None = Field(None, description="The programme of an authority, with its policy and targets, to which the agreement belongs.")
    number: Line | None = None
    starts_on: date
    ends_on: date
    giver_contact: UUID | None = Field(None, description="Person to ask at the giver's.")
    receiver_contact: UUID | None = None
    obligations: list[ObligationCreate] = Field(default=[], max_length=40, description="What is promised in each specialty; an exchange promises places instead.")
    places: list[PlacesCreate] = Field(default=[], max_length=2, description="Of an exchange: how many each side hosts in a year.")
    scope: list[Scope] = Field(default=[], max_length=20, description="Of an exchange: whom and what it is for.")
    funding: Line | None = None
    previous_id: UUID | None = Field(None, description="The agreement of the same two sides that this one follows.")
    signed_on: date | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        if self.giver_code == self.receiver_code:
            raise ValueError(_("A facility makes no agreement with itself."))
        if len({each.specialty for each in self.obligations}) < len(self.obligations):
            raise ValueError(_("Each specialty has one obligation."))
        if self.model != EXCHANGE and (not self.obligations or self.places or self.scope):
            raise ValueError(_("An agreement of support promises visits or techniques in at least one specialty; places are promised by an exchange."))
        hosts = [each.host_code for each in self.places]
        if self.model == EXCHANGE and (self.obligations or not hosts or len(set(hosts)) < len(hosts) or not set(hosts) <= {self.giver_code, self.receiver_code}):
            raise ValueError(_("An exchange says how many people each of its two sides hosts in a year, and promises no visits."))
        return self


class AgreementBatch(Body):
    """Many agreements at once; each is answered by itself, one refusal stops no other."""

    items: list[AgreementCreate] = Field(min_length=1, max_length=200)


class Signature(Body):
    """One side signs."""

    side: Side
    number: Line | None = None
    done_on: date | None = None


class Signatures(Body):
    """One side signs many agreements at once, each named by its identifier or its reference; each is answered by itself."""

    side: Side
    agreements: list[Reference] = Field(min_length=1, max_length=200)
    done_on: date | None = None


class FocalPoint(Body):
    """Whom the other side calls: somebody of one's own facility."""

    side: Side
    person_id: UUID
    done_on: date | None = None


class Reason(Body):
    """Why an agreement is suspended or ended."""

    reason: Line
    done_on: date | None = None


class Resumption(Body):
    """The agreement goes on."""

    done_on: date | None = None


class ObligationRead(BaseModel):
    """What is promised in one specialty."""

    id: UUID
    specialty: str
    visits_per_month: int
    techniques: list[str]


class PlacesRead(BaseModel):
    """How many people of the other side one side hosts in a civil year."""

    host_code: str
    quota_per_year: int


class AgreementRead(BaseModel):
    """An agreement and what the caller may do next."""

    id: UUID
    reference: str | None
    giver_code: str
    receiver_code: str
    model: Model
    programme: str
    number: str | None
    starts_on: date
    ends_on: date
    ended_on: date | None
    giver_contact: UUID | None
    receiver_contact: UUID | None
    giver_contact_name: str | None
    receiver_contact_name: str | None
    programme_id: UUID | None
    previous_id: UUID | None
    funding: str | None
    scope: list[str]
    places: list[PlacesRead]
    state: Literal["draft", "signed", "active", "suspended", "expired", "terminated"]
    drafted_on: date
    giver_signed_on: date | None
    receiver_signed_on: date | None
    on_paper: bool
    reason: str | None
    obligations: list[ObligationRead]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, agreement: Agreement) -> Self:
        values = {name: getattr(agreement, name) for name in cls.model_fields if hasattr(agreement, name) and name not in ("obligations", "places")}
        return cls(
            **values,
            places=[PlacesRead.model_validate(each, from_attributes=True) for each in agreement.places],
            obligations=[ObligationRead.model_validate(each, from_attributes=True) for each in agreement.obligations],
            available_actions=[
                *(
                    action(f"sign_{side}", can_sign(caller, agreement, side), lambda: AGREEMENT.after("sign", agreement.state))
                    for side in ("giver", "receiver")
                    if getattr(agreement, f"{side}_signed_on") is None
                ),
                *(action(f"name_focal_point_{side}", can_name_focal_point(caller, agreement, side), lambda: must_be_live(agreement)) for side in ("giver", "receiver")),
                *(action(act, can_change(caller, agreement), partial(AGREEMENT.after, act, agreement.state)) for act in ("suspend", "resume", "terminate")),
            ],
        )


class BatchAnswer(BaseModel):
    """What became of one item: the agreement, or the problem that refused it."""

    reference: str | None
    agreement: AgreementRead | None
    problem: dict[str, Any] | None


class AgreementBatchRead(BaseModel):
    """The answers, in the order of the items."""

    items: list[BatchAnswer]


class PostCoverage(BaseModel):
    """One post and the agreements that support it."""

    facility_code: str
    models: list[Model]
    givers: list[str]


class Coverage(BaseModel):
    """Posts with and without an agreement in force on a day, by model; a post with two models counts once in `with_agreement`."""

    as_of: date
    facility_type: str
    facilities: int
    with_agreement: int
    by_model: dict[str, int]
    items: list[PostCoverage]
