"""What a forked child does: become one service, the gateway or the trace page, or bring a database up to date."""

import asyncio
import gc
import importlib
import time
from typing import Any

import uvicorn
from aiokafka.errors import KafkaError

from shared import kafka, migrate
from shared.app import Service
from shared.db import database
from shared.logs import configure_logging, stop_logging
from shared.settings import settings

GRACE_SECONDS = 5
GARBAGE = 10_000  # new objects between two looks for rings of them; a request leaves hardly any, and Python's 700 come with each tenth


def serve(name: str, module: str, port: int, *, host: str = "127.0.0.1") -> None:
    settings.cache_clear()  # the launcher's own, read before the fork
    configure_logging(name)
    served = importlib.import_module(module)
    options: dict[str, Any] = {
        "loop": "uvloop",
        "http": "httptools",
        "lifespan": "on",
        "log_config": None,  # ours; uvicorn's own would write addresses with their query strings
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }
    if hasattr(served, "uvicorn_options"):  # the gateway's own limits on slow and large requests
        options |= served.uvicorn_options()
    try:
        app = served.create()
        gc.collect()
        gc.freeze()  # what a server is made of stays: it is not looked through for what may go
        gc.set_threshold(GARBAGE)
        uvicorn.run(app, host=host, port=port, **options)
    finally:
        stop_logging()  # the lines that say why it could not start


def migrate_service(service: str) -> None:
    """Its schema, then what is packaged with it: this process ends, and the memory that thousands of areas took ends with it."""
    settings.cache_clear()
    migrate.upgrade(service)
    served = importlib.import_module(f"services.{service}.app")
    if hasattr(served, "service"):  # the portal loads nothing
        asyncio.run(_load_packaged(served.service))


async def _load_packaged(service: Service) -> None:
    for load in service.at_start:
        await load()
    await database.dispose()


def make_topics(patience: float = 60.0) -> None:
    """Before any client comes: a client that asks first would make topics of its own kind."""
    settings.cache_clear()
    deadline = time.monotonic() + patience
    while True:
        try:
            asyncio.run(kafka.create_topics())
        except (KafkaError, TimeoutError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
