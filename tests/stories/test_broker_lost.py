"""The broker is killed in the middle of the play and comes back empty: nothing is lost and nothing is doubled."""

import os
import shutil
from collections.abc import Iterator

import pytest

from deploy.local import play
from deploy.local.stack import RunningStack, running_stack
from tests.support.system import call, query, until

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def own_stack() -> Iterator[RunningStack]:
    with running_stack("full" if os.environ.get("RELAIS_TEST_STACK") == "full" else "embedded") as running:
        yield running


def lose_the_broker(stack: RunningStack) -> None:
    """Down, its data gone, and up again: another cluster id, no topic."""
    stack.hold("kafka")
    shutil.rmtree(stack.state.data(stack.kind) / "kafka", ignore_errors=True)
    stack.release("kafka")


def test_the_play_goes_on_and_its_figures_are_the_same(own_stack: RunningStack):
    lost: list[str] = []

    def lose_it_once(_done: int, _total: int, what: str) -> None:
        if what == "acts/11-hires.csv" and not lost:
            lost.append(what)
            lose_the_broker(own_stack)

    outcome = play.run("quang-ninh-2025", progress=lose_it_once, address=own_stack.public_url, issuer=own_stack.issuer)
    assert lost
    assert {f.id: f.computed for f in outcome.figures} == {f.id: f.expected for f in outcome.figures}

    ops = own_stack.account("ops")
    until(lambda: not [s for s in call(ops, f"{own_stack.public_url}/health")[1]["services"].values() if s.get("lag") or s.get("replaying")], "all is heard again", 120)
    services = call(ops, f"{own_stack.public_url}/health")[1]["services"]
    assert {name: (s["parked"], s["dead_letters"]) for name, s in services.items() if "parked" in s} == dict.fromkeys(("registry", "recruitment", "observatory"), (0, 0))

    hires = query(own_stack, "registry", "SELECT count(*), count(DISTINCT source_id) FROM assignments WHERE source_service = 'recruitment'")[0]
    assert hires == (25, 25)
    assert query(own_stack, "observatory", "SELECT count(*), count(DISTINCT id) FROM hires")[0] == (25, 25)
