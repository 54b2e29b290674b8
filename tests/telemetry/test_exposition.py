"""Prometheus reads the measures of a process as text, and its own parser agrees with what it reads."""

import http.client
from collections.abc import Iterator

import pytest

from shared import exposition, metrics
from shared.exposition import Heart, Listener, exposed
from shared.metrics import Counter, Gauge, Histogram


@pytest.fixture(autouse=True)
def no_instruments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "INSTRUMENTS", [])


@pytest.fixture
def listener() -> Iterator[Listener]:
    started = Listener("127.0.0.1:0")
    yield started
    started.stop()


def get(listener: Listener, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_a_scrape_reads_counters_gauges_and_histograms(listener: Listener) -> None:
    Counter("test.events.read", "Read", labels=("topic",)).add(40, ("relais.registry.posts",))
    Gauge("test.age", "Age", unit="s").set(1.5)
    Gauge("test.silent", "Nothing said yet")
    times = Histogram("http.request.duration", "Time", unit="s", labels=("http.route",))
    for seconds in (0.004, 0.03, 40.0):
        times.record(seconds, ("/posts/{id}",))
    status, text = get(listener, "/metrics")
    assert status == 200
    assert text.splitlines()[:6] == [
        "# HELP test_events_read_total Read",
        "# TYPE test_events_read_total counter",
        'test_events_read_total{topic="relais.registry.posts"} 40',
        "# HELP test_age_seconds Age",
        "# TYPE test_age_seconds gauge",
        "test_age_seconds 1.5",
    ]
    assert 'http_request_duration_seconds_bucket{http_route="/posts/{id}",le="0.005"} 1' in text
    assert 'http_request_duration_seconds_bucket{http_route="/posts/{id}",le="0.05"} 2' in text
    assert 'http_request_duration_seconds_bucket{http_route="/posts/{id}",le="+Inf"} 3' in text
    assert 'http_request_duration_seconds_count{http_route="/posts/{id}"} 3' in text
    assert "test_silent" not in text


def test_what_a_label_holds_cannot_forge_a_line() -> None:
    Counter("test.count", "Count", labels=("word",)).add(1, ('a"} 1\nforged 2 \\',))
    assert exposed().splitlines()[-1] == r'test_count_total{word="a\"} 1\nforged 2 \\"} 1'


def test_nothing_else_is_served(listener: Listener) -> None:
    assert [get(listener, path)[0] for path in ("/", "/metrics/", "/metrics?x=1", "/health/ready")] == [404] * 4


def test_an_event_loop_that_stands_still_is_seen(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    heart = Heart()
    monkeypatch.setattr(exposition, "heart", heart)
    assert get(listener, "/health/live")[0] == 200  # nobody promised to beat
    heart.beat()
    assert get(listener, "/health/live")[0] == 200
    monkeypatch.setattr(exposition, "STILL_SECONDS", 0.0)
    assert get(listener, "/health/live") == (503, "the event loop does not move\n")
    heart.rest()
    assert get(listener, "/health/live")[0] == 200


def test_totals_that_another_counts_are_taken_over() -> None:
    counter = Counter("test.calls", "Calls")
    counter.follow(12)
    counter.follow(15)
    assert exposed().splitlines()[-1] == "test_calls_total 15"
