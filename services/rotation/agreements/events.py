"""What rotation announces about agreements."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel

from services.rotation.agreements.models import Agreement
from shared.events import Event


class ObligationState(BaseModel):
    """What is promised in one specialty."""

    id: UUID
    specialty: str
    visits_per_month: int
    techniques: Sequence[str]


class AgreementState(Event):
    topic = "relais.rotation.agreements"

    model: Literal["comprehensive", "satellite", "guidance", "telehealth"]
    programme: str
    giver_code: str
    receiver_code: str
    authority_path: str
    receiver_path: str
    shared_with: list[str]
    number: str | None
    starts_on: date
    ends_on: date
    ended_on: date | None
    state: Literal["draft", "signed", "active", "suspended", "expired", "terminated"]
    obligations: list[ObligationState]
    programme_id: UUID | None = None

    @classmethod
    def about(cls, agreement: Agreement) -> Self:
        values = {name: getattr(agreement, name) for name in cls.model_fields if name != "obligations"}
        return cls(
            **values,
            obligations=[
                ObligationState(id=each.id, specialty=each.specialty, visits_per_month=each.visits_per_month, techniques=each.techniques) for each in agreement.obligations
            ],
        )


class AgreementDrafted(AgreementState):
    """Two facilities are agreeing on a support; nothing is promised yet."""

    type = "rotation.agreement.drafted.v1"


class AgreementSigned(AgreementState):
    """One side or both have signed."""

    type = "rotation.agreement.signed.v1"


class AgreementStarted(AgreementState):
    """The agreement is in force: its visits are promised month by month."""

    type = "rotation.agreement.started.v1"


class AgreementSuspended(AgreementState):
    """Nothing is promised until it is resumed."""

    type = "rotation.agreement.suspended.v1"


class AgreementResumed(AgreementState):
    """It is in force again."""

    type = "rotation.agreement.resumed.v1"


class AgreementEnded(AgreementState):
    """Its time is over, or one side ended it before."""

    type = "rotation.agreement.ended.v1"


class PlacesState(BaseModel):
    """How many people of the other side one side hosts in a civil year."""

    host_code: str
    quota_per_year: int


class ExchangeAgreementChanged(Event):
    """Two facilities exchange people: told apart from support, because nobody promises visits in it."""

    type = "rotation.exchange_agreement.changed.v1"
    topic = "relais.rotation.exchange_agreements"

    giver_code: str
    receiver_code: str
    authority_path: str
    shared_with: list[str]
    number: str | None
    previous_id: UUID | None
    starts_on: date
    ends_on: date
    ended_on: date | None
    state: Literal["draft", "signed", "active", "suspended", "expired", "terminated"]
    scope: list[str]
    places: list[PlacesState]

    @classmethod
    def about(cls, agreement: Agreement) -> Self:
        values = {name: getattr(agreement, name) for name in cls.model_fields if name != "places"}
        return cls(**values, places=[PlacesState(host_code=each.host_code, quota_per_year=each.quota_per_year) for each in agreement.places])


def told(happened: type[AgreementState], agreement: Agreement) -> Event:
    """What is announced of an agreement, on the topic of its kind."""
    return ExchangeAgreementChanged.about(agreement) if agreement.is_exchange else happened.about(agreement)
