"""Starts the parts of a stack in the order they need each other, keeps them running, says what happens, stops them all.

One thread, no event loop: the launcher forks, and a fork copies neither threads nor loops safely.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from deploy.local.processes import Forked, Running, birth, end, fork, kill_group, last_lines
from deploy.local.state import CannotStart, State

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60.0
"""A part that ran this long has recovered: its next death is a first one."""
TRIES_AT_START = 3
RECONNECT_SECONDS = 10.0
PATIENCE_AT_STOP = 10.0


class Stage(Enum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    HELD = "held"


def nothing() -> None:
    """The default of a part's hooks."""


@dataclass
class Part:
    """One process: how it starts, how one knows that it is ready, and what it needs first."""

    name: str
    start: Callable[[], Running]
    ready: Callable[[], bool]
    needs: tuple[str, ...] = ()
    once_ready: Callable[[], None] = nothing
    stop_signal: int = signal.SIGTERM
    patience: float = 90.0
    foundation: bool = False
    """Is a program of its own, started first and stopped last."""
    listens_to_the_end: bool = False
    """Hears what the others say while they stop: it goes after them."""

    stage: Stage = field(default=Stage.WAITING, init=False)
    process: Running | None = field(default=None, init=False)
    began: float = field(default=0.0, init=False)
    became_ready: float = field(default=0.0, init=False)
    not_before: float = field(default=0.0, init=False)
    deaths: int = field(default=0, init=False)
    log_offset: int = field(default=0, init=False)
    check_by: float | None = field(default=None, init=False)
    """Something it needs came back: it has until then to be ready again by itself."""

    @property
    def fulfilled(self) -> bool:
        return self.stage in (Stage.READY, Stage.DONE)


@dataclass
class Task(Part):
    """A process that ends: a migration, the making of topics. Done again when what it needs was started again, if it says so."""

    again: bool = False


def task(name: str, work: Callable[[], object], state: State, *, needs: tuple[str, ...], environment: dict[str, str], close: tuple[int, ...] = (), again: bool = False) -> Task:
    def start() -> Forked:
        return fork(work, log=state.logs / f"{name}.log", environment=environment, close=close)

    return Task(name, start, ready=lambda: False, needs=needs, again=again)


