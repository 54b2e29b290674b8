"""The province of the tests, and the real registry beside it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.postgres import Postgres
from services.training.consumers import consumer
from shared.clients import close_http_session
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.identity import TestIssuer
from tests.support.registry import Registry, running_registry
from tests.support.service import environment
from tests.training.world import OTHER_PROVINCE, PROVINCIAL, REMOTE, World, facility


@pytest.fixture(scope="session")
def registry_address(postgres: Postgres, issuer: TestIssuer, files_dir: Path) -> Iterator[str]:
    with running_registry(postgres, issuer, files_dir, PROVINCIAL, REMOTE, OTHER_PROVINCE) as address:
        yield address


@pytest.fixture
async def registry(registry_address: str, service_environment: None, issuer: TestIssuer) -> AsyncIterator[Registry]:
    """What the registry answers is asked through `gateway_url`, as the caller."""
    with environment(RELAIS_GATEWAY_URL=registry_address):
        yield Registry(registry_address, issuer)


@pytest.fixture
async def province(api: Api) -> AsyncIterator[World]:
    """Three places; nobody has acted yet, and no other service answers."""
    taken = await hear(consumer, facility(), facility(REMOTE), facility(OTHER_PROVINCE))
    assert (taken.dead, taken.parked) == (0, 0)
    yield World(api)
    await close_http_session()


@pytest.fixture
async def world(province: World, registry: Registry) -> World:
    """The same with the registry beside it, so that people can be enrolled."""
    return World(province.api, registry)
