"""`./relais doctor`: what could keep Relais from running on this machine, and what it uses while it runs."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from rich.console import Console

from deploy.local import native, ports, postgres, tansu
from deploy.local.processes import birth
from deploy.local.stack import RunningStack
from deploy.local.state import CHECKOUT, CannotStart, State
from shared.settings import PORT_OFFSETS

MEGABYTE = 1_000_000
NEEDED_BYTES = 500 * MEGABYTE


def examine(console: Console) -> bool:
    """Prints one line per finding; True when nothing stands in the way."""
    well = True
    for name, look in _questions().items():
        try:
            console.print(f"[green]✓[/] {name:<14}{look()}", soft_wrap=True)
        except CannotStart as trouble:
            well = False
            console.print(f"[red]✗[/] {name:<14}{trouble.problem}\n  [green]→[/] {trouble.way_out}", soft_wrap=True)
    try:
        full = native.check_tools()
        console.print(f"[green]✓[/] {'full stack':<14}{full}", soft_wrap=True)
    except CannotStart as trouble:
        console.print(f"[yellow]·[/] {'full stack':<14}{trouble.problem} (the embedded stack does not need it)", soft_wrap=True)
    for line in _usage():
        console.print(line, soft_wrap=True)
    return well


def _questions() -> dict[str, Callable[[], str]]:
    return {"machine": _machine, "python": _python, "packages": _packages, "state folder": _state, "postgresql": _postgres, "broker": _broker, "running": _running}


def _machine() -> str:
    memory = psutil.virtual_memory()
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {memory.available // MEGABYTE} of {memory.total // MEGABYTE} MB of memory free"


def _python() -> str:
    return f"{platform.python_version()} in {sys.prefix}"


def _packages() -> str:
    mark = CHECKOUT / ".venv" / "requirements.lock"
    if not mark.exists() or mark.read_bytes() != (CHECKOUT / "requirements.lock").read_bytes():
        raise CannotStart("The installed packages are not those of requirements.lock.", "Any ./relais command brings them up to date; or remove the folder .venv and try again.")
    return "those of requirements.lock"


def _state() -> str:
    state = State.open()
    state.check_disk(NEEDED_BYTES)
    used = sum(_size(Path(folder, name)) for folder, _folders, names in os.walk(state.folder) for name in names)
    return f"{state.folder}: {used // MEGABYTE} MB used, {shutil.disk_usage(state.folder).free // MEGABYTE} MB free"


def _size(file: Path) -> int:
    """A database and a broker remove files while we count them."""
    try:
        return file.lstat().st_size
    except FileNotFoundError:
        return 0


def _postgres() -> str:
    return str(postgres.binaries())


def _broker() -> str:
    return str(tansu.program())


def _running() -> str:
    state = State.open()
    pid = state.owner_pid()
    if pid is not None:
        try:
            stack = RunningStack.found(state)
        except CannotStart:
            return f"starting or stopping (process {pid})"
        return f"the {stack.kind} stack at {stack.public_url} (process {pid})"
    if left := [name for name, entry in state.read("parts").items() if birth(int(entry["pid"])) == entry["birth"]]:
        raise CannotStart(f"The last run was killed and left {', '.join(left)} running.", "Stop them: ./relais down (the next ./relais up does it too).")
    base = ports.chosen_base()
    ports.check_free(base, list(PORT_OFFSETS))
    return f"no; its ports ({base}, {base + PORT_OFFSETS['identity']} and {len(PORT_OFFSETS) - 2} more) are free"


def _usage() -> Iterator[str]:
    """Memory by part, as proportional set size: what is shared between forks is counted once."""
    state = State.open()
    pid = state.owner_pid()
    if pid is None or sys.platform != "linux":
        return
    used = {"launcher": _memory(psutil.Process(pid))}
    for name, entry in state.read("parts").items():
        used[name] = _memory_of(int(entry["pid"]))
    yield f"\nMemory (PSS): {sum(used.values()) // MEGABYTE} MB, of which " + ", ".join(
        f"{name} {size // MEGABYTE}" for name, size in sorted(used.items(), key=lambda item: -item[1])
    )


def _memory_of(leader: int) -> int:
    """Of a part and what it started; 0 when it ends while we look."""
    try:
        part = psutil.Process(leader)
        return _memory(part) + sum(_memory(child) for child in part.children(recursive=True))
    except psutil.NoSuchProcess:
        return 0


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:  # a connection's process ends when the connection does
        return 0
