"""The processes of a measure: started on one core, read from /proc, ended whatever happens."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.local.ports import free_port
from deploy.local.processes import Running, end, last_lines, spawn
from deploy.local.stack import answers
from deploy.local.state import CHECKOUT
from tests.bench.harness import MeasureFailed

SECOND = 1_000_000_000


def cores() -> tuple[int, int]:
    """The core of the contender, and that of everything else; one and the same where there is one only."""
    known = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
    return known[0], known[-1]


def pinned(core: int, command: Sequence[str]) -> list[str]:
    taskset = shutil.which("taskset")
    return [taskset, "--cpu-list", str(core), *command] if taskset else list(command)


@dataclass
class Part:
    """One process under measure, with its children."""

    name: str
    process: Running
    port: int
    log: Path

    def family(self) -> list[psutil.Process]:
        try:
            leader = psutil.Process(self.process.pid)
            return [leader, *leader.children(recursive=True)]
        except psutil.NoSuchProcess:
            raise MeasureFailed(f"{self.name} ended. It last said:\n{last_lines(self.log)}") from None

    def cpu_seconds(self) -> float:
        """CPU time of all its threads; from the scheduler in nanoseconds where there is one (the clock of /proc/stat ticks in hundredths)."""
        return sum(cpu_seconds(member) for member in self.family())

    def pss(self) -> int:
        """Bytes of memory, those shared with others in equal parts."""
        return sum(member.memory_full_info().pss for member in self.family())

    def rss(self) -> int:
        return sum(member.memory_info().rss for member in self.family())


def cpu_seconds(process: psutil.Process) -> float:
    """CPU time of the threads of one process."""
    threads = list(Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
    if threads:
        return sum(int(thread.read_text().split()[0]) for thread in threads) / SECOND
    times = process.cpu_times()
    return float(times.user + times.system)


@dataclass
class Parts:
    """Those of one measure."""

    folder: Path
    running: list[Part] = field(default_factory=list)

    def start(
        self,
        name: str,
        command: Callable[[int], Sequence[str]],
        *,
        core: int,
        environment: Mapping[str, str] | None = None,
        ready: str = "/",
        patience: float = 30,
        stop_signal: int = signal.SIGTERM,
    ) -> Part:
        """Start a program on a free port (which its command is told) and wait until it answers there."""
        port, log = free_port(), self.folder / f"{name}.log"
        process = spawn(pinned(core, command(port)), log=log, environment={"PYTHONPATH": str(CHECKOUT), **(environment or {})}, folder=CHECKOUT)
        part = Part(name, process, port, log)
        self.running.append(part)
        deadline = time.monotonic() + patience
        while not answers(port, ready):
            if process.poll() is not None or time.monotonic() > deadline:
                raise MeasureFailed(f"{name} did not start. It last said:\n{last_lines(log, lines=20)}")
            time.sleep(0.02)
        return part

    def serve(self, name: str, module: str, *, core: int, environment: Mapping[str, str], ready: str = "/health/live", patience: float = 60) -> Part:
        """A service, or the gateway, as the installation serves it."""
        return self.start(
            name, lambda port: [sys.executable, "-m", "tests.bench.serve", name, module, str(port)], core=core, environment=environment, ready=ready, patience=patience
        )

    def collector(self, core: int) -> Part:
        """The small service behind every door, which takes spans and measures too."""
        return self.start("upstream", lambda port: [sys.executable, "-m", "tests.bench.upstream", str(port)], core=core)

    def stop(self, part: Part) -> None:
        end([(part.process, signal.SIGTERM)], patience=5)
        self.running.remove(part)


@contextmanager
def parts(folder: Path) -> Iterator[Parts]:
    found = Parts(folder)
    try:
        yield found
    finally:
        end([(part.process, signal.SIGTERM) for part in found.running], patience=5)


def machine() -> dict[str, str | int]:
    """On what it was measured."""
    info = Path("/proc/cpuinfo")
    model = next((line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")), "") if info.exists() else ""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "processor": model,
        "memory_bytes": psutil.virtual_memory().total,
        "python": sys.version.split()[0],
        "system": os.uname().release if hasattr(os, "uname") else sys.platform,
        "load_before": round(os.getloadavg()[0], 2),
    }
