"""An instance that is thrown away, played while its broker is lost and each service is killed: for what changes an instance for good."""

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


KILLED = {"05": "recruitment", "09": "registry", "22": "training", "32": "gateway", "42": "appointment", "52": "observatory", "62": "rotation"}
"""By the number of the file of acts in which it dies."""


@pytest.fixture(scope="session")
def outcome(own_stack: RunningStack) -> Outcome:
    """The play, during which the broker comes back empty, and each service and the gateway is killed once; the launcher starts them again."""
    lost: set[str] = set()

    def lose(_done: int, _total: int, file: str) -> None:
        if file.startswith("11") and "kafka" not in lost:
            lost.add("kafka")
            lose_the_broker(own_stack)
        victim = KILLED.get(file[:2])
        if victim and victim not in lost:
            lost.add(victim)
            own_stack.kill(victim)

    played = play.run("quang-ninh-2025", progress=lose, address=own_stack.public_url, issuer=own_stack.issuer)
    assert lost == {"kafka", *KILLED.values()}
    return played
