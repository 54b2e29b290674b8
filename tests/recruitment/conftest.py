"""The province of the tests, and the real registry beside it: it alone says who exists."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.postgres import Postgres
from services.recruitment.consumers import consumer
from shared.clients import close_http_session
from tests.recruitment.world import PROVINCIAL, REMOTE, World, facility, post
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.identity import TestIssuer
from tests.support.registry import Registry, running_registry
from tests.support.service import environment


@pytest.fixture
async def world(api: Api) -> AsyncIterator[World]:
    """Three facilities, two of them with a post; nobody has acted yet."""
    taken = await hear(consumer, facility(), facility(REMOTE), facility("VN-22-BVBC"), post("P1"), post("P2", at=REMOTE))
    assert (taken.dead, taken.parked) == (0, 0)
    yield World(api)
    await close_http_session()


@pytest.fixture(scope="session")
def registry_address(postgres: Postgres, issuer: TestIssuer, files_dir: Path) -> Iterator[str]:
    with running_registry(postgres, issuer, files_dir, PROVINCIAL, REMOTE) as address:
        yield address


@pytest.fixture
async def registry(registry_address: str, service_environment: None, issuer: TestIssuer) -> AsyncIterator[Registry]:
    """What the registry answers is asked through `gateway_url`, as the caller."""
    with environment(RELAIS_GATEWAY_URL=registry_address):
        yield Registry(registry_address, issuer)
