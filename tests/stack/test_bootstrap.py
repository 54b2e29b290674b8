"""What a stranger's machine may lack, and the sentence each lack gets."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.state import CHECKOUT

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout that was never started."""
    (tmp_path / "deploy" / "local").mkdir(parents=True)
    for name in ("relais", "requirements.lock", "deploy/local/bootstrap.py", "deploy/local/bootstrap.txt"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    return tmp_path


def relais(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([clone / "relais", "doctor"], check=False, capture_output=True, text=True, env={**os.environ, **environment})


class TestTheScript:
    def test_an_old_python_is_named_with_a_way_out(self, clone: Path):
        old = clone / "python3.9"
        old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
        old.chmod(0o755)
        said = relais(clone, RELAIS_PYTHON=str(old))
        assert said.returncode == 1
        assert "Relais needs Python 3.11 or newer; found: Python 3.9.2." in said.stderr
        assert "→ " in said.stderr
        assert "Traceback" not in said.stderr

    def test_no_python_at_all_is_said(self, clone: Path):
        said = relais(clone, RELAIS_PYTHON=str(clone / "nothing"))
        assert said.returncode == 1
        assert "Relais needs Python 3.11 or newer" in said.stderr

    def test_a_python_without_venv_says_what_to_install(self, clone: Path):
        (clone / "broken").mkdir()
        (clone / "broken" / "ensurepip.py").write_text("raise ImportError('Debian splits it')")
        said = relais(clone, RELAIS_PYTHON=sys.executable, PYTHONPATH=str(clone / "broken"))
        assert said.returncode == 1
        assert f"The venv module of Python {sys.version_info.major}.{sys.version_info.minor} is not installed." in said.stderr
        assert "apt install python3" in said.stderr
        assert "Traceback" not in said.stderr

    def test_it_is_called_from_any_folder(self, clone: Path):
        (clone / ".venv" / "bin").mkdir(parents=True)
        python = clone / ".venv" / "bin" / "python"
        python.write_text('#!/bin/sh\necho "$PWD $*"\n')
        python.chmod(0o755)
        for mark in ("requirements.lock", "deploy/local/bootstrap.txt"):
            shutil.copy(clone / mark, clone / ".venv" / Path(mark).name)
        said = subprocess.run([clone / "relais", "token", "linh"], cwd="/", check=False, capture_output=True, text=True)
        assert said.stdout.strip() == f"{clone.resolve()} -m deploy.local.cli token linh"


class TestTheMachine:
    def test_a_full_disk(self, monkeypatch: pytest.MonkeyPatch, clone: Path):
        monkeypatch.setattr(bootstrap, "CHECKOUT", clone)
        monkeypatch.setattr(bootstrap, "VENV", clone / ".venv")
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10, 10, 20_000_000))
        with pytest.raises(bootstrap.CannotPrepare, match=r"The disk of .* is full: 20 MB free"):
            bootstrap.check_machine()

    def test_a_folder_that_cannot_be_written(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(bootstrap, "CHECKOUT", Path("/proc"))  # not even root writes there
        with pytest.raises(bootstrap.CannotPrepare, match="cannot be written to"):
            bootstrap.check_machine()

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            ("OSError: [Errno 28] No space left on device", "filled up"),
            ("THESE PACKAGES DO NOT MATCH THE HASHES ... hash mismatch for uv", "its hash differs"),
            ("Temporary failure in name resolution", "could not be installed"),
        ],
    )
    def test_a_failed_installation_is_told_apart(self, said: str, sentence: str):
        with pytest.raises(bootstrap.CannotPrepare, match=sentence):
            bootstrap.run(sys.executable, "-c", f"import sys; sys.exit({said!r})")
