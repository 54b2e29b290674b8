"""`./relais backup` and `./relais restore`: all databases of an installation at one point in time, and the files that they name.

All services' databases are in one PostgreSQL, so one base backup shows all of them at the same moment. What a restore
must do besides putting the bytes back, each point for a reason:
- The broker is emptied: it may hold events of the time that was lost, which consumers would apply and nobody would ever take back.
- Each database begins another life (its incarnation): it tells everything again, and whoever outside heard of the lost time
  counts the restored events as newer than those.
- No password travels with a backup: the restored server gets those of this installation.
"""

import asyncio
import json
import os
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.ports import free_port
from deploy.local.postgres import Postgres, binaries, run_program
from deploy.local.processes import UNPRIVILEGED, clear_orphans, last_lines
from deploy.local.stack import Kind, RunningStack, Stack
from deploy.local.state import SERVICES, CannotStart, State
from shared.operations_version import code_version
from shared.rebuild import renew_incarnation
from shared.settings import settings

DESCRIPTION = "backup.json"
WITH_EVENTS = tuple(service for service in SERVICES if service != "portal")
START_SECONDS = 120.0


@dataclass(frozen=True)
class Backup:
    """What a backup is of. It is written last: a folder without it is a backup that did not end."""

    taken_at: str
    kind: Kind
    version: str
    revision: str
    demo: str
    """The story that was loaded, so that it is not loaded once more over the restored one."""


def back_up(running: RunningStack, folder: Path) -> Backup:
    """Writes a backup into a new or empty folder while the system works. Files come after the databases: each file that these name is there."""
    if folder.exists() and any(folder.iterdir()):
        raise CannotStart(f"{folder} is not empty.", "Name a folder that is new, one for each backup.")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    taken_at = datetime.now(UTC)
    server = running.stack.postgres()
    command = [str(binaries() / "bin" / "pg_basebackup"), "--host", server.host, "--port", str(server.port), "--username=postgres", "--no-password"]
    run_program([*command, "--pgdata", str(folder / "postgres"), "--format=tar", "--gzip", "--wal-method=stream", "--checkpoint=fast"], PGPASSWORD=server.passwords["postgres"])
    files = _files(running.state, running.kind)
    if files.exists():
        shutil.copytree(files, folder / "files")
    code = code_version()
    backup = Backup(taken_at.isoformat(), running.kind, code.version, code.revision, running.state.read(f"demo-{running.kind}").get("story", ""))
    (folder / DESCRIPTION).write_text(json.dumps(asdict(backup), indent=1))
    return backup


def description(folder: Path) -> Backup:
    try:
        return Backup(**json.loads((folder / DESCRIPTION).read_text()))
    except (FileNotFoundError, NotADirectoryError):
        raise CannotStart(f"{folder} is no backup that ended.", "Name the folder that ./relais backup was given.") from None


def restore(state: State, base: int, folder: Path) -> tuple[Backup, Path | None]:
    """Puts every database back to the moment of the backup. Returns what it was, and where the data that it replaced is kept."""
    backup = description(folder)
    with state.owned():
        clear_orphans(state.read("parts"))
        state.forget("parts")
        run_program([str(binaries() / "bin" / "pg_verifybackup"), "--quiet", "--no-parse-wal", str(folder / "postgres")])
        data = state.data(backup.kind)
        stack = Stack(backup.kind, base, state)
        server = Postgres(data, state.logs / "postgres.log", free_port(), state.secrets())
        replaced = _put_aside(data)
        _unpack(folder / "postgres", server)
        _keep_files(folder / "files", _files(state, backup.kind))
        _set_superuser_password(server)
        _begin_another_life(server, stack)
        if backup.demo:
            state.write(f"demo-{backup.kind}", {"story": backup.demo, "loaded_at": backup.taken_at})
        else:
            state.forget(f"demo-{backup.kind}")
    return backup, replaced


def _files(state: State, kind: Kind) -> Path:
    return state.data(kind) / "files"


def _put_aside(data: Path) -> Path | None:
    """Nothing is deleted but the broker's data, which the outboxes hold: whoever restores in error can go back."""
    shutil.rmtree(data / "kafka", ignore_errors=True)
    if not (data / "postgres").exists():
        return None
    replaced = data / f"postgres-replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    (data / "postgres").rename(replaced)
    return replaced


def _unpack(source: Path, server: Postgres) -> None:
    server.data.mkdir(mode=0o700, parents=True)
    for name, target in (("base.tar.gz", server.data), ("pg_wal.tar.gz", server.data / "pg_wal")):
        with tarfile.open(source / name) as archive:
            archive.extractall(target, filter="data")
    if os.geteuid() == 0:
        for path in (server.data, *server.data.rglob("*")):
            os.chown(path, UNPRIVILEGED, UNPRIVILEGED)


def _keep_files(source: Path, target: Path) -> None:
    """A file's name is the hash of its bytes: what is there already is the same, and what came later harms nobody."""
    for path in source.rglob("*"):
        wanted = target / path.relative_to(source)
        if path.is_file() and not wanted.exists():
            wanted.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, wanted)


def _set_superuser_password(server: Postgres) -> None:
    """Alone with the data, before the server listens: the log of the backup is applied, then the one password is set by which the others are."""
    password = server.passwords["postgres"].replace("'", "''")
    run_program([str(binaries() / "bin" / "postgres"), "--single", "-D", str(server.data), "postgres"], text=f"ALTER ROLE postgres PASSWORD '{password}'\n", unprivileged=True)


def _begin_another_life(server: Postgres, stack: Stack) -> None:
    process = server.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not server.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"The restored PostgreSQL did not start:\n{last_lines(server.log)}", "The backup may be of another version of PostgreSQL: see ./relais doctor.")
            time.sleep(0.05)
        server.make_databases()
        for service in WITH_EVENTS:
            with _settings_of(stack.migration_environment(service) | {"RELAIS_DATABASE_PORT": str(server.port)}):
                asyncio.run(renew_incarnation(service))
    finally:
        server.stop()


@contextmanager
def _settings_of(environment: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        settings.cache_clear()
