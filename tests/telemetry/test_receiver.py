"""The receiver keeps what services send, within bounds, and shows it to operations alone."""

import gzip
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from deploy.local import trace_store
from deploy.local.trace_store import Search, TraceStore
from tests.support.identity import TestIssuer
from tests.support.telemetry import RunningReceiver, running_receiver

NOON = 1_760_000_000_000_000_000
MS = 1_000_000


def hexed(number: int) -> str:
    return f"{number:032x}"


def a_span(
    trace: int,
    number: int,
    parent: int | None = None,
    *,
    name: str = "GET /x",
    kind: int = Span.SPAN_KIND_SERVER,
    at: int = 0,
    ms: float = 5,
    error: str = "",
    route: str = "",
) -> Span:
    return Span(
        trace_id=trace.to_bytes(16, "big"),
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        name=name,
        kind=kind,
        start_time_unix_nano=NOON + int(at * MS),
        end_time_unix_nano=NOON + int((at + ms) * MS),
        status=Status(code=Status.STATUS_CODE_ERROR, message=error) if error else Status(),
        attributes=[KeyValue(key="http.route", value=AnyValue(string_value=route))] if route else [],
    )


def batch(service: str, *spans: Span) -> ExportTraceServiceRequest:
    resource = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value=service))])
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=resource, scope_spans=[ScopeSpans(spans=spans)])])


def send(receiver: RunningReceiver, service: str, *spans: Span) -> None:
    assert receiver.post("/v1/traces", batch(service, *spans).SerializeToString()).status_code == 200
    assert receiver.store.wait_until_written()


@pytest.fixture(scope="module")
def three_traces(issuer: TestIssuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningReceiver]:
    """A quick reading, a slow hire that failed in the registry, and a page; tests only read them."""
    with running_receiver(issuer, tmp_path_factory.mktemp("traces")) as receiver:
        send_three(receiver)
        yield receiver


def send_three(receiver: RunningReceiver) -> None:
    send(
        receiver,
        "gateway",
        a_span(1, 1, name="GET /api/v1/registry/*", at=0, ms=4),
        a_span(2, 1, name="POST /api/v1/recruitment/*", at=100, ms=900),
        a_span(3, 1, name="GET /people", at=2000, ms=30),
    )
    send(
        receiver,
        "registry",
        a_span(1, 2, 1, name="GET /persons", at=1, ms=2, route="/api/v1/registry/persons"),
        a_span(2, 3, 2, name="apply hire", kind=Span.SPAN_KIND_CONSUMER, at=1500, ms=20, error="NotKnownYet"),
    )
    send(receiver, "recruitment", a_span(2, 2, 1, name="POST /hires", at=101, ms=890, route="/api/v1/recruitment/hires"))


