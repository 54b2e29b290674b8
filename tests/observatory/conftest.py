"""The province of the tests: an administrator, a population, one hospital."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.observatory.consumers import consumer
from tests.observatory.world import AS_OF, PROVINCE, ROOT
from tests.support.api import Api
from tests.support.hearing import Message, hear

Tell = Callable[..., Awaitable[None]]
Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def tell(rolled_back: None) -> Tell:
    """Let the observatory hear events; none may be parked or dead."""

    async def told(*messages: Message) -> None:
        taken = await hear(consumer, *messages)
        assert (taken.dead, taken.parked) == (0, 0)

    await told(*PROVINCE)
    return told


@pytest.fixture
def ask(api: Api, tell: Tell) -> Ask:
    """Ask a figure of VN-22 as of 30 September 2025."""

    async def asked(figure: str, person: str = "linh", **params: Any) -> httpx.Response:
        return await api.as_(person).get(f"{ROOT}/figures/{figure}", params={"area": "VN-22", "as_of": AS_OF} | params)

    return asked


@pytest.fixture
def declare(api: Api, tell: Tell) -> Ask:
    async def declared(person: str = "linh", **changes: Any) -> httpx.Response:
        body = {"area_code": "VN-22", "year": 2025, "value": 10_000, "source": "Statistical yearbook 2025", "kind": "source"}
        return await api.as_(person).post(f"{ROOT}/populations", json=body | changes)

    return declared
