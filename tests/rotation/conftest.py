"""The province of the tests, and the real registry beside it: it alone says who is licensed and free."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.postgres import Postgres
from services.rotation.consumers import consumer
from shared.clients import close_http_session
from tests.rotation.world import CENTRE, HOSPITAL, STATION, World, facility
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.identity import TestIssuer
from tests.support.registry import Registry, running_registry
from tests.support.service import environment


@pytest.fixture(scope="session")
def registry_address(postgres: Postgres, issuer: TestIssuer, files_dir: Path) -> Iterator[str]:
    with running_registry(postgres, issuer, files_dir, HOSPITAL, CENTRE) as address:
        yield address


@pytest.fixture
async def registry(registry_address: str, service_environment: None, issuer: TestIssuer) -> AsyncIterator[Registry]:
    """What the registry answers is asked through `gateway_url`, as the caller."""
    with environment(RELAIS_GATEWAY_URL=registry_address):
        yield Registry(registry_address, issuer)


@pytest.fixture
async def province(api: Api) -> AsyncIterator[World]:
    """A hospital, a centre on the coast and one of its stations; no other service answers."""
    taken = await hear(
        consumer,
        facility(HOSPITAL),
        facility(CENTRE, facility_type="health_centre", level="area", remoteness="mountain", technical_supervisor=HOSPITAL),
        facility(STATION, facility_type="commune_station", level="commune", technical_supervisor=CENTRE),
        facility("VN-01-BVHN"),
        facility("VN-01-TTBV", facility_type="health_centre", level="area"),
    )
    assert (taken.dead, taken.parked) == (0, 0)
    yield World(api)
    await close_http_session()


@pytest.fixture
async def world(province: World, registry: Registry) -> World:
    """The same with the registry beside it, so that people can be sent."""
    return World(province.api, registry)
