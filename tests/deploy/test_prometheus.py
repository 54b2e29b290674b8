"""Prometheus itself reads the running system with our configuration, and answers every question of the dashboards."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml

from deploy.local.ports import free_port
from deploy.local.stack import RunningStack
from tests.deploy.compose import ROOT
from tests.deploy.queries import RECORDED, all_queries

pytestmark = [pytest.mark.stack, pytest.mark.full]
FOLDER = ROOT / "deploy/prometheus"
NOT_OURS = "(Debian: apt install prometheus)"


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is needed {NOT_OURS}"
    return found


def promtool(*words: str, text: str | None = None) -> None:
    done = subprocess.run([program("promtool"), *words], cwd=FOLDER, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_configuration_and_rules_are_accepted() -> None:
    promtool("check", "config", "prometheus.yml")


def test_alerts_come_when_they_must_and_not_before() -> None:
    promtool("test", "rules", "rules_test.yml")


class Prometheus:
    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def ask(self, path: str, **params: str) -> Any:
        with urlopen(f"{self.address}/api/v1/{path}?{urlencode(params)}", timeout=10) as answer:
            return json.load(answer)["data"]

    def series(self, metric: str) -> list[dict[str, str]]:
        return [found["metric"] for found in self.ask("query", query=f'{{__name__="{metric}"}}')["result"]]


@pytest.fixture(scope="module")
def prometheus(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Our configuration and rules; only the addresses are those of this machine, and it looks every second."""
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    stack.account("linh").token()
    with urlopen(f"{stack.public_url}/docs", timeout=10):
        pass
    configuration = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(FOLDER / "rules.yml")]
    (job,) = [job for job in configuration["scrape_configs"] if job["job_name"] == "relais"]
    # Here one process is API and worker at once.
    groups = [group for group in job["static_configs"] if group["labels"]["process"] == "api"]
    job["static_configs"] = [{"targets": [f"127.0.0.1:{stack.port(group['labels']['service'] + '_metrics')}"], "labels": group["labels"]} for group in groups]
    configuration["scrape_configs"] = [job]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    running = start(folder, port)
    try:
        yield wait_until_read(Prometheus(port), running, len(groups), folder / "log")
    finally:
        running.terminate()
        running.wait(20)


def start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    command = [program("prometheus"), f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def wait_until_read(prometheus: Prometheus, running: "subprocess.Popen[bytes]", targets: int, log: Path) -> Prometheus:
    """Two looks at least: a rate needs them; and the statements, which are measured at the start of each worker."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert running.poll() is None, log.read_text()
        try:
            up = prometheus.ask("query", query='count(count_over_time(up{job="relais"}[1m]) >= 3)')["result"]
            if up and float(up[0]["value"][1]) == targets and prometheus.series("relais_statement_calls_total") and prometheus.series("relais:duration:p99_5m"):
                return prometheus
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"Prometheus does not read the system: {prometheus.ask('targets')}")


def test_every_process_answers(prometheus: Prometheus) -> None:
    found = prometheus.ask("query", query="up")["result"]
    assert len(found) == 8
    assert [entry["metric"] for entry in found if entry["value"][1] != "1"] == []


def test_every_measure_that_is_asked_for_is_there_with_its_labels(prometheus: Prometheus) -> None:
    for query in all_queries():
        carried: set[str] = set()
        for metric in query.metrics:
            series = prometheus.series(metric)
            if metric != "relais:errors:ratio5m":  # exists once something was asked in the last five minutes
                assert series, f"{query.place}: nobody measures {metric}"
            carried |= {label for found in series for label in found}
        assert query.labels - {"service"} <= carried | {"service"}, query.place


def test_every_question_of_dashboards_and_alerts_is_answered(prometheus: Prometheus) -> None:
    for query in all_queries():
        prometheus.ask("query", query=query.runnable())  # what cannot be read or computed is answered with 400 or 422
    assert RECORDED - {found["name"] for group in prometheus.ask("rules")["groups"] for found in group["rules"] if found["health"] == "ok"} == set()


def test_no_label_holds_a_path_or_a_person(prometheus: Prometheus) -> None:
    routes = {series["http_route"] for series in prometheus.series("http_server_request_duration_seconds_count")}
    assert "/docs" in routes
    assert [route for route in routes if any(character.isdigit() for segment in route.split("/") if not segment.startswith("{") and segment != "v1" for character in segment)] == []
    known = {
        "__name__",
        "instance",
        "job",
        "service",
        "process",
        "role",
        "state",
        "topic",
        "outcome",
        "statement",
        "query_id",
        "http_request_method",
        "http_route",
        "http_response_status_code",
    }
    assert {label for query in all_queries() for metric in query.metrics for series in prometheus.series(metric) for label in series} - known <= {"le"}
