"""B10: two hundred events a second: from the commit that announces one to its effect, committed in another service's database; beside a
bare Kafka producer and consumer on the same broker with the same settings, at the same rate. Open loop."""

import asyncio
import time
from pathlib import Path
from uuid import UUID

import asyncpg
from aiokafka import TopicPartition

from shared.db import database, worker_session
from shared.events import record_event
from shared.ids import uuid7
from shared.kafka import close_client, make_consumer, make_producer
from tests.bench.events_rig import TOPIC, EventsRig, a_post, events_rig
from tests.bench.harness import Kind, MeasureFailed, Plan, Row, percentile
from tests.bench.parts import cores
from tests.bench.rig import rig
from tests.support.service import environment, superuser

RATE = 200
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.001
BARE_TOPIC = "relais.recruitment.needs"
"""A topic that exists and that nobody here reads."""
OURS, BARE = "commit to effect in another service", "bare producer to consumer"


def bench(plan: Plan, folder: Path) -> list[Row]:
    with rig(folder, tokens=1) as (parts, _load, tokens), events_rig(folder, tokens) as known:
        for service, core in zip(("registry", "observatory"), cores(), strict=True):
            parts.serve(service, f"services.{service}.app", core=core, environment=known.values[service] | {"RELAIS_RUN_WORKER": "true"}, ready="/health/ready")
        with environment(**known.values["registry"]):
            ours, bare = asyncio.run(_measure(plan, known))
    rows = []
    for share, target in ((0.5, 2.0), (0.99, 2.5)):
        ours_at, bare_at = ([percentile(each, share) * 1000 for each in rounds] for rounds in (ours, bare))
        rows.append(Row("events", f"p{share * 100:g} of {RATE} events a second", OURS, BARE, "ms", ours_at, bare_at, Kind.LIMIT, target))
    return rows


async def _measure(plan: Plan, known: EventsRig) -> tuple[list[list[float]], list[list[float]]]:
    looking = await superuser(known.postgres, "observatory")
    events = max(20, int(RATE * plan.seconds))
    ours, bare = [], []
    try:
        await _until_heard(looking)
        for _ in range(plan.rounds):
            ours.append(await _through_the_system(looking, events))
            bare.append(await _bare(events))
    finally:
        await looking.close()
        await database.dispose()
    return ours, bare


async def _position(looking: asyncpg.Connection) -> int:
    """How many events of the topic have had their effect: written in the transaction of the effects."""
    found: int | None = await looking.fetchval(
        "SELECT p.next_offset FROM consumer_positions p JOIN consumers c USING (consumer, epoch) WHERE p.consumer = 'observatory' AND p.topic = $1", TOPIC
    )
    return found or 0


async def _announce() -> float:
    """One event in one transaction of the registry; the moment at which its commit was known."""
    async with worker_session() as session:
        record_event(session, a_post(uuid7()))
    return time.perf_counter()


async def _until_heard(looking: asyncpg.Connection) -> None:
    """The registry's relay and the observatory's consumer have found each other, and rested."""
    before, deadline = await _position(looking), time.monotonic() + PATIENCE_SECONDS
    for _ in range(20):
        await _announce()
    while await _position(looking) < before + 20:
        if time.monotonic() > deadline:
            raise MeasureFailed(f"The observatory has not heard the registry within {PATIENCE_SECONDS:g} s.")
        await asyncio.sleep(0.05)


async def _through_the_system(looking: asyncpg.Connection, events: int) -> list[float]:
    first = await _position(looking)
    committed: list[float] = []
    seen: list[float] = []

    async def look() -> None:
        deadline = time.monotonic() + events / RATE + PATIENCE_SECONDS
        while len(seen) < events:
            have = await _position(looking) - first
            seen.extend([time.perf_counter()] * (have - len(seen)))
            if time.monotonic() > deadline:
                raise MeasureFailed(f"{len(seen)} of {events} events had their effect.")
            await asyncio.sleep(LOOK_SECONDS)

    watching = asyncio.create_task(look())
    began = time.perf_counter()
    for number in range(events):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        committed.append(await _announce())
    await watching
    return [max(0.0, effect - commit) for commit, effect in zip(committed, seen, strict=True)]


async def _bare(events: int) -> list[float]:
    producer, consumer = make_producer(), make_consumer("bench", "bench")
    await producer.start()
    await consumer.start()
    try:
        partition = TopicPartition(BARE_TOPIC, 0)
        consumer.assign([partition])
        await consumer.seek_to_end(partition)
        got: dict[bytes, float] = {}
        name = uuid7().bytes

        async def hear() -> None:
            while len(got) < events + 1:
                message = await consumer.getone(partition)
                if message.key.startswith(name):  # not one of an earlier round
                    got[message.key] = time.perf_counter()

        hearing = asyncio.create_task(hear())
        payload = a_post(UUID(int=7)).model_dump_json().encode()
        keys = [name + number.to_bytes(4) for number in range(events + 1)]
        await producer.send_and_wait(BARE_TOPIC, payload, key=keys.pop(), partition=0)  # the way is open
        sent: list[float] = []
        began = time.perf_counter()
        for number, key in enumerate(keys):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            sent.append(time.perf_counter())
            await producer.send(BARE_TOPIC, payload, key=key, partition=0)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await hearing
        return [got[key] - told for key, told in zip(keys, sent, strict=True)]
    finally:
        await close_client(producer)
        await close_client(consumer)
