"""Revocations over HTTP: operations enter them; the gateway and the services read what is in force."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from services.registry.revocations.models import Kind, Revocation
from services.registry.revocations.permissions import can_revoke, can_sign_out
from services.registry.revocations.queries import revocations_in_force
from services.registry.revocations.use_cases import SIGNED_OUT, revoke
from shared.auth import CallerDep, allows, public_route
from shared.db import SessionDep, worker_session
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Body
from shared.revocations import PATH

router = Router(prefix="/revocations", tags=["revocations"], dependencies=[allows(can_revoke)])
own = Router(prefix="/revocations", tags=["revocations"])
internal = APIRouter(dependencies=[Depends(public_route)])


class RevocationCreate(Body):
    """Whose tokens are refused from now on."""

    kind: Kind = Field(description="`client`: a program, by its client id; `subject`: an account; `session`: one sign-in, by its `sid`, or one token, by its `jti`.")
    value: Annotated[str, Field(min_length=1, max_length=255)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class RevocationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Kind
    value: str
    before: datetime
    reason: str
    revoked_by: str


class SignOutRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    before: datetime


@router.post("", status_code=201, response_model=RevocationRead, responses=problems(401, 403, 422))
async def create_revocation(body: RevocationCreate, caller: CallerDep, session: SessionDep) -> Revocation:
    """Refuse everywhere, within a minute, every token that was issued before now. Take the client or the account away at the identity provider first, or it is given new ones."""
    return await revoke(session, caller=caller, kind=body.kind, value=body.value, reason=body.reason)


@own.post("/own", status_code=201, response_model=SignOutRead, dependencies=[allows(can_sign_out)], responses=problems(401, 403))
async def sign_out(caller: CallerDep, session: SessionDep) -> Revocation:
    """Refuse everywhere, within a minute, every token of the sign-in with which this is asked: a copy of one that left a browser opens nothing after its person signed out."""
    return await revoke(session, caller=caller, kind="session", value=caller.sign_in, reason=SIGNED_OUT)


@router.get("", response_model=Page[RevocationRead], responses=problems(401, 403, 422))
async def list_revocations(session: SessionDep, page: PageDep) -> Page[RevocationRead]:
    """What was revoked, newest first."""
    return await keyset_page(session, select(Revocation), keys=[-Revocation.number], params=page)


@internal.get(PATH)
async def in_force() -> dict[str, Any]:
    """What the gateway and the services refuse; the gateway leads nobody here."""
    async with worker_session() as session:
        return await revocations_in_force(session)
