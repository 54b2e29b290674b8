"""A log line is one line, carries the trace, and names no person; nobody waits for who reads it."""

import io
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from shared.logs import MASK, JsonFormatter, OncePerMinute, QueuedLines, bind_request, configure_logging, is_personal, log_request, masked, stop_logging
from shared.telemetry import TelemetryMiddleware, span
from tests.support.service import environment
from tests.support.telemetry import RunningReceiver
from tests.telemetry.test_tracing import get


class Lines:
    """What this process has logged, as its readers get it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def __call__(self) -> list[dict[str, Any]]:
        stop_logging()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with environment(RELAIS_LOG_FORMAT="json"):
        lines = Lines()
        configure_logging("registry", lines.stream)
        yield lines
        stop_logging()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(False)


log = logging.getLogger("registry.imports")


class TestLines:
    def test_a_line_says_when_where_and_what(self, logged: Lines) -> None:
        log.info("%d rows confirmed", 2463, extra={"rows": 2463, "import_id": "0192"})
        (line,) = logged()
        assert line.pop("time").endswith("Z")
        assert line == {
            "level": "info",
            "service": "registry",
            "logger": "registry.imports",
            "message": "2463 rows confirmed",
            "fields": {"rows": 2463, "import_id": "0192"},
        }

    def test_the_trace_and_the_request_are_on_it(self, logged: Lines, traced: RunningReceiver) -> None:
        bind_request("req-1")
        with span("act") as act:
            log.info("inside")
        (line,) = [line for line in logged() if line["logger"] == log.name]
        assert line["trace_id"] == f"{act.context.trace_id:032x}"  # type: ignore[union-attr]
        assert line["request_id"] == "req-1"

    @pytest.mark.parametrize("forged", ["one\ntwo", "one\r\ntwo", "one\u2028two", "one\x85two", "one\x0ctwo", "one\x1b[2Jtwo", "one\x00two"])
    def test_whatever_is_typed_stays_on_one_line(self, logged: Lines, forged: str) -> None:
        log.warning("refused %s", forged, extra={"file": forged})
        (line,) = logged()
        assert line["message"].startswith("refused one")

    def test_half_a_character_does_not_stop_a_line(self) -> None:
        """Not through the logger: the runner cannot carry such a text from its worker."""
        record = logging.LogRecord("registry.imports", logging.WARNING, __file__, 1, "refused %s", ("one\ud800two",), None)
        line = JsonFormatter("registry").format(record)
        assert json.loads(line.encode())["message"].startswith("refused one")

    def test_text_for_a_terminal_is_one_line_too(self, logged: Lines) -> None:
        with environment(RELAIS_LOG_FORMAT="text"):
            configure_logging("registry", logged.stream)
            log.warning("one\ntwo \x1b[31m", extra={"rows": 3})
            stop_logging()
        assert logged.stream.getvalue().count("\n") == 1
        assert "WARNING registry: one\\x0atwo \\x1b[31m rows=3" in logged.stream.getvalue()

    @pytest.mark.parametrize("record", [{"msg": "%d rows", "args": ("many",)}, {"msg": "large", "number": 2**80}, {"msg": "odd", "thing": object()}])
    def test_what_cannot_be_written_breaks_nothing(self, record: dict[str, Any]) -> None:
        assert json.loads(JsonFormatter("registry").format(logging.makeLogRecord(record)))["message"] == record["msg"]

    def test_uvicorn_speaks_our_way(self, logged: Lines) -> None:
        logging.getLogger("uvicorn.error").info("Started")
        logging.getLogger("uvicorn.access").info("GET /x?name=Hoa")
        assert [line["message"] for line in logged()] == ["Started"]


class TestNobodyIsNamed:
    @pytest.mark.parametrize("key", ["name", "full_name", "Email", "birth-date", "http.query", "password", "Authorization", "person.names", "url.query", "q"])
    def test_fields_that_hold_persons(self, key: str) -> None:
        assert is_personal(key)

    @pytest.mark.parametrize("key", ["rows", "person_id", "service.name", "http.route", "db.collection.name", "facility_code"])
    def test_fields_that_do_not(self, key: str) -> None:
        assert not is_personal(key)

    def test_masked_wherever_they_stand(self) -> None:
        assert masked({"rows": [{"full_name": "Đặng Thị Ánh", "facility": "VN-22-BVT"}], "query": "ánh", "more": ("x", 1)}) == {
            "rows": [{"full_name": MASK, "facility": "VN-22-BVT"}],
            "query": MASK,
            "more": ["x", 1],
        }

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("GET /persons?q=Nguyễn&limit=3 took 3 ms", f"GET /persons?{MASK} took 3 ms"),
            ("sent to anh@example.org today", f"sent to {MASK} today"),
            ("Authorization: Bearer abc.def", f"Authorization: Bearer {MASK}"),
            ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.abc_-d", f"token {MASK}"),
            ("what happened? nothing", "what happened? nothing"),
        ],
    )
    def test_by_their_look(self, logged: Lines, said: str, kept: str) -> None:
        log.info(said)
        (line,) = logged()
        assert line["message"] == kept

    def test_errors_say_where_and_not_what(self, logged: Lines) -> None:
        try:
            raise ValueError("Đặng Thị Ánh is known already")
        except ValueError:
            log.exception("an import broke")
        (line,) = logged()
        assert line["error"]["type"] == "ValueError"
        assert line["error"]["at"][-1].endswith("test_errors_say_where_and_not_what")
        assert "Ánh" not in json.dumps(line, ensure_ascii=False)

    async def test_the_line_of_a_request_has_the_route_alone(self, logged: Lines) -> None:
        await get(
            TelemetryMiddleware(FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False}), "registry"),
            "/persons/Hoa?q=Nguyễn",
            **{"X-Request-ID": "forged\\n id"},
        )
        (line,) = [line for line in logged() if line["logger"] == "registry.requests"]
        assert line["message"] == "GET (no route) 404"
        assert "forged" not in line["request_id"]
        assert line["fields"].pop("ms") >= 0
        assert line["fields"] == {"method": "GET", "route": "(no route)", "status": 404}


    async def test_the_short_way_of_that_line_and_the_long_one_say_the_same(self, logged: Lines) -> None:
        bind_request("0192")
        requests = logging.getLogger("registry.requests")
        log_request(requests, "GET", "/persons/{person_id}", 200, 0.0123)
        fields = {"method": "GET", "route": "/persons/{person_id}", "status": 200, "ms": 12.3}
        requests.info("%s %s %d", "GET", "/persons/{person_id}", 200, extra=fields)
        log_request(requests, "GET", "/persons/{person_id}", 503, 0.0123)
        short, long, failed = logged()
        assert short.pop("time") <= long.pop("time")
        assert list(short) == list(long)
        assert short == long
        assert failed["level"] == "error"


class TestNobodyWaits:
    def test_lines_that_come_together_leave_together(self) -> None:
        class Counted(io.StringIO):
            writes = 0

            def write(self, text: str) -> int:
                Counted.writes += 1
                return super().write(text)

        handler = QueuedLines(Counted())
        for number in range(200):
            handler.put(str(number))
        handler.close()
        assert handler.out.getvalue().split() == [str(number) for number in range(200)]
        assert Counted.writes < 10

    def test_a_reader_that_stops_reading_costs_lines_and_no_time(self) -> None:
        reading, writing = os.pipe()
        with os.fdopen(writing, "w") as stream, os.fdopen(reading, "rb") as reader:
            handler = QueuedLines(stream, kept=500)
            record = logging.makeLogRecord({"msg": "x" * 1000, "name": "test", "levelno": logging.INFO})
            slowest = 0.0
            for _ in range(5000):  # the pipe holds 64 of them
                started = time.perf_counter()
                handler.handle(record)
                slowest = max(slowest, time.perf_counter() - started)
            assert slowest < 0.2
            assert handler.dropped > 3000
            read: list[bytes] = []
            thread = threading.Thread(target=lambda: read.extend(reader), daemon=True)
            thread.start()
            handler.close()
            stream.close()
            thread.join(2)
        assert b"log lines were dropped" in b"".join(read)

    def test_a_full_disk_breaks_nothing(self) -> None:
        full = Path("/dev/full").open("w")  # noqa: SIM115 - closing it fails, as it should
        handler = QueuedLines(full)
        handler.handle(logging.makeLogRecord({"msg": "x", "name": "test", "levelno": logging.INFO}))
        handler.close()
        assert handler.dropped >= 1
        with suppress(OSError):
            full.close()

    def test_a_collector_that_is_away_is_one_line(self) -> None:
        once = OncePerMinute("opentelemetry")
        away = logging.makeLogRecord({"name": "opentelemetry.exporter", "msg": "Failed to export"})
        ours = logging.makeLogRecord({"name": "registry", "msg": "x"})
        assert [once.filter(away), once.filter(away), once.filter(ours), once.filter(ours)] == [True, False, True, True]
