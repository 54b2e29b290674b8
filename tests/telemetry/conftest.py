"""A real receiver on a free port for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.identity import TestIssuer
from tests.support.telemetry import RunningReceiver, running_receiver, tracing


@pytest.fixture
def receiver(issuer: TestIssuer, tmp_path: Path) -> Iterator[RunningReceiver]:
    with running_receiver(issuer, tmp_path) as running:
        yield running


@pytest.fixture
def traced(receiver: RunningReceiver) -> Iterator[RunningReceiver]:
    """The receiver, with this process tracing to it as `registry`."""
    with tracing("registry", receiver.url):
        yield receiver
