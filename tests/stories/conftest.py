"""The play with everything going wrong in it, and an instance that is thrown away for what changes one for good."""

from collections.abc import Iterator

import pytest

from deploy.local.play import Outcome
from deploy.local.stack import RunningStack, running_stack
from tests.support.disturbance import play_disturbed
from tests.support.system import STACK_KIND

Disturbed = tuple[RunningStack, Outcome]


@pytest.fixture(scope="session")
def disturbed(request: pytest.FixtureRequest) -> Iterator[Disturbed]:
    """A system on which the play was disturbed. With Kafka and Keycloak it is the one that all tests look at; the embedded stack is also played in peace."""
    if STACK_KIND == "full":
        yield request.getfixturevalue("stack"), request.getfixturevalue("played")
        return
    with running_stack(STACK_KIND) as running:
        yield running, play_disturbed(running)
