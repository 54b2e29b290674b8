"""Parts start in the order they need each other, come back when they die, and all go at the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import supervisor as supervision
from deploy.local.processes import Running, clear_orphans, spawn
from deploy.local.state import CHECKOUT, CannotStart, State
from deploy.local.supervisor import Part, Stage, Supervisor, Task


class Launcher:
    """A supervisor with what it said, over parts that are small programs."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.said: list[str] = []
        self.ready: list[str] = []
        self.supervisor = Supervisor(state, [], say=self.said.append, announce=lambda name, _seconds: self.ready.append(name))

    def program(self, name: str, code: str = "import time; time.sleep(60)", **options: object) -> Part:
        return self._add(Part(name, self._start(name, code), **{"ready": lambda: True} | options))  # type: ignore[arg-type]

    def task(self, name: str, code: str = "", **options: object) -> Task:
        part = Task(name, self._start(name, code), ready=lambda: False, **options)  # type: ignore[arg-type]
        self._add(part)
        return part

    def _start(self, name: str, code: str) -> Callable[[], Running]:
        return lambda: spawn([sys.executable, "-S", "-c", code], log=self.state.logs / f"{name}.log")

    def _add(self, part: Part) -> Part:
        self.supervisor.parts[part.name] = part
        return part

    def until(self, true: Callable[[], bool], seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, self.said
            self.supervisor.tick()
            time.sleep(0.01)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Launcher]:
    world = Launcher(State.open(tmp_path / "state"))
    yield world
    world.supervisor.stop()


def pid(part: Part) -> int:
    assert part.process is not None
    return part.process.pid


