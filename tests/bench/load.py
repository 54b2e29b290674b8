"""Asks over HTTP/1.1 from a process of its own: as fast as it is answered (closed loop, for capacity), or at a fixed rate that waits for
nobody (open loop, for latency: a slow answer does not excuse the requests that should have been sent meanwhile).

Jobs come as JSON lines on its input; what was found goes to a file, and a byte on its output says that it is there.
"""

import asyncio
import json
import os
import re
import select
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from deploy.local.state import CHECKOUT
from tests.bench.harness import MeasureFailed, percentile
from tests.bench.parts import Part, pinned

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
RETRY = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)
REFUSALS = (429, 503)
TICK_SECONDS = 0.001
LAST_ANSWERS_SECONDS = 20.0
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Found:
    """What a segment gave: how many answers of which status, and how long they took, in seconds."""

    seconds: float
    statuses: dict[int, int]
    broken: int
    latencies: list[float]
    refusal_latencies: list[float]
    refusals_without_retry: int
    unanswered: int

    @property
    def good(self) -> int:
        return sum(count for status, count in self.statuses.items() if status < 400)

    @property
    def answers(self) -> int:
        return sum(self.statuses.values())

    @property
    def rate(self) -> float:
        if not self.good:
            raise MeasureFailed("Not one request was answered well.")
        return self.good / self.seconds

    def p(self, share: float) -> float:
        return percentile(self.latencies, share)

    def without_errors(self, what: str, *, refusals: bool = False) -> "Found":
        """Errors are failures: raises MeasureFailed. `refusals`: 429 and 503 that say when to come back are what is measured."""
        allowed = sum(self.statuses.get(status, 0) for status in REFUSALS) if refusals else 0
        failed = self.answers - self.good - allowed
        if failed or self.broken or self.unanswered or (refusals and self.refusals_without_retry):
            raise MeasureFailed(
                f"{what}: {failed} of {self.answers} answers were errors {dict(self.statuses)}, {self.broken} connections broke, {self.unanswered} requests were not answered, "
                f"{self.refusals_without_retry} refusals did not say when to come back."
            )
        return self


