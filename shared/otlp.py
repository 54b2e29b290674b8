"""The way to the collector: OTLP over HTTP, one thread a process, in batches; nothing waits for it.

Spans wait in a bounded queue that forgets its oldest when the collector is away. Encoding is opentelemetry-proto's; its
messages are filled here because the SDK's classes on the way to them cost ten times as much of the service's own core.
"""

import http.client
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ResourceMetrics, ScopeMetrics
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from shared.logs import is_personal

if TYPE_CHECKING:
    from shared.telemetry import Span

QUEUE = 8192
BATCH = 256  # encoded in half a millisecond, for which the service's own thread may have to wait
EVERY_SECONDS = 1.0
MEASURES_EVERY_SECONDS = 15.0
ANSWER_SECONDS = 2.0
MAX_VALUE = 256  # characters kept of an attribute
LONGEST_PAUSE_SECONDS = 30.0
LATER = frozenset({429, 502, 503, 504})  # these say "send it again"; any other refusal is for good

KINDS = {
    "internal": trace_pb2.Span.SPAN_KIND_INTERNAL,
    "server": trace_pb2.Span.SPAN_KIND_SERVER,
    "client": trace_pb2.Span.SPAN_KIND_CLIENT,
    "producer": trace_pb2.Span.SPAN_KIND_PRODUCER,
    "consumer": trace_pb2.Span.SPAN_KIND_CONSUMER,
}
SCOPE = InstrumentationScope(name="relais")

logger = logging.getLogger("relais.otlp")


class Away(Exception):
    """The collector does not answer, or asks for later."""


class Sender:
    """One process's way to the collector; made after the fork."""

    def __init__(self, service: str, endpoint: str, measures: Callable[[], list[Metric]]) -> None:
        self.address = urlsplit(endpoint)
        self.resource = Resource(attributes=attributes({"service.name": service, "service.namespace": "relais"}))
        self.measures = measures
        self.queue: deque[Span] = deque(maxlen=QUEUE)
        self.dropped = 0
        self._batch: list[Span] = []
        self._connection: http.client.HTTPConnection | None = None
        self._sending = threading.Lock()
        self._wake, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        self._thread.start()

    def put(self, span: "Span") -> None:
        """Leave an ended span here; never waits."""
        waiting = len(self.queue)
        if waiting == QUEUE:
            self.dropped += 1
        self.queue.append(span)
        if waiting == BATCH:
            self._wake.set()

    def flush(self) -> None:
        """Send what is there now, measures included."""
        self._try(self._send_spans, self._send_measures)

    def stop(self, seconds: float) -> None:
        """Send what is there, for some seconds: a collector that is away must not hold the end of a service."""
        self._ending.set()
        self._wake.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        pause, next_measures = EVERY_SECONDS, time.monotonic() + MEASURES_EVERY_SECONDS
        while not self._ending.is_set():
            # After a failure a filling queue is no reason to come earlier.
            full = (self._wake if pause == EVERY_SECONDS else self._ending).wait(pause)
            self._wake.clear()
            due = [self._send_full_batches if full else self._send_spans]
            if time.monotonic() >= next_measures:
                next_measures = time.monotonic() + MEASURES_EVERY_SECONDS
                due.append(self._send_measures)
            pause = EVERY_SECONDS if self._try(*due) else min(pause * 2, LONGEST_PAUSE_SECONDS)
        self.flush()
        if self._connection is not None:
            self._connection.close()

    def _try(self, *sendings: Callable[[], None]) -> bool:
        """Whether the collector answers."""
        with self._sending:
            try:
                for send in sendings:
                    send()
            except Away as away:
                logger.warning("the collector is away: %s", away)
                return False
            except Exception:  # one batch that cannot be encoded must not end the thread
                self._batch = []
                logger.exception("telemetry could not be sent")
        return True

    def _send_full_batches(self) -> None:
        """A busy service's next batch is sent when it is full, too: a sending costs as much for one span as for all."""
        while len(self._batch) + len(self.queue) >= BATCH:
            self._send_batch()

    def _send_spans(self) -> None:
        waiting = len(self._batch) + len(self.queue)
        while waiting > 0 and (self._batch or self.queue):
            waiting -= self._send_batch()

    def _send_batch(self) -> int:
        """Send at most one batch; how many spans."""
        while self.queue and len(self._batch) < BATCH:
            self._batch.append(self.queue.popleft())
        scope = trace_pb2.ScopeSpans(scope=SCOPE, spans=map(encoded, self._batch))
        self._post("/v1/traces", ExportTraceServiceRequest(resource_spans=[trace_pb2.ResourceSpans(resource=self.resource, scope_spans=[scope])]).SerializeToString())
        sent, self._batch = len(self._batch), []
        return sent

    def _send_measures(self) -> None:
        scope = ScopeMetrics(scope=SCOPE, metrics=self.measures())
        self._post("/v1/metrics", ExportMetricsServiceRequest(resource_metrics=[ResourceMetrics(resource=self.resource, scope_metrics=[scope])]).SerializeToString())

    def _post(self, path: str, body: bytes) -> None:
        """Send one batch. Raises Away when it should be sent again."""
        for attempt in (1, 2):
            kept = self._connection is not None
            try:
                status = self._ask(path, body)
                break
            except (OSError, http.client.HTTPException) as error:
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                # A connection kept for long may have been closed by the other side: once more on a new one.
                if attempt == 2 or not kept or isinstance(error, TimeoutError):
                    raise Away(type(error).__name__) from error
        if status in LATER:
            raise Away(str(status))
        if status >= 400:
            logger.error("the collector refuses %s with %d", path, status)

    def _ask(self, path: str, body: bytes) -> int:
        if self._connection is None:
            # The standard library's client knows no proxies: what stays on this machine is seen by nobody.
            kind = http.client.HTTPSConnection if self.address.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(self.address.hostname or "", self.address.port, timeout=ANSWER_SECONDS)
        self._connection.request("POST", self.address.path.rstrip("/") + path, body, {"Content-Type": "application/x-protobuf"})
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def attributes(values: Mapping[str, str | int | float | bool]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_value(value)) for key, value in values.items()]


