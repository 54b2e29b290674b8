"""Events of other services, as the broker would bring them."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID

import orjson

from shared.clock import now
from shared.db import worker_session
from shared.events import write_headers
from shared.ids import uuid7
from shared.inbox import Consumer, Message, Taken, Taking

INCARNATION = 1
_versions: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))  # contiguous in each aggregate, as the outbox gives them


def message(topic: str, kind: str, body: dict[str, Any], *, version: int | None = None) -> Message:
    """One event with the headers that the relay writes."""
    row = {"id": uuid7(), "type": kind, "subject": UUID(str(body["id"])), "version": version or next(_versions[f"{topic} {body['id']}"]), "occurred_at": now()}
    headers = write_headers(topic.split(".")[1], row, INCARNATION, None)
    return Message(topic, str(body["id"]).encode(), orjson.dumps(body), headers, "test")


async def hear(consumer: Consumer, *messages: Message) -> Taken:
    """Take messages in charge as the worker does, topic by topic; nothing may be parked or dead."""
    taken = Taken()
    for topic in dict.fromkeys(message.topic for message in messages):
        async with worker_session() as session:
            found = await Taking(session, consumer, topic).take([message for message in messages if message.topic == topic])
            taken.dead += found.dead
            taken.parked += found.parked
    return taken
