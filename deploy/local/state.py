"""Where an installation on this machine keeps what it owns: data, secrets, logs, downloads; and who runs it now."""

import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
STORIES = CHECKOUT / "tests" / "stories"
ROOTS_HOME = Path("/var/lib/relais")
"""As root, PostgreSQL runs as another user, who cannot enter root's home: state and binaries live here instead."""

SERVICES = ("registry", "recruitment", "training", "appointment", "rotation", "observatory", "portal")
DATABASE_ROLES = ("owner", "app", "worker")


class CannotStart(Exception):
    """One sentence about what is in the way, and a way out."""

    def __init__(self, problem: str, way_out: str) -> None:
        super().__init__(problem)
        self.problem, self.way_out = problem, way_out


def state_folder() -> Path:
    if given := os.environ.get("RELAIS_STATE_DIR"):
        return Path(given).resolve()
    if os.geteuid() == 0:
        return ROOTS_HOME / hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    return CHECKOUT / ".relais"


def shared_folder() -> Path:
    """What every installation of this user shares: PostgreSQL's binaries as root, Kafka's and Keycloak's distributions."""
    return ROOTS_HOME / "shared" if os.geteuid() == 0 else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "relais"


@dataclass(frozen=True)
class State:
    folder: Path

    @classmethod
    def open(cls, folder: Path | None = None) -> "State":
        state = cls(folder or state_folder())
        try:
            for part in (state.folder, state.logs, state.held):
                part.mkdir(parents=True, exist_ok=True)
            probe = state.folder / f".write-probe-{os.getpid()}"
            probe.write_bytes(b"x")
            probe.unlink()
        except OSError as error:
            raise _cannot_write(state.folder, error) from None
        return state

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def data(self, kind: str) -> Path:
        """Database, broker and files of one kind of stack: their accounts differ, so they are not mixed."""
        folder = self.folder / kind
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def held(self) -> Path:
        """A file named after a part asks the running stack to keep that part down until the file goes."""
        return self.folder / "held"

    @property
    def lock_file(self) -> Path:
        return self.folder / "lock"

    def read(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return found

    def write(self, name: str, content: dict[str, Any], *, private: bool = False) -> None:
        """Whole or not at all: a kill in the middle leaves the file as it was."""
        new = self.folder / f".{name}.new"
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644), "w") as file:
                json.dump(content, file, indent=1)
            new.replace(self.folder / f"{name}.json")
        except OSError as error:
            raise _cannot_write(self.folder, error) from None

    def forget(self, name: str) -> None:
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def secrets(self) -> dict[str, str]:
        """Passwords and keys of this installation, made once and readable by its owner alone."""
        known = self.read("secrets")
        wanted = [
            "postgres",
            "portal_client",
            "session",
            "identity",
            "keycloak_admin",
            "accounts_client",
            "identifiers",
            *(f"{service}_{role}" for service in SERVICES for role in DATABASE_ROLES),
        ]
        missing = {name: secrets.token_urlsafe(32) for name in wanted if name not in known}
        if missing:
            known |= missing
            self.write("secrets", known, private=True)
        return known

    def check_disk(self, needed_bytes: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < needed_bytes:
            raise CannotStart(
                f"The disk of {self.folder} is nearly full: {free // 1_000_000} MB free, {needed_bytes // 1_000_000} MB are needed.",
                "Free some space, or name another folder: RELAIS_STATE_DIR=/path ./relais up",
            )

    @contextmanager
    def owned(self) -> Iterator[int]:
        """Holds the installation for this process; the kernel lets go when it dies, however it dies. Yields the lock's descriptor."""
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotStart(f"Relais already runs here (process {self.owner_pid() or 'unknown'}).", "Use it, or stop it: ./relais down") from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            yield descriptor
            os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def owner_pid(self) -> int | None:
        """The process that holds the installation now, if any does."""
        try:
            descriptor = os.open(self.lock_file, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            written = os.pread(descriptor, 20, 0)
            return int(written) if written else None
        else:
            return None
        finally:
            os.close(descriptor)


def _cannot_write(folder: Path, error: OSError) -> CannotStart:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotStart(f"The disk of {folder} is full.", "Free some space, or name another folder: RELAIS_STATE_DIR=/path ./relais up")
    return CannotStart(f"{folder} cannot be written to ({error.strerror}).", "Change its rights, or name another folder: RELAIS_STATE_DIR=/path ./relais up")
