"""The broker lost and each service killed in the middle of the play: nothing is lost, nothing is done twice, and every figure is the same."""

import pytest

from deploy.local.play import Outcome
from deploy.local.stack import RunningStack
from deploy.local.state import SERVICES
from shared.worker import everything_is_heard
from tests.support.system import call, query, until

pytestmark = pytest.mark.story


def test_the_play_goes_on_and_its_figures_are_the_same(stack: RunningStack, played: Outcome):
    assert {f.id: f.computed for f in played.figures} == {f.id: f.expected for f in played.figures}

    speaking = [service for service in SERVICES if service != "portal"]
    ops = stack.account("ops")

    def health() -> dict[str, dict[str, object]]:
        services = call(ops, f"{stack.public_url}/health")[1]["services"]
        return {service: services[service] for service in speaking}

    def all_is_heard() -> bool:
        told = health()
        return all("positions" in of_one for of_one in told.values()) and everything_is_heard(told)

    until(all_is_heard, "all is heard again", 120)
    assert {service: (of_one["parked"], of_one["dead_letters"]) for service, of_one in health().items()} == dict.fromkeys(speaking, (0, 0))

    hires = query(stack, "registry", "SELECT count(*), count(DISTINCT source_id) FROM assignments WHERE source_service = 'recruitment'")[0]
    assert hires == (25, 25)
    assert query(stack, "observatory", "SELECT count(*), count(DISTINCT id) FROM facts WHERE topic = 'recruitment.hires'")[0] == (25, 25)
