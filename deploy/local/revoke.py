"""`./relais revoke`: what an account was given until now opens nothing any more, wherever a copy of it is."""

import asyncio
import getpass
import os
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from deploy.local.stack import Stack
from deploy.local.state import CannotStart
from services.portal.session import end_sessions_of
from services.registry.accounts.models import OPEN
from services.registry.revocations.queries import KEPT_HOURS
from services.registry.revocations.use_cases import UnknownAccount, revoke_account
from shared.db import database, worker_session
from shared.settings import settings

SHORTEST_REASON = 3
T = TypeVar("T")


@dataclass(frozen=True)
class Revoked:
    """What was taken away from an account, and whether it may still sign in."""

    username: str
    subject: str
    before: datetime
    is_open: bool
    sessions: int = 0

    @property
    def forgotten_at(self) -> datetime:
        """Until then the list says so; tokens have ended by themselves long before."""
        return self.before + timedelta(hours=KEPT_HOURS)


def operator() -> str:
    """Who asks, as the audit names them: the command, and the login on this machine."""
    try:
        return f"command:revoke#{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user has a number and no name
        return f"command:revoke#{os.getuid()}"


def revoke(stack: Stack, name: str, reason: str) -> Revoked:
    """Refuse the account's tokens first, then end its sessions in the portal: what one of them was given meanwhile is refused too."""
    _become(stack, "registry")
    told = asyncio.run(_alone(revoke_tokens(name, reason)))
    _become(stack, "portal")
    return replace(told, sessions=len(asyncio.run(_alone(end_sessions_of(None, told.subject)))))


async def revoke_tokens(name: str, reason: str) -> Revoked:
    """Write it in the registry's list. Raises CannotStart for an account that nobody has, and without a reason."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise CannotStart("A revocation says why.", f'Say it: ./relais revoke {name} --reason "device stolen"')
    try:
        async with worker_session() as session:
            account, revoked = await revoke_account(session, name, by=operator(), reason=reason.strip())
            return Revoked(account.username, revoked.value, revoked.before, account.state == OPEN)
    except UnknownAccount:
        raise CannotStart(f"Nobody signs in as {name}: nothing was revoked.", "Name the account by its user name or its sub; the portal’s page Accounts lists them.") from None


async def _alone(work: Awaitable[T]) -> T:
    """A loop of its own leaves no connection behind."""
    try:
        return await work
    finally:
        await database.dispose()


def _become(stack: Stack, service: str) -> None:
    os.environ.update(stack.service_environment(service))
    settings.cache_clear()
