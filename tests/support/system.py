"""Looking at a running system as its users do, and at its databases as nobody else may."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import asyncpg

from deploy.local.sign_in import Account
from deploy.local.stack import Kind, RunningStack
from deploy.local.state import SERVICES

STACK_KIND: Kind = "full" if os.environ.get("RELAIS_TEST_STACK") == "full" else "embedded"
"""Which stack `./relais test --stack` chose."""


def call(who: Account | str | None, address: str, method: str = "GET", body: Any = None, **params: Any) -> tuple[int, Any]:
    """One request; a refusal is an answer like any other."""
    url = address + (f"?{urlencode(params)}" if params else "")
    headers = {"Accept-Language": "en"} | ({"Content-Type": "application/json"} if body is not None else {})
    if who is not None:
        headers["Authorization"] = f"Bearer {who.token() if isinstance(who, Account) else who}"
    try:
        with urlopen(Request(url, json.dumps(body).encode() if body is not None else None, headers, method=method), timeout=30) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for a condition, with a limit."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.1)


def query(stack: RunningStack, service: str, sql: str) -> list[Any]:
    """Rows of a service's database, seen as the superuser."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(host="127.0.0.1", port=stack.port("postgres"), user="postgres", password=stack.state.secrets()["postgres"], database=service)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def recorded(stack: RunningStack) -> dict[str, dict[str, int]]:
    """How many events of each kind every service has told, and how many changes of each kind it has audited. Seals follow when they can, and what is shown is no change."""
    counted = """SELECT type, count(*) FROM outbox WHERE type NOT LIKE '%.audit.sealed.%' GROUP BY type UNION ALL SELECT act, count(*) FROM audit WHERE act NOT LIKE '%.read' GROUP BY act"""
    return {service: dict(query(stack, service, counted)) for service in SERVICES if service != "portal"}
