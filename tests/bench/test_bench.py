"""The harness itself: what a figure is worth is decided here, so it is tested like any other promise."""

import io
import json
import math
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.stack import temporary_folder
from deploy.local.state import CHECKOUT
from tests.bench.__main__ import NAMES, run
from tests.bench.harness import Kind, MeasureFailed, Plan, Row, Verdict, interleave, keep, limited, percentile, reached, table
from tests.bench.load import Load
from tests.bench.parts import cores

KEYS = {"name", "contender", "baseline", "ratio", "target", "spread", "ok"}


def row(ours: list[float], theirs: list[float], kind: Kind = Kind.RATE, target: float = 1.0) -> Row:
    return Row("gateway", "CPU time per request", "ours", "theirs", "µs", ours, theirs, kind, target)


class TestStatistics:
    def test_the_ratio_is_the_median_of_the_rounds_ratios(self) -> None:
        assert row([10, 20, 90], [10, 10, 30]).ratio == 2.0  # of 1, 2 and 3; the means would say 2.4

    def test_a_cost_is_better_when_it_is_smaller(self) -> None:
        cheaper = row([50, 50], [75, 75], Kind.COST)
        assert (cheaper.ratio, cheaper.verdict) == (1.5, Verdict.MET)
        assert row([75, 75], [50, 50], Kind.COST).verdict is Verdict.MISSED

    def test_a_limit_is_kept_from_below(self) -> None:
        assert limited("cold", "from kill to ready", "stack", [6, 6, 6], 8, "s").verdict is Verdict.MET
        assert limited("cold", "from kill to ready", "stack", [9, 9, 9], 8, "s").verdict is Verdict.MISSED
        assert reached("writes", "writes a second", "registry", [900, 900], 1000, "writes/s").verdict is Verdict.MISSED

    def test_a_floor_that_the_limit_itself_does_not_reach_says_nothing_of_us(self) -> None:
        def at(ours: float, limit: float) -> Verdict:
            return reached("registry", "lists a second", "registry", [ours, ours], 2000, "lists/s", limit=[limit, limit]).verdict

        assert at(700, 900) is Verdict.BEYOND
        assert at(700, 2100) is Verdict.MISSED
        assert at(2050, 1900) is Verdict.MET, "whoever reaches it anyway has"
        assert not reached("registry", "lists a second", "registry", [700], 2000, "lists/s", limit=[900]).ok

    @pytest.mark.parametrize(("ours", "verdict"), [([100, 101, 102, 103, 104], Verdict.MET), ([100, 120, 140, 160, 180], Verdict.REFUSED)])
    def test_no_verdict_when_the_rounds_disagree_by_more_than_fifteen_hundredths(self, ours: list[float], verdict: Verdict) -> None:
        found = row(ours, [50] * 5)
        assert found.verdict is verdict
        assert found.ok is (verdict is Verdict.MET)

    def test_what_is_far_below_a_limit_may_waver(self) -> None:
        assert limited("gateway", "p99 added", "ours", [0.1, 0.2, 0.3], 2, "ms").verdict is Verdict.MET

    def test_a_round_that_measured_nothing_fails(self) -> None:
        with pytest.raises(MeasureFailed):
            _ = row([10, 0], [10, 10], Kind.COST).ratio
        with pytest.raises(MeasureFailed):
            percentile([], 0.99)

    def test_contenders_take_turns(self) -> None:
        turns: list[str] = []
        found = interleave(3, {"a": lambda: turns.append("a"), "b": lambda: turns.append("b")})
        assert turns == ["a", "b", "a", "b", "a", "b"]
        assert {name: len(each) for name, each in found.items()} == {"a": 3, "b": 3}


class TestWhatIsTold:
    def test_a_row_as_json(self, tmp_path: Path) -> None:
        told = row([10.0, 20.0, 30.0], [20.0, 40.0, 60.0], Kind.COST, 1.0)
        assert told.as_json().keys() >= KEYS
        assert (told.as_json()["ratio"], told.as_json()["target"], told.as_json()["ok"]) == (2.0, 1.0, True)
        kept = json.loads(keep(tmp_path, [told], {"cores": 2}, {"cold": "did not start"}).read_text())
        assert kept["rows"] == [json.loads(json.dumps(told.as_json()))]
        assert (kept["machine"], kept["failed"]) == ({"cores": 2}, {"cold": "did not start"})

    def test_the_table_says_the_verdict(self) -> None:
        console = Console(width=200, record=True, file=io.StringIO())
        console.print(table([row([1, 1], [1, 1]), row([1, 9], [1, 1]), limited("cold", "memory", "stack", [1.0, 1.0], 0.8, "GB")]))
        said = console.export_text().splitlines()
        assert [line.split()[-1] for line in said[1:]] == ["met", "refused", "missed"]
        assert "limit: 0.8 GB" in said[3] and "≤ 1" in said[3]

    def test_an_unknown_name_is_refused_with_those_that_there_are(self) -> None:
        done = subprocess.run([sys.executable, "-m", "tests.bench", "gatway"], check=False, capture_output=True, text=True, cwd=CHECKOUT)
        assert done.returncode == 1
        assert "gatway" in done.stderr and "gateway, registry, writes" in done.stderr


