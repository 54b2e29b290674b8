"""`./relais up`: starts the system, keeps it running, and loads the demo the first time while it is already usable."""

import json
import os
import selectors
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.local import play, ports
from deploy.local.processes import Forked, clear_orphans, end, fork, keep_memory_small, last_lines
from deploy.local.realm import demo_accounts
from deploy.local.stack import Kind, Stack, import_services
from deploy.local.state import State
from deploy.local.supervisor import Supervisor
from shared.settings import PORT_OFFSETS, settings

DEMO_STORY = "quang-ninh-2025"
NEEDED_BYTES = {"embedded": 500_000_000, "full": 1_500_000_000}
ONLY_FULL = ("kafka_controller", "keycloak_management")
LOOK_SECONDS = 0.2

console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def up(kind: Kind, *, empty: bool, today: date | None) -> None:
    began = time.monotonic()
    state = State.open()
    stack = Stack(kind, ports.chosen_base(), state, today)
    keep_memory_small()
    with state.owned() as lock:
        _clean_up_after_a_killed_run(state)
        state.check_disk(NEEDED_BYTES[kind])
        ports.check_free(stack.base, [part for part in PORT_OFFSETS if kind == "full" or part not in ONLY_FULL])
        if kind == "full":
            _download()
        supervisor = Supervisor(state, stack.parts(lock), say=_say, announce=_announce)
        try:
            with _ends_on_signals(supervisor):
                console.print(f"Starting Relais ({'PostgreSQL, Kafka and Keycloak' if kind == 'full' else 'embedded'}) …")
                supervisor.begin()
                _import_services()
                supervisor.run_until_started()
                if not supervisor.stopping:
                    state.write(
                        "running",
                        {"launcher": os.getpid(), "kind": kind, "base": stack.base, "public_url": stack.public_url, "issuer": stack.issuer, "today": today and today.isoformat()},
                    )
                    _welcome(stack, time.monotonic() - began)
                    _look_after(supervisor, None if empty else _demo(stack, lock))
        finally:
            state.forget("running")
            if supervisor.processes().keys() - {"launcher"}:
                console.print("Stopping …")
            supervisor.stop()
            console.print("Stopped.")


def _clean_up_after_a_killed_run(state: State) -> None:
    for held in state.held.iterdir():
        held.unlink()
    left = clear_orphans(state.read("parts"))
    if state.read("running") or left:
        state.forget("running")
        _say(f"The previous run was killed; {'what it left running was stopped: ' + ', '.join(left) if left else 'nothing of it was still running'}.")
    state.forget("parts")


def _download() -> None:
    from deploy.local import kafka, keycloak, native

    native.check_tools()
    for name, fetch in {"kafka": kafka.distribution, "keycloak": keycloak.distribution}.items():
        if not native.is_downloaded(name):
            console.print(f"Downloading and preparing {name} {native.version(name)} (once) …")
            began = time.monotonic()
            fetch()
            _announce(f"{name} {native.version(name)}", time.monotonic() - began)


def _import_services() -> None:
    began = time.monotonic()
    import_services()
    _announce("code", time.monotonic() - began)


@contextmanager
def _ends_on_signals(supervisor: Supervisor) -> Iterator[None]:
    def ask(_number: int, _frame: FrameType | None) -> None:
        supervisor.stopping = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# -- what a person reads


def _say(text: str) -> None:
    console.print(f"{datetime.now(UTC).astimezone():%H:%M:%S} {text}", style="yellow")


def _announce(part: str, seconds: float) -> None:
    console.print(f"  [green]✓[/] {part:<24}{seconds:6.1f} s")


