"""The worker of appointment: relays its events and hears those of the others."""

import asyncio

from services.appointment.app import service
from shared.worker import run_worker


async def run(stop: asyncio.Event) -> None:
    """Work until told to stop."""
    await run_worker(service, stop)
