"""The local stack's receiver of traces and measures (OTLP over HTTP, from this machine only) and what operations read of them.

In production the same services send to the platform's collector instead; nothing here is needed there.
"""

import asyncio
import gzip
import ipaddress
import logging
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import orjson
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest, ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from deploy.local.trace_store import LARGEST_PAGE, Search, TraceStore, UnknownCursorError
from shared import i18n
from shared.auth import verifier
from shared.errors import MEDIA_TYPE, Forbidden, Malformed, NotFound, Problem, Refusal, Unauthenticated, Unavailable
from shared.i18n import _
from shared.settings import settings
from shared.tokens import Claims, KeysUnavailable, TokenRefused

LARGEST_BATCH = 16 * 1024 * 1024  # after decompression
PROTOBUF = "application/x-protobuf"
MOST_SERIES = 20_000

logger = logging.getLogger("traces")
M = TypeVar("M", bound=Message)


def create(path: Path | None = None, store: TraceStore | None = None) -> ASGIApp:
    """The application; its file stands beside the files of the state folder."""
    kept = store or TraceStore(path or settings().files_dir.parent / "traces.db")
    measures = Measures()
    i18n.add_translations(Path(__file__).parent / "translations")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(kept.open)
        yield
        await asyncio.to_thread(kept.close)

    api = Api(kept, measures)
    receiver = Receiver(kept, measures)
    routes = [
        Route("/v1/traces", receiver.traces, methods=["POST"]),
        Route("/v1/metrics", receiver.metrics, methods=["POST"]),
        Route("/api/v1/traces", api.traces),
        Route("/api/v1/traces/edges", api.edges),
        Route("/api/v1/traces/services", api.services),
        Route("/api/v1/traces/measures", api.measures),
        Route("/api/v1/traces/{trace_id}", api.trace),
        Route("/health/live", live),
        Route("/health/ready", live),
        Route("/internal/health", api.health),
    ]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={Problem: on_problem, HTTPException: on_http, Exception: on_defect})


async def live(_request: Request) -> Response:
    return json_answer({"status": "up", "service": "traces"})


class Measures:
    """The last value of each measure of each service."""

    def __init__(self) -> None:
        self.series: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, Any]] = {}

    def receive(self, batch: ExportMetricsServiceRequest) -> None:
        for resource in batch.resource_metrics:
            service = next((pair.value.string_value for pair in resource.resource.attributes if pair.key == "service.name"), "unknown")
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                kind = metric.WhichOneof("data")
                if kind not in ("sum", "gauge", "histogram"):
                    continue
                for point in getattr(metric, kind).data_points:
                    labels = tuple(sorted((pair.key, pair.value.string_value or str(pair.value.int_value)) for pair in point.attributes))
                    key = (service, metric.name, labels)
                    if key in self.series or len(self.series) < MOST_SERIES:
                        self.series[key] = {"unit": metric.unit, **_point(kind, point)}

    def read(self, service: str = "") -> list[dict[str, Any]]:
        return [{"service": of, "name": name, "labels": dict(labels), **value} for (of, name, labels), value in sorted(self.series.items()) if service in ("", of)]


def _point(kind: str, point: Any) -> dict[str, Any]:
    if kind == "histogram":
        return {"count": point.count, "sum": point.sum, "largest": point.max, "p95_at_most": _quantile(point, 0.95)}
    return {"value": point.as_double if point.HasField("as_double") else point.as_int}


def _quantile(point: Any, share: float) -> float | None:
    """The bound of the bucket in which this share is reached; the largest value when it is the last, open one."""
    below = 0
    for bound, count in zip([*point.explicit_bounds, point.max], point.bucket_counts, strict=False):
        below += count
        if point.count and below >= share * point.count:
            return min(float(bound), float(point.max))
    return None


class Receiver:
    """OTLP/HTTP: takes what the services send, answers at once."""

    def __init__(self, store: TraceStore, measures: Measures) -> None:
        self.store = store
        self.kept_measures = measures

    async def traces(self, request: Request) -> Response:
        batch = await self._batch(request, ExportTraceServiceRequest())
        answer = ExportTraceServiceResponse()
        if refused := self.store.receive(batch):
            answer.partial_success.rejected_spans = refused
        return Response(answer.SerializeToString(), media_type=PROTOBUF)

    async def metrics(self, request: Request) -> Response:
        self.kept_measures.receive(await self._batch(request, ExportMetricsServiceRequest()))
        return Response(ExportMetricsServiceResponse().SerializeToString(), media_type=PROTOBUF)

    async def _batch(self, request: Request, empty: M) -> M:
        if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
            raise NotFound()
        if request.headers.get("content-type", "").partition(";")[0].strip() != PROTOBUF:
            raise Problem(415, "not-protobuf", _("Traces and measures are sent as OTLP over HTTP in protobuf."))
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BATCH:
                raise TOO_LARGE
        try:
            empty.ParseFromString(_plain(bytes(body), request.headers.get("content-encoding", "")))
        except (DecodeError, OSError, zlib.error, EOFError) as error:
            raise Problem(400, "not-otlp", _("The body cannot be read.")) from error
        return empty


