"""Is the system up? One word for everybody; for operations, each service with its database and its events."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from gateway.answers import Headers
from gateway.routes import NEEDED
from gateway.upstream import Upstream, UpstreamError
from shared.tokens import Claims

KEPT_SECONDS = 1.0  # many probes ask; the services are asked once
ASKED_SECONDS = 3.0
JSON: Headers = [(b"content-type", b"application/json")]

Answer = tuple[int, Headers, bytes]


class Once:
    """The result of a question that many ask at the same time, kept for a moment."""

    def __init__(self, question: Callable[[], Awaitable[Any]], seconds: float) -> None:
        self._question, self._seconds = question, seconds
        self._asking: asyncio.Task[Any] | None = None
        self._asked_at = 0.0

    async def get(self) -> Any:
        if self._asking is None or (self._asking.done() and time.monotonic() - self._asked_at > self._seconds):
            self._asking = asyncio.ensure_future(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> Any:
        found = await self._question()
        self._asked_at = time.monotonic()
        return found


class Health:
    """`/health`, and the two probes of a platform, which speak of this process alone."""

    PROBES = frozenset({"/health/live", "/health/ready"})
    PATHS = PROBES | {"/health"}

    def __init__(self, upstreams: Mapping[str, Upstream]) -> None:
        self._upstreams = upstreams
        self._ready = Once(self._who_is_ready, KEPT_SECONDS)

    async def answer(self, path: str, claims: Claims | None) -> Answer:
        if path in self.PROBES:
            return 200, JSON, b'{"status":"up","service":"gateway"}'
        if claims is not None and "operations" in claims.roles and not claims.is_machine:
            services = await self._tell_all()  # never kept: who waits for events must hear of this moment, and few may ask
            is_up = all(services[name]["status"] == "up" for name in NEEDED)
            said: dict[str, Any] = {"status": "up" if is_up else "down", "services": services}
        else:
            ready: set[str] = await self._ready.get()
            is_up = ready.issuperset(NEEDED)
            said = {"status": "up" if is_up else "down"}
        return (200 if is_up else 503), JSON if is_up else [*JSON, (b"retry-after", b"5")], orjson.dumps(said)

    async def _who_is_ready(self) -> set[str]:
        answers = await asyncio.gather(*(self._is_ready(self._upstreams[name]) for name in NEEDED))
        return {name for name, is_ready in zip(NEEDED, answers, strict=True) if is_ready}

    async def _is_ready(self, upstream: Upstream) -> bool:
        try:
            status, _body = await upstream.fetch("/health/ready", ASKED_SECONDS)
        except UpstreamError:
            return False
        return status == 200

    async def _tell_all(self) -> dict[str, dict[str, Any]]:
        told = await asyncio.gather(*(self._tell(upstream) for upstream in self._upstreams.values()))
        return dict(zip(self._upstreams, told, strict=True))

    async def _tell(self, upstream: Upstream) -> dict[str, Any]:
        """What the service says of its database, the age of its oldest unpublished event, lag, parked and dead letters."""
        is_ready, said = await asyncio.gather(self._is_ready(upstream), self._said(upstream))
        return {"status": "up" if is_ready else "down", "breaker": upstream.breaker.state, **said}

    async def _said(self, upstream: Upstream) -> dict[str, Any]:
        try:
            status, body = await upstream.fetch("/internal/health", ASKED_SECONDS)
            said = orjson.loads(body) if status == 200 else None
        except (UpstreamError, orjson.JSONDecodeError):
            return {}
        return {str(name): value for name, value in said.items() if name not in ("service", "status")} if isinstance(said, dict) else {}