def _welcome(stack: Stack, seconds: float) -> None:
    console.print(f"\n[bold green]Relais is ready[/] after {seconds:.1f} s: [bold]{stack.public_url}[/]" + (f"   (its day is {stack.today})" if stack.today else ""))
    console.print(f"Documentation of the API: {stack.public_url}/docs · traces (as ops): {stack.public_url}/operations/traces · logs: {stack.state.logs}\n")
    accounts = Table(title="Demo accounts (the password is the name)", title_justify="left", box=None, padding=(0, 3, 0, 0))
    for heading in ("sign in as", "person", "roles", "of"):
        accounts.add_column(heading, no_wrap=heading != "roles")
    for account in demo_accounts():
        accounts.add_row(account.username, account.name, ", ".join(account.roles), ", ".join(group.rsplit("/", 1)[-1] for group in account.groups))
    console.print(accounts)
    console.print("\nStop with Ctrl-C.\n")


# -- running, and the demo


def _look_after(supervisor: Supervisor, demo: "DemoLoading | None") -> None:
    while not supervisor.stopping:
        supervisor.tick()
        if demo is not None and demo.look():
            demo = None
        time.sleep(LOOK_SECONDS)
    if demo is not None:
        demo.stop()


def _demo(stack: Stack, lock: int) -> "DemoLoading | None":
    if stack.state.read(_mark(stack)).get("story") == DEMO_STORY:
        return None
    return DemoLoading(stack, lock)


def _mark(stack: Stack) -> str:
    return f"demo-{stack.kind}"


class DemoLoading:
    """The play in a process of its own, which tells how far it is; the stack is usable meanwhile."""

    def __init__(self, stack: Stack, lock: int) -> None:
        self.stack, self.log = stack, stack.state.logs / "demo.log"
        read, write = os.pipe()
        self.process: Forked = fork(lambda: _play(write), log=self.log, environment=stack.environment() | {"RELAIS_SERVICE": "play"}, close=(lock, read))
        os.close(write)
        self.reader = os.fdopen(read, "rb", buffering=0)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.reader, selectors.EVENT_READ)
        self.unread = b""
        # Refreshed by hand: a drawing thread and a fork do not go together.
        self.progress = Progress(
            TextColumn("Loading the demo"), BarColumn(), TextColumn("{task.percentage:>3.0f} %  {task.description}"), TimeElapsedColumn(), console=console, auto_refresh=False
        )
        self.bar: TaskID = self.progress.add_task("", total=None)
        if console.is_terminal:
            self.progress.start()

    def look(self) -> bool:
        """Draws how far it is; True when it ended."""
        while self.selector.select(0) and (chunk := os.read(self.reader.fileno(), 65_536)):
            self.unread += chunk
        *lines, self.unread = self.unread.split(b"\n")
        if lines:
            done, total, what = json.loads(lines[-1])
            self.progress.update(self.bar, completed=done, total=total, description=what)
        if console.is_terminal:
            self.progress.refresh()
        code = self.process.poll()
        if code is None:
            return False
        self._close()
        if code == 0:
            self.stack.state.write(_mark(self.stack), {"story": DEMO_STORY, "loaded_at": datetime.now(UTC).isoformat()})
            console.print(f"[green]The demo is loaded[/] ({DEMO_STORY}, {self.progress.tasks[0].elapsed or 0:.0f} s).")
        else:
            _say(f"The demo was not loaded whole; the next start goes on where it stopped, as does ./relais play {DEMO_STORY}. It last said:\n{last_lines(self.log)}")
        return True

    def stop(self) -> None:
        end([(self.process, signal.SIGTERM)], patience=5)
        self._close()

    def _close(self) -> None:
        self.progress.update(self.bar, completed=self.progress.tasks[0].total)
        if console.is_terminal:
            self.progress.stop()
        self.selector.close()
        self.reader.close()


def _play(write: int) -> None:
    def tell(done: int, total: int, what: str) -> None:
        os.write(write, json.dumps([done, total, what]).encode() + b"\n")

    settings.cache_clear()
    try:
        outcome = play.run(DEMO_STORY, progress=tell)
    except play.ActRefused as refusal:
        raise SystemExit(str(refusal)) from None
    if not outcome.ok:
        raise SystemExit(f"These figures are not what they must be: {[vars(figure) for figure in outcome.figures if not figure.agrees]}")
