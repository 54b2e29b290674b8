"""Programs over HTTP: operations see and set quotas, a program reads its own; the gateway tells what it counted."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.clients.permissions import can_keep_quotas, can_read_own_quota
from services.registry.clients.queries import clients_known, count_for
from services.registry.clients.use_cases import set_quota, take_quota_away
from shared.auth import CallerDep, allows, public_route
from shared.db import SessionDep, worker_session
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page
from shared.quotas import MOST, PATH
from shared.records import Body

router = Router(prefix="/clients", tags=["clients"])
internal = APIRouter(dependencies=[Depends(public_route)])

EPOCH = date(1970, 1, 1)
ClientId = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9*][A-Za-z0-9._:-]{0,254}$",
        examples=["ministry-sandbox"],
        description="The client id at the identity provider; `*` for all that have none of their own.",
    ),
]
Count = Annotated[int, Field(ge=0, lt=2**62)]


class QuotaSet(Body):
    """How much a program may ask."""

    per_minute: Annotated[int, Field(ge=1, le=1_000_000, description="Requests in a minute of the clock.")]
    per_day: Annotated[int, Field(ge=1, le=1_000_000_000, description="Requests in a day, UTC.")]


class ClientRead(BaseModel):
    """A program with its quota and what it has asked; what one gateway process counted stands here within seconds."""

    model_config = ConfigDict(from_attributes=True)

    client_id: str
    per_minute: int
    per_day: int
    is_own: bool = Field(description="Whether the quota is the program’s own, or that of everybody.")
    today: int = Field(description="Requests of today, UTC.")
    refused_today: int = Field(description="Requests that the quota refused today.")
    recent: int = Field(description="Requests of the last 30 days.")
    last_day: date | None = Field(description="The last day on which it asked something.")


class _Counted(Body):
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    requests: Count
    refused: Count


class _Told(Body):
    gateway: UUID
    day: Annotated[int, Field(ge=0, le=1_000_000, description="Days since 1970-01-01.")]
    counts: Annotated[list[_Counted], Field(max_length=MOST)]


@router.get("", response_model=Page[ClientRead], dependencies=[allows(can_keep_quotas)], responses=problems(401, 403))
async def list_clients(session: SessionDep) -> Page[Any]:
    """Programs that have a quota or asked something in the last 30 days; first what holds for all that have no quota of their own (`*`)."""
    return Page(items=await clients_known(session))


@router.get("/own", response_model=ClientRead, dependencies=[allows(can_read_own_quota)], responses=problems(401, 403))
async def read_own_quota(caller: CallerDep, session: SessionDep) -> Any:
    """How much the program that asks may ask, and has asked."""
    return await _one(session, caller.client_id)


@router.put("/{client_id}/quota", response_model=ClientRead, dependencies=[allows(can_keep_quotas)], responses=problems(401, 403, 422))
async def put_quota(client_id: ClientId, body: QuotaSet, caller: CallerDep, session: SessionDep) -> Any:
    """Give a program its quota; the gateway keeps to it within 15 seconds."""
    await set_quota(session, caller=caller, client_id=client_id, per_minute=body.per_minute, per_day=body.per_day)
    return await _one(session, client_id)


@router.delete("/{client_id}/quota", response_model=ClientRead, dependencies=[allows(can_keep_quotas)], responses=problems(401, 403, 404, 409, 422))
async def delete_quota(client_id: ClientId, caller: CallerDep, session: SessionDep) -> Any:
    """From now on the program has the quota of everybody."""
    await take_quota_away(session, caller=caller, client_id=client_id)
    return await _one(session, client_id)


async def _one(session: AsyncSession, client_id: str) -> Any:
    return (await clients_known(session, client_id))[0]


@internal.post(PATH)
async def count_usage(told: _Told) -> dict[str, Any]:
    """What one gateway process counted today, and the quotas in answer; the gateway leads nobody here."""
    day = EPOCH + timedelta(days=told.day)
    async with worker_session() as session:
        quotas, elsewhere = await count_for(session, gateway=told.gateway, day=day, counts=orjson.dumps([one.model_dump() for one in told.counts]).decode())
    return {"day": told.day, "quotas": [dict(quota._mapping) for quota in quotas], "elsewhere": [dict(one._mapping) for one in elsewhere]}