@contextmanager
def answering(*statuses: int, headers: dict[str, str] | None = None) -> Iterator[int]:
    """A server that gives these answers in turn; its port."""
    turn = iter(range(10**9))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(statuses[next(turn) % len(statuses)])
            for name, value in ({"Content-Length": "2"} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_args: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    asking = Load(cores()[1], tmp_path_factory.mktemp("load"))
    yield asking
    asking.close()


@pytest.fixture(scope="module")
def requests(load: Load) -> Path:
    return load.requests([b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"])


class TestLoad:
    @pytest.mark.parametrize("rate", [0, 200], ids=["closed loop", "open loop"])
    def test_every_answer_is_counted_and_timed(self, load: Load, requests: Path, rate: float) -> None:
        with answering(200) as port:
            found = load.run(requests, port, seconds=0.2, connections=2, rate=rate).without_errors("server")
        assert found.good == found.answers > 0
        assert found.answers <= len(found.latencies)
        assert 0 < found.p(0.5) <= found.p(0.99)

    def test_the_open_loop_sends_what_its_rate_says(self, load: Load, requests: Path) -> None:
        with answering(200) as port:
            found = load.run(requests, port, seconds=0.5, connections=4, rate=100)
        assert len(found.latencies) + found.unanswered + found.broken <= 50

    def test_an_error_fails_the_measure(self, load: Load, requests: Path) -> None:
        with answering(200, 200, 500) as port, pytest.raises(MeasureFailed, match="errors"):
            load.run(requests, port, seconds=0.2, connections=2).without_errors("server")

    def test_a_refusal_is_an_error_where_none_is_expected_and_must_say_when_to_come_back_where_one_is(self, load: Load, requests: Path) -> None:
        with answering(200, 503, headers={"Retry-After": "1"}) as port:
            found = load.run(requests, port, seconds=0.2, connections=2)
        assert found.refusal_latencies
        assert found.without_errors("server", refusals=True) is found
        with pytest.raises(MeasureFailed):
            found.without_errors("server")
        with answering(200, 503) as port, pytest.raises(MeasureFailed, match="when to come back"):
            load.run(requests, port, seconds=0.2, connections=2).without_errors("server", refusals=True)

    def test_nobody_there_fails_the_measure(self, load: Load, requests: Path) -> None:
        with pytest.raises(MeasureFailed, match="Nobody answers"):
            load.run(requests, 1, seconds=0.1)


class TestRuns:
    def test_tokens_are_measured_in_a_moment(self, tmp_path: Path) -> None:
        quiet = Console(file=io.StringIO())
        rows, failed = run(["tokens"], Plan(seconds=0.03, rounds=2, people=100), tmp_path, quiet)
        assert not failed
        assert [each.name for each in rows] == ["tokens"] * 3
        assert all(each.ratio > 0 for each in rows)
        assert rows[2].ok, "a revoked token lives on for at most a minute"

    @pytest.mark.stack
    @pytest.mark.embedded
    @pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in ("gateway", "registry") else [pytest.mark.long]) for name in NAMES if name != "tokens"])
    def test_every_measure_runs(self, name: str) -> None:
        with temporary_folder() as state:
            done = subprocess.run(
                [sys.executable, "-m", "deploy.local.cli", "bench", name, "--json", "--seconds", "0.3", "--rounds", "1", "--people", "200"],
                check=False, capture_output=True, text=True, cwd=CHECKOUT, env={**os.environ, "RELAIS_STATE_DIR": str(state)}, timeout=300,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            rows = json.loads(done.stdout)
            assert rows
            for each in rows:
                assert each.keys() >= KEYS
                assert each["name"] == name
                assert math.isfinite(each["ratio"])
            assert len(list((state / "bench" / "runs").glob("*.json"))) == 1
