"""What is outside the gateway, replaced: an identity provider that can fail in every way, and a small real service."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvicorn
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from gateway.app import Gateway, uvicorn_options
from gateway.limits import Quotas
from gateway.routes import PROXIED, Route, route_of
from gateway.upstream import Upstream
from shared import quotas as client_quotas
from shared import revocations
from shared.settings import Settings
from shared.tokens import TokenVerifier

PATIENCE = 5.0


async def until(condition: Callable[[], Any]) -> None:
    """Wait for a condition, not for a time."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for is not ours to signal
            await asyncio.sleep(0.005)


class Provider:
    """An identity provider on a real socket. `mode` is how it fails."""

    def __init__(self) -> None:
        self.keys: dict[str, RSAKey] = {}
        self.mode = "good"
        self.asked = 0
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.rotate("first")

    def rotate(self, kid: str) -> None:
        self.keys = {kid: RSAKey.generate_key(2048, {"kid": kid})}

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/jwks", self._jwks)
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _discovery(self, _request: web.Request) -> web.Response:
        elsewhere = "http://keys.example" if self.mode == "other origin" else self.url
        return web.json_response({"issuer": self.url, "jwks_uri": f"{elsewhere}/jwks"})

    async def _jwks(self, _request: web.Request) -> web.Response:
        self.asked += 1
        public = [key.as_dict(private=False) | {"use": "sig", "alg": "RS256"} for key in self.keys.values()]
        answers: dict[str, Callable[[], web.Response]] = {
            "good": lambda: web.json_response({"keys": public}),
            "error": lambda: web.Response(status=500),
            "garbage": lambda: web.Response(text="<html>not keys</html>", content_type="application/json"),
            "list": lambda: web.json_response([public]),
            "deep": lambda: web.Response(text="[" * 60_000, content_type="application/json"),
            "10 MB": lambda: web.Response(body=b" " * 10_000_000 + json.dumps({"keys": public}).encode()),
            "10,000 keys": lambda: web.json_response({"keys": [{"kty": "RSA", "kid": str(n), "n": "AQAB", "e": "AQAB"} for n in range(10_000)]}),
            "weak key": lambda: web.json_response({"keys": [RSAKey.generate_key(1024).as_dict(private=False) | {"kid": kid} for kid in self.keys]}),
            "symmetric": lambda: web.json_response({"keys": [{"kty": "oct", "kid": kid, "k": "c2VjcmV0c2VjcmV0c2VjcmV0"} for kid in self.keys]}),
            "elsewhere": lambda: web.Response(status=302, headers={"Location": f"{self.url}/jwks"}),
        }
        return answers[self.mode]()

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        said = {
            "iss": self.url, "aud": "relais", "sub": "6f1c", "azp": "portal", "iat": now, "nbf": now, "exp": now + 300, "typ": "Bearer", "scope": "openid",
            "name": "Nguyễn Thùy Linh", "preferred_username": "linh", "roles": ["regional-administrator"], "groups": ["/territories/VN-22"],
        } | more  # fmt: skip
        return {name: value for name, value in said.items() if value is not None}

    def token(self, header: dict[str, Any] | None = None, key: Any = None, **more: Any) -> str:
        """A person's access token; `more` changes claims (None removes one)."""
        kid, own = next(iter(self.keys.items()))
        full = {"alg": "RS256", "typ": "JWT", "kid": kid} | (header or {})
        registry = jwt.JWSRegistry(algorithms=["RS256", "RS512", "HS256", "none"], strict_check_header=False)
        return jwt.encode(full, self.claims(**more), key or own, registry=registry)

    def confused_token(self) -> str:
        """Signed with HS256, the public key as the secret: what a careless verifier accepts."""
        kid, own = next(iter(self.keys.items()))
        signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256", "kid": kid}, self.claims()))
        mac = hmac.digest(own.as_pem(private=False), signed, "sha256")
        return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()

    def verifier(self, **more: Any) -> TokenVerifier:
        return TokenVerifier(self.url, "relais", f"{self.url}/jwks", **more)