class TestWhoMayRead:
    PATHS = ("/api/v1/traces", f"/api/v1/traces/{hexed(1)}", f"/api/v1/traces/edges?trace_id={hexed(1)}", "/api/v1/traces/services", "/api/v1/traces/measures")

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(("person", "status"), [(None, 401), ("linh", 403), ("analyst", 403), ("ops", 200)])
    def test_operations_alone(self, three_traces: RunningReceiver, path: str, person: str | None, status: int) -> None:
        answer = three_traces.get(path, as_=person)
        assert answer.status_code == status
        if status != 200:
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.json()["title"]

    def test_a_machine_and_a_forged_token(self, three_traces: RunningReceiver) -> None:
        assert three_traces.get("/api/v1/traces", token=three_traces.issuer.machine("ministry-health", "registry.read")).status_code == 403
        token = three_traces.issuer.person("ops")
        assert three_traces.get("/api/v1/traces", token=token[:-8] + "AAAAAAAA").status_code == 401
        assert three_traces.get("/api/v1/traces", token=three_traces.issuer.person("ops", exp=int(time.time()) - 3600)).status_code == 401

    @pytest.mark.parametrize("path", [f"/api/v1/traces/{hexed(99)}", "/api/v1/traces/../../etc", "/api/v1/traces/edges?trace_id=", "/nowhere"])
    def test_what_is_not_there(self, three_traces: RunningReceiver, path: str) -> None:
        answer = three_traces.get(path)
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/not-found")

    def test_probes_need_no_token(self, three_traces: RunningReceiver) -> None:
        assert three_traces.get("/health/live", as_=None).status_code == 200
        assert three_traces.get("/health/ready", as_=None).json()["status"] == "up"
        assert three_traces.get("/internal/health", as_=None).json()["spans"] == 6


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, [3, 2, 1]),
            ({"order": "errors"}, [2, 3, 1]),
            ({"order": "slowest"}, [2, 3, 1]),
            ({"status": "error"}, [2]),
            ({"status": "ok"}, [3, 1]),
            ({"service": "registry"}, [2, 1]),
            ({"service": "nobody"}, []),
            ({"route": "/hires"}, [2]),
            ({"route": "%"}, []),
            ({"min_ms": 10}, [3, 2]),
            ({"from": "2025-10-09T08:53:20.050Z"}, [3, 2]),
            ({"service": "registry", "status": "error", "min_ms": 10}, [2]),
        ],
    )
    def test_filters(self, three_traces: RunningReceiver, query: dict[str, Any], found: list[int]) -> None:
        items = three_traces.get("/api/v1/traces", **query).json()["items"]
        assert [item["trace_id"] for item in items] == [hexed(number) for number in found]

    def test_a_row_tells_what_a_reader_looks_for(self, three_traces: RunningReceiver) -> None:
        (item,) = three_traces.get("/api/v1/traces", status="error").json()["items"]
        assert item == {
            "trace_id": hexed(2),
            "service": "recruitment",
            "name": "POST /hires",
            "started_at": "2025-10-09T08:53:20.100Z",
            "duration_ms": 900,
            "whole_ms": 1420,
            "spans": 3,
            "errors": 1,
            "status": "error",
            "services": ["gateway", "recruitment", "registry"],
        }

    @pytest.mark.parametrize("order", ["recent", "errors", "slowest"])
    def test_pages_hold_each_trace_once(self, three_traces: RunningReceiver, order: str) -> None:
        whole = [item["trace_id"] for item in three_traces.get("/api/v1/traces", order=order).json()["items"]]
        paged, cursor = [], ""
        for _ in range(3):
            page = three_traces.get("/api/v1/traces", order=order, limit=1, cursor=cursor).json()
            paged += [item["trace_id"] for item in page["items"]]
            cursor = page["next"] or ""
        assert paged == whole
        assert cursor == ""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"status": "bad"},
            {"order": "bad"},
            {"limit": "0"},
            {"limit": "1000"},
            {"limit": "many"},
            {"min_ms": "nan"},
            {"from": "yesterday"},
            {"cursor": "x"},
            {"cursor": "W10"},
        ],
    )
    def test_a_wrong_filter_is_named(self, three_traces: RunningReceiver, wrong: dict[str, str]) -> None:
        answer = three_traces.get("/api/v1/traces", **wrong)
        assert answer.status_code == 422
        assert [field["path"] for field in answer.json()["fields"]] == list(wrong)


class TestOneTrace:
    def test_spans_stand_under_their_parent_in_order(self, three_traces: RunningReceiver) -> None:
        found = three_traces.get(f"/api/v1/traces/{hexed(2)}").json()
        assert [(span["depth"], span["service"], span["kind"], span["name"], span["offset_ms"], span["duration_ms"], span["status"]) for span in found["spans"]] == [
            (0, "gateway", "server", "POST /api/v1/recruitment/*", 0, 900, "ok"),
            (1, "recruitment", "server", "POST /hires", 1, 890, "ok"),
            (2, "registry", "consumer", "apply hire", 1400, 20, "error"),
        ]
        assert (found["duration_ms"], found["whole_ms"], found["errors"], found["shortened"]) == (900, 1420, 1, [])

    def test_edges_are_the_shape_without_the_times(self, three_traces: RunningReceiver) -> None:
        assert three_traces.get("/api/v1/traces/edges", trace_id=hexed(2)).json()["items"] == [
            {"parent": "gateway/server", "child": "recruitment/server", "parent_name": "POST /api/v1/recruitment/*", "child_name": "POST /hires", "count": 1},
            {"parent": "recruitment/server", "child": "registry/consumer", "parent_name": "POST /hires", "child_name": "apply hire", "count": 1},
        ]

    def test_a_child_that_comes_first_and_a_parent_that_never_comes(self, receiver: RunningReceiver) -> None:
        send(receiver, "registry", a_span(7, 3, 2, name="child", at=5), a_span(7, 9, 8, name="orphan", at=9))
        send(receiver, "portal", a_span(7, 2, name="root"))
        assert [(span["depth"], span["name"]) for span in receiver.get(f"/api/v1/traces/{hexed(7)}").json()["spans"]] == [
            (0, "root"),
            (1, "child"),
            (0, "orphan"),
        ]
        assert receiver.get("/api/v1/traces").json()["items"][0]["name"] == "root"

    def test_spans_that_name_each_other_as_parent_do_not_hang_it(self, receiver: RunningReceiver) -> None:
        send(receiver, "registry", a_span(7, 2, 3, name="a"), a_span(7, 3, 2, name="b", at=1), a_span(7, 4, 4, name="c", at=2))
        assert {span["name"] for span in receiver.get(f"/api/v1/traces/{hexed(7)}").json()["spans"]} == {"a", "b", "c"}


