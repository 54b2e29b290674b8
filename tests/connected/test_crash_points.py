"""Every crash point, under three kinds of work: the process is killed there, and from outside nothing shows it afterwards."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from services.registry.consumers import consumer
from shared import kafka
from shared.crash import crash_points
from shared.settings import PORT_OFFSETS
from tests.connected.brokers import Broker
from tests.connected.crash_checks import History
from tests.connected.crash_client import Client
from tests.connected.crash_parts import TABLES, Part
from tests.connected.crash_system import System, log_of
from tests.connected.crash_workloads import WORKLOADS
from tests.support.identity import TestIssuer
from tests.support.service import clone_of, environment, prepare_database, settings_of, superuser
from tests.support.system import STACK_KIND

SECONDS_TO_PASS = 60.0  # how long a workload goes on before a crash point counts as never passed

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def databases(postgres: Postgres, issuer: TestIssuer, files_dir: Path) -> Iterator[dict[str, dict[str, str]]]:
    """A registry and a service that answers it, each with a database of its own; their settings."""
    with ExitStack() as stack:
        values = {}
        for service in ("registry", "training"):
            settings = settings_of(service, postgres, issuer, files_dir)
            with environment(**settings):
                prepare_database(service, postgres)
            values[service] = settings | {"RELAIS_DATABASE_NAME": stack.enter_context(clone_of(service, postgres))}
        postgres.sql(TABLES, values["training"]["RELAIS_DATABASE_NAME"])
        yield values


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(databases: dict[str, dict[str, str]], postgres: Postgres, issuer: TestIssuer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder = tmp_path_factory.mktemp("crash")
    broker = Broker(folder)
    broker.topics = sorted({topic for topic in kafka.all_topics() if topic.startswith(("relais.registry.", "relais.training."))} | consumer.topics)
    port = next(port for port in iter(free_port, None) if 1024 <= port - PORT_OFFSETS["registry"] <= 50000)
    with environment(**broker.environment):
        await broker.start()
        both = broker.environment | {"RELAIS_PORT_BASE": str(port - PORT_OFFSETS["registry"])}
        duties = {"api": "registry", "worker": "registry", "peer": "training"}
        parts = {duty: Part(duty, log_of(folder, duty), databases[service] | both) for duty, service in duties.items()}
        found = System(
            broker,
            parts,
            Client(f"http://127.0.0.1:{port}", issuer, folder / "operations.jsonl"),
            {service: await superuser(postgres, values["RELAIS_DATABASE_NAME"]) for service, values in databases.items()},
        )
        attending = asyncio.create_task(found.look_after())
        await found.begin()
        yield found
        attending.cancel()
        await found.end()
        broker.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(system: System) -> History:
    found = History(system)
    await found.begin()
    return found


def cases() -> Iterator[Any]:
    """Each point under each kind of work, on its first and fifth pass. The long run has them all; others the first passes and of each point one fifth, or on Kafka one case of each point: what differs there is the broker."""
    # Those of a large import are passed by a work of their own: test_import_crash.py.
    for number, point in enumerate(sorted(point for point in crash_points() if not point.startswith("imports."))):
        for place, (workload, nth) in enumerate(product(WORKLOADS, (1, 5))):
            of_the_long_run = place != number % (2 * len(WORKLOADS)) if STACK_KIND == "full" else nth != 1 and place // 2 != number % len(WORKLOADS)
            yield pytest.param(point, workload, nth, marks=[pytest.mark.long] if of_the_long_run else [])


@pytest.mark.parametrize(("point", "workload", "nth"), list(cases()))
async def test_killed_at(system: System, history: History, point: str, workload: str, nth: int):
    assert system.in_hand == "", f"not tried: what {system.in_hand} left behind would be found again"
    system.in_hand = f"{point}:{nth} under {workload}"
    system.client.sign_in()
    system.client.forget()
    work = WORKLOADS[workload](system)
    before = len(system.deaths)
    system.arm(f"{point}:{nth}")
    try:
        round_ = 0
        async with asyncio.timeout(SECONDS_TO_PASS):
            while len(system.deaths) == before:
                await work.play(round_)
                round_ += 1
    except TimeoutError:
        raise AssertionError(f"{workload} never passes {point} {nth} times") from None
    finally:
        system.arm("")
    await system.recover()
    await history.check()
    system.in_hand = ""
