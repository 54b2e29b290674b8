"""`./relais bundle`: one archive from which a machine without a network does `./relais up`.

It holds the code of the present commit and the wheels of the lock, with PostgreSQL and the broker among them, for machines with
the same system, processor and minor version of Python as the one that made it.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from deploy.local.bootstrap import BOOTSTRAP, LOCK, MADE_FOR, WHEELS, machine
from deploy.local.state import CHECKOUT, CannotStart
from shared.operations_version import REVISION_FILE

FOLDER = "relais"
QUICK = 1  # wheels are compressed already


def bundle(file: Path) -> str:
    """Writes the archive, whole or not at all. Returns the revision of the code in it."""
    if file.exists():
        raise CannotStart(f"{file} exists already.", "Name a file that is new.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=file.parent) as temporary:
        code = Path(temporary) / FOLDER
        revision = _take_code(code)
        _take_wheels(code / WHEELS.name)
        new = Path(temporary) / "new.tar.gz"
        with tarfile.open(new, "w:gz", compresslevel=QUICK) as archive:
            archive.add(code, FOLDER)
        new.rename(file)
    return revision


def _take_code(folder: Path) -> str:
    """What is committed: a bundle can be told from another by its revision."""
    if _git("status", "--porcelain", "--untracked-files=no"):
        raise CannotStart("The checkout has changes that are not committed: no revision would say what is in the bundle.", "Commit them, or bundle a clean checkout.")
    revision = _git("rev-parse", "HEAD")
    folder.mkdir()
    archive = folder.parent / "code.tar"
    _git("archive", "--format=tar", f"--output={archive}", revision)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()
    (folder / REVISION_FILE).write_text(revision + "\n")
    return revision


def _take_wheels(folder: Path) -> None:
    for lock in (BOOTSTRAP, LOCK):
        _run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--require-hashes", "--dest", str(folder), "--requirement", str(lock)],
            "The packages",
        )
    (folder / MADE_FOR).write_text(machine() + "\n")


def _git(*words: str) -> str:
    return _run(["git", "-C", str(CHECKOUT), *words], "The code")


def _run(command: list[str], what: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise CannotStart(
            f"{what} could not be gathered: {(done.stderr or done.stdout).strip()[-1500:]}",
            "A bundle is made in a clone with its history, on a machine that reaches a package index.",
        )
    return done.stdout.strip()