class TestStart:
    def test_each_part_waits_for_what_it_needs(self, world: Launcher):
        world.program("service", needs=("database", "migration"))
        world.task("migration", needs=("database",))
        world.program("database", foundation=True)
        world.supervisor.begin()
        world.supervisor.run_until_started()
        assert world.ready == ["database", "migration", "service"]

    def test_a_task_that_fails_stops_the_start_and_says_why(self, world: Launcher):
        world.task("registry migrations", "print('relation persons already exists'); raise SystemExit(3)")
        with pytest.raises(CannotStart, match=r"registry migrations ended with exit code 3. It last said:\nrelation persons already exists") as refusal:
            world.supervisor.run_until_started()
        assert "registry migrations.log" in refusal.value.way_out

    def test_a_part_that_cannot_start_is_tried_three_times(self, world: Launcher, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(supervision, "FIRST_PAUSE", 0.01)
        world.program("kafka", "raise SystemExit('no memory')", ready=lambda: False)
        with pytest.raises(CannotStart, match=r"kafka ended with exit code 1. It last said:\nno memory"):
            world.supervisor.run_until_started()
        assert len(world.said) == 2

    def test_what_is_ready_too_late_is_stopped_and_tried_again(self, world: Launcher, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(supervision, "FIRST_PAUSE", 0.01)
        world.program("identity", ready=lambda: False, patience=0.05)
        world.until(lambda: len(world.said) > 2)
        assert world.said[0] == "identity is not ready after 0 s and is stopped."


class TestDeath:
    def test_it_is_told_and_repaired(self, world: Launcher):
        registry = world.program("registry")
        world.supervisor.run_until_started()
        first = pid(registry)
        os.kill(first, signal.SIGKILL)
        world.until(lambda: registry.stage is Stage.READY and registry.process is not None and registry.process.pid != first)
        assert world.said == ["registry was killed by signal 9 (SIGKILL); it is started again in 0.5 s.", "registry runs again."]

    def test_its_last_words_are_repeated(self, world: Launcher):
        world.program("registry", "import time; time.sleep(0.3); raise SystemExit('out of ideas')")
        world.supervisor.run_until_started()
        world.until(lambda: bool(world.said))
        assert world.said == ["registry ended with exit code 1; it is started again in 0.5 s. It last said:\nout of ideas"]

    def test_the_pause_grows_and_is_forgotten_after_a_steady_time(self, world: Launcher, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(supervision, "FIRST_PAUSE", 0.02)
        registry = world.program("registry")
        world.supervisor.run_until_started()
        for _ in range(3):
            os.kill(pid(registry), signal.SIGKILL)
            world.until(lambda: registry.stage is not Stage.READY)
            world.until(lambda: registry.stage is Stage.READY)
        assert [text.split(" in ")[1] for text in world.said if "started again" in text] == ["0.02 s.", "0.04 s.", "0.08 s."]
        monkeypatch.setattr(supervision, "STEADY_SECONDS", 0.0)
        world.said.clear()
        os.kill(pid(registry), signal.SIGKILL)
        world.until(lambda: bool(world.said))
        assert "in 0.02 s" in world.said[0]

    def test_what_needs_it_stays_when_it_connects_again(self, world: Launcher):
        database, service = world.program("database"), world.program("service", needs=("database",))
        world.supervisor.run_until_started()
        kept = pid(service)
        os.kill(pid(database), signal.SIGKILL)
        world.until(lambda: "database runs again." in world.said and service.check_by is None)
        assert pid(service) == kept

    def test_what_needs_it_is_started_again_when_it_does_not(self, world: Launcher, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(supervision, "RECONNECT_SECONDS", 0.1)
        well = True
        database, service = world.program("database"), world.program("service", needs=("database",), ready=lambda: well)
        world.supervisor.run_until_started()
        first, well = pid(service), False
        os.kill(pid(database), signal.SIGKILL)
        world.until(lambda: "service did not connect again to what it needs; it is started again." in world.said)
        well = True
        world.until(lambda: service.stage is Stage.READY)
        assert pid(service) != first

    def test_what_was_made_in_a_broker_is_made_again(self, world: Launcher):
        broker = world.program("kafka")
        topics = world.task("topics", "print('made')", needs=("kafka",), again=True)
        migration = world.task("migration", "print('migrated')", needs=("kafka",))
        world.supervisor.run_until_started()
        os.kill(pid(broker), signal.SIGKILL)
        world.until(lambda: (world.state.logs / "topics.log").read_text().count("made") == 2 and topics.stage is Stage.DONE)
        assert (world.state.logs / "migration.log").read_text().count("migrated") == 1
        assert migration.stage is Stage.DONE

    def test_nothing_it_had_started_outlives_it(self, world: Launcher):
        code = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
        part = world.program("database", code)
        world.supervisor.run_until_started()
        log = world.state.logs / "database.log"
        world.until(lambda: log.read_text().endswith("\n"))
        child = psutil.Process(int(log.read_text()))
        os.kill(pid(part), signal.SIGKILL)
        world.until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


class TestHold:
    def test_a_part_is_kept_down_for_as_long_as_asked(self, world: Launcher):
        broker = world.program("kafka")
        world.supervisor.run_until_started()
        (world.state.held / "kafka").touch()
        world.until(lambda: broker.stage is Stage.HELD)
        assert "kafka" not in world.state.read("parts")
        (world.state.held / "kafka").unlink()
        world.until(lambda: broker.stage is Stage.READY)


class TestStop:
    def test_nothing_stays(self, world: Launcher, monkeypatch: pytest.MonkeyPatch):
        stubborn = world.program("stubborn", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)")
        world.program("database", foundation=True)
        world.supervisor.run_until_started()
        world.until(lambda: bool((world.state.logs / "stubborn.log").read_text()))
        running = [psutil.Process(number) for name, number in world.supervisor.processes().items() if name != "launcher"]
        monkeypatch.setattr(supervision, "PATIENCE_AT_STOP", 0.2)
        world.supervisor.stop()
        assert len(running) == 2
        assert not any(process.is_running() for process in running)
        assert world.state.read("parts") == {}
        assert stubborn.process is None

    def test_a_killed_launcher_leaves_nothing(self, tmp_path: Path):
        code = (
            "import os, sys, time, pathlib\nfrom deploy.local.processes import fork, spawn\n"
            "log = pathlib.Path(sys.argv[1])\nforked = fork(lambda: time.sleep(60), log=log, environment={})\nspawned = spawn(['sleep', '60'], log=log)\n"
            "time.sleep(0.3)\nprint(forked.pid, spawned.pid, flush=True)\ntime.sleep(60)"
        )
        with subprocess.Popen([sys.executable, "-c", code, tmp_path / "log"], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as launcher:
            assert launcher.stdout is not None
            parts = [psutil.Process(int(number)) for number in launcher.stdout.readline().split()]
            recorded = {str(part.pid): {"pid": part.pid, "birth": part.create_time()} for part in parts}
            launcher.kill()
        if sys.platform != "linux":  # there the kernel does not tell them, and the next start ends them
            clear_orphans(recorded)
        deadline = time.monotonic() + 5
        while any(part.is_running() and part.status() != psutil.STATUS_ZOMBIE for part in parts):
            assert time.monotonic() < deadline
            time.sleep(0.02)