TOO_LARGE = Problem(413, "batch-too-large", _("The body is too large."))


def _plain(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
            body = packed.read(LARGEST_BATCH + 1)
    elif encoding == "deflate":
        body = zlib.decompressobj().decompress(body, LARGEST_BATCH + 1)
    elif encoding not in ("", "identity"):
        raise Problem(415, "encoding-unknown", _("This kind of content is not accepted."))
    if len(body) > LARGEST_BATCH:
        raise TOO_LARGE
    return body


class Api:
    """What operations read. Queries run in threads: a slow one delays no receiver."""

    def __init__(self, store: TraceStore, measures: Measures) -> None:
        self.store = store
        self.kept_measures = measures

    async def traces(self, request: Request) -> Response:
        """`?service=&route=&status=error|ok&min_ms=&from=&order=recent|errors|slowest&limit=&cursor=`"""
        await may_read(request)
        search = search_of(request)
        try:
            return json_answer(await asyncio.to_thread(self.store.traces, search))
        except UnknownCursorError as error:
            raise Malformed.field("cursor", _("This cursor is not one of ours.")) from error

    async def trace(self, request: Request) -> Response:
        await may_read(request)
        return json_answer(await self._found(self.store.trace, request.path_params["trace_id"]))

    async def edges(self, request: Request) -> Response:
        await may_read(request)
        trace_id = request.query_params.get("trace_id", "")
        return json_answer({"trace_id": trace_id, "items": await self._found(self.store.edges, trace_id)})

    async def services(self, request: Request) -> Response:
        await may_read(request)
        return json_answer({"items": await asyncio.to_thread(self.store.services)})

    async def measures(self, request: Request) -> Response:
        await may_read(request)
        return json_answer({"items": self.kept_measures.read(request.query_params.get("service", ""))})

    async def health(self, _request: Request) -> Response:
        return json_answer({"service": "traces", "spans": self.store.total, "dropped": self.store.dropped, "waiting": self.store.waiting.qsize()})

    async def _found(self, read: Callable[[str], Any], trace_id: str) -> Any:
        found = await asyncio.to_thread(read, trace_id.lower())
        if found is None:
            raise NotFound()
        return found


async def may_read(request: Request) -> Claims:
    """Operations alone: a trace shows who did what when, even without names."""
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthenticated()
    try:
        claims = await verifier().verify(token.strip())
    except KeysUnavailable as error:
        raise Unavailable() from error
    except TokenRefused as error:
        raise Unauthenticated(error.slug, _("The access token is not accepted. Sign in again.")) from error
    if claims.is_machine or "operations" not in claims.roles:
        raise Forbidden(Refusal("role-missing", _("Your role does not allow this.")))
    return claims


def search_of(request: Request) -> Search:
    """Read the filters. Raises Malformed, naming the wrong one."""
    asked = request.query_params
    status, order = asked.get("status", ""), asked.get("order", "recent")
    if status not in ("", "error", "ok"):
        raise Malformed.field("status", _("Choose one of: {expected}."), expected="error, ok")
    if order not in ("recent", "errors", "slowest"):
        raise Malformed.field("order", _("Choose one of: {expected}."), expected="recent, errors, slowest")
    return Search(
        service=asked.get("service", ""),
        route=asked.get("route", ""),
        status=status,
        min_ms=number_of(asked.get("min_ms"), "min_ms", 0, 10_000_000),
        from_ns=instant_of(asked.get("from", "")),
        order=order,
        limit=int(number_of(asked.get("limit") or "50", "limit", 1, LARGEST_PAGE)),
        cursor=asked.get("cursor", ""),
    )


def number_of(text: str | None, field: str, least: float, most: float) -> float:
    try:
        number = float(text or 0)
    except ValueError as error:
        raise Malformed.field(field, _("Write a number.")) from error
    if not least <= number <= most:
        raise Malformed.field(field, _("Write a number from {least} to {most}."), least=f"{least:.0f}", most=f"{most:.0f}")
    return number


def instant_of(text: str) -> int:
    if not text:
        return 0
    try:
        instant = datetime.fromisoformat(text)
        return max(0, int(instant.astimezone().timestamp() * 1e9))
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed.field("from", _("Write an instant as 2026-11-22T08:00:00Z.")) from error


def json_answer(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json", headers={"cache-control": "no-store"})


async def on_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    language = i18n.choose_language(request.headers.get("accept-language"))
    body = problem.as_bytes(language, request.headers.get("x-request-id"))
    return Response(body, problem.status, {**problem.headers, "cache-control": "no-store"}, media_type=MEDIA_TYPE)


async def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await on_problem(request, NotFound())
    return await on_problem(request, Problem(error.status_code, f"http-{error.status_code}", _("This address does not accept that method."), headers=dict(error.headers or {})))


async def on_defect(request: Request, error: Exception) -> Response:
    logger.error("unforeseen %s", type(error).__name__, exc_info=error)
    return await on_problem(request, Problem(500, "unforeseen", _("Something went wrong on our side. Nothing was changed. Tell operations the request id.")))
