"""One act, one trace: a hire signed on the portal's page is followed to the last consumer, and no expected link is missing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.local.stack import RunningStack, running_stack
from tests.support.system import STACK_KIND, call, until
from tests.telemetry.edges import missing_edges, read_edges
from tests.telemetry.hire_by_hand import Portal, Province

pytestmark = pytest.mark.stack

TABLE = Path(__file__).parent / "edges.yaml"
ACT = "/decisions/{id}/signature"


@pytest.fixture(scope="module")
def here() -> Iterator[RunningStack]:
    with running_stack(STACK_KIND) as running:
        yield running


class Operations:
    """What operations read."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack, self.account = stack, stack.account("ops")

    def read(self, path: str, **params: Any) -> Any:
        status, answer = call(self.account, f"{self.stack.public_url}/api/v1/traces{path}", **params)
        assert status == 200, answer
        return answer

    def traces_of(self, route: str, since: datetime) -> list[dict[str, Any]]:
        found = self.read("", **{"from": since.isoformat(), "route": route})["items"]
        return [trace for trace in found if trace["name"] == f"POST {route}"]


def test_a_hire_is_followed_to_the_last_consumer(here: RunningStack) -> None:
    hire = Province(here).proposed_hire()
    since = datetime.now(UTC)
    Portal(here, "director").sign_the_hire(hire, "1207/QĐ-SYT")

    operations = Operations(here)
    until(lambda: bool(operations.traces_of(ACT, since)), "the act is among the traces")
    (trace,) = operations.traces_of(ACT, since)
    expected = read_edges(TABLE)

    def missing() -> list[str]:
        return [str(edge) for edge in missing_edges(expected, operations.read("/edges", trace_id=trace["trace_id"])["items"])]

    try:
        until(lambda: not missing(), "every expected link", seconds=30)
    except AssertionError:
        assert missing() == []
    assert operations.read(f"/{trace['trace_id']}")["errors"] == 0


def test_nobody_is_named_in_what_operations_read(here: RunningStack) -> None:
    operations = Operations(here)
    for trace in operations.read("", limit=200)["items"]:
        told = str(operations.read(f"/{trace['trace_id']}"))
        assert "Ánh" not in told
        assert "Đặng" not in told


def test_the_portal_shows_it_to_operations_alone(here: RunningStack) -> None:
    operations = Operations(here)
    trace_id = operations.read("", limit=1)["items"][0]["trace_id"]
    assert trace_id in Portal(here, "ops").open(f"/operations/traces/{trace_id}").text
    assert trace_id not in Portal(here, "linh").open("/operations/traces").text
    assert call(here.account("linh"), f"{here.public_url}/api/v1/traces/{trace_id}")[0] == 403


def test_each_service_tells_how_late_its_events_are(here: RunningStack) -> None:
    operations = Operations(here)
    wanted = {
        (service, name) for service in ("registry", "recruitment", "observatory") for name in ("relais.outbox.oldest_age", "relais.consumer.lag", "relais.inbox.dead_letters")
    }
    wanted |= {("registry", "relais.events.published"), ("observatory", "relais.events.read"), ("gateway", "http.server.request.duration")}
    until(lambda: wanted <= {(item["service"], item["name"]) for item in operations.read("/measures")["items"]}, "the measures of each service")
