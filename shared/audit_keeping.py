"""Keeping the heads of other services: a chain that was rewritten, keys and all, no longer fits what somebody else wrote down.

    consumer.replica(RegistrySeals, keep_seals)        # a KeptSeal with its topic

Seals are only added: of two heads told for one number, both stay, and the one heard first counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import Received


class KeptSeal(BaseModel):
    """What is kept of a seal."""

    topic: ClassVar[str]

    id: UUID
    number: int
    incarnation: int
    sealed_at: datetime
    first_record: int
    last_record: int
    records: int
    head: str
    key_id: str
    public_key: str
    signature: str


@dataclass(frozen=True)
class KeptHead:
    """A head as another service heard it first."""

    incarnation: int
    number: int
    head: bytes
    first_record: int
    records: int
    sealed_at: datetime


_KEEP = text(
    """
    INSERT INTO kept_seals (service, incarnation, number, head, first_record, last_record, records, key_id, public_key, signature, sealed_at)
    SELECT service, incarnation, number, decode(head, 'hex'), first_record, last_record, records, key_id, decode(public_key, 'hex'), decode(signature, 'hex'), sealed_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS s (service text, incarnation bigint, number bigint, head text, first_record bigint, last_record bigint, records integer,
        key_id text, public_key text, signature text, sealed_at timestamptz)
    ON CONFLICT DO NOTHING
    """
)
_KEPT = text(
    "SELECT DISTINCT ON (number) incarnation, number, head, first_record, records, sealed_at FROM kept_seals WHERE service = :service ORDER BY number, heard_at, incarnation, head"
)


SealT = TypeVar("SealT", bound=KeptSeal)


async def keep_seals(session: AsyncSession, seals: Sequence[Received[SealT]]) -> None:
    """Whose seal it is, the type of the event says."""
    rows = [seal.data.model_dump(mode="json", exclude={"id"}) | {"service": seal.type.split(".")[0]} for seal in seals]
    await session.execute(_KEEP, {"rows": orjson.dumps(rows).decode()})


async def kept_heads(session: AsyncSession, service: str) -> list[KeptHead]:
    """The head of each seal of a service as it was heard first, in the order of their numbers."""
    return [KeptHead(row.incarnation, row.number, row.head, row.first_record, row.records, row.sealed_at) for row in await session.execute(_KEPT, {"service": service})]
