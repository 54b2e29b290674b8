"""Tracing: what a process tells about its work, so that one act can be followed to its last consumer.

Written for the hot path (docs/decisions/0005-tracing-by-hand.md): the trace context is read and written by hand and lives in
one context variable; a span is built only when its trace is sampled, and left in a bounded queue for shared/otlp.py.
Nothing here is a global OpenTelemetry provider: FastAPI would start tracing by itself at a third of the speed.

Names used everywhere, so that traces of all services read alike:
    server    "GET /api/v1/registry/persons/{id}"          TelemetryMiddleware
    client    "GET 127.0.0.1:8080/api/v1/registry/…"        trace_config() of an aiohttp session
    client    "INSERT outbox"                               trace_engine(engine)
    producer  "publish registry.assignment.started.v1"      the relay, parent = the outbox row's trace context
    consumer  "apply registry.assignment.started.v1"        the inbox, parent = the message's `traceparent` header
"""

import asyncio
import logging
import random
import re
import time
from collections.abc import Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Self

from shared import metrics
from shared.logs import bind_request, current_request_id, log_request, trace_id_from
from shared.settings import settings

if TYPE_CHECKING:
    import aiohttp
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

    from shared.exposition import Listener
    from shared.otlp import Sender

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Value = str | int | float | bool

TRACEPARENT = re.compile(r"^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$")
UNWATCHED = ("/health", "/internal/health", "/static/")  # probes come each second, a page brings ten assets: they tell nothing
UNTRACED = (*UNWATCHED, "/api/v1/traces", "/operations/traces")  # reading traces must not fill their list


class Context:
    """Where we are: the trace, the span that is open, and whether anyone records it."""

    __slots__ = ("remote", "sampled", "span_id", "trace_id")

    def __init__(self, trace_id: int, span_id: int, sampled: bool, *, remote: bool = False) -> None:
        self.trace_id = trace_id
        self.span_id = span_id
        self.sampled = sampled
        self.remote = remote

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{'01' if self.sampled else '00'}"


class Span:
    """One piece of work. Outside a sampled trace every method does nothing; use it as a context manager."""

    __slots__ = ("attributes", "context", "ended_at", "error", "kind", "links", "name", "parent", "previous", "started_at")

    def __init__(self, name: str, kind: Kind, attributes: Mapping[str, Value] | None, *, context: Context, parent: Context | None, links: Iterable[str | None] = ()) -> None:
        self.name = name
        self.kind = kind
        self.attributes: dict[str, Value] = dict(attributes) if attributes else {}
        self.context = context
        self.parent = parent
        self.links = links
        self.error: str | None = None
        self.started_at = time.time_ns()
        self.ended_at = 0
        self.previous: Context | None = None

    @property
    def sampled(self) -> bool:
        return self.context.sampled

    def set(self, key: str, value: Value) -> None:
        self.attributes[key] = value

    def fail(self, reason: str) -> None:
        """Mark the span as an error; the reason is a slug or a class name, never a message that could quote a person."""
        self.error = reason

    def end(self) -> None:
        """Hand the span over; a `with` does it by itself."""
        if _sender is not None and self.context.sampled:
            self.ended_at = time.time_ns()
            _sender.put(self)

    def linked(self) -> list[Context]:
        return [linked for linked in map(parse_traceparent, self.links) if linked is not None]

    def __enter__(self) -> Self:
        self.previous = _current.get()
        _current.set(self.context)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        # Not a token reset: a dependency that yields may be left in another context than it was entered in.
        _current.set(self.previous)
        if kind is not None:
            if issubclass(kind, Exception):
                self.error = self.error or kind.__name__
            elif issubclass(kind, asyncio.CancelledError):
                self.attributes["cancelled"] = True
        self.end()


class NoSpan:
    """Stands in for a span where nothing is recorded: nobody asked, or the trace in progress is not sampled."""

    __slots__ = ()
    sampled = False

    def set(self, key: str, value: Value) -> None:
        pass

    def fail(self, reason: str) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


NO_SPAN = NoSpan()


