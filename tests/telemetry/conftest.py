"""A real receiver on a free port for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import traces
from deploy.local.trace_store import TraceStore
from tests.support.identity import TestIssuer
from tests.support.service import environment
from tests.support.telemetry import RunningReceiver, served, tracing


@pytest.fixture
def identity(issuer: TestIssuer, tmp_path: Path) -> Iterator[TestIssuer]:
    with environment(RELAIS_ENV="test", RELAIS_ISSUER=issuer.url, RELAIS_FILES_DIR=str(tmp_path / "files")):
        yield issuer


@pytest.fixture
def receiver(identity: TestIssuer, tmp_path: Path) -> Iterator[RunningReceiver]:
    store = TraceStore(tmp_path / "traces.db")
    with served(traces.create(store=store)) as url:
        yield RunningReceiver(url, store, identity)


@pytest.fixture
def traced(receiver: RunningReceiver) -> Iterator[RunningReceiver]:
    """The receiver, with this process tracing to it as `registry`."""
    with tracing("registry", receiver.url):
        yield receiver
