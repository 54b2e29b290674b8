"""Offers over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.recruitment.offers.guards import answer_must_be_in_time, time_must_be_over
from services.recruitment.offers.models import Offer
from services.recruitment.offers.permissions import can_answer
from services.recruitment.policies.schemas import Line, Reference
from services.recruitment.rules import pack_of
from services.recruitment.workflow import OFFER
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.records import Body


class OfferCreate(Body):
    """One post offered to an eligible person. Without `expires_on` the days that the rules give are taken."""

    reference: Reference | None = None
    candidacy_id: UUID
    post_id: UUID
    expires_on: date | None = Field(None, description="Last day, whole.")
    done_on: date | None = None


class Answer(Body):
    """The person's acceptance, or that the time is over."""

    done_on: date | None = None


class Declination(Body):
    """The person's refusal, in their words."""

    reason: Line
    done_on: date | None = None


class OfferRead(BaseModel):
    """An offer with what the caller may do next."""

    id: UUID
    reference: str | None
    candidacy_id: UUID
    need_id: UUID
    post_id: UUID
    person_id: UUID
    facility_code: str
    sent_on: date
    expires_on: date
    answered_on: date | None
    reason: str | None
    state: Literal["sent", "accepted", "declined", "lapsed", "hired"]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, offer: Offer) -> Self:
        pack, permission = pack_of(offer.facility_code, offer.sent_on), can_answer(caller, offer)
        values = {name: getattr(offer, name) for name in cls.model_fields if hasattr(offer, name)}
        return cls(
            **values,
            available_actions=[
                action("accept", permission, lambda: OFFER.after("accept", offer.state), lambda: answer_must_be_in_time(offer, today(), pack)),
                action("decline", permission, lambda: OFFER.after("decline", offer.state)),
                action("lapse", permission, lambda: OFFER.after("lapse", offer.state), lambda: time_must_be_over(offer, today(), pack)),
            ],
        )
