"""The one door: who may come in, how often, to whom they are led, and what they hear when nobody answers.

Raw ASGI, because every request of the system pays for each line here. Read `Gateway.__call__` from top to bottom.
"""

import asyncio
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.answers import API_HEADERS, PORTAL_HEADERS, Headers, Send, problem_answer, respond
from gateway.docs import Documentation
from gateway.guard import ANSWER_DROPPED, URL_BYTES, Asked, address_too_long, check_path, client_address, host_name, read_headers
from gateway.health import Health
from gateway.limits import Limits, Quotas
from gateway.quotas import ClientQuotas, Left, keep_telling
from gateway.routes import GATEWAY, PROXIED, Access, Route, route_of
from gateway.server import uvicorn_options
from gateway.upstream import BadAnswer, BreakerOpen, CannotConnect, ClientGone, Connection, Overloaded, TooSlow, Upstream, UpstreamError
from shared import metrics, quotas, revocations, telemetry
from shared.errors import Forbidden, NotFound, Problem, Refusal, Unauthenticated
from shared.i18n import _, add_translations, choose_language
from shared.logs import bind_request
from shared.rulepacks import Rule
from shared.settings import LOOPBACK, Settings, settings
from shared.tokens import Claims, KeysUnavailable, TokenRefused, TokenVerifier

__all__ = ["Gateway", "create", "uvicorn_options"]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Answer = Callable[[int, bytes, bytes], bool]  # DoorProtocol._answer_whole: a whole answer in one piece

BODY_PATIENCE_SECONDS = 10.0  # a body may be silent or slow for this long in all,
BODY_BYTES_PER_SECOND = 1024  # and must otherwise come at this pace
SMALL_BODY = 65_536  # read before it is refused, so that the connection can go on
LINGER_SECONDS, LINGER_BYTES = 2.0, 16 * 1024 * 1024

logger = logging.getLogger("relais.gateway")


class Visit:
    """One request, as far as it has been understood."""

    __slots__ = ("address", "answered", "asked", "body", "claims", "left", "method", "path", "request_id", "route", "status", "traceparent")

    def __init__(self, method: str) -> None:
        self.method = method
        self.asked: Asked | None = None
        self.body: Body | None = None
        self.path = ""
        self.route: Route | None = None
        self.address = ""
        self.claims: Claims | None = None
        self.left: Left | None = None  # of a program's quota
        self.request_id = ""
        self.traceparent: str | None = None
        self.status = 500
        self.answered = False  # its beginning has left

    @property
    def route_name(self) -> str:
        return self.route.prefix if self.route is not None else "(no route)"

    @property
    def language(self) -> str:
        return choose_language(self.asked.accept_language.decode("latin-1") if self.asked is not None else None)


