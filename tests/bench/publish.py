"""One drain of the outbox in a process of its own: `python -m tests.bench.publish relay|bare EVENTS`; says the rate on its output."""

import asyncio
import json
import sys
import time

from shared.db import database
from shared.events import write_headers
from shared.kafka import make_producer
from shared.relay import Relay, relay_connection

PATIENCE_SECONDS = 60


async def through_the_relay(events: int) -> float:
    """From its first batch to its last, marked in the database; how long it took to begin is not counted."""
    relay, stop = Relay("registry"), asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    deadline = time.monotonic() + PATIENCE_SECONDS
    began, first = 0.0, 0
    while relay.published < events:
        if not began and relay.published:
            began, first = time.perf_counter(), relay.published
        if time.monotonic() > deadline:
            raise SystemExit(f"{relay.published} of {events} events in {PATIENCE_SECONDS} s: {relay.complaint}")
        await asyncio.sleep(0.001)
    rate = (events - first) / (time.perf_counter() - began)
    stop.set()
    await asyncio.wait([running], timeout=5)
    return rate


async def by_a_bare_producer(events: int) -> float:
    """The same records, ready in memory."""
    async with relay_connection() as connection:
        rows = await connection.fetch("SELECT * FROM outbox ORDER BY seq LIMIT $1", events)
    records = [(row["topic"], str(row["subject"]).encode(), row["data"].encode(), write_headers("registry", row, 1, None)) for row in rows]
    producer = make_producer()
    await producer.start()
    try:
        await producer.send_and_wait(records[0][0], key=records[0][1], value=records[0][2])
        began = time.perf_counter()
        sent = [await producer.send(topic, key=key, value=value, headers=headers) for topic, key, value, headers in records]
        await asyncio.gather(*sent)
        return len(records) / (time.perf_counter() - began)
    finally:
        await producer.stop()


async def main(mode: str, events: int) -> None:
    try:
        rate = await (through_the_relay(events) if mode == "relay" else by_a_bare_producer(events))
    finally:
        await database.dispose()
    sys.stdout.write(json.dumps({"rate": rate}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
