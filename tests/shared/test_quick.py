"""Quick reads share the pool of all requests: each gives its connection back, and nobody meets a broken one."""

import asyncio

import pytest

from shared.auth import Caller
from shared.db import OVERFLOW, database, pool_size
from shared.quick import Quick

ASKED = Quick(
    Caller(account="a", issuer="i", name="", roles=frozenset(), scopes=frozenset(), client_id="c", is_machine=False, territories=("VN-22",), facilities=(), scope=("VN.VN-22",))
)
BACKEND = "SELECT pg_backend_pid() AS pid FROM (SELECT 1) AS one"


def held() -> tuple[int, int]:
    """Connections in use, and open in all."""
    (pool,) = (pool for role, pool in database.pools() if role == "app")
    return pool.checkedout(), pool.checkedout() + pool.checkedin()


@pytest.mark.usefixtures("committed")
class TestConnections:
    async def test_one_after_the_other_use_the_same(self) -> None:
        assert len({(await ASKED.rows(BACKEND))[0]["pid"] for _ in range(5)}) == 1
        assert held() == (0, 1)

    async def test_a_rush_opens_more_and_leaves_the_pool(self) -> None:
        most = pool_size("app") + OVERFLOW
        waits = "SELECT pg_backend_pid() AS pid FROM pg_sleep(0.05)"
        pids = {rows[0]["pid"] for rows in await asyncio.gather(*(ASKED.rows(waits) for _ in range(3 * most)))}
        assert len(pids) >= most
        assert held() == (0, pool_size("app"))

    async def test_one_that_ended_meanwhile_is_replaced(self) -> None:
        (row,) = await ASKED.rows(BACKEND)
        (pool,) = (pool for role, pool in database.pools() if role == "app")
        lying = pool.connect()
        driver = lying.driver_connection
        assert driver is not None
        driver.terminate()
        lying.close()
        (other,) = await ASKED.rows(BACKEND)
        assert other["pid"] != row["pid"]
        assert held() == (0, 1)

    async def test_one_whose_reader_went_away_is_not_used_again(self) -> None:
        (row,) = await ASKED.rows(BACKEND)
        reading = asyncio.create_task(ASKED.rows("SELECT 1 FROM pg_sleep(30)"))
        await asyncio.sleep(0)  # until it waits for the database
        assert held() == (1, 1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        (other,) = await ASKED.rows(BACKEND)
        assert other["pid"] != row["pid"]
        assert held() == (0, 1)

    async def test_a_statement_that_fails_leaves_none_in_use(self) -> None:
        with pytest.raises(Exception, match="division by zero"):
            await ASKED.rows("SELECT 1 / (SELECT 0) FROM (SELECT 1) AS one")
        await ASKED.rows(BACKEND)
        assert held()[0] == 0
