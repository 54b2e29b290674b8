"""The upgrade from the previous release, rehearsed: its code keeps answering on the new schema, both versions work side by side, nothing is different afterwards."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from deploy.local.ports import free_port
from deploy.local.postgres import EXTENSIONS, Postgres
from deploy.local.state import CHECKOUT
from tests.support.identity import TestIssuer
from tests.support.service import settings_of
from tests.support.system import call, until

pytestmark = [pytest.mark.stack, pytest.mark.embedded]

PREVIOUS = (CHECKOUT / "deploy" / "previous-release.txt").read_text().strip()
OTHERS = ("recruitment", "training", "appointment", "rotation", "observatory")
READERS = ("linh", "analyst", "licensing")


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the previous release, from the history of this repository."""
    folder = tmp_path_factory.mktemp("previous")
    packed = folder / "code.tar"
    subprocess.run(["git", "-C", str(CHECKOUT), "archive", "--format=tar", f"--output={packed}", PREVIOUS], check=True)
    with tarfile.open(packed) as archive:
        archive.extractall(folder / "code", filter="data")
    return folder / "code"


@dataclass
class Upgrade:
    """One service whose database goes from the previous schema to the present one; processes of both codes on it."""

    service: str
    previous: Path
    issuer: TestIssuer
    environment: dict[str, str]

    def run(self, code: Path, script: str) -> None:
        done = subprocess.run([sys.executable, "-c", script], cwd=code, env=os.environ | self.environment, check=False, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr

    def migrate(self, code: Path) -> None:
        self.run(code, f"from deploy.local.serve import migrate_service; migrate_service({self.service!r})")

    @contextmanager
    def serving(self, code: Path) -> Iterator["Api"]:
        port = free_port()
        script = f"from deploy.local.serve import serve; serve({self.service!r}, 'services.{self.service}.app', {port})"
        process = subprocess.Popen([sys.executable, "-c", script], cwd=code, env=os.environ | self.environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        api = Api(f"http://127.0.0.1:{port}", self.service, self.issuer)
        try:
            until(lambda: process.poll() is not None or api.is_ready(), f"the API of {self.service} answers")
            assert process.poll() is None, process.communicate()[1].decode()
            yield api
        finally:
            process.terminate()
            process.communicate(timeout=30)


@dataclass
class Api:
    """One process of one version."""

    address: str
    service: str
    issuer: TestIssuer

    def is_ready(self) -> bool:
        try:
            with urlopen(f"{self.address}/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def ask(self, person: str, path: str, method: str = "GET", body: Any = None, **params: Any) -> tuple[int, Any]:
        return call(self.issuer.person(person), f"{self.address}/api/v1/{self.service}/{path}", method, body, **params)

    def lists(self) -> list[str]:
        """Every address that is read without naming one thing and without a parameter that must be given."""
        with urlopen(f"{self.address}/api/v1/{self.service}/openapi.json", timeout=30) as answer:
            paths = json.load(answer)["paths"]
        prefix = f"/api/v1/{self.service}/"
        return [
            path.removeprefix(prefix)
            for path, methods in paths.items()
            if "get" in methods and "{" not in path and path.startswith(prefix) and not any(parameter.get("required") for parameter in methods["get"].get("parameters", ()))
        ]

    def says(self, addresses: list[str]) -> dict[tuple[str, str], int]:
        """The status of each list, for each of some readers."""
        return {(person, path): self.ask(person, path)[0] for path in addresses for person in READERS}


@contextmanager
def upgrade_of(service: str, previous: Path, postgres: Postgres, issuer: TestIssuer, files: Path) -> Iterator[Upgrade]:
    name = f"{service}_of_previous_release"
    extensions = "\n".join(f"CREATE EXTENSION {extension};" for extension in EXTENSIONS)
    postgres.sql(
        f"CREATE DATABASE {name} OWNER {service}_owner;\nGRANT CONNECT, TEMPORARY ON DATABASE {name} TO {service}_app, {service}_worker;\n"
        f"\\connect {name}\n{extensions}\nALTER SCHEMA public OWNER TO {service}_owner;"
    )
    try:
        yield Upgrade(service, previous, issuer, settings_of(service, postgres, issuer, files, RELAIS_DATABASE_NAME=name))
    finally:
        postgres.sql(f"DROP DATABASE {name} WITH (FORCE);")


def facility(code: str) -> dict[str, Any]:
    return {"code": code, "name": f"Trạm {code}", "type": "station", "level": "commune", "area_code": "VN-22-06652", "authority": "VN-22", "valid_from": "2020-01-01"}


def facilities(api: Api) -> dict[str, Any]:
    status, answer = api.ask("linh", "facilities", limit=200)
    assert status == 200, answer
    return {item["code"]: (item["id"], item["name"], item["type"], item["authority"]) for item in answer["items"]}


def test_the_registry_is_upgraded_while_people_work(previous: Path, postgres: Postgres, issuer: TestIssuer, files_dir: Path):
    with upgrade_of("registry", previous, postgres, issuer, files_dir) as upgrade:
        upgrade.migrate(previous)
        with upgrade.serving(previous) as old:
            assert old.ask("linh", "facilities", "POST", facility("VN-22-A"))[0] == 201
            before, lists = facilities(old), old.lists()
            told = old.says(lists)
            upgrade.migrate(CHECKOUT)  # expand, under the code that knows nothing of it
            assert facilities(old) == before
            assert old.says(lists) == told
            assert old.ask("linh", "facilities", "POST", facility("VN-22-B"))[0] == 201
            with upgrade.serving(CHECKOUT) as new:  # both together
                assert new.ask("linh", "facilities", "POST", facility("VN-22-C"))[0] == 201
                assert old.ask("linh", "facilities", "POST", facility("VN-22-D"))[0] == 201
                known = facilities(new)
                assert known == facilities(old)
                assert set(known) == {f"VN-22-{letter}" for letter in "ABCD"}
                assert known["VN-22-A"] == before["VN-22-A"]
                assert {line: status for line, status in new.says(lists).items() if status != told[line]} == {}


@pytest.mark.long
@pytest.mark.parametrize("service", OTHERS)
def test_every_service_answers_on_the_new_schema_in_both_versions(service: str, previous: Path, postgres: Postgres, issuer: TestIssuer, files_dir: Path):
    with upgrade_of(service, previous, postgres, issuer, files_dir) as upgrade:
        upgrade.migrate(previous)
        with upgrade.serving(previous) as old:
            lists = old.lists()
            told = old.says(lists)
            assert 200 in told.values()
            upgrade.migrate(CHECKOUT)
            assert old.says(lists) == told
            with upgrade.serving(CHECKOUT) as new:
                assert new.says(lists) == told
