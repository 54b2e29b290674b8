"""Makes `.venv` from the hashed lock, on a machine that has nothing but Python: standard library only.

pip installs one package, uv (pinned with its hashes in bootstrap.txt); uv installs all others and compiles them.
In an offline bundle both take the packages from its own folder.
"""

import errno
import fcntl
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
LOCK = CHECKOUT / "requirements.lock"
BOOTSTRAP = CHECKOUT / "deploy" / "local" / "bootstrap.txt"
WHEELS = CHECKOUT / "wheels"
"""The packages themselves, in an offline bundle: with this folder no index is asked."""
MADE_FOR = "made-for.txt"
NEEDED_BYTES = 1_500_000_000


class CannotPrepare(Exception):
    """What is in the way, and the way out."""

    def __init__(self, problem: str, way_out: str) -> None:
        super().__init__(problem)
        self.problem, self.way_out = problem, way_out


def check_machine() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (this file is read by whatever Python there is)
        raise CannotPrepare(f"Relais needs Python 3.11 or newer, this is {sys.version.split()[0]}.", "Name a newer one: RELAIS_PYTHON=/path/to/python3.12 ./relais")
    try:
        import ensurepip  # noqa: F401  (Debian splits venv from Python: its absence shows here)
        import venv  # noqa: F401
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotPrepare(f"The venv module of Python {version} is not installed.", f"Install it (Debian, Ubuntu: apt install python{version}-venv) and try again.") from None
    made_for = WHEELS / MADE_FOR
    if made_for.exists() and made_for.read_text().strip() != machine():
        raise CannotPrepare(
            f"This bundle was made for {made_for.read_text().strip()}, this is {machine()}.",
            "Make another on a machine like this one: ./relais bundle FILE, or name that Python with RELAIS_PYTHON.",
        )
    if not os.access(CHECKOUT, os.W_OK) or not _can_write(CHECKOUT):
        raise CannotPrepare(f"{CHECKOUT} cannot be written to.", "Copy Relais to a folder of yours, or change the folder's rights, and try again.")
    free = shutil.disk_usage(CHECKOUT).free
    if free < NEEDED_BYTES and not (VENV / "requirements.lock").exists():
        raise CannotPrepare(f"The disk of {CHECKOUT} is full: {free // 1_000_000} MB free, about {NEEDED_BYTES // 1_000_000} MB are needed.", "Free some space and try again.")


def machine() -> str:
    """What packages with native parts depend on: the kind of Python, its minor version, the system and the processor."""
    return f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor} {platform.system()} {platform.machine()}"


def sources() -> list[str]:
    """Where pip and uv take packages from."""
    return ["--no-index", "--find-links", str(WHEELS)] if WHEELS.exists() else []


def _can_write(folder: Path) -> bool:
    """root passes every permission check, and still cannot write to a read-only mount."""
    probe = folder / f".write-probe-{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise CannotPrepare(f"The disk of {folder} is full.", "Free some space and try again.") from None
        return False
    return True


def run(*command: str) -> None:
    done = subprocess.run(command, check=False, cwd=CHECKOUT, capture_output=True, text=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    if done.returncode == 0:
        return
    said = (done.stderr or done.stdout).strip()
    if "No space left" in said:
        raise CannotPrepare(f"The disk of {CHECKOUT} filled up while packages were installed.", "Free some space and try again.")
    if any(sign in said for sign in ("hash", "Hash", "HASH")) and "mismatch" in said.lower():
        raise CannotPrepare("A package is not the one that was locked: its hash differs.\n" + said[-1500:], "Do not go on; compare your package index with another machine's.")
    raise CannotPrepare("The packages could not be installed:\n" + said[-1500:], "Check that this machine reaches its Python package index, and try again.")


def prepare() -> None:
    check_machine()
    interpreter = VENV / "bin" / "python"
    if not _runs(interpreter):
        print("Preparing Python packages (once) …", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        run(sys.executable, "-m", "venv", str(VENV))
    else:
        print("Updating Python packages …", flush=True)
    for mark in ("requirements.lock", "bootstrap.txt"):
        (VENV / mark).unlink(missing_ok=True)
    run(str(interpreter), "-m", "pip", "install", "--quiet", *sources(), "--require-hashes", "--requirement", str(BOOTSTRAP))
    uv = str(VENV / "bin" / "uv")
    run(uv, "pip", "sync", "--quiet", *sources(), "--python", str(interpreter), "--require-hashes", "--compile-bytecode", str(LOCK))
    shutil.copyfile(BOOTSTRAP, VENV / "bootstrap.txt")
    shutil.copyfile(LOCK, VENV / "requirements.lock")


def _runs(interpreter: Path) -> bool:
    """A folder that was moved, or whose Python was removed, leaves an environment that cannot start."""
    if not os.access(interpreter, os.X_OK):
        return False
    return subprocess.run([str(interpreter), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"], check=False, capture_output=True).returncode == 0


def main() -> int:
    began = time.monotonic()
    try:
        with (CHECKOUT / "relais").open() as checkout:
            fcntl.flock(checkout, fcntl.LOCK_EX)  # two first calls at once: the second waits, then finds the work done
            if not _up_to_date():
                prepare()
                print(f"Python packages ready in {time.monotonic() - began:.0f} s.", flush=True)
    except CannotPrepare as stop:
        print(f"✗ {stop.problem}\n→ {stop.way_out}", file=sys.stderr)
        return 1
    except OSError as error:
        way_out = "Free some space and try again." if error.errno == errno.ENOSPC else "Check the folder's rights and try again."
        print(f"✗ {error.strerror}: {error.filename or CHECKOUT}\n→ {way_out}", file=sys.stderr)
        return 1
    return 0


def _up_to_date() -> bool:
    marks = ((LOCK, VENV / "requirements.lock"), (BOOTSTRAP, VENV / "bootstrap.txt"))
    return all(mark.exists() and mark.read_bytes() == source.read_bytes() for source, mark in marks) and _runs(VENV / "bin" / "python")


if __name__ == "__main__":
    sys.exit(main())
