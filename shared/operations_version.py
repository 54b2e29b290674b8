"""Which code runs here: the version of the package and the revision that it was taken from."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REVISION_FILE = "REVISION"
"""Written where the history does not travel with the code: in an image and in the offline bundle."""

_HASH = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class CodeVersion:
    """`revision` is empty when neither a history nor the file says it."""

    version: str
    revision: str


def code_version(root: Path = ROOT) -> CodeVersion:
    """Ask once, at the start of a process: what lies on the disk may be newer than what runs."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return CodeVersion(project["version"], _revision(root))


def _revision(root: Path) -> str:
    written = root / REVISION_FILE
    if written.exists():
        return written.read_text(encoding="ascii").strip()
    history = root / ".git"
    if history.is_file():  # a work tree beside its repository
        history = (root / history.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).resolve()
    try:
        head = (history / "HEAD").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    if _HASH.fullmatch(head):
        return head
    return _resolve(history, head.removeprefix("ref:").strip())


def _resolve(history: Path, name: str) -> str:
    common = history / "commondir"
    folders = [history, (history / common.read_text(encoding="utf-8").strip()).resolve()] if common.exists() else [history]
    for folder in folders:
        if (folder / name).exists():
            return (folder / name).read_text(encoding="ascii").strip()
        packed = folder / "packed-refs"
        for line in packed.read_text(encoding="utf-8").splitlines() if packed.exists() else ():
            found, _space, reference = line.partition(" ")
            if reference == name:
                return found
    return ""


def expected_schema(service: str) -> str | None:
    """The newest migration that the code of a service brings."""
    from shared import migrate  # noqa: PLC0415  the migrations' library is for this question alone, and takes megabytes of each process

    return migrate.newest(service)
