"""Setting the quota of a program, and taking it away again."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.clients.models import ClientQuota
from shared.audit import record_audit
from shared.auth import Caller
from shared.clock import now
from shared.errors import NotFound, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.quotas import EVERYBODY


async def set_quota(session: AsyncSession, *, caller: Caller, client_id: str, per_minute: int, per_day: int) -> ClientQuota:
    """Operations give a program its quota; the door keeps to it within seconds."""
    quota = await _quota_of(session, client_id)
    before = _said(quota) if quota else None
    if quota is None:
        quota = ClientQuota(id=uuid7(), client_id=client_id)
        session.add(quota)
    quota.per_minute, quota.per_day, quota.set_by, quota.set_at = per_minute, per_day, caller.actor, now()
    await session.flush()
    await record_audit(session, caller, "client_quota.set", "client-quota", quota.id, before=before, after=_said(quota))
    return quota


async def take_quota_away(session: AsyncSession, *, caller: Caller, client_id: str) -> UUID:
    """From now on the program has the quota of everybody, which itself stays."""
    if client_id == EVERYBODY:
        raise Refused("quota-of-everybody", _("The quota of programs that have none of their own can be changed, not removed."))
    quota = await _quota_of(session, client_id)
    if quota is None:
        raise NotFound()
    await session.delete(quota)
    await session.flush()
    await record_audit(session, caller, "client_quota.removed", "client-quota", quota.id, before=_said(quota))
    return quota.id


async def _quota_of(session: AsyncSession, client_id: str) -> ClientQuota | None:
    found: ClientQuota | None = await session.scalar(select(ClientQuota).where(ClientQuota.client_id == client_id).with_for_update())
    return found


def _said(quota: ClientQuota) -> dict[str, object]:
    return {"client_id": quota.client_id, "per_minute": quota.per_minute, "per_day": quota.per_day}
