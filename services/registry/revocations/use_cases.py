"""Revoking: from this moment on nothing that was issued before opens anything."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.revocations.models import Kind, Revocation
from shared.audit import record_audit
from shared.auth import Caller
from shared.clock import now
from shared.ids import uuid7

SIGNED_OUT = "signed out"


async def revoke(session: AsyncSession, *, caller: Caller, kind: Kind, value: str, reason: str) -> Revocation:
    """Operations revoke a client, an account or a sign-in, a person the own one; the gateway and the services hear of it within seconds."""
    revoked = Revocation(id=uuid7(), kind=kind, value=value, before=now(), reason=reason, revoked_by=caller.actor)
    session.add(revoked)
    await session.flush()
    await session.refresh(revoked)
    await record_audit(session, caller, f"{kind}.revoked", "revocation", revoked.id, after={"kind": kind, "value": value, "reason": reason})
    return revoked
