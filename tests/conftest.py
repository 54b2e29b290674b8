"""The world of the tests: a real PostgreSQL, tokens signed as the identity provider does, one service at a time.

`tests/<service>/…` gets that service. `api` rolls everything back; `committed_api` works on a database of its own,
for what only a commit can show (deferred constraints, NOTIFY, races).
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.local.play import Outcome
from deploy.local.postgres import Postgres, start_postgres
from deploy.local.stack import RunningStack, running_stack
from shared.clients import close_http_session
from shared.db import database
from tests.support.api import Api
from tests.support.identity import TestIssuer
from tests.support.service import application, cloned_database, environment, prepare_database, settings_of, settled
from tests.support.stories import FIRST, Stage
from tests.support.system import STACK_KIND

TESTS = Path(__file__).parent

settings.register_profile("relais", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # how long an example takes says what else the machine does
settings.load_profile("relais")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What changes the played system for good comes after what looks at it; the browser last: its driver keeps an event loop running in this thread, in which no other can run any more."""
    items.sort(key=lambda item: [item.get_closest_marker(mark) is not None for mark in ("browser", "changes")])


def pytest_itemcollected(item: pytest.Item) -> None:
    """`./relais test` runs what shares the one running system beside what makes its own."""
    if "stack" in getattr(item, "fixturenames", ()):
        item.add_marker("shared")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def issuer() -> Iterator[TestIssuer]:
    provider = TestIssuer()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def files_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture
def service_name(request: pytest.FixtureRequest) -> str:
    """The service whose folder the test is in."""
    return request.path.relative_to(TESTS).parts[0]


@pytest.fixture
def service_environment(service_name: str, postgres: Postgres, issuer: TestIssuer, files_dir: Path) -> Iterator[None]:
    with environment(**settings_of(service_name, postgres, issuer, files_dir)):
        prepare_database(service_name, postgres)
        yield


class KeptConnections(dict[str, AsyncConnection]):
    """One connection to each service's database for all tests: a new one would plan every statement again."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres

    async def to(self, service: str) -> AsyncConnection:
        if service not in self:
            url = f"postgresql+asyncpg://postgres:{self.postgres.passwords['postgres']}@{self.postgres.host}:{self.postgres.port}/{service}"
            as_app = {"server_settings": {"plan_cache_mode": "force_custom_plan"}}  # as the role of the service has it
            engine = create_async_engine(url, poolclass=NullPool, json_serializer=database.dumps, json_deserializer=database.loads, connect_args=as_app)
            self[service] = await engine.connect()
        return self[service]

    async def close(self, service: str) -> None:
        await self.pop(service).close()


@pytest.fixture(scope="session")
async def connections(postgres: Postgres) -> AsyncIterator[KeptConnections]:
    kept = KeptConnections(postgres)
    yield kept
    for service in list(kept):
        await kept.close(service)


@pytest.fixture
async def rolled_back(service_name: str, service_environment: None, connections: KeptConnections) -> AsyncIterator[None]:
    """Everything the service writes happens in one transaction, which ends with a rollback."""
    connection = await connections.to(service_name)
    transaction = await connection.begin()
    database.rolled_back_connection = connection
    yield
    database.rolled_back_connection = None
    await transaction.rollback()
    await close_http_session()  # it belongs to this loop, and tests of the gateway have another one
    if connection.closed or connection.invalidated:
        await connections.close(service_name)


@pytest.fixture
def api(service_name: str, rolled_back: None, issuer: TestIssuer) -> Api:
    return Api(application(service_name), issuer)


@pytest.fixture
async def committed(service_name: str, service_environment: None, postgres: Postgres) -> AsyncIterator[str]:
    """A database of its own; its name."""
    with cloned_database(service_name, postgres) as name:
        yield name
        await close_http_session()
        await settled()
        await database.dispose()


@pytest.fixture
def committed_api(service_name: str, committed: str, issuer: TestIssuer) -> Api:
    return Api(application(service_name), issuer)


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """A whole system of its own, of the kind that `./relais test --stack` chose, started by the command that a person types."""
    with running_stack(STACK_KIND) as running:
        yield running


@pytest.fixture(scope="session")
def stage(stack: RunningStack) -> Stage:
    """That system, on which each story is played once, when a test first needs it."""
    return Stage(stack)


@pytest.fixture(scope="session")
def played(stage: Stage) -> Outcome:
    """The story of Quang Ninh, played once on that system, with everything going wrong meanwhile."""
    return stage.play(FIRST)
