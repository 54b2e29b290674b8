"""An instance that is thrown away, played while its broker is lost in the middle: for what changes an instance for good."""

import shutil
from collections.abc import Iterator

import pytest

from deploy.local import play
from deploy.local.play import Outcome
from deploy.local.stack import RunningStack, running_stack
from tests.support.system import STACK_KIND


@pytest.fixture(scope="session")
def own_stack() -> Iterator[RunningStack]:
    with running_stack(STACK_KIND) as running:
        yield running


def lose_the_broker(stack: RunningStack) -> None:
    """Down, its data gone, and up again: another cluster id, no topic."""
    stack.hold("kafka")
    shutil.rmtree(stack.state.data(stack.kind) / "kafka", ignore_errors=True)
    stack.release("kafka")


@pytest.fixture(scope="session")
def outcome(own_stack: RunningStack) -> Outcome:
    """The play, during which the broker is killed and comes back empty."""
    lost: list[str] = []

    def lose_it_once(_done: int, _total: int, what: str) -> None:
        if what == "acts/11-hires.csv" and not lost:
            lost.append(what)
            lose_the_broker(own_stack)

    played = play.run("quang-ninh-2025", progress=lose_it_once, address=own_stack.public_url, issuer=own_stack.issuer)
    assert lost
    return played
