"""Fault 37 and 49: whoever is slow on purpose is shown out, the others notice nothing; and the door closes politely."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from gateway import app, server
from tests.gateway.world import PATIENCE, Door, Provider, SmallService, hang_up, read_answer, until

HOST = b"Host: 127.0.0.1:8080\r\n"
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits, in less time."""
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(server, "KEEP_ALIVE_SECONDS", 0.2)
    monkeypatch.setattr(server, "UNREAD_SECONDS", 0.1)
    monkeypatch.setattr(app, "BODY_PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(app, "LINGER_SECONDS", 0.1)


def test_limits_are_below_fifteen_seconds() -> None:
    assert max(server.HEAD_SECONDS, server.KEEP_ALIVE_SECONDS, server.UNREAD_SECONDS, app.BODY_PATIENCE_SECONDS + app.LINGER_SECONDS) <= 15


class Connection:
    """A client that writes by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def is_shown_out(self) -> bytes:
        """What was said before the gateway closed."""
        async with asyncio.timeout(PATIENCE):
            said = await self.reader.read()
        await hang_up(self.writer)
        return said


async def connected(door: Door, begun: bytes = b"") -> Connection:
    connection = Connection(*await door.connect())
    connection.writer.write(begun)
    return connection


@pytest.mark.usefixtures("hasty")
class TestSlow:
    async def test_a_connection_without_a_word(self, door: Door) -> None:
        assert await (await connected(door)).is_shown_out() == b""

    async def test_empty_lines_are_no_head(self, door: Door) -> None:
        assert b"200" not in await (await connected(door, b"\r\n")).is_shown_out()

    async def test_a_head_that_does_not_end(self, door: Door) -> None:
        said = await (await connected(door, b"GET / HTTP/1.1\r\n" + HOST + b"A: ")).is_shown_out()
        assert said.startswith(b"HTTP/1.1 408 ") and b"head-too-slow" in said

    async def test_a_head_that_drips(self, door: Door) -> None:
        """Each new byte is no new start."""
        connection = await connected(door, b"GET / HTTP/1.1\r\n" + HOST)

        async def drip() -> None:
            while not connection.writer.transport.is_closing():
                connection.writer.write(b"A: x\r\n")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert (await connection.is_shown_out()).startswith(b"HTTP/1.1 408 ")
        await dripping

    async def test_the_second_head_too(self, door: Door) -> None:
        connection = await connected(door, b"GET /x HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (await read_answer(connection.reader)).status == 200
        connection.writer.write(b"GET /")
        assert (await connection.is_shown_out()).startswith(b"HTTP/1.1 408 ")

    async def test_an_idle_connection(self, door: Door) -> None:
        door.server.config.timeout_keep_alive = 0.1  # type: ignore[assignment]
        connection = await connected(door, b"GET /x HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (await read_answer(connection.reader)).status == 200
        assert await connection.is_shown_out() == b""

    @pytest.mark.parametrize("framing", [b"Content-Length: 100000", b"Transfer-Encoding: chunked"])
    async def test_a_body_that_does_not_come(self, door: Door, provider: Provider, registry: SmallService, framing: bytes) -> None:
        head = b"POST /api/v1/registry/upload HTTP/1.1\r\n" + HOST + framing + b"\r\nAuthorization: Bearer " + provider.token().encode() + b"\r\n\r\n"
        for begun in (head, head + (b"1\r\nx\r\n" if b"chunked" in framing else b"x")):
            said = await (await connected(door, begun)).is_shown_out()
            assert said.startswith(b"HTTP/1.1 408 ") and b"body-too-slow" in said

    async def test_the_rest_of_a_refused_body(self, door: Door) -> None:
        """Answered at once; then not waited for."""
        connection = await connected(door, b"POST /api/v1/registry/x HTTP/1.1\r\n" + HOST + b"Content-Length: 900000\r\n\r\nx")
        assert (await connection.is_shown_out()).startswith(b"HTTP/1.1 401 ")

    async def test_a_client_that_does_not_read(self, door: Door, provider: Provider, registry: SmallService) -> None:
        _connection = await connected(door, b"GET /api/v1/registry/endless HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + provider.token().encode() + b"\r\n\r\n")
        await until(lambda: registry.written > 0)
        await until(lambda: door.app.upstreams["registry"].open_connections == 0 and not door.server.server_state.connections)
        assert registry.written < 64 * 1024 * 1024
        await hang_up(_connection.writer)

    async def test_a_slow_but_honest_reader_gets_it_all(self, door: Door, provider: Provider, registry: SmallService) -> None:
        connection = await connected(door, b"GET /api/v1/registry/stream HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + provider.token().encode() + b"\r\n\r\n")
        assert b"first" in await connection.reader.readuntil(b"first\n")
        registry.go.set()
        assert b"second" in await connection.reader.readuntil(b"second\n")
        await hang_up(connection.writer)

    async def test_hundreds_of_them_disturb_nobody(self, door: Door, provider: Provider) -> None:
        lazy = [await connected(door, b"GET / HTTP/1.1\r\nA: ") for _ in range(300)]
        async with door.get("/api/v1/registry/persons", provider.token()) as answer:
            assert answer.status == 200
        assert all(said.startswith(b"HTTP/1.1 408 ") for said in await asyncio.gather(*(connection.is_shown_out() for connection in lazy)))

    async def test_more_connections_than_there_is_room_for(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(server, "_limit_of_connections", 2)
        kept = [await connected(door, b"GET /x HTTP/1.1\r\n") for _ in range(2)]
        await until(lambda: len(door.server.server_state.connections) == 2)
        said = await (await connected(door)).is_shown_out()
        assert said.startswith(b"HTTP/1.1 503 ") and b"retry-after: 2" in said
        for connection in kept:
            await connection.is_shown_out()


class TestEnd:
    async def test_sigterm_under_load_loses_no_answer(self, provider: Provider, registry: SmallService, unused_tcp_port: int) -> None:
        """The process ends by itself once what it had begun is answered, and takes nothing new."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RELAIS_")} | {
            "RELAIS_ENV": "test", "RELAIS_ISSUER": provider.url, "RELAIS_UPSTREAMS": f'{{"registry": "127.0.0.1:{registry.port}"}}',
        }  # fmt: skip
        code = f"import uvicorn; from gateway.app import create, uvicorn_options; uvicorn.run(create(), port={unused_tcp_port}, log_level='error', **uvicorn_options())"
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=CHECKOUT, env=environment)
        try:
            idle = await patiently("127.0.0.1", unused_tcp_port)
            head = b" HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + provider.token().encode() + b"\r\n\r\n"
            idle[1].write(b"GET /health/li")
            busy = [await asyncio.open_connection("127.0.0.1", unused_tcp_port) for _ in range(20)]
            for _reader, writer in busy:
                writer.write(b"GET /api/v1/registry/slow" + head)
            await until(lambda: registry.waiting == 20)
            process.send_signal(signal.SIGTERM)
            await until_refused("127.0.0.1", unused_tcp_port)
            idle[1].write(b"ve" + head)  # it was under way when the door closed: answered, with a word of farewell
            answer = await read_answer(idle[0])
            assert (answer.status, answer.closes) == (200, True)
            registry.go.set()
            answers = [await read_answer(reader) for reader, _ in busy]
            assert [(one.status, one.closes) for one in answers] == [(200, True)] * 20
            async with asyncio.timeout(10):
                assert await process.wait() in (0, -signal.SIGTERM)
            for _reader, writer in (*busy, idle):
                await hang_up(writer)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def patiently(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(20):
        while True:
            try:
                return await asyncio.open_connection(host, port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)


async def until_refused(host: str, port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _reader, writer = await asyncio.open_connection(host, port)
            except ConnectionRefusedError:
                return
            except ConnectionResetError:  # just as the door closed
                continue
            await hang_up(writer)
