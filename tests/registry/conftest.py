"""The registry's world: facilities of two provinces, whose administrators see nothing of each other."""

import pytest

from tests.registry.world import World
from tests.support.api import Api


@pytest.fixture
async def world(api: Api) -> World:
    world = World(api)
    await world.open_facilities()
    return world
