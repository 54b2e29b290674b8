"""B20: everything is killed and started again on the data that was there: the seconds to ready, and the memory when it stands idle."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from deploy.local.ports import free_base
from deploy.local.stack import RunningStack, running_stack, temporary_folder
from tests.bench.harness import Plan, Row, limited

SECONDS, GIGABYTES = 8, 0.8
MOST_ROUNDS = 3
OURS = "embedded stack, every service"


def bench(plan: Plan, _folder: Path) -> list[Row]:
    starts, sizes = [], []
    with temporary_folder() as state:
        base = free_base()
        with running_stack(port_base=base, state_dir=state) as running:  # its database is made here, once
            kill(running)
        for _ in range(min(plan.rounds, MOST_ROUNDS)):
            began = time.monotonic()
            with running_stack(port_base=base, state_dir=state) as running:
                starts.append(time.monotonic() - began)
                sizes.append(proportional_size(running) / 1e9)
                kill(running)
    return [limited("cold", "from kill to ready", OURS, starts, SECONDS, "s"), limited("cold", "memory when idle (PSS)", OURS, sizes, GIGABYTES, "GB")]


def processes(running: RunningStack) -> list[psutil.Process]:
    launcher = psutil.Process(running.launcher)
    return [launcher, *launcher.children(recursive=True)]


def kill(running: RunningStack) -> None:
    """As the power would: SIGKILL, all at once."""
    for process in processes(running):
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def proportional_size(running: RunningStack) -> int:
    total = 0
    for process in processes(running):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total
