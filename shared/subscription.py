"""The subscription: it reads the topics that a consumer hears and takes each batch in charge in one database transaction.

The position is written in that same transaction, under the epoch of the broker; Kafka is told afterwards, for the
tools of operations only. Locally partitions are assigned; on Kafka a group shares them out.
"""

import asyncio
import logging
import time
from collections.abc import Collection, Iterable, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.crash import crash_point
from shared.db import worker_session
from shared.inbox import Consumer, Message, Outdated, Taken, Taking, may_pass, retry_parked
from shared.kafka import Broker, close_client, make_consumer, within
from shared.metrics import EVENTS_READ
from shared.relay import TROUBLE, pause
from shared.settings import settings

logger = logging.getLogger("relais.subscription")

BATCH = 1000
POLL_MILLISECONDS = 250
LOOK_SECONDS = 1.0  # how often the epoch and the generation are read
HEARTBEAT_SECONDS = 2.0
FETCH_SECONDS = 30.0
TRANSACTION_SECONDS = 120.0
RETRY_SECONDS = 0.5
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


class Subscription:
    """Reads for one consumer until it is told to stop."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer
        self.alive_at = time.monotonic()
        self.taken = 0
        self._complaint = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Read; begin again after a rebuild, a new broker, or any trouble with the broker or the database."""
        while not stop.is_set():
            self.alive_at = time.monotonic()
            try:
                async with Broker(self.consumer.name) as broker:
                    await self._read_one_epoch(broker, stop)
            except Outdated as news:
                logger.warning("%s begins again: %s", self.consumer.name, news)
            except TROUBLE as error:
                self._complain(f"{self.consumer.name} waits: {type(error).__name__}")
                await pause(stop, 0.5)

    def _complain(self, complaint: str) -> None:
        if complaint != self._complaint:
            self._complaint = complaint
            logger.warning(complaint) if complaint else logger.info("%s hears again", self.consumer.name)

    async def _read_one_epoch(self, broker: Broker, stop: asyncio.Event) -> None:
        epoch = await broker.epoch()
        partitions = await broker.partitions(self.consumer.topics)
        reading = Reading(self, broker, epoch, await begin_reading(self.consumer, epoch), set(partitions))
        missing = self.consumer.topics - set(partitions)
        if missing:
            logger.error("%s hears topics that the broker does not have: %s", self.consumer.name, ", ".join(sorted(missing)))
        kafka = make_consumer(self.consumer.name, epoch)
        try:
            await within(FETCH_SECONDS, kafka.start())
            reading.kafka = kafka
            if settings().kafka_groups:
                kafka.subscribe(sorted(partitions), listener=reading)
            else:
                assigned = [TopicPartition(topic, number) for topic, numbers in partitions.items() for number in numbers]
                kafka.assign(assigned)
                await reading.on_partitions_assigned(assigned)
            self._complain("")
            while not stop.is_set():
                self.alive_at = time.monotonic()
                await reading.look_around()
                await reading.read_some()
        finally:
            await close_client(kafka)


