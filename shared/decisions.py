"""The pattern “decision”: whatever needs a legal act has it filed in the one register, and takes effect when it is signed.

A service announces what it proposes; the register files it once by `(source_service, source_id)`; a signatory signs it on
the one signing table; the service that asked hears it and makes the effect. Without number the act is “to regularise”.

    class DecisionRequested(DecisionRequest):                 # services/<service>/<feature>/events.py
        type = "rotation.decision_request.made.v1"
        topic = "relais.rotation.decision_requests"

    hear_decisions(consumer, "rotation", {"mission": Effects(signed=order_mission, revoked=cancel_mission)})
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import Event, Received
from shared.inbox import Consumer

TO_REGULARISE = "to_regularise"


class DecisionRequest(Event):
    """A legal act that a service proposes; `id` is the thing that it is about. No name, ever: texts are made from codes and ids."""

    kind: str = Field(description="What is decided, one word of the asking service: hire, mission, stay, sponsorship, appointment, pay_step …")
    source_service: str
    state: Literal["proposed", "withdrawn"]
    authority_path: str
    shared_with: list[str] = Field(default_factory=list)
    facility_code: str | None = None
    person_ids: list[UUID] = Field(default_factory=list)
    proposed_by: str = Field(description="Account that proposed it; another one signs (SEC-02).")
    proposed_on: date
    effective_on: date
    ends_on: date | None = None
    legal_basis: list[str] = Field(default_factory=list)
    facts: dict[str, str | int | None] = Field(
        default_factory=dict, description="What the text of the act says beside its kind: codes, amounts in minor units, places, dates as ISO texts."
    )


class DecisionSigned(Event):
    """A decision was signed: the service that asked makes its effect."""

    type = "appointment.decision.signed.v1"
    topic = "relais.appointment.decisions"

    source_service: str
    source_id: UUID
    kind: str
    number: str | None
    signed_by: str
    signed_on: date
    effective_on: date


class DecisionRevoked(Event):
    """A signed decision was revoked or superseded: what it had changed is put back from a day on."""

    type = "appointment.decision.revoked.v1"
    topic = "relais.appointment.decisions"

    source_service: str
    source_id: UUID
    kind: str
    number: str | None
    revoked_by: str
    revoked_on: date
    effective_on: date
    revocation_number: str | None


class DecisionNumbered(Event):
    """A decision that was to be regularised was given its number."""

    type = "appointment.decision.numbered.v1"
    topic = "relais.appointment.decisions"

    source_service: str
    source_id: UUID
    kind: str
    number: str


Effect = Callable[[AsyncSession, Received[Any]], Awaitable[None]]


@dataclass(frozen=True)
class Effects:
    """What a service does when a decision of one kind is signed, revoked, or given its number afterwards."""

    signed: Effect
    revoked: Effect
    numbered: Effect | None = None


def hear_decisions(consumer: Consumer, service: str, effects: Mapping[str, Effects]) -> None:
    """Make the effects of this service's own decisions; those of the others pass by."""

    def own(choose: Callable[[Effects], Effect | None]) -> Effect:
        async def handle(session: AsyncSession, event: Received[Any]) -> None:
            known = effects.get(event.data.kind) if event.data.source_service == service else None
            effect = choose(known) if known else None
            if effect is not None:
                await effect(session, event)

        return handle

    consumer.on(DecisionSigned, own(lambda known: known.signed))
    consumer.on(DecisionRevoked, own(lambda known: known.revoked))
    consumer.on(DecisionNumbered, own(lambda known: known.numbered))
