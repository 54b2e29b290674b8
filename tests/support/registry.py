"""The real registry beside the service under test: it alone says who exists and who is free."""

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx

from deploy.local.postgres import Postgres
from tests.support.identity import TestIssuer
from tests.support.service import clone_of, environment, prepare_database, settings_of

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""The registry is asked over plain http: reading the system's certificates for each question would take most of the time."""


def administrator_of(code: str) -> str:
    """Who enters things of a facility."""
    return {"VN-01": "hanoi"}.get(code[:5], "linh")


class Registry:
    """The registry's API, as any person."""

    def __init__(self, address: str, issuer: TestIssuer) -> None:
        self.address, self._issuer = address, issuer

    async def open_facility(self, code: str, name: str = "Bệnh viện Đa khoa tỉnh Quảng Ninh", **changes: Any) -> None:
        """A hospital of the province, or of the authority that its code names."""
        body = {"code": code, "name": name, "type": "hospital", "level": "province", "ownership": "public", "area_code": "VN-22-06676", "authority": code[:5]}
        await self.enter(administrator_of(code), "facilities", body | {"tier": "provincial", "valid_from": "1976-01-01"} | changes)

    async def person(self, name: str = "Đặng Thị Ánh", *, by: str = "linh", purpose: str = "candidate") -> str:
        """Enter somebody; only the identifier leaves the registry."""
        body = {"names": [{"kind": "legal", "value": name}], "birth_year": 1995, "sex": "female", "purposes": [purpose], "confirmed_distinct": "a namesake"}
        return str((await self.enter(by, "persons", body))["id"])

    async def worker(self, name: str, *, at: str, starts_on: str = "2020-01-01", **post: Any) -> str:
        """Enter somebody who works in a post of a facility."""
        by = administrator_of(at)
        person_id = await self.person(name, by=by, purpose="worker")
        opened = {"facility_code": at, "unit": "Khoa lâm sàng", "occupation_code": "VN-BS", "fte": 1, "open_from": "1990-01-01", "reference": f"P-{person_id}"} | post
        seat = await self.enter(by, "posts", opened)
        body = {"person_id": person_id, "kind": "primary", "fte_share": 1, "starts_on": starts_on, "done_on": starts_on, "post_id": seat["id"]}
        await self.enter(by, "assignments", body)
        return person_id

    async def enter(self, person: str, things: str, body: dict[str, Any]) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=self.address, verify=PLAIN, headers={"Authorization": f"Bearer {self._issuer.person(person)}"}) as client:
            answer = await client.post(f"/api/v1/registry/{things}", json=body)
        assert answer.status_code == 201, answer.text
        entered: dict[str, Any] = answer.json()
        return entered


@contextmanager
def running_registry(postgres: Postgres, issuer: TestIssuer, files_dir: Path, *facilities: str) -> Iterator[str]:
    """The registry as it is, on a port and a database of its own, with some facilities: what it commits must not meet the registry's own tests. Gives its address."""
    values = settings_of("registry", postgres, issuer, files_dir)
    with environment(**values):
        prepare_database("registry", postgres)
    with clone_of("registry", postgres) as name, _served(values | {"RELAIS_DATABASE_NAME": name}) as address:
        registry = Registry(address, issuer)

        async def open_all() -> None:
            for code in facilities:
                await registry.open_facility(code)

        asyncio.run(open_all())
        yield address


@contextmanager
def _served(values: dict[str, str]) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "services.registry.app:create", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, env=os.environ | values)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _attempt in range(1200):
        assert process.poll() is None, "the registry did not start"
        try:
            with urlopen(f"{address}/health/live", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)
