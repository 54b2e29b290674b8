"""Measures arrive at the receiver with their labels, and cost no request anything."""

import itertools

import pytest

from shared import metrics
from shared.metrics import CONSUMER_LAG, EVENTS_READ, MAX_SERIES, OTHER, Counter, Gauge, Histogram
from shared.telemetry import flush_telemetry
from tests.support.telemetry import RunningReceiver


@pytest.fixture(autouse=True)
def fresh_instruments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "INSTRUMENTS", list(metrics.INSTRUMENTS))
    for instrument in metrics.INSTRUMENTS:
        monkeypatch.setattr(instrument, "series", {})


def test_they_are_read_by_operations(traced: RunningReceiver) -> None:
    metrics.REQUESTS.record(0.004, ("GET", "/api/v1/registry/persons", 200))
    metrics.REQUESTS.record(0.030, ("GET", "/api/v1/registry/persons", 200))
    EVENTS_READ.add(40, ("relais.registry.posts",))
    EVENTS_READ.add(2, ("relais.registry.posts",))
    CONSUMER_LAG.set(7)
    flush_telemetry()
    found = {item["name"]: item for item in traced.get("/api/v1/traces/measures", service="registry").json()["items"]}
    assert found["relais.events.read"]["value"] == 42
    assert found["relais.events.read"]["labels"] == {"topic": "relais.registry.posts"}
    assert found["relais.consumer.lag"]["value"] == 7
    requests = found["http.server.request.duration"]
    assert requests["labels"] == {"http.request.method": "GET", "http.route": "/api/v1/registry/persons", "http.response.status_code": "200"}
    assert (requests["count"], requests["largest"], requests["p95_at_most"]) == (2, 0.03, 0.03)
    assert traced.get("/api/v1/traces/measures", service="nobody").json() == {"items": []}


def test_a_gauge_may_be_read_at_each_export(traced: RunningReceiver) -> None:
    ages = itertools.count(3.0, 2.0)
    Gauge("test.age", "Age", unit="s").watch(lambda: [((), next(ages))])
    for expected in (3.0, 5.0):
        flush_telemetry()
        assert [item["value"] for item in traced.get("/api/v1/traces/measures").json()["items"] if item["name"] == "test.age"] == [expected]


def test_a_label_that_grows_without_end_is_gathered() -> None:
    counter, histogram = Counter("test.count", "", labels=("id",)), Histogram("test.time", "", labels=("id",))
    for number in range(MAX_SERIES + 50):
        counter.add(1, (number,))
        histogram.record(0.1, (number,))
    assert len(counter.series) == len(histogram.series) == MAX_SERIES + 1
    assert counter.series[OTHER,] == 50
    assert histogram.series[OTHER,][0] == 50