class TestReceiving:
    def test_the_same_batch_twice_is_kept_once(self, receiver: RunningReceiver) -> None:
        for _ in range(2):
            send(receiver, "registry", a_span(1, 1), a_span(1, 2, 1))
        assert receiver.get("/api/v1/traces").json()["items"][0]["spans"] == 2

    @pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
    def test_packed_batches(self, receiver: RunningReceiver, encoding: str, pack: Any) -> None:
        assert receiver.post("/v1/traces", pack(batch("registry", a_span(1, 1)).SerializeToString()), content_encoding=encoding).status_code == 200
        assert receiver.store.wait_until_written()
        assert len(receiver.get("/api/v1/traces").json()["items"]) == 1

    @pytest.mark.parametrize(
        ("body", "headers", "status"),
        [
            (b"not protobuf", {}, 400),
            (b"not gzip", {"content_encoding": "gzip"}, 400),
            (gzip.compress(b"\0" * 40_000_000), {"content_encoding": "gzip"}, 413),
            (zlib.compress(b"\0" * 40_000_000), {"content_encoding": "deflate"}, 413),
            (b"{}", {"content_type": "application/json"}, 415),
            (b"", {"content_encoding": "br"}, 415),
        ],
    )
    def test_what_is_not_a_batch(self, receiver: RunningReceiver, body: bytes, headers: dict[str, str], status: int) -> None:
        assert receiver.post("/v1/traces", body, **headers).status_code == status

    def test_a_span_without_ids_is_left_out(self, receiver: RunningReceiver) -> None:
        send(receiver, "registry", Span(name="nothing"), a_span(1, 1))
        assert receiver.store.total == 1

    def test_when_too_many_wait_the_sender_is_told_and_not_kept_waiting(self, tmp_path: Path) -> None:
        store = TraceStore(tmp_path / "traces.db")  # not open: nobody writes
        refused = sum(store.receive(batch("registry", a_span(1, number + 1), a_span(2, number + 1))) for number in range(trace_store.WAITING_BATCHES + 3))
        assert refused == 6
        assert store.dropped == 6
        assert ExportTraceServiceResponse().partial_success.rejected_spans == 0


class TestBounds:
    def opened(self, path: Path, **options: Any) -> TraceStore:
        store = TraceStore(path, **options)
        store.open()
        return store

    def test_the_oldest_traces_leave(self, tmp_path: Path) -> None:
        store = self.opened(tmp_path / "traces.db", most_spans=100)
        for number in range(1, 201):
            store.receive(batch("registry", a_span(number, 1, at=number)))
        assert store.wait_until_written()
        assert store.total <= 100
        assert store.traces(Search(limit=1))["items"][0]["trace_id"] == hexed(200)
        assert store.trace(hexed(1)) is None
        with closing(sqlite3.connect(store.path)) as connection:
            assert [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("traces", "spans", "alike")] == [store.total] * 3
        store.close()

    def test_of_spans_alike_the_first_are_kept_and_all_are_counted(self, tmp_path: Path) -> None:
        store = self.opened(tmp_path / "traces.db")
        store.receive(batch("registry", a_span(1, 1, name="root", ms=9000), *[a_span(1, number, 1, name="apply", at=number) for number in range(2, 1002)]))
        assert store.wait_until_written()
        found = store.trace(hexed(1))
        assert found is not None
        assert len(found["spans"]) == 1 + trace_store.ALIKE_PER_TRACE
        assert found["shortened"] == [{"service": "registry", "name": "apply", "spans": 1000, "errors": 0, "kept": trace_store.ALIKE_PER_TRACE}]
        assert store.traces(Search())["items"][0]["spans"] == 1001
        store.close()

    def test_a_restart_keeps_them(self, tmp_path: Path) -> None:
        first = self.opened(tmp_path / "traces.db")
        first.receive(batch("registry", a_span(1, 1)))
        first.close()
        second = self.opened(tmp_path / "traces.db")
        assert second.total == 1
        assert second.trace(hexed(1)) is not None
        second.close()

    @pytest.mark.parametrize("what", ["no database", "another shape"])
    def test_a_file_that_cannot_be_read_is_begun_anew(self, tmp_path: Path, what: str) -> None:
        if what == "no database":
            (tmp_path / "traces.db").write_bytes(b"x" * 4096)
        else:
            with closing(sqlite3.connect(tmp_path / "traces.db")) as connection:
                connection.executescript("PRAGMA user_version = 1; CREATE TABLE traces (trace_id TEXT)")
        store = self.opened(tmp_path / "traces.db")
        store.receive(batch("registry", a_span(1, 1)))
        assert store.wait_until_written()
        assert store.total == 1
        store.close()
