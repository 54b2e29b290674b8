"""Processes of the local stack: each leads its own group, writes to its own log, and dies with the launcher."""

import ctypes
import os
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

UNPRIVILEGED = 65534
"""The user as whom PostgreSQL runs when we are root, whom it refuses."""

_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_ARENA_MAX = -1, -8
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int, signal_number: int) -> None:
    """On Linux the kernel tells a child that its launcher is gone; elsewhere the next start cleans up (see `clear_orphans`)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and this line
            os.kill(os.getpid(), signal_number)


def keep_memory_small() -> None:
    """glibc keeps an arena per thread and what was freed within it; the forks inherit what is said here, once."""
    if _libc is not None and hasattr(_libc, "mallopt"):
        _libc.mallopt(_M_ARENA_MAX, 2)
        _libc.mallopt(_M_TRIM_THRESHOLD, 128 * 1024)


class Running(Protocol):
    pid: int

    def poll(self) -> int | None: ...


@dataclass
class Forked:
    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            try:
                done, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.returncode = 0
            else:
                if done:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def fork(work: Callable[[], object], *, log: Path, environment: Mapping[str, str], close: Sequence[int] = ()) -> Forked:
    """Runs `work` in a copy of this process, which has everything imported already."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return Forked(pid)
    code = 1
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        die_with_parent(parent, signal.SIGTERM)
        for descriptor in close:
            os.close(descriptor)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ.update(environment)
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def spawn(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None, folder: Path | None = None, unprivileged: bool = False, end_signal: int = signal.SIGTERM
) -> "subprocess.Popen[bytes]":
    """Starts a program. `end_signal` is what the kernel sends it when the launcher is killed."""
    parent = os.getpid()
    as_user: dict[str, Any] = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []} if unprivileged and os.geteuid() == 0 else {}
    with log.open("ab") as output, warnings.catch_warnings():
        # Newer Pythons warn of a fork beside threads: the launcher has none, and a test's have nothing the child needs.
        warnings.simplefilter("ignore", DeprecationWarning)
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env={**os.environ, **environment} if environment else None,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent, end_signal),  # noqa: PLW1509 (the launcher has no threads)
            **as_user,
        )


def send(process: Running, number: int) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def end(processes: Sequence[tuple[Running, int]], patience: float) -> None:
    """Asks all of them politely, waits together, then leaves nothing of their groups."""
    for process, number in processes:
        send(process, number)
    deadline = time.monotonic() + patience
    while any(process.poll() is None for process, _ in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    for process, _ in processes:
        kill_group(process.pid)
        while process.poll() is None:
            time.sleep(0.01)


def kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def birth(pid: int) -> float | None:
    """When the process with this number started: numbers are used again, births are not."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def clear_orphans(recorded: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Ends what a killed launcher left behind, by the numbers and births it had written down; returns their names."""
    left = {name: int(entry["pid"]) for name, entry in recorded.items() if birth(int(entry["pid"])) == entry["birth"]}
    for pid in left.values():
        # SIGINT is PostgreSQL's fast stop; the others end on it too.
        os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 10
    while any(_lives(pid) for pid in left.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in left.values():
        kill_group(pid)
    return sorted(left)


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def last_lines(log: Path, *, since: int = 0, lines: int = 8) -> str:
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            size = file.tell()
            file.seek(max(since, size - 8_000) if since <= size else 0)
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip(" ~^")][-lines:])