class Reading(ConsumerRebalanceListener):  # type: ignore[misc]
    """What one reader of one epoch and one generation knows."""

    def __init__(self, subscription: Subscription, broker: Broker, epoch: str, generation: int, topics: set[str]) -> None:
        self.subscription, self.consumer, self.broker = subscription, subscription.consumer, broker
        self.epoch, self.generation, self.topics = epoch, generation, topics
        self.kafka: AIOKafkaConsumer = None
        self._placed: set[TopicPartition] = set()
        self._paused: dict[TopicPartition, tuple[float, float]] = {}
        self._looked_at = time.monotonic()
        self._beat_at = self._retried_at = 0.0
        self._retry_pause = RETRY_SECONDS

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing else is held: what was taken in charge is in the database."""
        self._placed -= set(revoked)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Go on where the database says, or from the first event."""
        async with worker_session() as session:
            positions = await known_positions(session, self.consumer, self.epoch)
        for partition in assigned:
            self.kafka.seek(partition, positions.get(partition, 0))
            self._placed.add(partition)

    async def look_around(self) -> None:
        """Is this still the broker we began with, and has no rebuild begun since?"""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            if await self.broker.epoch() != self.epoch:
                raise Outdated("the broker is another one, or came back empty")
            if self.topics != set(await self.broker.partitions(self.consumer.topics)):
                raise Outdated("the broker has other topics now")
        if now - self._beat_at >= HEARTBEAT_SECONDS:
            self._beat_at = now
            async with asyncio.timeout(TRANSACTION_SECONDS), worker_session() as session:
                await self._write_heartbeat(session)
        for partition, (until, _) in list(self._paused.items()):
            if now >= until and partition in self.kafka.assignment():
                self.kafka.resume(partition)

    async def _write_heartbeat(self, session: AsyncSession) -> None:
        if await session.scalar(_HEARTBEAT, {"consumer": self.consumer.name, "generation": self.generation}) is None:
            raise Outdated("its derived tables were cleared")
        ends = {partition: self._end_of(partition) for partition in self.kafka.assignment()}
        known = {partition: end for partition, end in ends.items() if end is not None}
        if known:
            await session.execute(_ENDS, _partition_columns(self.consumer, self.epoch, list(known)) | {"offsets": list(known.values())})

    def _end_of(self, partition: TopicPartition) -> int | None:
        """How far the partition went when we last fetched; unknown before, and once a group has given it to another."""
        return self.kafka.highwater(partition) if partition in self.kafka.assignment() else None

    async def read_some(self) -> None:
        batches = await within(FETCH_SECONDS, self.kafka.getmany(timeout_ms=POLL_MILLISECONDS, max_records=BATCH))
        crash_point("inbox.after_fetch")
        arrived: set[str] = set()
        for partition, records in batches.items():
            if partition in self.kafka.assignment() and records:
                if partition not in self._placed:  # the database was away when we got it, and Kafka's own offset is not ours
                    raise Outdated("it could not learn where it stands")
                arrived |= await self._take(partition, records)
        await self._retry_parked(arrived)

    async def _take(self, partition: TopicPartition, records: Sequence[object]) -> set[str]:
        """One batch, one transaction. What may pass pauses this partition and is tried again without limit."""
        messages = [
            Message(record.topic, record.key, record.value, tuple(record.headers), f"{self.epoch}/{record.partition}/{record.offset}")  # type: ignore[attr-defined]
            for record in records
        ]
        following = records[-1].offset + 1  # type: ignore[attr-defined]
        try:
            async with asyncio.timeout(TRANSACTION_SECONDS), worker_session() as session:
                await hold_generation(session, self.consumer, self.generation)
                taken = await Taking(session, self.consumer, partition.topic).take(messages)
                end = max(self._end_of(partition) or 0, following)
                await session.execute(_ADVANCE, _partition_columns(self.consumer, self.epoch, [partition]) | {"offsets": [following], "ends": [end]})
        except Exception as error:
            if not may_pass(error):
                raise
            self._pause(partition, records[0].offset, error)  # type: ignore[attr-defined]
            return set()
        crash_point("inbox.after_commit")
        self._paused.pop(partition, None)
        self.subscription.taken += len(messages)
        EVENTS_READ.add(len(messages), (partition.topic,))
        await self._tell_kafka(partition, following)
        return taken.arrived

    async def _tell_kafka(self, partition: TopicPartition, following: int) -> None:
        crash_point("inbox.before_offset_commit")
        if settings().kafka_groups:
            try:
                await within(FETCH_SECONDS, self.kafka.commit({partition: following}))
            except (CommitFailedError, IllegalStateError):
                logger.info("%s: the group was shared out anew", self.consumer.name)

    def _pause(self, partition: TopicPartition, offset: int, error: BaseException) -> None:
        _, last = self._paused.get(partition, (0.0, SHORTEST_PAUSE / 2))
        seconds = min(LONGEST_PAUSE, last * 2)
        self._paused[partition] = (time.monotonic() + seconds, seconds)
        logger.warning("%s: %s waits %.1f s: %s", self.consumer.name, partition.topic, seconds, type(error).__name__)
        try:
            self.kafka.seek(partition, offset)
            self.kafka.pause(partition)
        except IllegalStateError:  # shared out to another reader meanwhile
            self._paused.pop(partition, None)

    async def _retry_parked(self, arrived: set[str]) -> None:
        if not arrived and time.monotonic() - self._retried_at < self._retry_pause:
            return
        self._retried_at = time.monotonic()
        try:
            taken = Taken(arrived)
            while taken.arrived:
                taken = await self._retry_once(taken.arrived)
            if not arrived:
                taken = await self._retry_once(set())
        except Exception as error:
            if not may_pass(error):
                raise
            self._retry_pause = min(LONGEST_PAUSE, max(RETRY_SECONDS, self._retry_pause * 2))
            logger.warning("%s: parked events wait: %s", self.consumer.name, type(error).__name__)
        else:
            self._retry_pause = 0.0 if taken.more else RETRY_SECONDS  # thousands that an operator replays are due at once

    async def _retry_once(self, arrived: set[str]) -> Taken:
        async with asyncio.timeout(TRANSACTION_SECONDS), worker_session() as session:
            if not await session.scalar(_ANY_PARKED, {"consumer": self.consumer.name}):
                return Taken()
            await hold_generation(session, self.consumer, self.generation)
            return await retry_parked(session, self.consumer, arrived)


