"""What changes an instance for good is tried on one that is thrown away: the broker lost in the middle of the play, twenty people who leave."""

import random
import shutil
from collections.abc import Iterator

import pytest

from deploy.local import play
from deploy.local.play import Outcome
from deploy.local.stack import RunningStack, running_stack
from tests.stories.reading import figure, records
from tests.support.system import STACK_KIND, call, query, until

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def own_stack() -> Iterator[RunningStack]:
    with running_stack(STACK_KIND) as running:
        yield running


def lose_the_broker(stack: RunningStack) -> None:
    """Down, its data gone, and up again: another cluster id, no topic."""
    stack.hold("kafka")
    shutil.rmtree(stack.state.data(stack.kind) / "kafka", ignore_errors=True)
    stack.release("kafka")


@pytest.fixture(scope="module")
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


def test_the_play_goes_on_and_its_figures_are_the_same(own_stack: RunningStack, outcome: Outcome):
    assert {f.id: f.computed for f in outcome.figures} == {f.id: f.expected for f in outcome.figures}

    ops = own_stack.account("ops")
    until(lambda: not [s for s in call(ops, f"{own_stack.public_url}/health")[1]["services"].values() if s.get("lag") or s.get("replaying")], "all is heard again", 120)
    services = call(ops, f"{own_stack.public_url}/health")[1]["services"]
    assert {name: (s["parked"], s["dead_letters"]) for name, s in services.items() if "parked" in s} == dict.fromkeys(("registry", "recruitment", "observatory"), (0, 0))

    hires = query(own_stack, "registry", "SELECT count(*), count(DISTINCT source_id) FROM assignments WHERE source_service = 'recruitment'")[0]
    assert hires == (25, 25)
    assert query(own_stack, "observatory", "SELECT count(*), count(DISTINCT id) FROM hires")[0] == (25, 25)


def test_twenty_departures_move_exactly_the_figure_they_touch(own_stack: RunningStack, outcome: Outcome):
    """Figures that only repeat what was typed prove little: change 20 records at random and look at all of them."""
    before = {f.id: figure(own_stack, f.id) for f in outcome.figures}
    linh = own_stack.account("linh")
    assignments = f"{own_stack.public_url}/api/v1/registry/assignments"
    for leaver in random.Random("twenty").sample(records(own_stack, "density.nurses"), 20):
        status, page = call(linh, assignments, person=leaver["person_id"], as_of="2025-09-30")
        assert status == 200, page
        (assignment,) = page["items"]
        status, ended = call(linh, f"{assignments}/{assignment['id']}/ending", "POST", {"ends_on": "2025-09-29", "reason": "resigned", "done_on": "2025-09-29"})
        assert status == 201, ended
    until(lambda: figure(own_stack, "density.nurses")["numerator"] == 3_770, "twenty nurses fewer")
    assert figure(own_stack, "density.nurses")["value"] == 26.4
    for figure_id, known in before.items():
        if figure_id != "density.nurses":
            assert figure(own_stack, figure_id) == known
