"""Kafka and Keycloak as Maven knows them, downloaded once per user into the shared folder."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from deploy.local.state import CHECKOUT, CannotStart, shared_folder

POM = CHECKOUT / "deploy" / "native" / "pom.xml"
OLDEST_JAVA = 17


def check_tools() -> str:
    """Java and Maven, or where to get them. Returns what was found."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    if java is None or java_version(java) < OLDEST_JAVA:
        raise CannotStart(
            "The full stack needs Java 17 or newer" + (f", this is Java {java_version(java)}." if java else ", and there is no java here."),
            "Install it (Debian, Ubuntu: apt install openjdk-17-jre-headless), or use the embedded stack: ./relais up",
        )
    if maven is None and not all(is_downloaded(name) for name in ("kafka", "keycloak")):
        raise CannotStart("The full stack needs Maven to download Kafka and Keycloak.", "Install it (Debian, Ubuntu: apt install maven), or use the embedded stack: ./relais up")
    return f"Java {java_version(java)}, " + ("Kafka and Keycloak downloaded" if maven is None or all(is_downloaded(name) for name in ("kafka", "keycloak")) else "Maven")


def java_version(java: str) -> int:
    said = subprocess.run([java, "-version"], check=False, capture_output=True, text=True).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found.group(1)) if found else 0


def version(name: str) -> str:
    """What the pom pins."""
    found = ElementTree.parse(POM).getroot().findtext(f"{{*}}properties/{{*}}{name}.version")  # noqa: S314 (our own file)
    if found is None:
        raise LookupError(f"{POM} pins no version of {name}")
    return found


def _ready(name: str) -> Path:
    return shared_folder() / f"{name}-{version(name)}"


def is_downloaded(name: str) -> bool:
    return _ready(name).exists()


def distribution(name: str, goal: str, finish: Callable[[Path], None] | None = None) -> Path:
    """The folder of a distribution, downloaded and finished by the first who needs it; others wait meanwhile."""
    ready = _ready(name)
    if ready.exists():
        return ready
    ready.parent.mkdir(parents=True, exist_ok=True)
    with (ready.parent / "native.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            new = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=ready.parent))
            try:
                # -C: a download whose checksum differs is refused.
                run(["mvn", "-q", "-B", "-C", "-f", str(POM), f"dependency:{goal}@{name}", f"-Drelais.output={new}"], f"Maven could not download {name}")
                if finish is not None:
                    finish(new)
                new.chmod(0o755)
                new.rename(ready)
            finally:
                shutil.rmtree(new, ignore_errors=True)
    return ready


def run(command: list[str], problem: str) -> None:
    """A step of preparation, whole or with an error."""
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, "MAVEN_OPTS": os.environ.get("MAVEN_OPTS", "") + " -Djansi.mode=strip"}
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-1200:]
        raise CannotStart(f"{problem}: {said}", "Check that this machine reaches its Maven repository and that the disk is not full, then try again.")