class Unrecorded(NoSpan):
    """A trace that nobody records, as most of them in production: what happens inside sees that it is one, and its name travels on."""

    __slots__ = ("context", "previous")

    def __init__(self, context: Context) -> None:
        self.context = context
        self.previous: Context | None = None

    def __enter__(self) -> Self:
        self.previous = _current.get()
        _current.set(self.context)
        return self

    def __exit__(self, *_: object) -> None:
        _current.set(self.previous)


_current: ContextVar[Context | None] = ContextVar("trace_context", default=None)


_sender: "Sender | None" = None
_listener: "Listener | None" = None
_threshold = 0  # of the trace id's lower half: below it a new trace is recorded


def start_telemetry(service: str) -> None:
    """Trace and measure this process. To be called after the fork; does nothing when neither a collector nor an address for Prometheus is set."""
    global _sender, _listener, _threshold
    if settings().otlp_endpoint or settings().metrics_listen:
        stop_telemetry()
    if settings().metrics_listen:
        from shared.exposition import Listener

        _listener = Listener(settings().metrics_listen)
    if not settings().otlp_endpoint:
        return
    from shared.otlp import Sender

    _threshold = int(settings().trace_ratio * (1 << 64))
    _sender = Sender(service, settings().otlp_endpoint, metrics.Measured().read)


def stop_telemetry(seconds: float = 3.0) -> None:
    """Send what is queued and stop; blocks for at most some seconds."""
    global _sender, _listener
    if _listener is not None:
        _listener.stop()
        _listener = None
    if _sender is not None:
        stopped, _sender = _sender, None
        stopped.stop(seconds)


def flush_telemetry() -> None:
    """Send what is queued now (tests, the end of a command)."""
    if _sender is not None:
        _sender.flush()


def is_tracing() -> bool:
    return _sender is not None


def is_measuring() -> bool:
    """Whether anybody reads the measures of this process."""
    return _sender is not None or _listener is not None


def current() -> Context | None:
    return _current.get()


def is_recorded() -> bool:
    """Whether somebody records the work in progress: who asks first spares what a span would need."""
    context = _current.get()
    return context is not None and context.sampled


def current_traceparent() -> str | None:
    """The W3C trace context of the work in progress, to be sent or stored with what it causes; None when nothing is traced."""
    context = _current.get()
    return context.traceparent if context is not None else None


def current_trace_id() -> str | None:
    """The id under which operations find the work in progress; None when it is not recorded."""
    context = _current.get()
    return f"{context.trace_id:032x}" if context is not None and context.sampled else None


def parse_traceparent(value: str | None) -> Context | None:
    """Read a `traceparent` header; anything malformed counts as absent."""
    if not value or (match := TRACEPARENT.match(value)) is None:
        return None
    if value.startswith("00-") and len(value) != 55:
        return None
    return Context(int(match[1], 16), int(match[2], 16), bool(int(match[3], 16) & 1), remote=True)


def attach_traceparent(value: str | None) -> None:
    """Make what follows in this task a part of the trace that `value` names; None or a malformed value detaches."""
    _current.set(parse_traceparent(value) if _sender is not None else None)


def span(
    name: str,
    *,
    kind: Kind = "internal",
    attributes: Mapping[str, Value] | None = None,
    parent: str | None = None,
    links: Iterable[str | None] = (),
    trace_id: int = 0,
) -> Span | NoSpan:
    """`with span("publish …", kind="producer", parent=row.traceparent) as work: work.set("messages", 3)`

    Without `parent` it continues the work in progress, or begins a trace (`trace_id`, when it has one already), of which RELAIS_TRACE_RATIO is recorded.
    """
    if _sender is None:
        return NO_SPAN
    above = parse_traceparent(parent) if parent is not None else None
    if above is None:
        above = _current.get()
        if above is not None and not above.sampled:
            return NO_SPAN
    if above is None:
        trace_id = trace_id or random.getrandbits(128) or 1
        context = Context(trace_id, random.getrandbits(64) or 1, (trace_id & 0xFFFFFFFFFFFFFFFF) < _threshold)
    elif above.sampled:
        context = Context(above.trace_id, random.getrandbits(64) or 1, True)
    else:
        context = above
    if not context.sampled:
        return Unrecorded(context)
    return Span(name, kind, attributes, context=context, parent=above, links=links)


