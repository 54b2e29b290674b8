"""The receiver of traces on a free port, to which the code under test sends with the real exporter."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from deploy.local import traces
from deploy.local.trace_store import TraceStore
from shared.telemetry import flush_telemetry, start_telemetry, stop_telemetry
from tests.support.identity import TestIssuer
from tests.support.service import environment


@dataclass
class RunningReceiver:
    url: str
    store: TraceStore
    issuer: TestIssuer

    def get(self, path: str, *, as_: str | None = "ops", token: str | None = None, **query: Any) -> httpx.Response:
        token = token or (self.issuer.person(as_) if as_ else None)
        headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
        with httpx.Client(trust_env=False) as client:
            return client.get(self.url + path, params=query or None, headers=headers)

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        with httpx.Client(trust_env=False) as client:
            return client.post(
                self.url + path,
                content=body,
                headers={"content-type": "application/x-protobuf"} | {name.replace("_", "-"): value for name, value in headers.items()},
            )

    def trace(self, trace_id: str) -> dict[str, Any]:
        """What operations read of a trace once all that was sent is written."""
        flush_telemetry()
        assert self.store.wait_until_written()
        answer = self.get(f"/api/v1/traces/{trace_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def served(app: Any, port: int = 0) -> Iterator[str]:
    """An ASGI application on a free port of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@contextmanager
def running_receiver(issuer: TestIssuer, folder: Path, port: int = 0) -> Iterator[RunningReceiver]:
    store = TraceStore(folder / "traces.db")
    with environment(RELAIS_ENV="test", RELAIS_ISSUER=issuer.url, RELAIS_FILES_DIR=str(folder / "files")), served(traces.create(store=store), port) as url:
        yield RunningReceiver(url, store, issuer)


@contextmanager
def tracing(service: str, endpoint: str, ratio: float = 1.0) -> Iterator[None]:
    """This process as a service that sends to `endpoint`."""
    with environment(RELAIS_OTLP_ENDPOINT=endpoint, RELAIS_TRACE_RATIO=str(ratio)):
        start_telemetry(service)
        try:
            yield
        finally:
            stop_telemetry(1)
