"""What Prometheus reads of a process: its measures as text, on a port of its own that nobody outside reaches.

One thread and the standard library's server: a scrape waits for no event loop, and an event loop for no scrape. Names are
OpenTelemetry's in Prometheus' spelling, as its collector would write them: `http.server.request.duration` in seconds is
`http_server_request_duration_seconds`.
Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer

from shared import metrics
from shared.metrics import SECONDS, Counter, Histogram, Instrument

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SLOWEST_READER_SECONDS = 5
STILL_SECONDS = 60.0  # an event loop that has not moved for this long is stuck

_NOT_OF_A_NAME = re.compile(r"[^a-zA-Z0-9_:]")
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Heart:
    """Beats while the event loop turns: a worker has no address of its own whose answer would show it."""

    def __init__(self) -> None:
        self._beat_at: float | None = None

    def beat(self) -> None:
        self._beat_at = time.monotonic()

    def rest(self) -> None:
        """Nobody promises to beat any more."""
        self._beat_at = None

    @property
    def is_beating(self) -> bool:
        return self._beat_at is None or time.monotonic() - self._beat_at < STILL_SECONDS


heart = Heart()


class _Reader(BaseHTTPRequestHandler):
    timeout = SLOWEST_READER_SECONDS

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(200, CONTENT_TYPE, exposed().encode())
        elif self.path == "/health/live":
            self._answer(*((200, "text/plain", b"up\n") if heart.is_beating else (503, "text/plain", b"the event loop does not move\n")))
        else:
            self._answer(404, "text/plain", b"here are /metrics and /health/live\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        """Scrapes come every few seconds and tell nothing."""


class Listener:
    """One process's open door for Prometheus; made after the fork."""

    def __init__(self, address: str) -> None:
        host, _colon, port = address.rpartition(":")
        self._server = HTTPServer((host.strip("[]"), int(port)), _Reader)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def exposed() -> str:
    """Every measure of this process in Prometheus' text format."""
    return "".join(f"{line}\n" for instrument in list(metrics.INSTRUMENTS) for line in _lines(instrument))


def exposed_name(instrument: Instrument) -> str:
    name = _NOT_OF_A_NAME.sub("_", instrument.name)
    if instrument.unit == "s":
        name += "_seconds"
    return f"{name}_total" if isinstance(instrument, Counter) else name


def exposed_label(name: str) -> str:
    return _NOT_OF_A_NAME.sub("_", name)


def _lines(instrument: Instrument) -> Iterator[str]:
    found = instrument.read()
    if not found:
        return
    name = exposed_name(instrument)
    yield f"# HELP {name} {instrument.description}"
    yield f"# TYPE {name} {'histogram' if isinstance(instrument, Histogram) else 'counter' if isinstance(instrument, Counter) else 'gauge'}"
    for labels, value in found:
        if not isinstance(instrument, Histogram):
            yield f"{name}{_written(labels)} {value}"
            continue
        # The event loop may record between two of these reads: the count is what the buckets add up to, so that they never disagree.
        _count, total, buckets, _least, _most = value
        below = 0
        for bound, count in zip([*map(str, SECONDS), "+Inf"], list(buckets), strict=True):
            below += count
            yield f"{name}_bucket{_written(labels | {'le': bound})} {below}"
        yield f"{name}_sum{_written(labels)} {total}"
        yield f"{name}_count{_written(labels)} {below}"


def _written(labels: Mapping[str, str | int]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{exposed_label(key)}="{str(value).translate(_ESCAPES)}"' for key, value in labels.items()) + "}"
