"""An identity provider, four small services and the gateway before them, each on a real socket of this machine."""

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable

import pytest
import uvloop

from tests.gateway.world import Door, Provider, SmallService, open_door


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Callable[[], AbstractEventLoop]]:
    """The loop that serves: buffers and time-outs are its, not asyncio's."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def keys() -> Provider:
    """Making a key takes a while: one provider's key serves all tests, each of which starts it anew."""
    return Provider()


@pytest.fixture
async def provider(keys: Provider) -> AsyncIterator[Provider]:
    provider = Provider.__new__(Provider)
    provider.__dict__.update(keys.__dict__, mode="good", asked=0, keys=dict(keys.keys))
    await provider.start()
    yield provider
    await provider.stop()


@pytest.fixture
async def registry() -> AsyncIterator[SmallService]:
    service = SmallService("registry")
    await service.start()
    yield service
    service.go.set()
    await service.stop()


@pytest.fixture
async def portal() -> AsyncIterator[SmallService]:
    service = SmallService("portal")
    await service.start()
    yield service
    service.go.set()
    await service.stop()


@pytest.fixture
async def door(provider: Provider, registry: SmallService, portal: SmallService) -> AsyncIterator[Door]:
    async with open_door(provider, {"registry": registry.port, "portal": portal.port}) as door:
        yield door
