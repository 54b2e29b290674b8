"""One service at a time in the test process: its settings, its database, its application."""

import asyncio
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg

from deploy.local.postgres import Postgres
from shared import auth, migrate
from shared.db import database
from shared.settings import settings
from tests.support.identity import TestIssuer

TODAY = "2025-10-01"


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set RELAIS_… variables for a while; the settings are read again on both sides."""
    before = {name: os.environ.get(name) for name in values}
    try:
        os.environ.update(values)
        settings.cache_clear()
        auth.verifier.cache_clear()
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        settings.cache_clear()
        auth.verifier.cache_clear()


def settings_of(service: str, postgres: Postgres, issuer: TestIssuer, files: Path, **more: str) -> dict[str, str]:
    """The variables under which a service runs in tests."""
    return (
        {
            "RELAIS_SERVICE": service,
            "RELAIS_ENV": "test",
            "RELAIS_TODAY": TODAY,
            "RELAIS_ISSUER": issuer.url,
            "RELAIS_DATABASE_PORT": str(postgres.port),
            "RELAIS_FILES_DIR": str(files),
            "RELAIS_AUDIT_KEYS_DIR": str(files / "audit-keys"),
            "RELAIS_IDENTIFIERS_SECRET": "a secret of the tests, for identifiers alone",
            "RELAIS_LOG_FORMAT": "text",
        }
        | {f"RELAIS_DATABASE_{role.upper()}_PASSWORD": postgres.passwords[f"{service}_{role}"] for role in ("owner", "app", "worker")}
        | more
    )


async def settled() -> None:
    """What was announced hints the relay from a task of its own, with a connection of its own: let it end before the database goes."""
    if hinting := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(hinting, timeout=10)


_prepared: set[tuple[int, str]] = set()


def prepare_database(service: str, postgres: Postgres) -> None:
    """Migrate the service's database and run what it runs at its start, once; the settings must be the service's."""
    if (postgres.port, service) in _prepared:
        return
    migrate.upgrade(service)

    async def start() -> None:
        app = importlib.import_module(f"services.{service}.app")
        for task in app.service.at_start if hasattr(app, "service") else ():  # the portal has pages and nothing to load
            await task()
        await settled()
        await database.dispose()

    asyncio.run(start())
    postgres.sql(f"CREATE DATABASE {pristine(service)} TEMPLATE {service} OWNER {service}_owner;")  # nobody works on it, so that it can be cloned
    _prepared.add((postgres.port, service))


def pristine(service: str) -> str:
    """What the service's database was at its start."""
    return f"{service}_pristine"


@cache
def application(service: str) -> Any:
    return importlib.import_module(f"services.{service}.app").create()


@contextmanager
def clone_of(service: str, postgres: Postgres) -> Iterator[str]:
    """Another database with what the service's has at its start; dropped afterwards."""
    name = f"{service}_{os.urandom(4).hex()}"
    postgres.sql(f"CREATE DATABASE {name} TEMPLATE {pristine(service)} OWNER {service}_owner; GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {service}_app, {service}_worker;")
    try:
        yield name
    finally:
        postgres.sql(f"DROP DATABASE {name} WITH (FORCE);")


@contextmanager
def cloned_database(service: str, postgres: Postgres) -> Iterator[str]:
    """A database of its own for a test that must commit: this process works on it."""
    with clone_of(service, postgres) as name, environment(RELAIS_DATABASE_NAME=name):
        yield name


async def superuser(postgres: Postgres, name: str) -> asyncpg.Connection:
    """A connection that row-level security does not bind: to look at what a test has left."""
    return await asyncpg.connect(host=postgres.host, port=postgres.port, user="postgres", password=postgres.passwords["postgres"], database=name)
