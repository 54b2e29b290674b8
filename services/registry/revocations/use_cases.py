"""Revoking: from this moment on nothing that was issued before opens anything."""

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.models import OPEN, Account
from services.registry.revocations.models import Kind, Revocation
from shared.audit import record_audit
from shared.auth import Caller
from shared.clock import now
from shared.ids import uuid7

SIGNED_OUT = "signed out"


async def revoke(session: AsyncSession, *, caller: Caller | str, kind: Kind, value: str, reason: str) -> Revocation:
    """Operations revoke a client, an account or a sign-in, a person the own one; the gateway and the services hear of it within seconds."""
    revoked = Revocation(id=uuid7(), kind=kind, value=value, before=now(), reason=reason, revoked_by=caller if isinstance(caller, str) else caller.actor)
    session.add(revoked)
    await session.flush()
    await session.refresh(revoked)
    await record_audit(session, caller, f"{kind}.revoked", "revocation", revoked.id, after={"kind": kind, "value": value, "reason": reason})
    return revoked


class UnknownAccount(LookupError):
    """Nobody signs in by this name; one who never signed in has no token either."""


async def revoke_account(session: AsyncSession, name: str, *, by: str, reason: str) -> tuple[Account, Revocation]:
    """Every token that an account was given until now is refused; it is named by its user name or by its `sub`. Raises UnknownAccount."""
    named = or_(func.lower(Account.username) == name.lower(), Account.subject == name)
    found = await session.scalar(select(Account).where(named, Account.subject.is_not(None)).order_by((Account.state == OPEN).desc(), Account.id).limit(1))
    if found is None or found.subject is None:
        raise UnknownAccount(name)
    return found, await revoke(session, caller=by, kind="subject", value=found.subject, reason=reason)