def leaf(name: str, kind: Kind, attributes: Mapping[str, Value]) -> Span | None:
    """A span for work seen by callbacks, which nothing else is done inside of: None unless the work in progress is recorded. Its owner calls `end()`."""
    context = _current.get()
    if _sender is None or context is None or not context.sampled:
        return None
    return Span(name, kind, attributes, context=Context(context.trace_id, random.getrandbits(64) or 1, True), parent=context)


# --- requests that come in ---------------------------------------------------------------------------------------


def route_of(scope: Mapping[str, Any]) -> str:
    """The template of the route that answered; a path is never used, because people type anything there."""
    if "route_template" in scope:  # set by apps without a router of their own (the gateway)
        return str(scope["route_template"])
    # `scope["route"].path` lacks the prefix of an included router in FastAPI 0.165.
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or "(no route)"


class TelemetryMiddleware:
    """A server span, a measure and one log line for each request: method, route template, status; never a query string."""

    def __init__(self, app: Any, service: str) -> None:
        self.app = app
        self.log = logging.getLogger(f"{service}.requests")

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNWATCHED):
            await self.app(scope, receive, send)
            return
        traceparent = request_id = None
        for key, value in scope["headers"]:
            if key == b"traceparent":
                traceparent = value.decode("latin-1")
            elif key == b"x-request-id":
                request_id = value.decode("latin-1")
        bound_id = bind_request(request_id)
        if bound_id != request_id:  # everything inside and behind us shall use the one that we log
            others = scope["headers"] if request_id is None else (header for header in scope["headers"] if header[0] != b"x-request-id")
            scope["headers"] = [*others, (b"x-request-id", bound_id.encode())]
        method = scope["method"]
        status = 500
        trace_id: bytes | None = None
        started = time.perf_counter()

        async def send_noting(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if trace_id is not None and all(key != b"x-trace-id" for key, _ in message["headers"]):
                    message = {**message, "headers": [*message["headers"], (b"x-trace-id", trace_id)]}
            await send(message)

        with NO_SPAN if scope["path"].startswith(UNTRACED) else span(method, kind="server", parent=traceparent) as work:
            if isinstance(work, Span) and work.sampled:
                trace_id = b"%032x" % work.context.trace_id
            try:
                await self.app(scope, receive, send_noting)
            except Exception as error:
                work.fail(type(error).__name__)
                raise
            finally:
                seconds = time.perf_counter() - started
                route = route_of(scope)
                if trace_id is not None and isinstance(work, Span):
                    work.name = f"{method} {route}"
                    work.set("http.request.method", method)
                    work.set("http.route", route)
                    work.set("http.response.status_code", status)
                    if status >= 500 and work.error is None:
                        work.fail(str(status))
                if is_measuring():
                    metrics.REQUESTS.record(seconds, (method, route, status))
                log_request(self.log, method, route, status, seconds)


# --- calls that go out -------------------------------------------------------------------------------------------

ID_IN_PATH = re.compile(r"/(?:[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[^/]*\d[^/]*)(?=/|$)")


def traced_headers(headers: Mapping[str, str] | None = None) -> dict[str, str]:
    """A copy of `headers` with the trace context and the request id of the work in progress: for any HTTP client."""
    sent = dict(headers) if headers else {}
    if (context := _current.get()) is not None:
        sent["traceparent"] = context.traceparent
    if (request_id := current_request_id()) is not None:
        sent.setdefault("X-Request-ID", request_id)
    return sent


def trace_config() -> "aiohttp.TraceConfig":
    """`aiohttp.ClientSession(trace_configs=[trace_config()])`: each call carries the trace context and is a client span of a sampled trace."""
    import aiohttp

    async def on_start(_: Any, call: Any, request: Any) -> None:
        # Templates are the server's knowledge: segments with a digit become {id}, except the version's.
        path = ID_IN_PATH.sub(lambda found: found[0] if found[0] == "/v1" else "/{id}", request.url.path)
        address: dict[str, Value] = {"http.request.method": request.method, "server.address": request.url.host or "", "server.port": request.url.port or 0}
        call.span = leaf(f"{request.method} {path}", "client", address)
        above = call.span.context if call.span is not None else _current.get()
        if above is not None:
            request.headers["traceparent"] = above.traceparent
        if (request_id := current_request_id()) is not None and "X-Request-ID" not in request.headers:
            request.headers["X-Request-ID"] = request_id

    async def on_end(_: Any, call: Any, answer: Any) -> None:
        if call.span is not None:
            call.span.set("http.response.status_code", answer.response.status)
            if answer.response.status >= 500:
                call.span.fail(str(answer.response.status))
            call.span.end()

    async def on_exception(_: Any, call: Any, failure: Any) -> None:
        if call.span is not None:
            call.span.fail(type(failure.exception).__name__)
            call.span.end()

    config = aiohttp.TraceConfig()
    config.on_request_start.append(on_start)
    config.on_request_end.append(on_end)
    config.on_request_exception.append(on_exception)
    return config


# --- statements --------------------------------------------------------------------------------------------------

SCOPE_STATEMENTS = ("SELECT set_config", "SET ", "SAVEPOINT", "RELEASE", "ROLLBACK TO")  # each transaction has them; they explain nothing


BETWEEN_PARENTHESES = re.compile(r"\([^()]*\)")
VERB = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
TABLE_AFTER = {"SELECT": "FROM", "DELETE": "FROM", "INSERT": "INTO", "MERGE": "INTO", "UPDATE": "UPDATE"}


@lru_cache(maxsize=2048)
def statement_name(statement: str) -> str:
    """The verb and the table of a statement, the only words of it that leave the process: "INSERT outbox"."""
    if statement.startswith(SCOPE_STATEMENTS):
        return ""
    main = statement.strip()
    while (flat := BETWEEN_PARENTHESES.sub(" ", main)) != main:  # what a WITH names and what a SELECT asks inside are not the act
        main = flat
    verb = main.split(None, 1)[0].upper() if main else ""
    if verb == "WITH" and (found := VERB.search(main)):
        verb, main = found[1].upper(), main[found.start() :]
    if verb not in TABLE_AFTER:
        return verb if verb.isalpha() else "SQL"
    table = re.search(rf"\b{TABLE_AFTER[verb]}\s+(?:ONLY\s+)?([\w.\"]+)", main, re.IGNORECASE)
    return f"{verb} {table[1].replace(chr(34), '')}" if table else verb


def trace_engine(engine: "AsyncEngine | Engine") -> None:
    """Client spans for the statements of sampled traces: verb and table, never the text nor the parameters."""
    from sqlalchemy import event

    sync_engine = getattr(engine, "sync_engine", engine)

    @event.listens_for(sync_engine, "before_cursor_execute", named=True)
    def begin(**call: Any) -> None:
        context = _current.get()
        if context is None or not context.sampled or not (name := statement_name(call["statement"])):
            return
        begun = leaf(name, "client", {"db.system.name": "postgresql"})
        if begun is not None and call["executemany"]:
            begun.set("db.operation.batch.size", len(call["parameters"]))
        call["context"].relais_span = begun

    @event.listens_for(sync_engine, "after_cursor_execute", named=True)
    def end(**call: Any) -> None:
        if (begun := getattr(call["context"], "relais_span", None)) is not None:
            begun.end()

    @event.listens_for(sync_engine, "handle_error")
    def fail(failure: Any) -> None:
        if (begun := getattr(failure.execution_context, "relais_span", None)) is not None:
            begun.fail(getattr(failure.original_exception, "sqlstate", None) or type(failure.original_exception).__name__)
            begun.end()


trace_id_from(current_trace_id)
