"""PostgreSQL itself dies as in a power cut: what it acknowledged is there when it comes back, and told once."""

import asyncio
import signal
import time
from collections.abc import Iterator

import pytest

from deploy.local.postgres import Postgres, start_postgres
from shared.inbox import may_pass
from tests.connected.conftest import World, until
from tests.connected.test_faults import RECOVERY_SECONDS, answers


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """One that writes to disk before it acknowledges, as in life; the other tests share a quicker one."""
    server = start_postgres(services=("recruitment",), durable=True)
    yield server
    server.stop()


def kill(postgres: Postgres) -> None:
    """At once: no checkpoint, no farewell; it recovers from its log at the next start."""
    assert postgres.process is not None
    postgres.process.send_signal(signal.SIGQUIT)  # type: ignore[attr-defined]
    deadline = time.monotonic() + 30
    while postgres.process.poll() is None:
        assert time.monotonic() < deadline, "it does not die"
        time.sleep(0.01)


async def test_killed_again_and_again_keeps_what_it_acknowledged(world: World, postgres: Postgres):
    acknowledged: set[int] = set()
    ends = asyncio.Event()

    async def announce() -> None:
        while not ends.is_set():
            first = world.said
            try:
                await world.announce(20, seats=20)
            except Exception as error:
                if not may_pass(error):
                    raise
                world.said = first + 20
                await asyncio.sleep(0.05)
            else:
                acknowledged.update(range(first, first + 20))

    async with world.running(world.relay(), world.subscription()):
        announcing = asyncio.create_task(announce())
        for _ in range(3):
            enough = len(acknowledged) + 100
            await until("some more is acknowledged", lambda enough=enough: has(acknowledged, enough))
            kill(postgres)
            postgres.start()
            await until("it answers", lambda: answers(world))
        ends.set()
        await announcing
        await until("all is heard", world.all_heard, RECOVERY_SECONDS)
        await until("nothing is left to publish", world.all_published, RECOVERY_SECONDS)
    await world.assert_nothing_lost_doubled_or_turned_round()
    assert acknowledged <= {number for (number,) in await world.rows("SELECT number FROM kept_hires")}


async def has(found: set[int], enough: int) -> bool:
    return len(found) >= enough
