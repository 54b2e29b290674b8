"""The server end of the door: uvicorn's HTTP protocol with the time and size limits that it lacks.

uvicorn waits for ever for a head that never ends, for a client that never reads, and keeps a head of any size in
memory. A few thousand such connections cost an attacker nothing; here each ends within seconds.
"""

import asyncio
import logging
import random
import resource
import socket
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from gateway.answers import problem_answer
from gateway.guard import HEADER_BYTES, URL_BYTES, address_too_long, bad_request, headers_too_large
from shared.errors import Problem
from shared.i18n import _, choose_language

HEAD_SECONDS = 10.0  # for a whole head, from its first byte or from the connection on
KEEP_ALIVE_SECONDS = 15
UNREAD_SECONDS = 12.0  # a client that takes less than the next number of bytes in this time does not read
UNREAD_PROGRESS = 4096
UNSENT_BYTES = 65_536
DRAIN_SECONDS = 10
IDLE_GRACE_SECONDS = 0.5
MOST_CONNECTIONS = 8192
LEAST_HEAD_BYTES = HEADER_BYTES + URL_BYTES  # a head beyond this is refused while it still arrives

logger = logging.getLogger("relais.gateway")


class DoorProtocol(HttpToolsProtocol):
    """One connection from outside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_head = False
        self.head_bytes = 0
        self.head_timer: asyncio.TimerHandle | None = None
        self.unread_timer: asyncio.TimerHandle | None = None
        self.draining = False

    # --- the head must come in time and be small --------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        if len(self.connections) > _most_connections():
            self._refuse(Problem(503, "too-many-connections", _("Too many connections are open. Please try again."), headers={"Retry-After": "2"}))
            return
        _keep_little_unsent(self.transport)
        self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.in_head:
            self.head_bytes += len(data)
            if self.head_bytes > LEAST_HEAD_BYTES and not self.transport.is_closing():
                self._refuse(address_too_long() if len(self.url) > URL_BYTES or not self.headers else headers_too_large())
                return
        if self.head_timer is None and (self.in_head or self.is_idle) and not self.transport.is_closing():
            self._start_head_timer()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_head, self.head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self.in_head = False
        self._stop_head_timer()
        if self.parser.should_upgrade() and any(name in (b"content-length", b"transfer-encoding") for name, _value in self.headers):
            raise ValueError("a body behind an upgrade would be read as the next request")
        super().on_headers_complete()
        if self.draining or self.parser.should_upgrade():
            self.cycle.keep_alive = False
        if self.cycle.scope is self.scope:  # the application has not begun yet
            cast(dict[str, Any], self.scope)["relais.answer"] = partial(self._answer_whole, self.cycle)

    # --- an answer that is here already -----------------------------------------------------------------------

    def _answer_whole(self, cycle: RequestResponseCycle, status: int, headers: bytes, body: bytes) -> bool:
        """Write a whole answer in one piece, without the looks at each header that ASGI's two messages cost. `headers` are lines
        that were parsed or made by us, with the body's length among them. False: the connection is not ready for it, nothing was written."""
        if self.flow.write_paused or cycle.response_started or cycle.disconnected:
            return False
        cycle.response_started, cycle.waiting_for_100_continue = True, False
        own = b"".join([b"%s: %s\r\n" % header for header in self.server_state.default_headers])
        self.transport.write(b"".join((STATUS_LINE[status], own, headers, b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n", body)))
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    @property
    def is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_head_timer(self) -> None:
        self.head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _stop_head_timer(self) -> None:
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def _head_is_late(self) -> None:
        self.head_timer = None
        if self.transport.is_closing():
            return
        if not self.is_idle:  # an earlier request on this connection is still being answered
            self._start_head_timer()
        elif self.in_head:
            self._refuse(Problem(408, "head-too-slow", _("The head of the request did not arrive within {seconds} seconds."), seconds=int(HEAD_SECONDS)))
        else:
            self.transport.close()

    # --- what cannot become a request -------------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        self._refuse(bad_request("bad-request", _("This is not a well-formed HTTP request.")))

    def _refuse(self, problem: Problem) -> None:
        """Answer in place of the application and close. Silent when an answer is on its way: bytes in its middle would lie."""
        self._stop_head_timer()
        if self.in_head and not self.is_idle:  # it comes behind a good request, which is answered first
            self.cycle.keep_alive = False
            self.transport.pause_reading()
            return
        if self.is_idle or not self.cycle.response_started:
            sent = dict(self.headers or ())
            language = choose_language(sent.get(b"accept-language", b"").decode("latin-1"))
            request_id = f"{random.getrandbits(128):032x}"
            status, headers, body = problem_answer(problem, language, request_id)
            head = b"".join(b"%s: %s\r\n" % header for header in headers)
            self.transport.write(b"HTTP/1.1 %d \r\n%sconnection: close\r\n\r\n%s" % (status, head, body))
            logger.info("refused: %s", problem.slug, extra={"method": "", "route": "(unread)", "status": status})
        if not self.is_idle:  # the application has the head of it already: it must neither answer nor wait
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._close()

    # --- the answer must be read ------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.unread_timer is None:
            self._watch_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_watching()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._close()

    def timeout_keep_alive_handler(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def _close(self) -> None:
        """Close once the last bytes are read, or when nobody reads them."""
        self.transport.close()
        if self.transport.get_write_buffer_size() and self.unread_timer is None:
            self._watch_reader()

    def _watch_reader(self) -> None:
        self.unread_timer = self.loop.call_later(UNREAD_SECONDS, self._is_anyone_reading, self.transport.get_write_buffer_size())

    def _is_anyone_reading(self, before: int) -> None:
        self.unread_timer = None
        left = self.transport.get_write_buffer_size()
        if left > before - UNREAD_PROGRESS and left:
            self.transport.abort()
        elif left:
            self._watch_reader()

    def _stop_watching(self) -> None:
        if self.unread_timer is not None:
            self.unread_timer.cancel()
            self.unread_timer = None

    # --- the end ----------------------------------------------------------------------------------------------

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self._stop_watching()
        if self.cycle is not None and not self.cycle.response_complete:
            given_up = cast(dict[str, Any], self.cycle.scope).get("relais.given_up")  # set by the application: nobody waits for its answer any more
            if given_up is not None:
                given_up()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """SIGTERM: the next answer says `connection: close`; a request that is under way, or comes in a moment, is still answered."""
        self.draining = True
        if self.is_idle:
            self.loop.call_later(IDLE_GRACE_SECONDS, self._close_if_idle)
        else:
            self.cycle.keep_alive = False

    def _close_if_idle(self) -> None:
        if self.is_idle and not self.in_head and not self.transport.is_closing():
            self.transport.close()


def _keep_little_unsent(transport: asyncio.Transport) -> None:
    """Let the kernel hold little that is not yet sent, so that our write buffer tells whether the client reads."""
    connected = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if connected is not None and option is not None and connected.family in (socket.AF_INET, socket.AF_INET6):
        connected.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)


_limit_of_connections = 0


def _most_connections() -> int:
    """As many as open files allow, one half for clients and one for the services behind."""
    global _limit_of_connections
    if not _limit_of_connections:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = min(hard, 4 * MOST_CONNECTIONS) if hard != resource.RLIM_INFINITY else 4 * MOST_CONNECTIONS
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        _limit_of_connections = min(MOST_CONNECTIONS, max(64, (soft - 256) // 2)) if soft != resource.RLIM_INFINITY else MOST_CONNECTIONS
    return _limit_of_connections


def uvicorn_options() -> dict[str, Any]:
    """How uvicorn must be told to run the door: `uvicorn.Config(create(), **uvicorn_options())`."""
    return {
        "http": DoorProtocol,
        "ws": "none",
        "loop": "uvloop",
        "lifespan": "on",
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": DRAIN_SECONDS,
        "server_header": False,
        "access_log": False,
        # The address in X-Forwarded-For is believed from the proxies in RELAIS_TRUSTED_PROXIES alone; uvicorn would believe every local program.
        "proxy_headers": False,
        "backlog": 2048,
    }
