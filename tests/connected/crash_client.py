"""The client of the crash suite: it writes down each operation as Jepsen does, and repeats what it does not know the outcome of."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import httpx

from tests.support.identity import TestIssuer

Outcome = Literal["ok", "fail", "info"]
PATIENCE = 30.0  # of a caller whose answer was cut off, until the service is back


@dataclass
class Operation:
    """One POST under one key, and what is known of it."""

    path: str
    body: dict[str, Any]
    sources: list[str]
    key: str = field(default_factory=lambda: str(uuid4()))
    outcome: Outcome = "info"
    tries: int = 0
    status: int = 0
    answer: bytes = b""

    @property
    def holds(self) -> dict[str, str]:
        """The hold that was answered for each thing that asked."""
        said = json.loads(self.answer)
        return {item["source_id"]: item["hold"]["id"] for item in said["items"]} if "items" in said else {said["source_id"]: said["id"]}


class Client:
    """Asks the API as a person; every step goes to a log of one JSON object a line."""

    def __init__(self, address: str, issuer: TestIssuer, log: Path) -> None:
        self._issuer, self._log = issuer, log.open("a", encoding="utf-8")
        self._http = httpx.AsyncClient(base_url=address, verify=False, trust_env=False, timeout=20)  # noqa: S501  plain http on this machine
        self.operations: list[Operation] = []

    def sign_in(self) -> None:
        """A token lives five minutes, the suite longer."""
        self._http.headers["Authorization"] = f"Bearer {self._issuer.person('linh')}"

    async def close(self) -> None:
        await self._http.aclose()
        self._log.close()

    def forget(self) -> None:
        self.operations = []

    def _write(self, what: str, operation: Operation, **more: Any) -> None:
        self._log.write(json.dumps({"at": time.monotonic(), "what": what, "key": operation.key, "path": operation.path} | more) + "\n")
        self._log.flush()

    async def perform(self, operation: Operation) -> Operation:
        """Until the outcome is known: cut off, it is asked again under the same key."""
        self.operations.append(operation)
        deadline = time.monotonic() + PATIENCE
        while operation.outcome == "info":
            operation.tries += 1
            self._write("invoke", operation, body=operation.body)
            try:
                answer = await self.send(operation)
            except httpx.TransportError as error:
                self._write("info", operation, error=type(error).__name__)
                assert time.monotonic() < deadline, f"the service did not come back: {type(error).__name__}"
                await asyncio.sleep(0.02)
                continue
            assert answer.status_code < 500, answer.text
            operation.status, operation.answer = answer.status_code, answer.content
            operation.outcome = "ok" if answer.is_success else "fail"
            self._write(operation.outcome, operation, status=answer.status_code)
        return operation

    async def send(self, operation: Operation, **changes: Any) -> httpx.Response:
        return await self._http.post(operation.path, json=operation.body | changes, headers={"Idempotency-Key": operation.key})

    async def enter(self, path: str, body: dict[str, Any]) -> Any:
        """What the story needs before it begins."""
        answer = await self._http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def read(self, path: str, **params: str) -> Any:
        answer = await self._http.get(path, params=params)
        assert answer.is_success, answer.text
        return answer.json()

    async def answers(self) -> bool:
        try:
            return (await self._http.get("/health/live")).is_success
        except httpx.TransportError:
            return False