class Gateway:
    """The ASGI application."""

    def __init__(
        self, known: Settings, verifier: TokenVerifier, upstreams: Mapping[str, Upstream], limits: Quotas | None = None, find: Callable[[str], Route | None] = route_of
    ) -> None:
        add_translations(Path(__file__).parent / "translations")
        self.find = find
        self.verifier = verifier
        registry = upstreams["registry"]
        self.revocations_url = f"http://{registry.host}:{registry.port}{revocations.PATH}"
        self.usage_url = f"http://{registry.host}:{registry.port}{quotas.PATH}"
        self.quotas = ClientQuotas()
        self.upstreams = upstreams
        self.limits = Limits(limits or Quotas(), known.portal_client_id)
        self.health = Health(upstreams)
        self.docs = Documentation(upstreams, known)
        public = urlsplit(known.public_url)
        self.public_host = public.netloc.encode("ascii")
        self.public_scheme = public.scheme.encode("ascii")
        self.host_names = {public.hostname or "", urlsplit(known.gateway_url).hostname or ""} | (LOOPBACK if public.hostname in LOOPBACK else set())
        self.trusted_proxies = tuple(known.trusted_proxies)
        self.sampled_below = int(known.trace_ratio * (1 << 64))
        # Services hear one host and one scheme, whatever the request said: no link, redirect or cookie of theirs can be bent.
        self.fixed_head = b" HTTP/1.1\r\nhost: %s\r\nx-forwarded-host: %s\r\nx-forwarded-proto: %s\r\n" % (self.public_host, self.public_host, self.public_scheme)
        hsts: Headers = [(b"strict-transport-security", b"max-age=31536000; includeSubDomains")] if public.scheme == "https" else []
        self.api_headers, self.portal_headers = API_HEADERS + hsts, PORTAL_HEADERS + hsts
        self.answer_names = frozenset(name for name, _value in self.api_headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        started = time.perf_counter()
        visit = Visit(scope["method"])
        refusal: Problem | None = None
        try:
            await self._admit(visit, scope)
        except Problem as problem:
            refusal = problem
        if refusal is None and visit.path in Health.PATHS:  # probes come each second and tell nothing
            await self._answer_here(visit, scope, send)
            return
        outside = visit.asked.traceparent if visit.asked is not None else None
        telemetry.attach_traceparent(None)
        with self._watched(visit, outside) as work:
            visit.traceparent = visit.traceparent or telemetry.current_traceparent()
            visit.request_id = visit.traceparent[3:35] if visit.traceparent else f"{random.getrandbits(128):032x}"
            try:
                if refusal is None:
                    try:
                        await self._serve(visit, scope, receive, send)
                    except Problem as problem:
                        refusal = problem
                    except Exception:
                        logger.exception("unforeseen", extra={"route": visit.route_name})
                        if visit.answered:
                            return
                        refusal = Problem(500, "unforeseen", _("Something went wrong on our side. Tell operations the request id."))
                if refusal is not None:
                    await self._refuse(visit, refusal, receive, send, scope["http_version"])
            finally:
                if telemetry.is_measuring():
                    metrics.REQUESTS.record(time.perf_counter() - started, (visit.method, visit.route_name, visit.status))
                if work.sampled:
                    work.set("http.request.method", visit.method)
                    work.set("http.route", visit.route_name)
                    work.set("http.response.status_code", visit.status)
                    work.set("request.id", visit.request_id)
                    if visit.claims is not None and visit.claims.client_id:
                        work.set("relais.client", visit.claims.client_id)
                    if visit.status >= 500:
                        work.fail(refusal.slug if refusal is not None else str(visit.status))

    # --- may it come in? --------------------------------------------------------------------------------------

    async def _admit(self, visit: Visit, scope: Scope) -> None:
        """Understand the request and let it in. Raises Problem."""
        client = scope["client"]
        visit.address = client[0] if client else "unknown"
        visit.asked = asked = read_headers(scope["headers"], scope["http_version"])
        if self.trusted_proxies:
            visit.address = client_address(visit.address, asked.forwarded_for, self.trusted_proxies)
        if len(scope["query_string"]) > URL_BYTES:
            raise address_too_long()
        visit.path = path = check_path(scope["raw_path"])
        visit.route = route = self.find(path)
        if path in Health.PROBES:
            return
        await self._identify(visit, asked, route)
        if host_name(asked.host) not in self.host_names and (route is None or route.service != GATEWAY):
            raise Problem(
                421,
                "other-host",
                _("Nothing is served under this host name. The address is {url}."),
                title=_("Wrong address"),
                url=f"{self.public_scheme.decode()}://{self.public_host.decode()}",
            )
        if route is None:
            raise NotFound(_("There is nothing at this address."))
        if visit.method not in route.methods:
            raise Problem(
                405, "method-not-allowed", _("This address accepts: {methods}."), methods=", ".join(sorted(route.methods)), headers={"Allow": ", ".join(sorted(route.methods))}
            )
        if asked.length > route.body_limit:
            raise too_large(route)
        if route.role and (visit.claims is None or visit.claims.is_machine or route.role not in visit.claims.roles):
            raise Forbidden(Refusal("role-missing", _("Your role does not allow this.")))

    async def _identify(self, visit: Visit, asked: Asked, route: Route | None) -> None:
        """Verify the token where one is needed, and count the visit. Raises Problem."""
        is_needed = route is not None and route.access is Access.TOKEN
        problem: Problem | None = None
        if is_needed or (asked.authorization and route is not None and route.service == GATEWAY):
            try:
                visit.claims = await self._claims(asked.authorization)
            except Problem as refused:
                problem = refused
        claims = visit.claims
        wait = self.limits.take_for_caller(claims.sub, claims.client_id) if claims is not None else self.limits.take_for_address(visit.address)
        if route is not None and route.from_anybody and visit.method == "POST":
            wait = wait or self.limits.take_for_form(visit.address)
        if wait:
            seconds = math.ceil(wait)
            raise Problem(429, "too-many-requests", _("You ask more often than is allowed. Please wait {seconds} s."), seconds=seconds, headers={"Retry-After": str(seconds)})
        if problem is not None:
            raise problem
        if claims is not None and claims.is_machine and (left := self.quotas.take(claims.client_id)) is not None:
            visit.left = left
            if left.wait:
                said = (
                    _("The quota of this program for today is used up. It may ask again in {seconds} s.")
                    if left.of_the_day
                    else _("The quota of this program for this minute is used up. It may ask again in {seconds} s.")
                )
                raise Problem(429, "quota-used-up", said, seconds=left.wait, headers={"Retry-After": str(left.wait)})

    async def _claims(self, authorization: bytes) -> Claims:
        kind, _space, token = authorization.partition(b" ")
        if kind.lower() != b"bearer" or not token:
            raise Unauthenticated()
        claims = self.verifier.remembered(token)
        if claims is not None:
            return claims
        try:
            return await self.verifier.verify(token)
        except KeysUnavailable as error:
            raise Problem(
                503, error.slug, _("Who you are cannot be checked now: the identity provider does not answer. Please try again."), headers={"Retry-After": "5"}
            ) from error
        except TokenRefused as error:
            problem = Unauthenticated(error.slug, _("The access token is not accepted. Sign in again."))
            problem.headers["WWW-Authenticate"] = f'Bearer realm="relais", error="invalid_token", error_description="{error.slug}"'
            raise problem from error

    def _watched(self, visit: Visit, outside: str | None) -> telemetry.Span | telemetry.NoSpan:
        """The server span of a request; a page's assets and the reading of traces would hide the acts in the list."""
        if visit.path.startswith(telemetry.UNTRACED):
            return telemetry.NO_SPAN
        parent, trace_id = self._continued(visit, outside), 0
        if parent is None and telemetry.is_tracing():
            trace_id = random.getrandbits(128) or 1
            if (trace_id & 0xFFFFFFFFFFFFFFFF) >= self.sampled_below:  # nobody records it: its name alone travels on
                visit.traceparent = f"00-{trace_id:032x}-{random.getrandbits(64) or 1:016x}-00"
                return telemetry.NO_SPAN
        return telemetry.span(f"{visit.method} {visit.route_name}", kind="server", parent=parent, links=(outside,) if outside else (), trace_id=trace_id)

    def _continued(self, visit: Visit, outside: str | None) -> str | None:
        """The trace that this request is a part of. Only someone with a token may continue one (the portal and the services do),
        and nobody outside decides whether it is recorded; the others begin a trace of ours, which links to theirs."""
        if outside is None or visit.claims is None or (context := telemetry.parse_traceparent(outside)) is None:
            return None
        context.sampled = (context.trace_id & 0xFFFFFFFFFFFFFFFF) < self.sampled_below
        return context.traceparent

    # --- what it hears ----------------------------------------------------------------------------------------

    async def _serve(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        route = visit.route
        if route is not None and route.service != GATEWAY:
            await self._forward(visit, route, self.upstreams[route.service], scope, receive, send)
            return
        await self._answer_here(visit, scope, send)

    async def _answer_here(self, visit: Visit, scope: Scope, send: Send) -> None:
        """The addresses that are the door's own."""
        if visit.path in Health.PATHS:
            visit.status, headers, body = await self.health.answer(visit.path, visit.claims)
        else:
            visit.status, headers, body = await self.docs.answer(visit.path, visit.language, scope["headers"])
        said = {name for name, _value in headers}
        headers = [*headers, *(header for header in self.api_headers if header[0] not in said), (b"content-length", b"%d" % len(body))]
        if visit.request_id:
            headers.append((b"x-request-id", visit.request_id.encode()))
        visit.answered = True
        await respond(send, visit.status, headers, body)

    async def _refuse(self, visit: Visit, problem: Problem, receive: Receive, send: Send, http_version: str) -> None:
        """Answer a problem; what was sent with the request is read a little, or the client would not hear the answer."""
        visit.status = problem.status
        bind_request(visit.request_id)
        asked, route = visit.asked, visit.route
        as_page = asked is not None and b"text/html" in asked.accept and (route is None or route.service == "portal")
        logger.log(
            logging.ERROR if problem.status >= 500 else logging.INFO,
            "refused: %s",
            problem.slug,
            extra={"method": visit.method, "route": visit.route_name, "status": problem.status, "client": visit.claims.client_id if visit.claims else ""},
        )
        status, headers, body = problem_answer(problem, visit.language, visit.request_id, as_page=as_page)
        if visit.left is not None:
            headers += visit.left.headers
        if asked is not None and not (asked.has_body if visit.body is None else visit.body.more):
            await respond(send, status, headers, body)
            return
        if asked is not None and 0 < asked.length <= SMALL_BODY and not asked.expects and await _read_away(receive, SMALL_BODY, 1.0):
            await respond(send, status, headers, body)
            return
        await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        if asked is not None and not asked.expects:
            await _read_away(receive, LINGER_BYTES, LINGER_SECONDS)
        await send({"type": "http.response.body", "body": b""})

    async def _forward(self, visit: Visit, route: Route, upstream: Upstream, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead the request to its service and the answer back. Raises Problem while nothing was answered yet."""
        asked = visit.asked
        assert asked is not None
        visit.body = body = Body(receive, asked, route)
        head = self._head(visit, asked, scope)
        connection: Connection | None = None
        try:
            first = await body.first() if asked.has_body else b""
            connection = await self._ask(upstream, visit, route, head, first, body, scope)
            await self._pass_on(visit, connection, body, send, scope.get("relais.answer"))
        except ClientGone:
            visit.status = 499
        except UpstreamError as error:
            if connection is None:
                raise problem_of(error, upstream) from error
            # The beginning of the answer has left: closing the connection is the only honest way to say that the rest is missing.
            visit.status = 502
            logger.error("the answer broke off", extra={"route": route.prefix, "kind": type(error).__name__})
        finally:
            if connection is not None:
                upstream.release(connection)

    def _head(self, visit: Visit, asked: Asked, scope: Scope) -> bytes:
        query = scope["query_string"]
        parts = [visit.method.encode("ascii"), b" ", scope["raw_path"], b"?" + query if query else b"", self.fixed_head, *asked.forwarded]
        parts += (b"x-forwarded-for: ", visit.address.encode("ascii", "replace"), b"\r\nx-request-id: ", visit.request_id.encode("ascii"), b"\r\n")
        if visit.traceparent is not None:
            parts += (b"traceparent: ", visit.traceparent.encode("ascii"), b"\r\n")
        if asked.chunked:
            parts.append(b"transfer-encoding: chunked\r\n")
        elif asked.length or visit.method in ("POST", "PUT", "PATCH"):
            parts.append(b"content-length: %d\r\n" % asked.length)
        parts.append(b"\r\n")
        return b"".join(parts)

    async def _ask(self, upstream: Upstream, visit: Visit, route: Route, head: bytes, first: bytes, body: "Body", scope: Scope) -> Connection:
        """Send the request and wait for the head of the answer. Raises UpstreamError, ClientGone, or Problem for a bad body."""
        is_repeatable = not body.exists and visit.method in ("GET", "HEAD")
        while True:
            upstream.breaker.enter()
            connection: Connection | None = None
            try:
                connection = await upstream.connect()
                scope["relais.given_up"] = connection.client_gone
                connection.start(visit.method, head + first)
                if body.more:
                    await body.send_rest(connection)
                await connection.answer(route.seconds)
            except BaseException as error:
                if connection is not None:
                    upstream.discard(connection)
                if isinstance(error, BadAnswer) and error.untouched and is_repeatable and connection is not None and connection.served > 1:
                    # The service closed a kept connection at the moment at which we used it; it has not seen the request.
                    upstream.breaker.abandoned()
                    is_repeatable = False
                    continue
                if isinstance(error, CannotConnect | BadAnswer | TooSlow):
                    upstream.breaker.failed()
                elif not isinstance(error, BreakerOpen):
                    upstream.breaker.abandoned()
                raise
            upstream.breaker.succeeded()
            return connection

    async def _pass_on(self, visit: Visit, connection: Connection, body: "Body", send: Send, answer: Answer | None) -> None:
        visit.status = status = connection.status
        headers: Headers = []
        said: set[bytes] = set()
        has_length = False
        for header in connection.headers:
            name = header[0]
            if name in ANSWER_DROPPED:
                continue
            if name == b"content-length":
                has_length = True
            elif name in self.answer_names:
                if name in said and name == b"cache-control":
                    continue
                said.add(name)
            headers.append(header)
        is_api = visit.route is not None and visit.route.access is Access.TOKEN
        for header in self.api_headers if is_api else self.portal_headers:
            if header[0] not in said:
                headers.append(header)
        headers.append((b"x-request-id", visit.request_id.encode("ascii")))
        if visit.left is not None:
            headers += visit.left.headers
        part = connection.take()
        if connection.complete and not has_length and status not in (204, 304) and visit.method != "HEAD":
            headers.append((b"content-length", b"%d" % len(part)))
        if body.more:
            connection.keep_alive = False
            headers.append((b"connection", b"close"))
        visit.answered = True
        if (
            answer is not None
            and connection.complete
            and not body.more
            and visit.method != "HEAD"
            and answer(status, b"".join([b"%s: %s\r\n" % header for header in headers]), part)
        ):
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if connection.complete:
            await send({"type": "http.response.body", "body": part})
            return
        while True:
            if part:
                await send({"type": "http.response.body", "body": part, "more_body": True})
            part = await connection.more()
            if not part and connection.complete:
                await send({"type": "http.response.body", "body": b""})
                return

    # --- life -------------------------------------------------------------------------------------------------

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        telemetry.start_telemetry("gateway")
        watching = asyncio.create_task(revocations.watch(self.verifier, self.revocations_url), name="revocations")
        telling = asyncio.create_task(keep_telling(self.quotas, self.usage_url), name="quotas")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watching.cancel()
        telling.cancel()
        await asyncio.wait([telling])
        for upstream in self.upstreams.values():
            upstream.close()
        telemetry.stop_telemetry()
        await send({"type": "lifespan.shutdown.complete"})


class Body:
    """The body of a request on its way in: counted, never slower than a bad network, never kept whole."""

    __slots__ = ("_asked", "_begun", "_count", "_receive", "_route", "exists", "more")

    def __init__(self, receive: Receive, asked: Asked, route: Route) -> None:
        self._receive, self._asked, self._route = receive, asked, route
        self._count = 0
        self.exists = self.more = asked.has_body
        self._begun = time.monotonic() if self.exists else 0.0

    async def first(self) -> bytes:
        """What is here already, often all of it; framed as it will be sent."""
        part = await self._next()
        return self._framed(part)

    async def send_rest(self, connection: Connection) -> None:
        """Send the rest as it comes, until it ends or the service answers before its end."""
        sending = asyncio.create_task(self._send(connection))
        answering = asyncio.create_task(connection.answer(self._route.seconds + self._route.body_limit / BODY_BYTES_PER_SECOND))
        try:
            await asyncio.wait({sending, answering}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
            else:
                answering.result()
        finally:
            for task in (sending, answering):
                task.cancel()
                with suppress(asyncio.CancelledError, UpstreamError, ClientGone, Problem):
                    await task

    async def _send(self, connection: Connection) -> None:
        while self.more:
            part = await self._next()
            framed = self._framed(part)
            if framed:
                await connection.write(framed)

    async def _next(self) -> bytes:
        deadline = self._begun + BODY_PATIENCE_SECONDS + self._count / BODY_BYTES_PER_SECOND
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                message = await self._receive()
        except TimeoutError as error:
            raise Problem(408, "body-too-slow", _("The body of the request came too slowly.")) from error
        if message["type"] == "http.disconnect":
            raise ClientGone
        part: bytes = message.get("body", b"")
        self.more = message.get("more_body", False)
        self._count += len(part)
        if self._count > self._route.body_limit:
            raise too_large(self._route)
        return part

    def _framed(self, part: bytes) -> bytes:
        if not self._asked.chunked:
            return part
        return (b"%x\r\n%s\r\n" % (len(part), part) if part else b"") + (b"" if self.more else b"0\r\n\r\n")


async def _read_away(receive: Receive, most: int, seconds: float) -> bool:
    """Read what still comes of a refused request. True when it came to its end."""
    try:
        async with asyncio.timeout(seconds):
            while most >= 0:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return False
                if not message.get("more_body", False):
                    return True
                most -= len(message.get("body", b""))
    except TimeoutError:
        pass
    return False


def too_large(route: Route) -> Problem:
    """Told from the length alone or as the bytes come: no service has heard of it and nothing was kept."""
    return Problem(
        413,
        "body-too-large",
        _("At most {bytes} bytes are accepted here."),
        rule=Rule("GATEWAY-BODY", route.body_limit, "bytes", "Relais rule book, gateway (each address says how much may be sent to it)"),
        possible=_("Send less at once: a scan in black and white or at a lower resolution, fewer pages, or several files one after the other."),
        bytes=route.body_limit,
    )


def problem_of(error: UpstreamError, upstream: Upstream) -> Problem:
    """What the caller hears when a service gave no good answer: what happened, and when to try again."""
    if isinstance(error, TooSlow):
        return Problem(
            504, "service-too-slow", _("The service {service} did not answer in time. It may have done what you asked: look before you repeat it."), service=upstream.name
        )
    if isinstance(error, BadAnswer):
        return Problem(502, "bad-answer", _("The service {service} broke off. It may have done what you asked: look before you repeat it."), service=upstream.name)
    seconds, slug = 1, "service-unavailable"
    if isinstance(error, BreakerOpen):
        seconds = math.ceil(error.retry_after)
    elif isinstance(error, Overloaded):
        slug = "service-overloaded"
    return Problem(
        503,
        slug,
        _("The service {service} is not available now. Nothing was changed; please try again in {seconds} s."),
        service=upstream.name,
        seconds=seconds,
        headers={"Retry-After": str(seconds)},
    )


def create() -> Gateway:
    """The gateway of this installation, to be run as `uvicorn.Config(create(), **uvicorn_options())`."""
    known = settings()
    upstreams = {}
    for service in PROXIED:
        host, _colon, port = known.upstreams.get(service, f"127.0.0.1:{known.port(service)}").rpartition(":")
        upstreams[service] = Upstream(service, host, int(port))
    verifier = TokenVerifier(known.issuer, known.audience, known.jwks_url)
    return Gateway(known, verifier, upstreams)
