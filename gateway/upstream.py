"""The way to a service: pooled connections, time limits, back-pressure, and a breaker for a service that is down.

A client of our own over asyncio protocols and httptools, because each microsecond here is paid by every request
(docs/decisions/0006-one-door.md). It speaks only to our own services, never to an address from outside.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

import httptools

CONNECT_SECONDS = 2.0
BODY_GAP_SECONDS = 30.0  # longest silence inside an answer
IDLE_SECONDS = 3.0  # below uvicorn's five, so that we never write into a connection that it is closing
OPEN_CONNECTIONS = 64
WAITING_REQUESTS = 256
WAITING_SECONDS = 2.0  # when a service falls silent
LONG_WAIT_SECONDS = 1.0  # by the pace of the line
HELD_BYTES = 262_144  # of an answer that the client has not taken yet
ANSWER_HEAD_BYTES = 65_536

FAILURES_TO_OPEN = 5
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 15.0


class UpstreamError(Exception):
    """The service gave no good answer."""


class CannotConnect(UpstreamError):
    """Nobody listens there, or not in time."""


class BreakerOpen(UpstreamError):
    """It failed several times in a row: it is left in peace for a moment."""

    def __init__(self, retry_after: float) -> None:
        super().__init__()
        self.retry_after = retry_after


class Overloaded(UpstreamError):
    """All connections are busy and too many requests wait already."""


class BadAnswer(UpstreamError):
    """The connection broke, or what came is not HTTP. `untouched`: not one byte of an answer came."""

    def __init__(self, *, untouched: bool = False) -> None:
        super().__init__()
        self.untouched = untouched


class TooSlow(UpstreamError):
    """No answer, or no next part of it, within the limit."""


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class Breaker:
    """Closed while the service answers; open after failures in a row; half-open lets one request try."""

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._failures = 0
        self._pause = FIRST_PAUSE_SECONDS
        self._open_until: float | None = None
        self._trying = False

    @property
    def state(self) -> str:
        if self._open_until is None:
            return "closed"
        return "open" if self._elapsed() < self._open_until else "half-open"

    def enter(self) -> None:
        """Ask to send one request. Raises BreakerOpen."""
        if self._open_until is None:
            return
        left = self._open_until - self._elapsed()
        if left > 0 or self._trying:
            raise BreakerOpen(max(left, FIRST_PAUSE_SECONDS))
        self._trying = True

    def succeeded(self) -> None:
        if self._failures or self._open_until is not None:
            self._failures, self._pause, self._open_until, self._trying = 0, FIRST_PAUSE_SECONDS, None, False

    def failed(self) -> None:
        self._failures += 1
        if self._trying or (self._open_until is None and self._failures >= FAILURES_TO_OPEN):
            self._open_until = self._elapsed() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            self._trying = False

    def abandoned(self) -> None:
        """The request ended without telling anything about the service (its client went away)."""
        self._trying = False


class Connection(asyncio.Protocol):
    """One connection to a service; one request at a time."""

    def __init__(self, pool: "Upstream") -> None:
        self.pool = pool
        self.loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport = None  # type: ignore[assignment]
        self.parser = httptools.HttpResponseParser(self)
        self.closed = False
        self.served = 0
        self.idle_since = 0.0
        self.can_write = asyncio.Event()
        self.can_write.set()
        self._waiter: asyncio.Future[None] | None = None
        self._begin("GET")

    def _begin(self, method: str) -> None:
        self.is_head_request = method == "HEAD"
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.head_bytes = 0
        self.touched = False
        self.head_complete = False
        self.complete = False
        self.keep_alive = False
        self.error: UpstreamError | ClientGone | None = None
        self._parts: list[bytes] = []
        self._held = 0
        self._reading = True

    # --- asyncio ----------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        self.can_write.set()
        if self.head_complete and not self.complete and error is None and self._ends_with_connection():
            self.complete, self.keep_alive = True, False
        elif not self.complete and self.error is None:
            self.error = BadAnswer(untouched=not self.touched)
        self._wake()
        self.pool.lost(self)

    def pause_writing(self) -> None:
        self.can_write.clear()

    def resume_writing(self) -> None:
        self.can_write.set()

    def data_received(self, data: bytes) -> None:
        if self.complete:  # a service that speaks unasked must not be heard by the next caller
            self.keep_alive = False
            self.transport.abort()
            return
        self.touched = True
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self.complete or not self.is_head_request:
                self.fail(BadAnswer())
                return
        if not self.head_complete:
            self.head_bytes += len(data)
            if self.head_bytes > ANSWER_HEAD_BYTES:
                self.fail(BadAnswer())
            return
        if self._held > HELD_BYTES and self._reading and not self.complete:
            self._reading = False
            self.transport.pause_reading()
        self._wake()

    # --- httptools --------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self.complete:
            raise ValueError("a second answer to one request")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.status = self.parser.get_status_code()
        if 100 <= self.status < 200:
            return
        self.keep_alive = self.parser.should_keep_alive()
        self.head_complete = True
        if self.is_head_request:  # the parser would wait for the body that the headers announce
            self.complete = True
            self.parser = httptools.HttpResponseParser(self)

    def on_body(self, body: bytes) -> None:
        if not self.complete:
            self._parts.append(body)
            self._held += len(body)

    def on_message_complete(self) -> None:
        if 100 <= self.status < 200:
            self.headers, self.status = [], 0
            return
        self.complete = True

    def _ends_with_connection(self) -> bool:
        return not any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers)

    # --- one request ------------------------------------------------------------------------------------------

    def start(self, method: str, head: bytes) -> None:
        """Send the head of a request, with its whole body when it is already here."""
        self._begin(method)
        self.served += 1
        self.transport.write(head)

    async def write(self, part: bytes) -> None:
        """Send a part of the body; waits while the service does not take it."""
        if not self.can_write.is_set():
            await self.can_write.wait()
        if not self.closed:
            self.transport.write(part)

    async def answer(self, seconds: float) -> None:
        """Wait for the head of the answer. Raises UpstreamError."""
        while not self.head_complete:
            await self._wait(seconds)

    def take(self) -> bytes:
        """What has come of the body and was not taken yet."""
        parts, self._parts, self._held = self._parts, [], 0
        if not self._reading:
            self._reading = True
            if not self.closed:
                self.transport.resume_reading()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def more(self) -> bytes:
        """The next part of the body, empty at its end. Raises UpstreamError."""
        while not self._parts and not self.complete:
            await self._wait(BODY_GAP_SECONDS)
        return self.take()

    async def _wait(self, seconds: float) -> None:
        if self.error is not None:
            raise self.error
        self._waiter = self.loop.create_future()
        timer = self.loop.call_later(seconds, self.fail, TooSlow())
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
        if self.error is not None:
            raise self.error

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def fail(self, error: UpstreamError | ClientGone) -> None:
        """End this connection and whoever waits on it."""
        if self.error is None:
            self.error = error
        self.closed = True
        self._wake()
        self.transport.abort()

    def client_gone(self) -> None:
        self.fail(ClientGone())


class Upstream:
    """One service: its address, its connections and its breaker."""

    def __init__(self, name: str, host: str, port: int) -> None:
        self.name, self.host, self.port = name, host, port
        self.breaker = Breaker()
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._connecting = 0
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._pace = 0.0  # seconds between two turns of the line
        self._last_turn = 0.0

    @property
    def open_connections(self) -> int:
        return len(self._open) + self._connecting

    def ready_connection(self) -> Connection | None:
        """A connection that waits for work, the one used last first."""
        horizon = time.monotonic() - IDLE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.closed or connection.transport.is_closing():
                continue
            if connection.idle_since < horizon:  # those below are older still
                self._drop_idle(connection)
                return None
            return connection
        return None

    async def connect(self) -> Connection:
        """A connection to send one request on. Raises UpstreamError."""
        if not self._waiting:
            connection = self.ready_connection()
            if connection is not None:
                return connection
            if self.open_connections < OPEN_CONNECTIONS:
                return await self.new_connection()
        connection = await self._stand_in_line()
        if connection is None:
            self._connecting -= 1  # the place was kept for us
        elif not connection.closed:
            return connection
        return await self.new_connection()

    async def new_connection(self) -> Connection:
        self._connecting += 1
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await asyncio.get_running_loop().create_connection(lambda: Connection(self), self.host, self.port)
            self._open.add(connection)
        except (OSError, TimeoutError) as error:
            raise CannotConnect from error
        finally:
            self._connecting -= 1
            self._let_one_open()
        return connection

    async def fetch(self, path: str, seconds: float = 2.0, most: int = 8_388_608, language: str = "en") -> tuple[int, bytes]:
        """Ask the service something for ourselves, past its breaker: we want to know how it really is. Raises UpstreamError."""
        connection = await self.connect()
        try:
            connection.start("GET", f"GET {path} HTTP/1.1\r\nhost: {self.host}:{self.port}\r\naccept: application/json\r\naccept-language: {language}\r\n\r\n".encode())
            await connection.answer(seconds)
            body = bytearray()
            while part := await connection.more():
                body += part
                if len(body) > most:
                    raise BadAnswer
            return connection.status, bytes(body)
        finally:
            self.release(connection)

    async def _stand_in_line(self) -> Connection | None:
        """Each in turn gets the next free connection, or the right to open one; who would wait long is told so at once."""
        ahead = len(self._waiting)
        if ahead >= WAITING_REQUESTS or ahead * self._pace > LONG_WAIT_SECONDS:
            raise Overloaded
        if not ahead:
            self._last_turn = time.monotonic()
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(WAITING_SECONDS):
                return await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # our turn came while we were leaving
                self._give_back(turn.result())
            else:
                self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise Overloaded from error
            raise

    def _next_in_line(self) -> asyncio.Future[Connection | None] | None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                moment = time.monotonic()
                self._pace += (moment - self._last_turn - self._pace) / 16
                self._last_turn = moment
                return turn
        return None

    def _let_one_open(self) -> None:
        """A place became free: it is kept for the first in line."""
        if self.open_connections < OPEN_CONNECTIONS and (turn := self._next_in_line()) is not None:
            self._connecting += 1
            turn.set_result(None)

    def _give_back(self, unused: Connection | None) -> None:
        if unused is not None:
            self._free(unused)
        else:
            self._connecting -= 1
            self._let_one_open()

    def release(self, connection: Connection) -> None:
        """The request is over: keep the connection when it can carry another."""
        if connection.complete and connection.keep_alive and not connection.closed and connection.error is None:
            self._free(connection)
        else:
            self.discard(connection)

    def _free(self, connection: Connection) -> None:
        if connection.closed or connection.transport.is_closing():
            return
        turn = self._next_in_line()
        if turn is not None:
            turn.set_result(connection)
        else:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)

    def discard(self, connection: Connection) -> None:
        connection.closed = True
        connection.transport.abort()

    def lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._let_one_open()

    def _drop_idle(self, *more: Connection) -> None:
        idle, self._idle = [*self._idle, *more], []
        for connection in idle:
            self.discard(connection)

    def close(self) -> None:
        self._drop_idle()
        for connection in list(self._open):
            self.discard(connection)
