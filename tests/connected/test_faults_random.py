"""Faults at random, one after the other and two at a time: whatever comes, nothing is lost, doubled or turned round."""

import pytest

from tests.connected.conftest import World
from tests.connected.nemesis import Nemesis, chosen_seed


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.long)])
async def test_everything_comes_right_by_itself(world: World, rounds: int):
    await Nemesis(world, chosen_seed()).go(rounds)
