"""Two persons are one in the registry, and then in all five services, over a real broker; and two again when that is undone."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.postgres import Postgres
from shared import kafka
from shared.db import database
from shared.relay import Relay
from shared.subscription import Subscription
from tests.connected.brokers import Broker
from tests.connected.conftest import until
from tests.registry.world import BASE, World, ok
from tests.support.api import Api
from tests.support.identity import TestIssuer
from tests.support.merges import fill_with
from tests.support.service import application, clone_of, environment, prepare_database, settings_of, settled, superuser

SERVICES = ("recruitment", "training", "appointment", "rotation", "observatory")
COLLEAGUE: dict[str, Any] = {"roles": ["regional-administrator"], "groups": ["/territories/VN-22"]}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def databases(postgres: Postgres, issuer: TestIssuer, files_dir: Path) -> Iterator[dict[str, dict[str, str]]]:
    """Each service with a database of its own; their settings."""
    with ExitStack() as stack:
        values = {}
        for service in ("registry", *SERVICES):
            known = settings_of(service, postgres, issuer, files_dir)
            with environment(**known):
                prepare_database(service, postgres)
            values[service] = known | {"RELAIS_DATABASE_NAME": stack.enter_context(clone_of(service, postgres))}
        yield values


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    found = Broker(tmp_path_factory.mktemp("merges"))
    found.topics = sorted(kafka.all_topics())
    with environment(**found.environment):
        await found.start()
        yield found
        found.kill()


@pytest_asyncio.fixture(loop_scope="module")
async def looks(databases: dict[str, dict[str, str]], postgres: Postgres) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """Every database from outside."""
    found = {service: await superuser(postgres, values["RELAIS_DATABASE_NAME"]) for service, values in databases.items()}
    yield found
    for connection in found.values():
        await connection.close()


async def test_a_person_with_rows_in_every_service(databases: Any, broker: Broker, looks: dict[str, asyncpg.Connection], issuer: TestIssuer) -> None:
    @asynccontextmanager
    async def as_service(name: str) -> AsyncIterator[None]:
        with environment(**databases[name], **broker.environment):
            yield
            await settled()
            await database.dispose()

    async def tell_everybody(what: str, came: Callable[[str], Awaitable[bool]]) -> None:
        """The registry's relay tells, then each service hears until this is so there."""
        async with as_service("registry"):
            await going(Relay("registry"), "all is told", lambda: looks["registry"].fetchval("SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"))
        for service in SERVICES:
            async with as_service(service):
                consumer = importlib.import_module(f"services.{service}.consumers").consumer
                await going(Subscription(consumer), f"{service} heard that {what}", lambda service=service: came(service))

    async def heard_of_work(service: str) -> bool:
        return bool(await looks[service].fetchval("SELECT EXISTS (SELECT FROM heard_versions WHERE topic = 'relais.registry.assignments')"))

    async def held(service: str, person: UUID) -> set[str]:
        """In which tables of a service this person stands."""
        columns = await looks[service].fetch("SELECT table_name, column_name FROM columns_of_persons()")
        return {
            row["table_name"]
            for row in columns
            if await looks[service].fetchval(f"SELECT EXISTS (SELECT FROM {row['table_name']} WHERE {row['column_name']}::text LIKE '%{person}%')")
        }

    async def moved(service: str, *, away: UUID, to: UUID) -> bool:
        """Every row of one stands with the other; what a service had heard before it hears of this may still be on its way."""
        return await held(service, away) == set() and await held(service, to) == before[service]

    async with as_service("registry"):
        world = World(Api(application("registry"), issuer))
        await world.open_facilities()
        hoa, again = await world.person(), await world.person("NGUYEN THI HOA")
        await world.assignment(again, facility_code="VN-22-BVT", occupation_code="VN-BS")
    for service in SERVICES:
        await fill_with(looks[service], UUID(again["id"]), uuid4())
        await looks[service].execute("SET session_replication_role = origin")
        for row in await looks[service].fetch("SELECT DISTINCT table_name FROM columns_of_persons()"):
            await looks[service].execute(f"ALTER TABLE {row['table_name']} DISABLE TRIGGER ALL")  # these rows obey no rule
    await tell_everybody("she works", heard_of_work)
    first, second = UUID(hoa["id"]), UUID(again["id"])
    before = {service: await held(service, second) for service in SERVICES}
    assert all(before.values())
    async with as_service("registry"):
        proposed = ok(await world.api.as_("linh").post(f"{BASE}/merges", json={"surviving_id": hoa["id"], "retired_id": again["id"], "reason": "Same identity card"}))
        ok(await world.api.as_("thanh", **COLLEAGUE).post(f"{BASE}/merges/{proposed['id']}/confirmation", json={}))
    await tell_everybody("they are one", lambda service: moved(service, away=second, to=first))
    async with as_service("registry"):
        ok(await world.api.as_("linh").post(f"{BASE}/merges/{proposed['id']}/undoing", json={"reason": "Twin sisters after all"}))
    await tell_everybody("they are two", lambda service: moved(service, away=first, to=second))
    for service in SERVICES:
        assert await looks[service].fetchval("SELECT (SELECT count(*) FROM parked_events) + (SELECT count(*) FROM dead_letters)") == 0, service


async def going(duty: Relay | Subscription, what: str, condition: Any) -> None:
    """Let it work until this is so."""
    stop = asyncio.Event()
    task = asyncio.create_task(duty.run(stop))
    try:
        await until(what, condition)
    finally:
        stop.set()
        await asyncio.wait([task], timeout=10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
