"""`./relais audit`: walking every service's sealed audit, and asking for another key."""

import asyncio
import os
from collections.abc import Sequence

from deploy.local.stack import Stack
from deploy.local.state import SERVICES
from shared.audit_keeping import KeptHead, kept_heads
from shared.audit_seals import KeyFiles
from shared.audit_verify import Verdict, verify_service
from shared.db import database, worker_session
from shared.settings import settings

AUDITED = tuple(service for service in SERVICES if service != "portal")  # the portal changes nothing by itself


def keeper_of(service: str) -> str:
    """Who keeps the heads of a service: never itself."""
    return "appointment" if service == "observatory" else "observatory"


def verdicts(stack: Stack, services: Sequence[str]) -> list[Verdict]:
    """What the walk through each service's audit saw, compared with what another service kept."""

    def verdict(service: str) -> Verdict:
        _become(stack, keeper_of(service))
        heads = asyncio.run(_kept(service))  # before the walk: what is sealed meanwhile is not missed
        _become(stack, service)
        return asyncio.run(_verdict(service, heads))

    return [verdict(service) for service in services]


def rotate_key(stack: Stack, service: str) -> str:
    """Ask the sealer of a service for another key; its id."""
    _become(stack, service)
    return KeyFiles(service).ask_for_another().id


def _become(stack: Stack, service: str) -> None:
    os.environ.update(stack.service_environment(service))
    settings.cache_clear()


async def _kept(service: str) -> list[KeptHead]:
    try:
        async with worker_session() as session:
            return await kept_heads(session, service)
    finally:
        await database.dispose()


async def _verdict(service: str, heads: Sequence[KeptHead]) -> Verdict:
    try:
        return await verify_service(service, heads)
    finally:
        await database.dispose()
