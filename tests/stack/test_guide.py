"""The guide for ministries, followed to the letter: each command of the page is run as it stands there, one after the other."""

import html
import json
import re
import subprocess
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from deploy.local.stack import RunningStack
from tests.support.system import call, until

pytestmark = pytest.mark.stack

COMMAND = re.compile(r'<pre tabindex="0" class="run"(?: data-answer="(\d+)")?>(.*?)</pre>', re.DOTALL)


def test_every_command_does_what_the_page_says(stack: RunningStack, tmp_path: Path) -> None:
    token, figure = stack.client_token("ministry-sandbox"), f"{stack.public_url}/api/v1/observatory/figures/density.doctors"
    until(lambda: call(token, figure, area="VN-22")[0] == 200, "the observatory has heard of the province", 30)
    with urlopen(Request(f"{stack.public_url}/docs/ministries", headers={"Accept-Language": "en"}), timeout=30) as answer:
        commands = [(refused, html.unescape(command)) for refused, command in COMMAND.findall(answer.read().decode())]
    assert len(commands) == 7
    script = "set -eo pipefail\n" + "\n".join(f"{command}\necho; echo '--8<--'" for _refused, command in commands)
    ran = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    _token, extract, changes, then, said, refused, quota = ran.stdout.split("--8<--\n")[:7]
    lines = [json.loads(line) for line in (tmp_path / "assignments.ndjson").read_text().splitlines()]
    assert [json.loads(line) for line in extract.splitlines() if line] == lines[:2]
    assert changes.split()[0] == str(len((tmp_path / "changes.ndjson").read_text().splitlines()))
    assert then.strip().isdigit()
    assert json.loads(said)["id"] == "density.doctors"
    problem, _break, status = refused.strip().rpartition("\n")
    assert (json.loads(problem)["status"], status) == (403, commands[5][0])
    assert "ratelimit: " in quota.lower()
    own = json.loads(quota.strip().splitlines()[-1])
    assert (own["client_id"], own["per_minute"] > 0) == ("ministry-sandbox", True)