def _value(value: str | int | float | bool) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=value.encode("utf-8", "replace").decode())
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    return AnyValue(double_value=value)


@lru_cache(maxsize=4096)
def _described(name: str, kind: str, error: str | None, items: tuple[tuple[str, str | int | float | bool], ...], _types: tuple[type, ...]) -> bytes:
    """What spans of the same work have in common, encoded once: most of a span is. Types are part of the key because 1 == True."""
    kept = {key: value[:MAX_VALUE] if isinstance(value, str) else value for key, value in items if not is_personal(key)}
    message = trace_pb2.Span(name=name, kind=KINDS[kind], attributes=attributes(kept if error is None else kept | {"error.type": error}))
    if error is not None:
        message.status.code, message.status.message = trace_pb2.Status.STATUS_CODE_ERROR, error
    return bytes(message.SerializeToString())


def encoded(span: "Span") -> trace_pb2.Span:
    context, told = span.context, span.attributes
    message: trace_pb2.Span = trace_pb2.Span.FromString(_described(span.name, span.kind, span.error, tuple(told.items()), tuple(map(type, told.values()))))
    message.trace_id, message.span_id = context.trace_id.to_bytes(16, "big"), context.span_id.to_bytes(8, "big")
    message.start_time_unix_nano, message.end_time_unix_nano = span.started_at, span.ended_at
    if span.parent is not None:
        message.parent_span_id = span.parent.span_id.to_bytes(8, "big")
    for linked in span.linked():
        message.links.add(trace_id=linked.trace_id.to_bytes(16, "big"), span_id=linked.span_id.to_bytes(8, "big"))
    return message


__all__: Sequence[str] = ["Sender", "attributes", "encoded"]
