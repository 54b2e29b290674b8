"""What rotation tells."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from services.observatory.replicas.facts.fact import Fact, Owned
from services.observatory.replicas.facts.registry import HoldPeriod


class Obligation(BaseModel):
    """What an agreement promises in one specialty."""

    id: UUID
    specialty: str
    visits_per_month: int


class Agreement(Fact):
    """A facility that supports another one."""

    topic: ClassVar[str] = "relais.rotation.agreements"
    places: ClassVar[tuple[str, ...]] = ("receiver_code", "giver_code")
    sort: ClassVar[str] = "model"

    state: str = ""
    model: str = ""
    giver_code: str = ""
    receiver_code: str = ""
    number: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None
    obligations: list[Obligation] = Field(default=[])


class SupportVisit(Fact):
    """A visit that an agreement promises, held or missed."""

    topic: ClassVar[str] = "relais.rotation.visits"
    places: ClassVar[tuple[str, ...]] = ("receiver_code", "giver_code")
    begins: ClassVar[str] = "promised_on"
    decided: ClassVar[str] = "held_on"

    state: str = ""
    agreement_id: UUID | None = None
    giver_code: str = ""
    receiver_code: str = ""
    specialty: str | None = None
    month: date | None = None
    promised_on: date | None = None
    held_on: date | None = None


class SupportRequest(Fact):
    """What a place asks others to come and do."""

    topic: ClassVar[str] = "relais.rotation.support_requests"
    places: ClassVar[tuple[str, ...]] = ("receiver_code", "giver_code")
    begins: ClassVar[str] = "wanted_from"
    decided: ClassVar[str] = "decided_on"
    sort: ClassVar[str] = "specialty"

    state: str = ""
    giver_code: str | None = None
    receiver_code: str = ""
    specialty: str | None = None
    technique: str | None = None
    wanted_from: date | None = None
    decided_on: date | None = None


class Mission(Fact):
    """A person sent from one facility to another for some time."""

    topic: ClassVar[str] = "relais.rotation.missions"
    places: ClassVar[tuple[str, ...]] = ("receiver_code", "giver_code")
    decided: ClassVar[str] = "signed_on"
    sort: ClassVar[str] = "mode"

    state: str = ""
    person_id: UUID | None = None
    giver_code: str = ""
    receiver_code: str = ""
    agreement_id: UUID | None = None
    technique: str | None = None
    mode: str | None = None
    periods: list[HoldPeriod] = Field(default=[])
    starts_on: date | None = None
    ends_on: date | None = None
    departed_on: date | None = None
    ended_on: date | None = None
    signed_on: date | None = None
    decision: str | None = None
    days_done: int | None = None


class TechniqueState(Owned):
    """A technique that a facility is being taught, until it does it by itself."""

    topic: ClassVar[str] = "relais.rotation.techniques"
    begins: ClassVar[str] = "started_on"
    decided: ClassVar[str] = "accepted_on"
    sort: ClassVar[str] = "technique"

    technique: str = ""
    started_on: date | None = None
    accepted_on: date | None = None


class ExchangeAgreement(Fact):
    """Two facilities that exchange people."""

    topic: ClassVar[str] = "relais.rotation.exchange_agreements"
    places: ClassVar[tuple[str, ...]] = ("giver_code", "receiver_code")

    state: str = ""
    giver_code: str = ""
    receiver_code: str = ""
    number: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None


class Placement(Fact):
    """Somebody who learns, or learnt, at a facility of another country."""

    topic: ClassVar[str] = "relais.rotation.placements"
    places: ClassVar[tuple[str, ...]] = ("host_code", "home_code")
    sort: ClassVar[str] = "field"

    state: str = ""
    person_id: UUID | None = None
    home_code: str = ""
    host_code: str = ""
    host_unit: str | None = None
    field: str = ""
    occupation_code: str | None = None
    purpose: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None
    departed_on: date | None = None
    returned_on: date | None = None
    months: int | None = None
