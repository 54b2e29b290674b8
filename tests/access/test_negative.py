"""What no client should send is refused in words: no defect, no silent acceptance. Schemathesis makes the requests from each service's description."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from tests.access.conftest import Filled
from tests.access.door import ask
from tests.access.requests import Asked
from tests.access.test_crossing import nothing, token_of
from tests.support.identity import TestIssuer

UNAVAILABLE = 503


def cases_of(operation: Any, mode: GenerationMode, examples: int) -> list[Any]:
    made: list[Any] = []

    @settings(max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def make(case: Any) -> None:
        made.append(case)

    make()
    return made


def requests_of(service: Filled, mode: GenerationMode, examples: int) -> Iterator[tuple[str, Asked]]:
    """The same requests in every run."""
    schema = schemathesis.openapi.from_dict(service.app.app.app.app.openapi())
    for found in schema.get_all_operations():
        for case in cases_of(found.ok(), mode, examples):
            ready = requests.Request(**case.as_transport_kwargs(base_url="http://relais.test")).prepare()
            address = urlsplit(str(ready.url))
            body = ready.body.encode() if isinstance(ready.body, str) else ready.body
            yield (
                f"{case.method} {case.path}",
                Asked(str(ready.method), address.path + (f"?{address.query}" if address.query else ""), body, ready.headers.get("Content-Type", "application/json")),
            )


async def tried(service: Filled, token: str, mode: GenerationMode, examples: int) -> list[str]:
    """What is wrong with the answers."""
    documented = {(operation.method, operation.path): {*operation.said["responses"], "401", "405", "404", "422", str(UNAVAILABLE)} for operation in service.operations}
    wrong = []
    for name, asked in requests_of(service, mode, examples):
        answer = await ask(service.app, asked, token)
        method, path = name.split(" ", 1)
        told = f"{name} {asked.target[:200]} {asked.body!r:.300}: {answer.status}"
        if answer.status >= 500 and answer.status != UNAVAILABLE:
            wrong.append(f"{told} is a defect")
        elif (method, path) in documented and str(answer.status) not in documented[method, path]:
            wrong.append(f"{told} is not described")
        elif answer.status >= 400 and answer.headers.get("content-type") != "application/problem+json":
            wrong.append(f"{told} is no problem document")
    return wrong


@pytest.mark.long
class TestEveryService:
    @pytest.mark.parametrize("mode", [GenerationMode.NEGATIVE, GenerationMode.POSITIVE])
    async def test_answers_anything_in_words(self, service: Filled, issuer: TestIssuer, mode: GenerationMode) -> None:
        nothing(await tried(service, token_of(issuer, "other"), mode, 5))
