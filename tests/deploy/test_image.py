"""The image holds what its processes import, the packages of the lock, and nothing to build or test with."""

import fnmatch
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from deploy.local.state import SERVICES
from tests.deploy.compose import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STAGES = DOCKERFILE.split("\nFROM ")[1:]


def copies() -> list[tuple[list[str], str]]:
    """What comes from this folder: sources and destination."""
    found = []
    for words in (line.split()[1:] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line):
        found.append((words[:-1], words[-1]))
    return found


def locked(path: Path) -> dict[str, set[str]]:
    """Each package with its version, and the hashes of its files."""
    found: dict[str, set[str]] = {}
    for block in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8")):
        if named := re.match(r"([A-Za-z0-9._-]+==[^\s;\\]+)", block):
            found.setdefault(named[1], set()).update(re.findall(r"sha256:[0-9a-f]{64}", block))
    return found


def test_its_packages_are_those_that_are_tested_without_the_tools() -> None:
    ours, all_of_them = locked(ROOT / "deploy/compose/requirements.lock"), locked(ROOT / "requirements.lock")
    assert {package: hashes for package, hashes in ours.items() if all_of_them.get(package) != hashes} == {}
    assert all(ours.values())
    names = {package.split("==")[0] for package in ours}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {name(needed) for needed in project["dependencies"]} <= names
    tools = {name(tool) for extra in project["optional-dependencies"].values() for tool in extra} - {name(needed) for needed in project["dependencies"]}
    assert names & tools <= {"requests", "httpx"}, "those of python-keycloak"


def name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def test_what_is_copied_is_let_through_and_no_secret_is() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    for sources, _destination in copies():
        for source in sources:
            assert (ROOT / source).exists()
            assert passes(source, rules), f"{source} is kept out by .dockerignore"
    for kept_out in ("deploy/compose/private/session", ".env", ".git/config", "tests/conftest.py", "deploy/local/cli.py", "shared/__pycache__/db.pyc"):
        assert not passes(kept_out, rules)


def passes(path: str, rules: list[str]) -> bool:
    """The last rule that names the path or a folder above it decides."""
    let = True
    for rule in rules:
        pattern = rule.removeprefix("!")
        steps = [path, *map(str, Path(path).parents)]
        if any(fnmatch.fnmatch(step, pattern) or (pattern.startswith("**/") and fnmatch.fnmatch(Path(step).name, pattern[3:])) for step in steps):
            let = rule.startswith("!")
    return let


def test_every_process_can_be_imported_from_what_is_copied(tmp_path: Path) -> None:
    for sources, destination in copies():
        place = tmp_path / destination.removeprefix("/")
        for source in sources:
            target = place / Path(source).name if destination.endswith("/") else place
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("private"))
            else:
                shutil.copyfile(ROOT / source, target)
    modules = ["deploy.compose.run", "deploy.local.serve", "deploy.keycloak.provision", "shared.worker", "gateway.app", *(f"services.{service}.app" for service in SERVICES)]
    asked = "import sys; sys.path.insert(0, '.'); import " + ", ".join(modules) + "; from sqlalchemy.orm import configure_mappers; configure_mappers(); print(sys.modules['shared.worker'].__file__)"
    done = subprocess.run([sys.executable, "-I", "-B", "-c", asked], cwd=tmp_path / "opt/relais/app", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("shared/worker.py") and str(ROOT) not in done.stdout


def test_the_final_stage_runs_as_nobody_special_and_builds_nothing() -> None:
    build, final = STAGES
    assert "--require-hashes" in build and "--only-binary=:all:" in build
    assert re.search(r"^USER (\d+):\1$", final, re.MULTILINE) and "USER 0" not in final
    assert "pip uninstall" in final and not re.search(r"pip3? install|apt-get|curl|wget", final)
    assert [line for line in final.splitlines() if line.startswith("COPY")] == ["COPY --from=build /opt/relais /opt/relais"]