class Supervisor:
    def __init__(self, state: State, parts: list[Part], *, say: Callable[[str], None], announce: Callable[[str, float], None]) -> None:
        """`say` tells what went otherwise than expected; `announce` each part that is ready and the seconds it took."""
        self.state, self.say, self.announce = state, say, announce
        self.parts = {part.name: part for part in parts}
        self._announced: set[str] = set()
        self.started = False
        self.stopping = False

    # -- start

    def begin(self) -> None:
        """Starts the foundations and returns at once: the launcher imports the services meanwhile, which are forked later."""
        for part in self.parts.values():
            if part.foundation and not (self.state.held / part.name).exists():
                self._start(part)

    def run_until_started(self) -> None:
        """Until every part is ready, or one cannot be brought up."""
        while not self.stopping and not all(part.fulfilled or part.stage is Stage.HELD for part in self.parts.values()):
            self.tick()
            time.sleep(0.02)
        self.started = True

    def tick(self) -> None:
        """Looks after the parts once; to be called a few times a second for as long as the stack is to run."""
        for part in self.parts.values():
            if self.stopping:
                return
            self._look_after(part)

    def _look_after(self, part: Part) -> None:
        held = (self.state.held / part.name).exists()
        if part.process is not None and (code := part.process.poll()) is not None:
            self._ended(part, code)
        elif part.process is not None and held:
            end([(part.process, part.stop_signal)], patience=10)
            part.process, part.stage = None, Stage.HELD
            self._record()
            self.say(f"{part.name} is held down, as asked.")
        elif part.stage is Stage.HELD and not held:
            part.stage, part.not_before = Stage.WAITING, 0.0
        elif part.stage is Stage.STARTING and not isinstance(part, Task):
            if part.ready():
                self._became_ready(part)
            elif time.monotonic() - part.began > part.patience and part.process is not None:
                self.say(f"{part.name} is not ready after {part.patience:.0f} s and is stopped.")
                end([(part.process, part.stop_signal)], patience=5)
        elif part.stage is Stage.WAITING and not held and time.monotonic() >= part.not_before and all(self.parts[name].fulfilled for name in part.needs):
            self._start(part)
        elif part.check_by is not None:
            self._check_reconnected(part)

    def _start(self, part: Part) -> None:
        log = self.state.logs / f"{part.name}.log"
        part.log_offset = log.stat().st_size if log.exists() else 0
        part.began, part.check_by = time.monotonic(), None
        part.process = part.start()
        part.stage = Stage.STARTING
        self._record()

    def _became_ready(self, part: Part) -> None:
        part.once_ready()
        part.stage, part.became_ready = Stage.READY, time.monotonic()
        self._count(part)
        if part.deaths:
            self.say(f"{part.name} runs again.")
        for other in self.parts.values():
            if part.name not in other.needs:
                continue
            if isinstance(other, Task) and other.again and other.stage is Stage.DONE:
                other.stage = Stage.WAITING
            elif other.stage is Stage.READY and not isinstance(other, Task):
                other.check_by = time.monotonic() + RECONNECT_SECONDS

    def _check_reconnected(self, part: Part) -> None:
        """What it needs died and came back. Most parts connect again by themselves; one that does not is started again."""
        if part.process is None or part.check_by is None:
            return
        if part.ready():
            part.check_by = None
        elif time.monotonic() > part.check_by:
            self.say(f"{part.name} did not connect again to what it needs; it is started again.")
            end([(part.process, part.stop_signal)], patience=5)
            part.process, part.stage, part.check_by = None, Stage.WAITING, None

    def _count(self, part: Part) -> None:
        if part.name not in self._announced:
            self._announced.add(part.name)
            self.announce(part.name, time.monotonic() - part.began)

    # -- an end nobody asked for

    def _ended(self, part: Part, code: int) -> None:
        if part.process is not None:
            kill_group(part.process.pid)  # what it had started must not outlive it: a new PostgreSQL refuses while an old backend lives
        part.process = None
        if isinstance(part, Task) and code == 0:
            part.stage = Stage.DONE
            part.deaths = 0
            self._count(part)
            return
        why = last_lines(self.state.logs / f"{part.name}.log", since=part.log_offset)
        how = f"was killed by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"ended with exit code {code}"
        if part.stage is Stage.READY and time.monotonic() - part.became_ready > STEADY_SECONDS:
            part.deaths = 0
        part.deaths += 1
        if not self.started and part.deaths >= (1 if isinstance(part, Task) else TRIES_AT_START):
            raise CannotStart(
                f"{part.name} {how}." + (f" It last said:\n{why}" if why else ""),
                f"Read {self.state.logs / (part.name + '.log')}, then try again; ./relais reset starts from nothing.",
            )
        pause = min(FIRST_PAUSE * 2 ** (part.deaths - 1), LONGEST_PAUSE)
        part.stage, part.not_before = Stage.WAITING, time.monotonic() + pause
        dependents = sorted(other.name for other in self.parts.values() if part.name in other.needs and not isinstance(other, Task))
        self.say(
            f"{part.name} {how}; it is started again in {pause:g} s{', then ' + ', '.join(dependents) + ' if they do not reconnect' if dependents else ''}."
            + (f" It last said:\n{why}" if why and code >= 0 else "")
        )
        self._record()

    # -- stop

    def stop(self) -> None:
        self.stopping = True
        for turn in (False, False), (True, False), (False, True):
            running = [(part.process, part.stop_signal) for part in self.parts.values() if part.process is not None and (part.listens_to_the_end, part.foundation) == turn]
            end(running, patience=PATIENCE_AT_STOP)
        for part in self.parts.values():
            part.process = None
        self.state.forget("parts")

    def _record(self) -> None:
        """Who runs, for the next start to clean up if this one is killed, and for tests that kill a part."""
        running = {part.name: part.process.pid for part in self.parts.values() if part.process is not None and part.process.poll() is None}
        self.state.write("parts", {name: {"pid": pid, "birth": born} for name, pid in running.items() if (born := birth(pid)) is not None})

    def processes(self) -> dict[str, int]:
        return {"launcher": os.getpid()} | {part.name: part.process.pid for part in self.parts.values() if part.process is not None}
