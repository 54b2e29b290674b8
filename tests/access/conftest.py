"""Each service with a row of every owner in every table, in a database of its own that all tests of this folder share."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from deploy.local.postgres import Postgres
from shared.clients import close_http_session
from shared.db import database
from tests.access.requests import Asked, Asker, Operation, operations_of
from tests.access.rows import Owner, Things, fill, open_places, put_rules_aside, tables_of
from tests.support.identity import TestIssuer
from tests.support.service import application, clone_of, environment, prepare_database, settings_of, settled, superuser

SERVICES = ["registry", "recruitment", "training", "appointment", "rotation", "observatory"]
NOBODY_LISTENS = "http://127.0.0.1:1"


@dataclass(frozen=True)
class Filled:
    """A service whose tables are full, and the same with nothing but the places that everybody knows."""

    name: str
    app: Any
    full: str
    bare: str
    things: Things
    operations: list[Operation]
    kinds: list[str]

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        with environment(RELAIS_DATABASE_NAME=name):
            yield

    def requests(self, owner: Owner, *, every_filter: bool = True) -> Iterator[tuple[Operation, Asked]]:
        """Every request about the things of an owner; without `every_filter` only the first of each route."""
        asker = Asker(self.things, owner, self.kinds)
        for operation in self.operations:
            for asked in islice(asker.requests(operation), None if every_filter else 1):
                yield operation, asked


@pytest.fixture(scope="session")
def filled(postgres: Postgres, issuer: TestIssuer, files_dir: Path) -> Iterator[Callable[[str], AbstractContextManager[Filled]]]:
    """`with filled("rotation") as service:` works on the same full database each time."""
    with ExitStack() as databases:
        made: dict[str, Filled] = {}

        @contextmanager
        def of(name: str) -> Iterator[Filled]:
            with environment(**settings_of(name, postgres, issuer, files_dir, RELAIS_GATEWAY_URL=NOBODY_LISTENS)):
                if name not in made:
                    prepare_database(name, postgres)
                    full, bare = (databases.enter_context(clone_of(name, postgres)) for _ in range(2))
                    made[name] = asyncio.run(_filled(name, full, bare, postgres))
                with made[name].on(made[name].full):
                    yield made[name]

        yield of


def routes_of(app: Any) -> Any:
    """The application that describes its routes, inside of all that stands before it."""
    while not hasattr(app, "openapi"):
        app = app.app
    return app


async def _filled(name: str, full: str, bare: str, postgres: Postgres) -> Filled:
    app = application(name)
    kinds = sorted(importlib.import_module(f"services.{name}.app").service.history)
    for name_of_database in (bare, full):
        connection = await superuser(postgres, name_of_database)
        try:
            things = Things(await tables_of(connection))
            await put_rules_aside(connection)
            await open_places(connection, things)
            if name_of_database == full:
                await fill(connection, things, kinds)
        finally:
            await connection.close()
    return Filled(name, app, full, bare, things, operations_of(name, routes_of(app).openapi()), kinds)


@pytest.fixture(params=SERVICES)
def each_service(request: pytest.FixtureRequest, filled: Callable[[str], AbstractContextManager[Filled]]) -> Iterator[Filled]:
    with filled(request.param) as found:
        yield found


@pytest.fixture
async def service(each_service: Filled) -> AsyncIterator[Filled]:
    """Each service in turn."""
    yield each_service
    await close_http_session()
    await settled()
    await database.dispose()
