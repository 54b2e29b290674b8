"""`./relais up` as a person uses it: the whole system, what breaks in it, and how it ends. On the kind of stack that `./relais test --stack` chose."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

from deploy.local import ports
from deploy.local.stack import RunningStack, running_stack, temporary_folder
from deploy.local.state import CHECKOUT
from tests.support.system import STACK_KIND, until

pytestmark = pytest.mark.stack

MOST_MEMORY = {"embedded": 800, "full": 2_000}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with temporary_folder() as made:
        yield made


@pytest.fixture(scope="module")
def here(folder: Path) -> Iterator[RunningStack]:
    """A system of our own: these tests break it."""
    with running_stack(STACK_KIND, state_dir=folder) as running:
        yield running


def relais(stack: RunningStack, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.local.cli", *words], cwd=CHECKOUT, check=False, capture_output=True, text=True, env={**os.environ, **stack.env}, timeout=120
    )


def provinces(stack: RunningStack, token: str) -> int:
    with urlopen(
        Request(f"{stack.public_url}/api/v1/registry/areas?country=VN&level=province&as_of=2025-09-30&limit=100", headers={"Authorization": f"Bearer {token}"}), timeout=30
    ) as answer:
        return len(json.load(answer)["items"])


def printed(stack: RunningStack) -> str:
    """All that `up` says. It is ready a moment before it has said so."""
    log = stack.state.folder / "up.log"
    until(lambda: "Stop with Ctrl-C" in log.read_text(), "everything is said", 10)
    return log.read_text()


class TestWhatItSays:
    def test_address_accounts_and_how_long_each_part_took(self, here: RunningStack):
        said = printed(here)
        assert f"{here.public_url}\n" in said
        for word in ("postgres", "kafka", "identity", "gateway", "registry", "linh", "Nguyễn Thùy Linh", "Stop with Ctrl-C"):
            assert word in said

    @pytest.mark.embedded
    def test_the_day_of_a_demo(self, here: RunningStack):
        with running_stack(today=date(2025, 9, 30)) as other:
            assert "its day is 2025-09-30" in printed(other)
            assert other.env["RELAIS_TODAY"] == "2025-09-30"


class TestCommands:
    def test_token_of_a_person_and_of_a_machine(self, here: RunningStack):
        for words in (["linh"], ["--client", "ministry-health"]):
            said = relais(here, "token", *words)
            assert said.returncode == 0, said.stderr
            assert provinces(here, said.stdout.strip()) == 34

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["token", "nobody"], "nobody was not let in"),
            (["token"], "Say who"),
            (["token", "--client", "portal"], "portal is no machine client of the demo"),
            (["dead-letters", "kitchen"], "There is no service kitchen"),
            (["replay", "registry", "everything"], "everything is no id of a dead letter"),
            (["rebuild", "portal"], "portal hears no event"),
            (["play", "atlantis"], "There is no story atlantis"),
            (["up"], "Relais already runs here"),
        ],
    )
    def test_a_wrong_word_gets_a_sentence(self, here: RunningStack, words: list[str], sentence: str):
        said = relais(here, *words)
        assert said.returncode == 1
        assert f"✗ {sentence}" in said.stderr
        assert "→ " in said.stderr
        assert "Traceback" not in said.stderr

    def test_there_is_no_dead_letter_at_first(self, here: RunningStack):
        assert relais(here, "dead-letters", "observatory").stdout == "observatory has no dead letter.\n"

    def test_doctor_tells_what_each_part_uses(self, here: RunningStack):
        said = relais(here, "doctor").stdout
        assert f"the {STACK_KIND} stack at {here.public_url}" in said
        used = int(said.split("Memory (PSS): ")[1].split(" MB")[0])
        assert 0 < used <= MOST_MEMORY[STACK_KIND], said


class TestFaults:
    @pytest.mark.parametrize("part", ["registry", "gateway", "identity", "traces", "kafka", "postgres"])
    def test_a_part_that_is_killed_comes_back_and_the_system_with_it(self, here: RunningStack, part: str):
        here.restart(part, patience=180)
        until(lambda: f"{part} runs again." in printed(here), "the launcher said so", 30)
        assert f"{part} was killed by signal 9 (SIGKILL)" in printed(here)
        here.wait_for("registry")
        until(lambda: provinces(here, here.sign_in("linh")) == 34, "the registry answers", 30)

    def test_the_api_answers_while_the_broker_is_down(self, here: RunningStack):
        here.hold("kafka")
        try:
            assert provinces(here, here.sign_in("linh")) == 34
        finally:
            here.release("kafka", patience=120)


class TestTheEnd:
    def test_a_killed_launcher_is_cleaned_up_by_the_next_start(self, folder: Path, here: RunningStack):
        parts = [psutil.Process(int(entry["pid"])) for entry in here.state.read("parts").values()]
        assert len(parts) >= 9
        os.kill(here.launcher, signal.SIGKILL)
        until(lambda: not any(part.is_running() and part.status() != psutil.STATUS_ZOMBIE for part in parts), "every part is gone")
        with running_stack(STACK_KIND, state_dir=folder, port_base=here.base) as again:
            assert "The previous run was killed" in printed(again)
            assert provinces(again, again.sign_in("linh")) == 34

    @pytest.mark.embedded
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_no_process_stays(self, number: int):
        with running_stack() as running:
            launcher = psutil.Process(running.launcher)
            family = launcher.children(recursive=True)
            launcher.send_signal(number)
            until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family), "every process ended", 20)
            until(lambda: "Stopped." in printed(running), "it says so", 10)

    @pytest.mark.embedded
    def test_a_taken_port_is_named(self, folder: Path):
        base = ports.free_base()
        with (
            socket.create_server(("127.0.0.1", base + 10110)),
            pytest.raises(RuntimeError, match=f"Port {base + 10110} \\(registry\\) is taken by python.*\n→ .*RELAIS_PORT_BASE="),
        ):
            with running_stack(port_base=base):
                pass
