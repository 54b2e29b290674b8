"""The offline bundle, rehearsed: made here, unpacked elsewhere, started where no index can be reached."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from deploy.local import bootstrap, ports
from deploy.local.bundle import bundle
from deploy.local.stack import temporary_folder
from deploy.local.state import CannotStart

NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there: whatever asks an index or goes through a proxy fails."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as made:
        yield made


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path):
    (tmp_path / "relais.tar.gz").touch()
    with pytest.raises(CannotStart, match="exists already"):
        bundle(tmp_path / "relais.tar.gz")


class TestWhereThePackagesComeFrom:
    def test_an_index_unless_the_bundle_has_them(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(bootstrap, "WHEELS", tmp_path / "wheels")
        assert bootstrap.sources() == []
        (tmp_path / "wheels").mkdir()
        assert bootstrap.sources() == ["--no-index", "--find-links", str(tmp_path / "wheels")]

    def test_a_bundle_of_another_kind_of_machine_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(bootstrap, "WHEELS", tmp_path)
        (tmp_path / bootstrap.MADE_FOR).write_text("CPython 3.9 Plan9 vax\n")
        with pytest.raises(bootstrap.CannotPrepare, match=r"This bundle was made for CPython 3\.9 Plan9 vax, this is "):
            bootstrap.check_machine()


@pytest.mark.long
@pytest.mark.embedded
def test_a_machine_without_a_network_starts_from_the_bundle(folder: Path):
    revision = bundle(folder / "relais.tar.gz")
    with tarfile.open(folder / "relais.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    here, state = folder / "relais", folder / "state"
    assert (here / "REVISION").read_text().strip() == revision
    base = ports.free_base()
    empty = {name: str(folder / "empty" / name) for name in ("HOME", "PIP_CACHE_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME")}
    no_network = dict.fromkeys(("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE) | {"NO_PROXY": "127.0.0.1"}
    known = {name: value for name, value in os.environ.items() if not name.startswith(("RELAIS_", "PIP_", "UV_", "VIRTUAL_ENV"))}
    environment = known | empty | no_network | {"PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1", "RELAIS_STATE_DIR": str(state), "RELAIS_PORT_BASE": str(base)}
    environment["RELAIS_PYTHON"] = str(Path(sys.executable).resolve())

    def relais(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([here / "relais", *words], check=False, capture_output=True, text=True, env=environment, timeout=600)

    started = relais("up", "--empty", "--detach")
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        with urlopen(f"http://127.0.0.1:{base}/health", timeout=30) as answer:
            assert answer.status == 200
    finally:
        relais("down")
