"""A good request reaches its service as it was, with what only we may say about it; the answer comes back as it was."""

import asyncio
import hashlib
import json
import os
import re
from collections.abc import AsyncIterator
from io import BytesIO

import pytest

from gateway import upstream
from tests.gateway.world import Door, Provider, SmallService, hang_up, open_door, read_answer, until

HOST = b"Host: 127.0.0.1:8080\r\n"

FORGED = {
    "X-User-Id": "1", "X-User-Roles": "operations", "x_user_id": "1", "X-Forwarded-For": "1.2.3.4", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-User": "admin", "Forwarded": "for=1.2.3.4",
    "X-Remote-User": "admin", "Remote-User": "admin", "X-Real-IP": "1.2.3.4", "X-Original-URL": "/internal", "X-Rewrite-URL": "/internal", "X-HTTP-Method-Override": "DELETE", "X-Request-Id": "theirs", "True-Client-IP": "1.2.3.4",
    "Via": "1.1 evil", "tracestate": "a=b", "baggage": "user=1", "Proxy-Authorization": "Basic x", "X-Auth-Request-User": "admin",
}  # fmt: skip


class TestWhatTravels:
    async def test_as_it_was(self, door: Door, provider: Provider, registry: SmallService) -> None:
        token = provider.token()
        headers = {"Idempotency-Key": "k1", "If-Match": '"3"', "Content-Type": "application/json", "Cookie": "a=1; b=2", "X-CSRF-Token": "c"}
        async with door.post("/api/v1/registry/persons?q=Nguy%E1%BB%85n&x=%26", token, headers=headers, data=b'{"a": 1}') as answer:
            assert (answer.status, await answer.json()) == (200, {"service": "registry"})
        seen = registry.last
        assert (seen.method, seen.target, seen.body) == ("POST", "/api/v1/registry/persons?q=Nguy%E1%BB%85n&x=%26", b'{"a": 1}')
        assert {name: seen.one(name) for name in (*headers, "Authorization")} == headers | {"Authorization": f"Bearer {token}"}
        assert (seen.one("Content-Length"), seen.one("Accept-Language")) == ("8", "en")

    async def test_encoded_names_in_a_path(self, door: Door, provider: Provider, registry: SmallService) -> None:
        answer = await door.raw(
            b"GET /api/v1/registry/persons/%C4%90%E1%BA%B7ng%20Th%E1%BB%8B HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + provider.token().encode() + b"\r\n\r\n"
        )
        assert (answer.status, registry.last.target) == (200, "/api/v1/registry/persons/%C4%90%E1%BA%B7ng%20Th%E1%BB%8B")

    async def test_nobody_says_who_they_are(self, door: Door, provider: Provider, registry: SmallService) -> None:
        async with door.get("/api/v1/registry/persons", provider.token(), headers=FORGED) as answer:
            assert answer.status == 200
        seen = registry.last
        kept = {name.lower() for name, _ in seen.headers}
        assert kept == {
            "host",
            "accept",
            "accept-encoding",
            "accept-language",
            "authorization",
            "user-agent",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-request-id",
        }
        assert (seen.one("X-Forwarded-For"), seen.one("X-Forwarded-Host"), seen.one("X-Forwarded-Proto")) == ("127.0.0.1", "127.0.0.1:8080", "http")
        assert seen.one("X-Request-Id") != "theirs"

    async def test_one_host_whatever_was_asked(self, door: Door, portal: SmallService) -> None:
        for host in ("localhost:9999", "127.0.0.1"):
            assert (await door.raw(f"GET http://evil.example/x HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())).status == 200
            assert (portal.last.one("Host"), portal.last.target) == ("127.0.0.1:8080", "/x")

    async def test_headers_of_one_connection_stay(self, door: Door, portal: SmallService) -> None:
        lines = b"Connection: close, X-CSRF-Token, Authorization, Accept\r\nX-CSRF-Token: c\r\nAuthorization: Bearer a\r\nTE: trailers\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nAccept: text/html\r\n"
        answer = await door.raw(b"GET /x HTTP/1.1\r\n" + HOST + lines + b"\r\n")
        assert (answer.status, answer.closes) == (200, True)
        seen = portal.last
        assert [seen.one(name) for name in ("X-CSRF-Token", "TE", "Keep-Alive", "Proxy-Connection", "Connection")] == [None] * 5
        assert (seen.one("Authorization"), seen.one("Accept")) == ("Bearer a", "text/html")

    async def test_the_answers_own(self, door: Door, provider: Provider, registry: SmallService) -> None:
        async with door.get("/api/v1/registry/headers", provider.token()) as answer:
            assert answer.headers.getall("X-Request-Id") == [registry.last.one("X-Request-Id")]
            assert answer.headers.getall("Cache-Control") == ["private, max-age=5"]
            assert (answer.headers["ETag"], answer.headers["Set-Cookie"]) == ('"7"', "a=1")
            assert "Server" not in answer.headers and "Keep-Alive" not in answer.headers and len(answer.headers.getall("Date")) == 1
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
            assert "Access-Control-Allow-Origin" not in answer.headers

    async def test_what_a_service_says_is_not_kept_by_caches(self, door: Door, provider: Provider) -> None:
        async with door.get("/api/v1/registry/persons", provider.token()) as answer:
            assert answer.headers["Cache-Control"] == "no-store"

    async def test_the_portal_sets_its_own_policy(self, door: Door) -> None:
        async with door.get("/people") as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Content-Security-Policy" not in answer.headers and "Cache-Control" not in answer.headers

    async def test_https_is_promised_where_it_is(self, provider: Provider, portal: SmallService) -> None:
        async with open_door(provider, {"portal": portal.port}, public_url="https://relais.example") as door, door.get("/people", headers={"Host": "relais.example"}) as answer:
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
            assert (portal.last.one("Host"), portal.last.one("X-Forwarded-Proto")) == ("relais.example", "https")

    async def test_without_body(self, door: Door, provider: Provider) -> None:
        async with door.get("/api/v1/registry/nothing", provider.token()) as answer:
            assert (answer.status, await answer.read(), answer.headers.get("Content-Length")) == (204, b"", None)
        for _ in range(2):
            async with door.ask("HEAD", "/api/v1/registry/persons", provider.token()) as answer:
                assert (answer.status, int(answer.headers["Content-Length"]) > 0) == (200, True)
        async with door.post("/api/v1/registry/persons", provider.token()) as answer:
            assert answer.status == 200


class TestRequestId:
    async def test_one_for_each_request(self, door: Door, provider: Provider, registry: SmallService) -> None:
        found = set()
        for _ in range(5):
            async with door.get("/api/v1/registry/persons", provider.token(), headers={"X-Request-Id": "same"}) as answer:
                found.add(answer.headers["X-Request-Id"])
                assert registry.last.one("X-Request-Id") == answer.headers["X-Request-Id"]
        assert len(found) == 5
        assert all(re.fullmatch("[0-9a-f]{32}", one) for one in found)


class TestStreaming:
    async def test_the_first_part_comes_before_the_last_is_made(self, door: Door, provider: Provider, registry: SmallService) -> None:
        async with door.get("/api/v1/registry/stream", provider.token()) as answer:
            assert await answer.content.readany() == b"first\n"
            registry.go.set()
            assert await answer.content.read() == b"second\n"

    async def test_an_upload_in_one_piece_and_in_chunks(self, door: Door, provider: Provider) -> None:
        data = os.urandom(3_000_000)

        async def parts() -> AsyncIterator[bytes]:
            for start in range(0, len(data), 100_000):
                yield data[start : start + 100_000]

        for body, coding in ((parts(), "chunked"), (BytesIO(data), "")):
            async with door.post("/api/v1/registry/imports/upload", provider.token(), data=body) as answer:
                assert await answer.json() == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "coding": coding}

    async def test_a_large_answer_is_whole(self, door: Door, provider: Provider, registry: SmallService) -> None:
        async with door.get("/api/v1/registry/endless", provider.token()) as answer:
            size = 0
            async for part in answer.content.iter_any():
                size += len(part)
            assert size == registry.written == 64 * 1024 * 1024

    async def test_a_service_waits_for_a_slow_reader(self, door: Door, provider: Provider, registry: SmallService) -> None:
        """Back-pressure from end to end: what the client does not take, the service does not make."""
        reader, writer = await door.connect()
        writer.write(b"GET /api/v1/registry/endless HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + provider.token().encode() + b"\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        seen = -1
        while seen != registry.written:  # until it stands still
            seen = registry.written
            for _ in range(20):
                await asyncio.sleep(0.005)
        assert seen < 48 * 1024 * 1024
        await hang_up(writer)
        await until(lambda: registry.written < 64 * 1024 * 1024 and door.app.upstreams["registry"].open_connections == 0)

    async def test_an_early_answer_ends_an_upload(self, door: Door, provider: Provider) -> None:
        reader, writer = await door.connect()
        writer.write(
            b"POST /api/v1/registry/imports/early HTTP/1.1\r\n"
            + HOST
            + b"Content-Length: 60000000\r\nAuthorization: Bearer "
            + provider.token().encode()
            + b"\r\n\r\n"
            + b"x" * 1000
        )
        answer = await read_answer(reader)
        assert (answer.status, json.loads(answer.body), answer.closes) == (409, {"early": True}, True)
        await hang_up(writer)

    async def test_nobody_works_for_a_client_that_left(self, door: Door, provider: Provider, registry: SmallService) -> None:
        _reader, writer = await door.connect()
        writer.write(b"GET /api/v1/registry/slow HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + provider.token().encode() + b"\r\n\r\n")
        await until(lambda: registry.waiting == 1)
        await hang_up(writer)
        await until(lambda: registry.given_up == 1)

    async def test_pipelined_requests_are_answered_in_order(self, door: Door, provider: Provider, registry: SmallService) -> None:
        reader, writer = await door.connect()
        head = b" HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + provider.token().encode() + b"\r\n\r\n"
        writer.write(b"GET /api/v1/registry/slow" + head + b"GET /api/v1/registry/b" + head + b"GET /api/v1/nothing" + head)
        await until(lambda: registry.waiting == 1)
        registry.go.set()
        assert [(await read_answer(reader)).status for _ in range(3)] == [200, 200, 404]
        await hang_up(writer)

    async def test_http_1_0(self, door: Door, portal: SmallService) -> None:
        answer = await door.raw(b"GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert (answer.status, answer.closes) == (200, True)


class TestConnections:
    async def test_are_kept(self, door: Door, provider: Provider, registry: SmallService) -> None:
        for _ in range(20):
            async with door.get("/api/v1/registry/persons", provider.token()) as answer:
                assert answer.status == 200
        assert len(registry.peers) == 1

    async def test_one_that_the_service_closed_is_not_noticed(self, provider: Provider) -> None:
        """A service that restarts drops kept connections; a question is asked again, an act only when it was surely not heard."""
        first, second = SmallService("registry"), SmallService("registry")
        await first.start()
        async with open_door(provider, {"registry": first.port}) as door:
            async with door.get("/api/v1/registry/persons", provider.token()) as answer:
                assert answer.status == 200
            second.port = first.port
            await first.stop()
            await second.start()
            async with door.get("/api/v1/registry/persons", provider.token()) as answer:
                assert answer.status == 200
            async with door.post("/api/v1/registry/persons", provider.token()) as answer:
                assert answer.status == 200
        await second.stop()

    async def test_not_more_than_the_service_can_bear(self, door: Door, provider: Provider, registry: SmallService, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upstream, "OPEN_CONNECTIONS", 3)
        monkeypatch.setattr(upstream, "WAITING_REQUESTS", 2)

        async def ask() -> tuple[int, str]:
            async with door.get("/api/v1/registry/slow", provider.token()) as answer:
                return answer.status, answer.headers.get("Retry-After", "")

        asking = [asyncio.create_task(ask()) for _ in range(10)]
        await until(lambda: sum(task.done() for task in asking) == 5)
        assert [task.result() for task in asking if task.done()] == [(503, "1")] * 5
        await until(lambda: registry.waiting == 3)
        registry.go.set()
        assert sorted(status for status, _ in await asyncio.gather(*asking)) == [200] * 5 + [503] * 5

    async def test_who_waits_is_not_overtaken(self, registry: SmallService, monkeypatch: pytest.MonkeyPatch) -> None:
        """A connection goes from hand to hand along the line: one who comes at the right moment does not get it."""
        monkeypatch.setattr(upstream, "OPEN_CONNECTIONS", 1)
        pool = upstream.Upstream("registry", "127.0.0.1", registry.port)
        served: list[int] = []

        async def ask(n: int) -> None:
            connection = await pool.connect()
            served.append(n)
            connection.complete = connection.keep_alive = True  # as after an answer
            pool.release(connection)
            if n < 10:  # and asks again at once, as those of a busy door do
                asking.append(asyncio.create_task(ask(n + 10)))

        first = await pool.connect()
        asking = [asyncio.create_task(ask(n)) for n in range(10)]
        await until(lambda: len(pool._waiting) == 10)
        first.complete = first.keep_alive = True
        pool.release(first)
        overtaking = asyncio.create_task(ask(99))
        await until(lambda: len(served) == 21)
        await asyncio.gather(*asking, overtaking)
        pool.close()
        assert served == [*range(10), 99, *range(10, 20)]

    async def test_who_would_wait_long_is_told_at_once(self, registry: SmallService, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upstream, "OPEN_CONNECTIONS", 1)
        pool = upstream.Upstream("registry", "127.0.0.1", registry.port)
        first = await pool.connect()
        asking = asyncio.create_task(pool.connect())
        await until(lambda: len(pool._waiting) == 1)
        pool._pace = upstream.LONG_WAIT_SECONDS * 2
        with pytest.raises(upstream.Overloaded):
            await pool.connect()
        first.complete = first.keep_alive = True
        pool.release(first)
        assert await asking is first
        pool.close()

    async def test_no_answer_reaches_another_caller(self, door: Door, provider: Provider, registry: SmallService) -> None:
        """Two hundred callers at once, some of whom leave: each of the others gets the answer to their own question."""

        async def ask(n: int) -> bool:
            body = json.dumps({"n": n})
            try:
                async with asyncio.timeout(0.01 if n % 7 == 0 else 5), door.post("/api/v1/registry/echo", provider.token(sub=str(n)), data=body) as answer:
                    return (await answer.json())["echo"] == body
            except TimeoutError:
                return True

        async def echo(_request: object) -> object:
            from aiohttp import web

            seen = registry.last
            await asyncio.sleep(0)
            return web.json_response({"echo": seen.body.decode()})

        registry._echo = echo  # type: ignore[attr-defined]
        assert all(await asyncio.gather(*(ask(n) for n in range(200))))
