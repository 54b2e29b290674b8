"""The province of the tests, and the real registry beside it: it alone says who exists."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx
import pytest

from deploy.local.postgres import Postgres
from services.recruitment.consumers import consumer
from shared.clients import close_http_session
from tests.recruitment.world import PROVINCIAL, REMOTE, World, facility, post
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.identity import TestIssuer
from tests.support.service import clone_of, environment, prepare_database, settings_of


class Registry:
    """The registry's API, as any person."""

    def __init__(self, address: str, issuer: TestIssuer) -> None:
        self.address, self._issuer = address, issuer

    async def open_facility(self, code: str) -> None:
        """The hospital of those who enter candidates."""
        body = {"code": code, "name": "Bệnh viện Đa khoa tỉnh Quảng Ninh", "type": "hospital", "level": "province", "ownership": "public"}
        await self._enter("linh", "facilities", body | {"area_code": "VN-22-06676", "authority": "VN-22", "tier": "provincial", "valid_from": "1976-01-01"})

    async def person(self, name: str = "Đặng Thị Ánh", *, by: str = "linh") -> str:
        """Enter a candidate; only the identifier leaves the registry."""
        body = {"names": [{"kind": "legal", "value": name}], "birth_year": 1995, "sex": "female", "purposes": ["candidate"]}
        return str((await self._enter(by, "persons", body))["id"])

    async def _enter(self, person: str, things: str, body: dict[str, Any]) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=self.address, headers={"Authorization": f"Bearer {self._issuer.person(person)}"}) as client:
            answer = await client.post(f"/api/v1/registry/{things}", json=body)
        assert answer.status_code == 201, answer.text
        entered: dict[str, Any] = answer.json()
        return entered


@pytest.fixture
async def world(api: Api) -> AsyncIterator[World]:
    """Three facilities, two of them with a post; nobody has acted yet."""
    taken = await hear(consumer, facility(), facility(REMOTE), facility("VN-22-BVBC"), post("P1"), post("P2", at=REMOTE))
    assert (taken.dead, taken.parked) == (0, 0)
    yield World(api)
    await close_http_session()


@pytest.fixture(scope="session")
def registry_address(postgres: Postgres, issuer: TestIssuer, files_dir: Path) -> Iterator[str]:
    """The registry as it is, on a port and a database of its own: what it commits must not meet the registry's own tests."""
    values = settings_of("registry", postgres, issuer, files_dir)
    with environment(**values):
        prepare_database("registry", postgres)
    with clone_of("registry", postgres) as name:
        yield from _serve(values | {"RELAIS_DATABASE_NAME": name}, issuer)


def _serve(values: dict[str, str], issuer: TestIssuer) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "services.registry.app:create", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, env=os.environ | values)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        asyncio.run(Registry(address, issuer).open_facility(PROVINCIAL))
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _attempt in range(300):
        assert process.poll() is None, "the registry did not start"
        try:
            with urlopen(f"{address}/health/live", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


@pytest.fixture
async def registry(registry_address: str, service_environment: None, issuer: TestIssuer) -> AsyncIterator[Registry]:
    """What the registry answers is asked through `gateway_url`, as the caller."""
    with environment(RELAIS_GATEWAY_URL=registry_address):
        yield Registry(registry_address, issuer)
