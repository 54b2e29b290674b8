"""Partner services over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.recruitment.partner_services.models import ServiceOffer, ServiceRequest
from services.recruitment.partner_services.permissions import can_answer, can_end, reads_persons
from services.recruitment.policies.schemas import Code, Line, Reference
from services.recruitment.workflow import SERVICE_OFFER, SERVICE_REQUEST
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Kind = Literal["housing", "childcare", "mobility"]
Reason = Literal["none_free", "too_expensive", "too_far", "too_late", "conditions", "found_elsewhere", "other"]


class OfferCreate(Body):
    """Places of one kind that a partner of the pool has."""

    reference: Reference | None = None
    pool_id: UUID
    facility_code: Code
    kind: Kind
    title: Line = Field(examples=["Studio meublé, 25 m²"])
    place: Line = Field(examples=["Pornic"])
    capacity: Annotated[int, Field(ge=1, le=1000)]
    conditions: Line | None = Field(None, examples=["380 € par mois, six mois au plus"])
    available_from: date
    available_to: date | None = None
    done_on: date | None = None


class Ending(Body):
    done_on: date | None = None


class RequestCreate(Body):
    """What somebody who is accompanied needs, asked of a partner. Do not write who it is."""

    reference: Reference | None = None
    accompaniment_id: UUID
    pool_id: UUID
    kind: Kind
    wanted: Line = Field(examples=["Deux pièces, un enfant de trois ans"])
    place: Line = Field(examples=["Saint-Brevin-les-Pins"])
    wanted_from: date
    partner_code: Code
    done_on: date | None = None


class AnswerCreate(Body):
    """The outcome: solved with an offer or in words; refused, by whom and why; or taken back."""

    outcome: Literal["solved", "refused", "withdrawn"]
    offer_id: UUID | None = None
    refused_by: Literal["partner", "candidate"] | None = None
    reason: Reason | None = None
    words: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if self.outcome == "refused" and (self.refused_by is None or self.reason is None):
            raise ValueError(_("Say who refused and why: it is what explains why people do not come."))
        if self.outcome == "solved" and self.offer_id is None and not self.words:
            raise ValueError(_("Say by which offer it was solved, or how."))
        if self.outcome != "refused" and (self.refused_by or self.reason):
            raise ValueError(_("Only a refusal has a reason."))
        return self


class OfferRead(BaseModel):
    id: UUID
    reference: str | None
    pool_id: UUID
    facility_code: str
    kind: Kind
    title: str
    place: str
    capacity: int
    taken: int = Field(description="Places that are given.")
    conditions: str | None
    available_from: date
    available_to: date | None
    offered_on: date
    ended_on: date | None
    state: Literal["offered", "ended"]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, offer: ServiceOffer, taken: int) -> Self:
        values = {name: getattr(offer, name) for name in cls.model_fields if hasattr(offer, name)}
        return cls(**values, taken=taken, available_actions=[action("end", can_end(caller, offer), lambda: SERVICE_OFFER.after("end", offer.state))])


class EndedOffer(BaseModel):
    """An offer of which nothing is given any more."""

    title: str
    ended_on: date

    model_config = {"from_attributes": True}


class RequestRead(BaseModel):
    """A request; the partner who was asked does not read who it is for."""

    id: UUID
    reference: str | None
    pool_id: UUID
    accompaniment_id: UUID | None
    person_id: UUID | None
    kind: Kind
    wanted: str
    place: str
    wanted_from: date
    partner_code: str
    offer_id: UUID | None
    asked_on: date
    settled_on: date | None
    refused_by: Literal["partner", "candidate"] | None
    reason: Reason | None
    words: str | None
    state: Literal["asked", "solved", "refused", "withdrawn"]
    ended_offers: list[EndedOffer] = Field(description="While it waits: what the partner offered of this kind and has ended since it was asked.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, request: ServiceRequest, ended: Sequence[ServiceOffer] = ()) -> Self:
        values = {name: getattr(request, name) for name in cls.model_fields if hasattr(request, name)}
        if not reads_persons(caller, request):
            values |= {"person_id": None, "accompaniment_id": None}
        acts = [action(act, can_answer(caller, request), lambda act=act: SERVICE_REQUEST.after(act, request.state)) for act in ("solve", "refuse", "withdraw")]  # type: ignore[misc]
        return cls(**values, ended_offers=[EndedOffer.model_validate(offer) for offer in ended], available_actions=acts)


class SumRead(BaseModel):
    """How many requests of a kind came to an outcome, and why not."""

    kind: Kind
    state: Literal["asked", "solved", "refused", "withdrawn"]
    refused_by: str | None
    reason: Reason | None
    requests: int


class Sums(BaseModel):
    items: list[SumRead]
