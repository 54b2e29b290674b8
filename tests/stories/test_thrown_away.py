"""What changes an instance for good is tried on one that is thrown away: the broker lost in the middle of the play."""

import pytest

from deploy.local.play import Outcome
from deploy.local.stack import RunningStack
from deploy.local.state import SERVICES
from tests.support.system import call, query, until

pytestmark = pytest.mark.story


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
    assert query(own_stack, "observatory", "SELECT count(*), count(DISTINCT id) FROM facts WHERE topic = 'recruitment.hires'")[0] == (25, 25)