@dataclass
class Seen:
    """One request as the service saw it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for given, value in self.headers if given.lower() == name.lower()]

    def one(self, name: str) -> str | None:
        found = self.all(name)
        assert len(found) <= 1, found
        return found[0] if found else None


@dataclass
class SmallService:
    """A real HTTP service with one address for each behaviour."""

    name: str
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    peers: Counter[tuple[str, int]] = field(default_factory=Counter)
    given_up: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)
    written: int = 0
    waiting: int = 0
    is_ready: bool = True
    revoked: list[dict[str, Any]] = field(default_factory=list)
    client_quotas: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    events: dict[str, Any] = field(default_factory=lambda: {"database": "up", "oldest_unpublished_seconds": 0.0, "lag": 0, "parked": 0, "dead_letters": 0})
    openapi: dict[str, Any] | None = None
    dictionary: dict[str, Any] | None = None
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, keepalive_timeout=30, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def last(self) -> Seen:
        return self.seen[-1]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == revocations.PATH:
            return web.json_response({"items": self.revoked, "everything_before": 0.0})
        if request.path == client_quotas.PATH:
            self.told.append(await request.json())
            return web.json_response({"day": self.told[-1]["day"], "quotas": self.client_quotas, "elsewhere": self.elsewhere})
        peer = request.transport.get_extra_info("peername") if request.transport else None
        self.peers[peer] += 1
        act: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = getattr(self, f"_{request.path.rsplit('/', 1)[-1].replace('.', '_')}", None)
        if request.path.endswith(("/upload", "/early")):
            return await act(request) if act else web.Response()
        body = await request.read()
        self.seen.append(Seen(request.method, request.raw_path, [(name.decode(), value.decode()) for name, value in request.raw_headers], body))
        return await act(request) if act is not None else web.json_response({"service": self.name})

    async def _ready(self, _request: web.Request) -> web.Response:
        return web.json_response({}, status=200 if self.is_ready else 503)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"service": self.name} | self.events)

    async def _openapi_json(self, _request: web.Request) -> web.Response:
        return web.json_response(self.openapi) if self.openapi else web.Response(status=404)

    async def _dictionary(self, _request: web.Request) -> web.Response:
        return web.json_response(self.dictionary) if self.dictionary else web.Response(status=404)

    async def _slow(self, _request: web.Request) -> web.Response:
        self.waiting += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        finally:
            self.waiting -= 1
        return web.json_response({"late": True})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """One part at once, the next when the test says so."""
        answer = web.StreamResponse(headers={"Content-Type": "text/csv"})
        await answer.prepare(request)
        await answer.write(b"first\n")
        await self.go.wait()
        await answer.write(b"second\n")
        await answer.write_eof()
        return answer

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        """64 MiB, counted as they are taken."""
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(1024):
            await answer.write(b"x" * 65_536)
            self.written += 65_536
        return answer

    async def _broken(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b"half")
        if request.transport is not None:
            request.transport.abort()
        return answer

    async def _upload(self, request: web.Request) -> web.Response:
        digest, size = hashlib.sha256(), 0
        async for part in request.content.iter_any():
            digest.update(part)
            size += len(part)
        return web.json_response({"size": size, "sha256": digest.hexdigest(), "coding": request.headers.get("Transfer-Encoding", "")})

    async def _early(self, _request: web.Request) -> web.Response:
        """Answers before it reads what is sent."""
        return web.json_response({"early": True}, status=409)

    async def _headers(self, _request: web.Request) -> web.Response:
        return web.Response(
            text="{}",
            content_type="application/json",
            headers={"X-Request-Id": "theirs", "Server": "small", "Keep-Alive": "timeout=9", "Cache-Control": "private, max-age=5", "ETag": '"7"', "Set-Cookie": "a=1"},
        )

    async def _nothing(self, _request: web.Request) -> web.Response:
        return web.Response(status=204)


@dataclass
class Door:
    """The gateway on a real socket."""

    app: Gateway
    server: uvicorn.Server
    port: int
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, token: str | None = None, **more: Any) -> Any:
        return self.ask("GET", path, token, **more)

    def post(self, path: str, token: str | None = None, **more: Any) -> Any:
        return self.ask("POST", path, token, **more)

    def ask(self, method: str, path: str, token: str | None = None, *, headers: dict[str, str] | None = None, **more: Any) -> Any:
        sent = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {}) | (headers or {})
        return self.http.request(method, self.url + path, headers=sent, allow_redirects=False, **more)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def raw(self, request: bytes) -> "RawAnswer":
        """Send bytes as they are; read until the gateway closes (the request must make it close) or one answer is complete."""
        reader, writer = await self.connect()
        try:
            writer.write(request)
            await writer.drain()
            async with asyncio.timeout(PATIENCE):
                return await read_answer(reader)
        finally:
            await hang_up(writer)


@dataclass
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: bytes
    closes: bool = False

    @property
    def problem(self) -> str:
        assert self.headers["content-type"] == "application/problem+json", (self.headers, self.body)
        return str(json.loads(self.body)["type"]).rsplit("/", 1)[-1]


async def read_answer(reader: asyncio.StreamReader) -> RawAnswer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers["content-length"])) if "content-length" in headers else b""
    return RawAnswer(int(head[0].split(" ")[1]), headers, body, headers.get("connection") == "close")


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:  # signals are the test runner's
        yield


@asynccontextmanager
async def open_door(
    provider: Provider, services: dict[str, int], *, quotas: Quotas | None = None, find: Callable[[str], Route | None] = route_of, **settings: Any
) -> AsyncIterator[Door]:
    """The gateway in front of services on these ports; a service without one is down."""
    known = Settings(env="test", issuer=provider.url, **settings)
    upstreams = {name: Upstream(name, "127.0.0.1", services.get(name, 1)) for name in PROXIED}
    app = Gateway(known, provider.verifier(), upstreams, quotas, find)
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, **uvicorn_options()))
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE * 2)) as http:
        yield Door(app, server, port, http)
    server.should_exit = True
    async with asyncio.timeout(15):
        await running
