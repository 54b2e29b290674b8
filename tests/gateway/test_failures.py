"""When a service is down, slow or mad the caller hears which, and when to try again; the other services go on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway import upstream
from gateway.routes import Route, route_of
from gateway.upstream import Breaker, BreakerOpen
from tests.gateway.world import Door, Provider, SmallService, open_door, until


def hasty(seconds: float) -> Callable[[str], Route | None]:
    """The table with less patience."""

    def find(path: str) -> Route | None:
        found = route_of(path)
        return replace(found, seconds=seconds) if found is not None else None

    return find


class TestDown:
    async def test_says_when_to_try_again(self, door: Door, provider: Provider) -> None:
        async with door.post("/api/v1/recruitment/needs", provider.token(), data=b"{}") as answer:
            problem = await answer.json()
            assert (answer.status, answer.headers["Retry-After"], problem["type"].rsplit("/", 1)[-1]) == (503, "1", "service-unavailable")
            assert problem["detail"] == "The service recruitment is not available now. Nothing was changed; please try again in 1 s."
        async with door.get("/api/v1/registry/persons", provider.token()) as answer:
            assert answer.status == 200

    async def test_the_breaker_opens_and_recovers(self, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upstream, "FIRST_PAUSE_SECONDS", 0.05)
        service = SmallService("registry")
        await service.start()
        async with open_door(provider, {"registry": service.port}) as door:
            await service.stop()
            breaker = door.app.upstreams["registry"].breaker
            for _ in range(upstream.FAILURES_TO_OPEN):
                assert breaker.state == "closed"
                async with door.get("/api/v1/registry/persons", provider.token()) as answer:
                    assert answer.status == 503
            breaker._pause = breaker._open_until = 1e12
            assert breaker.state == "open"
            await service.start()
            async with door.get("/api/v1/registry/persons", provider.token()) as answer:
                assert (answer.status, int(answer.headers["Retry-After"]) > 1) == (503, True)
            assert service.seen == []
            breaker._open_until = 0.0
            assert breaker.state == "half-open"
            async with door.get("/api/v1/registry/persons", provider.token()) as answer:
                assert answer.status == 200
            assert breaker.state == "closed"
        await service.stop()


class TestBreaker:
    def test_half_open_lets_one_try(self) -> None:
        now = [0.0]
        breaker = Breaker(lambda: now[0])
        for _ in range(upstream.FAILURES_TO_OPEN):
            breaker.enter()
            breaker.failed()
        with pytest.raises(BreakerOpen):
            breaker.enter()
        now[0] = 1.1
        breaker.enter()
        with pytest.raises(BreakerOpen):
            breaker.enter()
        breaker.failed()
        now[0] = 2.2  # the second pause is twice as long
        with pytest.raises(BreakerOpen) as still:
            breaker.enter()
        assert 0.5 < still.value.retry_after < 1.1
        now[0] = 3.2
        breaker.enter()
        breaker.abandoned()
        breaker.enter()
        breaker.succeeded()
        breaker.enter()
        breaker.enter()

    def test_one_good_answer_forgives(self) -> None:
        breaker = Breaker()
        for _ in range(10):
            for _ in range(upstream.FAILURES_TO_OPEN - 1):
                breaker.failed()
            breaker.succeeded()
        assert breaker.state == "closed"


class TestSlow:
    async def test_504(self, provider: Provider, registry: SmallService) -> None:
        async with open_door(provider, {"registry": registry.port}, find=hasty(0.05)) as door, door.get("/api/v1/registry/slow", provider.token()) as answer:
            assert (answer.status, (await answer.json())["type"].rsplit("/", 1)[-1]) == (504, "service-too-slow")
            await until(lambda: registry.given_up == 1)

    async def test_silence_inside_an_answer(self, door: Door, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upstream, "BODY_GAP_SECONDS", 0.05)
        async with door.get("/api/v1/registry/stream", provider.token()) as answer:
            assert answer.status == 200
            with pytest.raises(Exception, match=r"(?i)payload|transfer"):
                await answer.read()


class TestMad:
    @pytest.mark.parametrize(
        "answer",
        [
            b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: " + b"x" * 100_000,
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: b\x00c\r\n\r\n",
        ],
    )  # fmt: skip
    async def test_502(self, provider: Provider, answer: bytes) -> None:
        async with mad_service(answer) as port, open_door(provider, {"registry": port}) as door, door.get("/api/v1/registry/persons", provider.token()) as got:
            assert (got.status, (await got.json())["type"].rsplit("/", 1)[-1]) == (502, "bad-answer")

    async def test_a_broken_answer_is_not_passed_off_as_whole(self, door: Door, provider: Provider) -> None:
        async with door.get("/api/v1/registry/broken", provider.token()) as answer:
            with pytest.raises(Exception, match=r"(?i)payload|disconnect|transfer"):
                await answer.read()

    async def test_early_hints_and_an_end_by_closing_are_fine(self, provider: Provider) -> None:
        said = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\nwhole"
        async with mad_service(said) as port, open_door(provider, {"registry": port}) as door, door.get("/api/v1/registry/persons", provider.token()) as got:
            assert (got.status, await got.read(), got.headers.get("Link")) == (200, b"whole", None)

    async def test_what_is_said_unasked_is_heard_by_nobody(self, provider: Provider) -> None:
        said = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        async with mad_service(said, then=b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison") as port, open_door(provider, {"registry": port}) as door:
            for _ in range(3):
                async with door.get("/api/v1/registry/persons", provider.token()) as got:
                    assert await got.read() == b"ok"
                await until(lambda: door.app.upstreams["registry"].open_connections == 0)


def mad_service(said: bytes, then: bytes = b""):
    """Reads a request and answers these bytes, whatever they are."""
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def running():
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            if then:
                await writer.drain()
                await asyncio.sleep(0.02)
                writer.write(then)
                await reader.read()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        yield server.sockets[0].getsockname()[1]
        server.close()

    return running()