class Load:
    """The asking process, pinned to a core that the contender does not have."""

    def __init__(self, core: int, folder: Path) -> None:
        self.folder = folder
        self._files = 0
        self._process = subprocess.Popen(pinned(core, [sys.executable, "-m", "tests.bench.load"]), cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def requests(self, requests: Sequence[bytes]) -> Path:
        """Where a set of requests is kept for the asking process."""
        self._files += 1
        path = self.folder / f"requests-{self._files}.json"
        path.write_text(json.dumps([request.decode("latin-1") for request in requests]))
        return path

    def run(self, requests: Path, port: int, *, seconds: float, connections: int = 32, rate: float = 0) -> Found:
        """Ask for some seconds; `rate` 0 is the closed loop. The load does not begin before its connections are open."""
        assert self._process.stdin is not None and self._process.stdout is not None
        answer = self.folder / "found.json"
        job = {"requests": str(requests), "port": port, "seconds": seconds, "connections": connections, "rate": rate, "answer": str(answer)}
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        said, _, _ = select.select([self._process.stdout], [], [], seconds + PATIENCE_SECONDS)
        if not said or not self._process.stdout.read(1):
            raise MeasureFailed("The asking process ended." if said else f"The asking process is not done {PATIENCE_SECONDS:g} s after its time.")
        found = json.loads(answer.read_text())
        if "failed" in found:
            raise MeasureFailed(found["failed"])
        return Found(**found | {"statuses": {int(status): count for status, count in found["statuses"].items()}})

    def warm_up(self, requests: Path, part: Part, *, least: int, connections: int = 32, patience: float = 240) -> None:
        """Until every token was seen once, and every connection behind the contender is open."""
        seen, deadline = 0, time.monotonic() + patience
        while seen < least:
            seen += self.run(requests, part.port, seconds=0.5, connections=connections).without_errors(part.name).answers
            if time.monotonic() > deadline:
                raise MeasureFailed(f"{part.name} answered {seen} of {least} requests in {patience:g} s.")

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()


# --- in the process itself ----------------------------------------------------------------------------------------------


class Segment:
    """One job: its requests in turn, and what came back."""

    def __init__(self, requests: Sequence[bytes], first: int) -> None:
        self.requests, self.next = requests, first
        self.idle: list[Asking] = []
        self.due: deque[float] = deque()
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.refusal_latencies: list[float] = []
        self.refusals_without_retry = 0
        self.broken = 0
        self.asked = 0
        self.ends_at = 0.0
        self.is_open_loop = False
        self.over = False
        self.empty: asyncio.Future[None] | None = None

    def request(self) -> bytes:
        self.next += 1
        return self.requests[self.next % len(self.requests)]

    def answered(self, asking: "Asking", status: int, seconds: float, head: bytes) -> None:
        self.statuses[status] += 1
        self.asked -= 1
        if status in REFUSALS:
            self.refusal_latencies.append(seconds)
            self.refusals_without_retry += RETRY.search(head) is None
        else:
            self.latencies.append(seconds)
        if self.over:
            self.look_whether_over()
        elif not self.is_open_loop:
            if time.perf_counter() < self.ends_at:
                asking.ask(self.request(), time.perf_counter())
        elif self.due:
            asking.ask(self.request(), self.due.popleft())
        else:
            self.idle.append(asking)

    def look_whether_over(self) -> None:
        if self.asked == 0 and self.empty is not None and not self.empty.done():
            self.empty.set_result(None)


class Asking(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.buffer = b""
        self.since = 0.0
        self.is_waiting = False
        self.is_ours_to_close = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def ask(self, request: bytes, since: float) -> None:
        self.since, self.is_waiting = since, True
        self.segment.asked += 1
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.buffer:
            data = self.buffer + data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self.buffer = data
            return
        length = LENGTH.search(data, 0, end + 2)
        if length is None and data[9:12] not in (b"204", b"304"):
            self.transport.abort()  # neither this client nor its contenders speak in chunks
            return
        if len(data) < end + 4 + (int(length[1]) if length else 0):
            self.buffer = data
            return
        self.buffer = b""
        self.is_waiting = False
        self.segment.answered(self, int(data[9:12]), time.perf_counter() - self.since, data[:end])

    def connection_lost(self, error: Exception | None) -> None:
        if self.is_ours_to_close:
            return
        self.segment.broken += 1
        if self.is_waiting:
            self.segment.asked -= 1
            self.segment.look_whether_over()
        if self in self.segment.idle:
            self.segment.idle.remove(self)


async def run_segment(requests: Sequence[bytes], first: int, job: dict[str, Any]) -> tuple[dict[str, Any], int]:
    loop = asyncio.get_running_loop()
    segment = Segment(requests, first)
    segment.is_open_loop = job["rate"] > 0
    askings: list[Asking] = []
    for _ in range(job["connections"]):
        _transport, asking = await loop.create_connection(lambda: Asking(segment), "127.0.0.1", job["port"])
        askings.append(asking)
    began = time.perf_counter()
    segment.ends_at = began + job["seconds"]
    if segment.is_open_loop:
        segment.idle = list(askings)
        await _keep_the_rate(segment, job["rate"], began)
    else:
        for asking in askings:
            asking.ask(segment.request(), time.perf_counter())
        await asyncio.sleep(job["seconds"])
    in_time, took = dict(segment.statuses), time.perf_counter() - began
    segment.over = True
    segment.empty = loop.create_future()
    segment.look_whether_over()
    await asyncio.wait([segment.empty], timeout=LAST_ANSWERS_SECONDS)
    if segment.is_open_loop:  # what came late came too late, but an error is one at any time
        statuses = in_time | {status: count for status, count in segment.statuses.items() if status >= 400 and status not in REFUSALS}
    else:  # as many as were asked, in the time until the last of them
        statuses, took = dict(segment.statuses), time.perf_counter() - began
    for asking in askings:
        asking.is_ours_to_close = True
        asking.transport.abort()
    return {
        "seconds": took,
        "statuses": statuses,
        "broken": segment.broken,
        "latencies": segment.latencies,
        "refusal_latencies": segment.refusal_latencies,
        "refusals_without_retry": segment.refusals_without_retry,
        "unanswered": segment.asked,
    }, segment.next


async def _keep_the_rate(segment: Segment, rate: float, began: float) -> None:
    """Each request has its moment and is timed from it, whether or not a connection was free then."""
    sent = 0
    while (now := time.perf_counter()) < segment.ends_at:
        wanted = int((now - began) * rate)
        while sent < wanted:
            moment = began + (sent + 1) / rate
            sent += 1
            if segment.idle:
                segment.idle.pop().ask(segment.request(), moment)
            else:
                segment.due.append(moment)
        await asyncio.sleep(TICK_SECONDS)


def main() -> None:
    kept: dict[str, list[bytes]] = {}
    first = 0
    for line in iter(sys.stdin.buffer.readline, b""):
        job = json.loads(line)
        if job["requests"] not in kept:
            kept[job["requests"]] = [text.encode("latin-1") for text in json.loads(Path(job["requests"]).read_text())]
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                found, first = runner.run(run_segment(kept[job["requests"]], first, job))
        except OSError as error:
            found = {"failed": f"Nobody answers at port {job['port']}: {error}"}
        Path(job["answer"]).write_text(json.dumps(found))
        os.write(sys.stdout.fileno(), b"!")


if __name__ == "__main__":
    main()
