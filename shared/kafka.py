"""Kafka as we use it: topics made by the installation alone, the epoch of a broker, clients with time-outs everywhere.

A broker can come back empty and look healthy. Its *epoch* says which life of the broker this is: the cluster id,
and the id of the newest record of `relais.ready`, which a relay appends when it sees that records it had
been promised are gone. Relays publish again to a new epoch, consumers read it from the first event.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

import aiokafka.admin.client
import aiokafka.client
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError
from aiokafka.protocol.metadata import MetadataRequest

from shared.ids import uuid7
from shared.settings import settings

logger = logging.getLogger("relais.kafka")
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its errors reach us as exceptions; its log repeats each of them several times a second

READY = "relais.ready"
READY_PARTITION = TopicPartition(READY, 0)
ASK_SECONDS = 5.0  # the longest that one question to the broker may take
REQUEST_MILLISECONDS = 10_000
FETCH_WAIT_MILLISECONDS = 50
SESSION_MILLISECONDS = 10_000  # a group gives the partitions of a reader that was silent this long to another
NEVER = "-1"

EVENT_CONTRACTS = Path(__file__).parent / "contracts" / "events"

Answer = TypeVar("Answer")


class NeverCreateTopics(MetadataRequest):  # type: ignore[misc]
    """aiokafka asks every broker to create the topics that it looks up, and the embedded one obeys with four partitions."""

    def __init__(self, topics: list[str] | None = None, allow_auto_topic_creation: bool | None = False) -> None:
        super().__init__(topics, allow_auto_topic_creation=False)


aiokafka.client.MetadataRequest = NeverCreateTopics
aiokafka.admin.client.MetadataRequest = NeverCreateTopics


class BrokerNotReady(Exception):
    """The broker is away, or its topics are still being made."""


async def within(seconds: float, question: Awaitable[Answer]) -> Answer:
    """No wait on the broker is without an end: a broken connection can keep aiokafka waiting for ever."""
    return await asyncio.wait_for(question, seconds)


async def close_client(client: Any) -> None:
    """Stop a client and look no further: on a broken connection `stop()` hangs, or lets CancelledError out.

    It then leaves what it stands on open: connections, and a task that asks for news for ever.
    """
    below = client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001
    for stop in (client.close if isinstance(client, AIOKafkaAdminClient) else client.stop, below.close):
        with contextlib.suppress(Exception):
            await asyncio.wait([asyncio.ensure_future(stop())], timeout=1)


# --- topics -----------------------------------------------------------------------------------------------------------


@cache
def all_topics() -> tuple[str, ...]:
    """Every topic of the system: those of the contracts."""
    return tuple(sorted({json.loads(path.read_text(encoding="utf-8"))["x-topic"] for path in EVENT_CONTRACTS.glob("*.json")}))


async def create_topics(topics: Iterable[str] | None = None, *, bootstrap: str | None = None, partitions: int | None = None) -> list[str]:
    """Create what is missing, before any client starts; the marker `relais.ready` last. Returns the topics that are new.

    Events are kept for ever: they are few, and a new consumer reads from the first.
    """
    wanted = sorted(set(all_topics() if topics is None else topics))
    partitions = partitions or settings().kafka_partitions
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap or settings().kafka_bootstrap, request_timeout_ms=REQUEST_MILLISECONDS)
    try:
        await within(30, admin.start())
        new = await _create(admin, [(topic, partitions) for topic in wanted])
        return new + await _create(admin, [(READY, 1)])
    finally:
        await close_client(admin)


async def _create(admin: AIOKafkaAdminClient, topics: list[tuple[str, int]]) -> list[str]:
    if not topics:
        return []
    answer = await within(30, admin.create_topics([NewTopic(topic, partitions, 1, topic_configs={"retention.ms": NEVER}) for topic, partitions in topics]))
    new: list[str] = []
    for topic, code, *more in answer.topic_errors:
        if code == 0:
            new.append(topic)
        elif code != TopicAlreadyExistsError.errno:
            raise KafkaError(f"The topic {topic} was not created: error {code} {more[0] if more else ''}")
    return new


# --- clients ----------------------------------------------------------------------------------------------------------


def make_producer() -> AIOKafkaProducer:
    """Acknowledged by all replicas; idempotent where the broker knows how."""
    return AIOKafkaProducer(
        bootstrap_servers=settings().kafka_bootstrap,
        client_id=f"{settings().service}-relay",
        acks="all",
        enable_idempotence=settings().kafka_idempotent,
        request_timeout_ms=REQUEST_MILLISECONDS,
        max_batch_size=256 * 1024,
    )


def make_consumer(name: str, epoch: str) -> AIOKafkaConsumer:
    """A consumer of one epoch. Its positions are ours, in the database; a group only shares the partitions out."""
    return AIOKafkaConsumer(
        bootstrap_servers=settings().kafka_bootstrap,
        client_id=name,
        group_id=f"{name}@{epoch}" if settings().kafka_groups else None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS,
        request_timeout_ms=REQUEST_MILLISECONDS,
        max_poll_interval_ms=600_000,
        session_timeout_ms=SESSION_MILLISECONDS,
        heartbeat_interval_ms=SESSION_MILLISECONDS // 4,
    )


class Broker:
    """Questions to the broker, each with an end: is it ready, which epoch is this, how far does a topic go."""

    def __init__(self, name: str) -> None:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings().kafka_bootstrap,
            client_id=f"{name}-probe",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS,
            request_timeout_ms=int(ASK_SECONDS * 1000),
        )

    async def __aenter__(self) -> Self:
        try:
            await within(ASK_SECONDS, self._consumer.start())
        except BaseException:
            await close_client(self._consumer)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await close_client(self._consumer)

    async def _metadata(self, topics: list[str]) -> Any:
        client = self._consumer._client  # noqa: SLF001  the consumer does not tell the cluster id
        node = client.get_random_node()
        if node is None:
            raise BrokerNotReady("no broker is known")
        return await within(ASK_SECONDS, client.send(node, NeverCreateTopics(topics)))

    async def epoch(self) -> str:
        """Which life of which broker this is; BrokerNotReady until its marker topic exists."""
        metadata = await self._metadata([READY])
        if any(topic[0] != 0 or not topic[3] for topic in metadata.topics):
            raise BrokerNotReady("the topics are not made yet")
        mark = await self._newest_mark()
        return f"{metadata.cluster_id}.{mark}" if mark else str(metadata.cluster_id)

    async def _newest_mark(self) -> str:
        end = (await within(ASK_SECONDS, self._consumer.end_offsets([READY_PARTITION])))[READY_PARTITION]
        if end == 0:
            return ""
        self._consumer.assign([READY_PARTITION])
        self._consumer.seek(READY_PARTITION, end - 1)
        try:
            record = await within(ASK_SECONDS, self._consumer.getone(READY_PARTITION))
        finally:
            self._consumer.unsubscribe()  # else it goes on fetching
        return (record.key or b"").decode()

    async def holds(self, partition: TopicPartition, offset: int) -> bool:
        """Whether the record at this offset is still there."""
        self._consumer.assign([partition])
        self._consumer.seek(partition, offset)
        try:
            record = await within(ASK_SECONDS / 2, self._consumer.getone(partition))
        except TimeoutError:
            return False
        finally:
            self._consumer.unsubscribe()
        return bool(record.offset == offset)

    async def partitions(self, topics: Iterable[str]) -> dict[str, list[int]]:
        """The partitions of the topics that exist, of those asked for."""
        metadata = await self._metadata(sorted(topics))
        return {topic[1]: sorted(partition[1] for partition in topic[3]) for topic in metadata.topics if topic[0] == 0}

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        wanted = list(partitions)
        return await within(ASK_SECONDS, self._consumer.end_offsets(wanted)) if wanted else {}


async def begin_epoch(producer: AIOKafkaProducer) -> None:
    """Say to all that the broker has lost records: everything is published and read again."""
    await within(REQUEST_MILLISECONDS / 1000, producer.send_and_wait(READY, key=str(uuid7()).encode(), value=settings().service.encode()))
