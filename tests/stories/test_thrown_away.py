"""What changes an instance for good is tried on one that is thrown away: the broker lost and every service killed in the middle of the play, twenty people who leave."""

import random
import shutil
from collections.abc import Iterator

import pytest

from deploy.local import play
from deploy.local.play import Outcome
from deploy.local.stack import RunningStack, running_stack
from deploy.local.state import SERVICES
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


KILLED = {"05": "recruitment", "09": "registry", "22": "training", "32": "gateway", "42": "appointment", "52": "observatory", "62": "rotation"}
"""By the number of the file of acts in whose middle it dies."""


@pytest.fixture(scope="module")
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


def test_the_play_goes_on_and_its_figures_are_the_same(own_stack: RunningStack, outcome: Outcome):
    assert {f.id: f.computed for f in outcome.figures} == {f.id: f.expected for f in outcome.figures}

    ops = own_stack.account("ops")
    until(lambda: not [s for s in call(ops, f"{own_stack.public_url}/health")[1]["services"].values() if s.get("lag") or s.get("replaying")], "all is heard again", 120)
    services = call(ops, f"{own_stack.public_url}/health")[1]["services"]
    assert {name: (s["parked"], s["dead_letters"]) for name, s in services.items() if "parked" in s} == dict.fromkeys(
        (service for service in SERVICES if service != "portal"), (0, 0)
    )

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