async def begin_reading(consumer: Consumer, epoch: str) -> int:
    """Write down with which broker we read from now on; returns the generation that our batches must belong to."""
    async with worker_session() as session:
        await session.execute(_FORGET_OTHER_EPOCHS, {"consumer": consumer.name, "epoch": epoch})
        return int(await session.scalar(_BEGIN, {"consumer": consumer.name, "epoch": epoch}) or 0)


async def hold_generation(session: AsyncSession, consumer: Consumer, generation: int) -> None:
    """A rebuild waits for this transaction, or we see it."""
    if await session.scalar(_HOLD, {"consumer": consumer.name}) != generation:
        raise Outdated("its derived tables were cleared")


async def known_positions(session: AsyncSession, consumer: Consumer, epoch: str) -> dict[TopicPartition, int]:
    rows = await session.execute(_POSITIONS, {"consumer": consumer.name, "epoch": epoch})
    return {TopicPartition(row.topic, row.partition): row.next_offset for row in rows}


def _partition_columns(consumer: Consumer, epoch: str, partitions: Sequence[TopicPartition]) -> dict[str, object]:
    return {"consumer": consumer.name, "epoch": epoch, "topics": [partition.topic for partition in partitions], "partitions": [partition.partition for partition in partitions]}


_BEGIN = text("INSERT INTO consumers (consumer, epoch) VALUES (:consumer, :epoch) ON CONFLICT (consumer) DO UPDATE SET epoch = excluded.epoch RETURNING generation")
_FORGET_OTHER_EPOCHS = text("DELETE FROM consumer_positions WHERE consumer = :consumer AND epoch <> :epoch")
_HOLD = text("SELECT generation FROM consumers WHERE consumer = :consumer FOR SHARE")
_POSITIONS = text("SELECT topic, partition, next_offset FROM consumer_positions WHERE consumer = :consumer AND epoch = :epoch")
_ANY_PARKED = text("SELECT EXISTS (SELECT FROM parked_events WHERE consumer = :consumer)")
_HEARTBEAT = text("UPDATE consumers SET heard_at = now() WHERE consumer = :consumer AND generation = :generation RETURNING consumer")
_ADVANCE = text(
    """
    INSERT INTO consumer_positions AS known (consumer, epoch, topic, partition, next_offset, end_offset)
    SELECT :consumer, :epoch, topic, partition, next_offset, end_offset
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[]), CAST(:ends AS bigint[])) AS t (topic, partition, next_offset, end_offset)
    ON CONFLICT (consumer, topic, partition, epoch) DO UPDATE
    SET next_offset = greatest(known.next_offset, excluded.next_offset), end_offset = excluded.end_offset
    """
)
_ENDS = text(
    """
    INSERT INTO consumer_positions (consumer, epoch, topic, partition, next_offset, end_offset)
    SELECT :consumer, :epoch, topic, partition, 0, end_offset
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[])) AS t (topic, partition, end_offset)
    ON CONFLICT (consumer, topic, partition, epoch) DO UPDATE SET end_offset = excluded.end_offset
    WHERE consumer_positions.end_offset <> excluded.end_offset
    """
)
