"""A large import whose worker is killed again and again: in the end every row is written once, with one event and one record in the audit."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from deploy.local.state import CHECKOUT
from tests.connected.conftest import until
from tests.registry.test_imports import ANH, IMPORTS, PEOPLE, a_province
from tests.support.service import superuser

ROWS, AT_A_TIME = 1_000, 100


@pytest.fixture
def service_name() -> str:
    return "registry"


@pytest.fixture
async def database(committed: str, postgres: Any) -> AsyncIterator[asyncpg.Connection]:
    connection = await superuser(postgres, committed)
    yield connection
    await connection.close()


@contextmanager
def importer(crash_at: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", "tests.connected.importer", str(AT_A_TIME)], cwd=CHECKOUT, env=os.environ | {"RELAIS_CRASH_AT": crash_at})
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


async def killed_at(point: str) -> None:
    with importer(point) as process:
        assert await asyncio.to_thread(process.wait, 60) == -signal.SIGKILL


async def test_an_import_goes_on_after_each_kill_and_writes_every_row_once(committed_api: Any, database: asyncpg.Connection) -> None:
    await a_province(committed_api)
    linh = committed_api.as_("linh")
    content = "\n".join((PEOPLE, *(ANH.replace("0001", f"{number:06}") for number in range(ROWS)), ANH.replace("0001", "000000"))).encode()
    found = (await linh.post(IMPORTS, data={"kind": "people"}, files={"file": ("f.csv", content)}, headers={"Prefer": "respond-async"})).json()

    async def state() -> dict[str, Any]:
        answer: dict[str, Any] = (await linh.get(f"{IMPORTS}/{found['id']}")).json()
        return answer

    await killed_at("imports.batch_checked:3")
    assert ((await state())["state"], (await state())["done"]) == ("checking", 3 * AT_A_TIME + 1), "rows are numbered as in the file, under the heading"
    kept = await database.fetch("SELECT row, ctid FROM import_rows WHERE import_id = $1 ORDER BY row", UUID(found["id"]))
    await killed_at("imports.batch_checked:2")
    assert await database.fetchrow("SELECT done, tries FROM imports WHERE id = $1", UUID(found["id"])) == (3 * AT_A_TIME + 1, 1), (
        "what was judged before is no progress: it counts as a try"
    )
    await killed_at("imports.batch_checked:5")
    assert ((await state())["done"], await database.fetchval("SELECT tries FROM imports WHERE id = $1", UUID(found["id"]))) == (5 * AT_A_TIME + 1, 0)
    with importer():
        await until("the rest of the file is checked", lambda: _is(state, "checked"))
    report = await state()
    assert (report["rows"], report["good"], report["unchanged"]) == (ROWS + 1, ROWS, 1), "the last line repeats the first one, which was judged before the kills"
    assert report["report"][0]["row"] == ROWS + 2
    assert await database.fetch("SELECT row, ctid FROM import_rows WHERE import_id = $1 ORDER BY row LIMIT $2", UUID(found["id"]), len(kept)) == kept, "written once"

    await linh.post(f"{IMPORTS}/{found['id']}/confirmation", headers={"Prefer": "respond-async"})
    written = []
    for point in ("imports.batch_written:2", "outbox.after_write:3", "imports.batch_written:1"):
        await killed_at(point)
        written.append((await state())["written"])
        assert await database.fetchval("SELECT count(*) FROM persons") == written[-1]
    assert written == [200, 400, 500], "the batch in hand is lost as a whole, and none before it"
    with importer():
        await until("the rest is written", lambda: _is(state, "confirmed"))
    counts = await database.fetchrow(
        """
        SELECT (SELECT count(*) FROM persons) AS persons, (SELECT count(DISTINCT worker_no) FROM workers) AS workers, (SELECT count(*) FROM employments) AS employments,
            (SELECT count(*) FROM audit WHERE act = 'person.registered') AS audited, (SELECT count(*) FROM outbox WHERE type = 'registry.worker.registered.v1') AS told,
            (SELECT count(*) FROM audit WHERE act = 'import.confirmed' AND subject_id = $1) AS confirmations, (SELECT count(*) FROM import_rows WHERE line IS NOT NULL) AS waiting
        """,
        UUID(found["id"]),
    )
    assert dict(counts or {}) == {"persons": ROWS, "workers": ROWS, "employments": ROWS, "audited": ROWS, "told": ROWS, "confirmations": 1, "waiting": 0}


async def _is(state: Any, wanted: str) -> bool:
    return bool((await state())["state"] == wanted)
