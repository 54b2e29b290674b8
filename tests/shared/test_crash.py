"""Crash points kill in tests alone, and the calls themselves are the list that the crash suite goes through."""

import ast
import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared import crash
from shared.crash import crash_point, crash_point_once_sent, crash_points
from shared.settings import Settings
from tests.support.service import environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kills(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The operating system's part: what it was asked to end."""
    asked: list[Any] = []
    monkeypatch.setattr(crash.os, "kill", lambda _process, number: asked.append(number))
    crash.passes.clear()
    return asked


class TestInert:
    def test_unless_a_test_asks(self, kills: list[Any]):
        for point in crash_points():
            crash_point(point)
        assert kills == []

    @pytest.mark.parametrize("env", ["demo", "production"])
    def test_outside_tests_even_when_asked(self, kills: list[Any], env: str, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(crash, "settings", lambda: Settings.model_construct(env=env, crash_at="relay.after_ack"))
        crash_point("relay.after_ack")
        assert crash_point_once_sent("relay.after_ack") is False
        assert kills == []

    def test_production_does_not_start_with_one(self):
        with pytest.raises(ValidationError, match="RELAIS_CRASH_AT is for tests"):
            Settings(env="production", crash_at="relay.after_ack")


class TestArmed:
    def test_dies_at_the_pass_that_was_asked_for(self, kills: list[Any]):
        with environment(RELAIS_ENV="test", RELAIS_CRASH_AT="relay.after_ack:3"):
            for passes in range(1, 4):
                assert kills == []
                crash_point("relay.after_mark")
                crash_point("relay.after_ack")
                assert crash.passes == {"relay.after_ack": passes}
        assert kills == [signal.SIGKILL]

    async def test_once_what_was_written_has_left(self, kills: list[Any]):
        with environment(RELAIS_ENV="test", RELAIS_CRASH_AT="commit.sent"):
            assert crash_point_once_sent("commit.sent") is True
            assert kills == []
            await asyncio.sleep(0)
        assert kills == [signal.SIGKILL]

    def test_at_a_name_that_does_not_exist_is_refused(self):
        with environment(RELAIS_ENV="test", RELAIS_CRASH_AT="relay.after_lunch"), pytest.raises(ValueError, match="names no crash point"):
            crash_point("relay.after_ack")


def test_every_call_in_the_source_is_in_the_list():
    called = {name for package in ("shared", "services", "gateway", "deploy") for path in (ROOT / package).rglob("*.py") for name in names_called_in(path)}
    assert called == set(crash_points())


def names_called_in(path: Path) -> set[str]:
    """By the parser, where the list itself is read by a pattern: a name that is computed, or a call written otherwise, is found here."""
    source = path.read_text(encoding="utf-8")
    if "crash_point" not in source or path.name == "crash.py":
        return set()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("crash_point", "crash_point_once_sent")]
    return {ast.literal_eval(call.args[0]) for call in calls}
