"""Legal holds over HTTP."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.legal_holds.models import LegalHold
from services.registry.legal_holds.permissions import can_hold, can_lift, can_read_legal_holds
from services.registry.legal_holds.use_cases import holds_of, lift_hold, must_stand, place_hold
from shared.actions import Action, action
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page
from shared.records import Body

router = Router(tags=["legal holds"])


class LegalHoldCreate(Body):
    """What an authority orders to be kept."""

    reason: str = Field(min_length=3, max_length=500, examples=["Inquiry into a payment of 2025"])
    ordered_by: str = Field(
        min_length=2, max_length=200, description="The authority that orders it, with the number of its order.", examples=["People’s Court of Hạ Long, order 12/2026"]
    )
    until: date | None = Field(None, description="Its last day, where the order names one.")


class LegalHoldLifting(Body):
    reason: str = Field(min_length=3, max_length=500)


class LegalHoldRead(BaseModel):
    id: UUID
    person_id: UUID
    reason: str
    ordered_by: str
    until: date | None
    placed_on: date
    lifted_on: date | None
    lifted_reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, hold: LegalHold) -> Self:
        same = {name: getattr(hold, name) for name in ("id", "person_id", "reason", "ordered_by", "until", "placed_on", "lifted_on", "lifted_reason")}
        return cls(**same, available_actions=[action("lift", can_lift(caller, hold), lambda: must_stand(hold))])


@router.get("/persons/{person_id}/legal-holds", response_model=Page[LegalHoldRead], dependencies=[allows(can_read_legal_holds)], responses=problems(403, 404))
async def list_legal_holds(person_id: UUID, caller: CallerDep, session: SessionDep) -> Page[LegalHoldRead]:
    """What keeps a person’s records from being erased, and what did."""
    return Page(items=[LegalHoldRead.seen_by(caller, hold) for hold in await holds_of(session, caller, person_id)], next=None)


@router.post("/persons/{person_id}/legal-holds", status_code=201, response_model=LegalHoldRead, dependencies=[allows(can_hold)], responses=problems(403, 404, 409, 422))
async def create_legal_hold(person_id: UUID, body: LegalHoldCreate, caller: CallerDep, session: SessionDep) -> LegalHoldRead:
    """Keep a person’s records from being erased or destroyed."""
    return LegalHoldRead.seen_by(caller, await place_hold(session, caller=caller, person_id=person_id, reason=body.reason, ordered_by=body.ordered_by, until=body.until))


@router.post("/legal-holds/{hold_id}/lifting", status_code=201, response_model=LegalHoldRead, dependencies=[allows(can_hold)], responses=problems(403, 404, 409, 422))
async def create_lifting(hold_id: UUID, body: LegalHoldLifting, caller: CallerDep, session: SessionDep) -> LegalHoldRead:
    """Say that a legal hold is over."""
    return LegalHoldRead.seen_by(caller, await lift_hold(session, caller=caller, hold_id=hold_id, reason=body.reason))
