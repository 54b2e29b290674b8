"""The worker of registry: hears the events of all the others."""

import asyncio

from services.registry.app import service
from shared.worker import run_worker


async def run(stop: asyncio.Event) -> None:
    """Work until told to stop."""
    await run_worker(service, stop)
