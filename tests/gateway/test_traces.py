"""One trace from the door on: begun here for everyone outside, continued for those who work for a request of ours."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.world import Door, Provider, SmallService, open_door
from tests.support.identity import TestIssuer
from tests.support.telemetry import RunningReceiver, running_receiver, tracing

OUTSIDE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def receiver(issuer: TestIssuer, tmp_path: Path) -> Iterator[RunningReceiver]:
    with running_receiver(issuer, tmp_path) as running:
        yield running


@pytest.fixture
async def traced_door(receiver: RunningReceiver, provider: Provider, registry: SmallService, portal: SmallService) -> AsyncIterator[Door]:
    async with open_door(provider, {"registry": registry.port, "portal": portal.port}) as door:
        with tracing("gateway", receiver.url):
            yield door


def spans(receiver: RunningReceiver, request_id: str) -> list[dict[str, Any]]:
    return receiver.trace(request_id)["spans"]


class TestRoot:
    async def test_a_visit_from_outside_begins_a_trace(self, traced_door: Door, receiver: RunningReceiver, portal: SmallService) -> None:
        async with traced_door.get("/people?q=secret", headers={"traceparent": OUTSIDE}) as answer:
            request_id = answer.headers["X-Request-Id"]
        sent = portal.last.one("traceparent")
        assert sent is not None and sent.split("-")[1] == request_id != OUTSIDE.split("-")[1] and sent.endswith("-01")
        (root,) = spans(receiver, request_id)
        assert (root["name"], root["service"], root["span_id"]) == ("GET /", "gateway", sent.split("-")[2])
        assert not root.get("parent_id") and "secret" not in str(root)

    async def test_the_portals_own_question_goes_on(self, traced_door: Door, receiver: RunningReceiver, provider: Provider, registry: SmallService) -> None:
        async with traced_door.get("/api/v1/registry/persons/7", provider.token(), headers={"traceparent": OUTSIDE}) as answer:
            assert answer.headers["X-Request-Id"] == OUTSIDE.split("-")[1]
        sent = registry.last.one("traceparent")
        assert sent is not None and sent.split("-")[1] == OUTSIDE.split("-")[1] and sent.split("-")[2] != OUTSIDE.split("-")[2]
        (span,) = spans(receiver, OUTSIDE.split("-")[1])
        assert (span["name"], span["parent_id"]) == ("GET /api/v1/registry", OUTSIDE.split("-")[2])

    async def test_a_refused_token_continues_nothing(self, traced_door: Door) -> None:
        async with traced_door.get("/api/v1/registry/persons", "nonsense", headers={"traceparent": OUTSIDE}) as answer:
            assert answer.headers["X-Request-Id"] != OUTSIDE.split("-")[1]

    async def test_a_failure_is_marked(self, traced_door: Door, receiver: RunningReceiver, provider: Provider) -> None:
        async with traced_door.get("/api/v1/observatory/figures", provider.token()) as answer:
            request_id = answer.headers["X-Request-Id"]
        (root,) = spans(receiver, request_id)
        assert root["error"] == "service-unavailable"
        assert root["attributes"]["http.response.status_code"] == 503

    async def test_probes_tell_nothing(self, traced_door: Door) -> None:
        async with traced_door.get("/health") as answer:
            assert "X-Request-Id" not in answer.headers


class TestSampling:
    async def test_nobody_outside_decides_what_is_recorded(self, receiver: RunningReceiver, provider: Provider, registry: SmallService) -> None:
        async with open_door(provider, {"registry": registry.port}, trace_ratio=0.0) as door:
            with tracing("gateway", receiver.url, ratio=0.0):
                async with door.get("/api/v1/registry/persons", provider.token(), headers={"traceparent": OUTSIDE}):
                    assert registry.last.one("traceparent") == OUTSIDE[:-2] + "00"

    async def test_untraced(self, door: Door, provider: Provider, registry: SmallService) -> None:
        async with door.get("/api/v1/registry/persons", provider.token(), headers={"traceparent": OUTSIDE}):
            assert registry.last.one("traceparent") is None
