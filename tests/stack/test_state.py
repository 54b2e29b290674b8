"""What an installation keeps, who holds it, and what a killed run leaves."""

import os
import signal
import stat
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from deploy.local import ports, processes
from deploy.local.state import CHECKOUT, CannotStart, State

Usage = namedtuple("Usage", "total used free")
HOLDER = "import sys, time, pathlib; from deploy.local.state import State\nwith State.open(pathlib.Path(sys.argv[1])).owned(): print('held', flush=True); time.sleep(60)"


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.open(tmp_path / "state")


class TestSecrets:
    def test_are_made_once_and_for_their_owner_alone(self, state: State):
        first = state.secrets()
        assert state.secrets() == first
        assert len(set(first.values())) == len(first)
        assert stat.S_IMODE((state.folder / "secrets.json").stat().st_mode) == 0o600

    def test_a_new_one_joins_the_others(self, state: State):
        state.write("secrets", {"postgres": "known"}, private=True)
        assert state.secrets()["postgres"] == "known"
        assert state.secrets()["session"]


class TestWhoHoldsIt:
    def test_the_second_one_is_told_who_is_first(self, state: State):
        with state.owned(), pytest.raises(CannotStart, match=f"already runs here \\(process {os.getpid()}\\)") as refusal, state.owned():
            pass
        assert refusal.value.way_out.endswith("./relais down")

    def test_a_killed_holder_leaves_it_free(self, state: State):
        with subprocess.Popen([sys.executable, "-c", HOLDER, state.folder], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            assert state.owner_pid() == holder.pid
            holder.kill()
        assert state.owner_pid() is None
        with state.owned():
            assert state.owner_pid() == os.getpid()


class TestWhatAKilledRunLeaves:
    def test_its_processes_are_ended(self, state: State):
        # A shell that started us in the background may have had this signal ignored.
        process = subprocess.Popen(["sleep", "60"], start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # noqa: PLW1509 (no threads here)
        state.write("parts", {"kafka": {"pid": process.pid, "birth": processes.birth(process.pid)}})
        assert processes.clear_orphans(state.read("parts")) == ["kafka"]
        assert process.wait(5) == -signal.SIGINT

    def test_a_stranger_with_the_same_number_is_left_alone(self, state: State):
        assert processes.clear_orphans({"kafka": {"pid": os.getpid(), "birth": 1.0}}) == []


class TestWhereItIs:
    def test_a_folder_that_cannot_be_written(self):
        with pytest.raises(CannotStart, match="cannot be written to") as refusal:
            State.open(Path("/proc/relais"))
        assert "RELAIS_STATE_DIR=" in refusal.value.way_out

    def test_a_full_disk(self, state: State, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage(10, 10, 20_000_000))
        with pytest.raises(CannotStart, match="nearly full: 20 MB free, 500 MB are needed"):
            state.check_disk(500_000_000)

    def test_a_disk_that_fills_up_while_writing(self, state: State):
        (state.folder / ".running.new").symlink_to("/dev/full")
        with pytest.raises(CannotStart, match="is full"):
            state.write("running", {"kind": "embedded"})
        assert state.read("running") == {}


class TestPorts:
    def test_a_taken_port_names_its_holder_and_a_free_range(self):
        base = ports.free_base()
        holder = subprocess.Popen(
            [sys.executable, "-c", f"import socket, time; s = socket.create_server(('127.0.0.1', {base})); print(flush=True); time.sleep(60)"], stdout=subprocess.PIPE
        )
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(CannotStart, match=f"Port {base} \\(gateway\\) is taken by python.* \\(process {holder.pid}\\)") as refusal:
                ports.check_free(base, ["gateway", "identity"])
            assert "RELAIS_PORT_BASE=" in refusal.value.way_out
        finally:
            holder.kill()
            holder.communicate()

    @pytest.mark.parametrize("given", ["web", "80", "65000", "-1"])
    def test_a_base_that_is_none(self, given: str, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("RELAIS_PORT_BASE", given)
        with pytest.raises(CannotStart, match="is no port base"):
            ports.chosen_base()
