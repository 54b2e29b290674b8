"""The relay: it tells Kafka what the outbox holds, in order, and marks what was acknowledged. One at a time per service.

What keeps events from being lost, doubled or turned round, each point from a failure seen:
- The connection that reads and marks holds an advisory lock. PostgreSQL ends the connection of a relay that is silent for too
  long (stopped, or its machine is gone): another takes over, and the one that wakes up has lost the lock and cannot mark.
- It reads what is not published, never "after the last one": a slow transaction may hold a lower number.
- The epoch of the broker is read before the sends that it covers. If it is stale, events are sent twice, never lost.
- A new epoch (a broker that came back empty), or a new incarnation (our database was restored), is told everything again
  in order before anything new. A promised record that is gone makes a new epoch.
- A key that fails stops alone; the other aggregates go on.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    InvalidMessageError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedForMessageFormatError,
)
from sqlalchemy.exc import SQLAlchemyError

from shared.crash import crash_point
from shared.db import database
from shared.events import write_headers
from shared.kafka import Broker, BrokerNotReady, begin_epoch, close_client, make_producer, within
from shared.metrics import EVENTS_PUBLISHED
from shared.outbox import CHANNEL
from shared.telemetry import Span, span

logger = logging.getLogger("relais.relay")

LOCK = "SELECT pg_try_advisory_lock(hashtextextended('relais relay', 0))"
BATCH = 1000
LOOK_SECONDS = 1.0  # the floor under the hints, and how often the epoch is read
SEND_SECONDS = 30.0
DATABASE_SECONDS = 60.0
SILENT_SECONDS = 90  # longer than a relay that lives asks its database nothing: it sends, and waits for the acknowledgements
STOPPED_KEY_SECONDS = 5.0

# What another try of the same record cannot mend: it stops its key, not the relay.
RECORD_ERRORS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidMessageError, InvalidTopicError, TopicAuthorizationFailedError, UnsupportedForMessageFormatError)

Key = tuple[str, UUID]
Rows = Sequence[Mapping[str, Any]]
Promise = tuple[Mapping[str, Any], asyncio.Future[Any]]
Traceparents = dict[tuple[str | None, str], str]


class BrokerLostRecords(Exception):
    """The broker no longer has what it had acknowledged."""


# Trouble with the broker or the database that passes. What happens while it connects comes from the driver as it is ("starting
# up"); and the driver calls it an internal error when its connection was ended while this process was stopped.
TROUBLE = (KafkaError, BrokerNotReady, BrokerLostRecords, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, SQLAlchemyError, OSError, TimeoutError)


@dataclass
class Sent:
    """What became of a batch."""

    acknowledged: list[int] = field(default_factory=list)
    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    failed: dict[Key, tuple[int, BaseException]] = field(default_factory=dict)  # from which `seq` on, and why
    broker_error: BaseException | None = None
    lost: bool = False  # an offset fell: the broker forgot what it had acknowledged

    def fail(self, row: Mapping[str, Any], error: BaseException) -> None:
        self.failed.setdefault((row["topic"], row["subject"]), (row["seq"], error))

    def counts(self, row: Mapping[str, Any]) -> bool:
        """Nothing of a key counts from its failure on."""
        failed = self.failed.get((row["topic"], row["subject"]))
        return failed is None or bool(row["seq"] < failed[0])


class Relay:
    """Publishes the outbox of one service until it is told to stop."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.alive_at = time.monotonic()
        self.published = 0
        self._woken = asyncio.Event()
        self._stopped_keys: dict[Key, float] = {}
        self.complaint = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Hold the lock and publish; begin again after any trouble with the broker or the database."""
        while not stop.is_set():
            try:
                async with relay_connection() as connection:
                    await self._publish_while_holding(connection, stop)
            except TROUBLE as error:
                self._complain(f"the relay waits: {type(error).__name__}")
                await pause(stop, 0.5)

    def _complain(self, complaint: str) -> None:
        """Once per trouble, not once per try."""
        if complaint != self.complaint:
            self.complaint = complaint
            logger.warning(complaint) if complaint else logger.info("the relay publishes again")

    async def _publish_while_holding(self, connection: asyncpg.Connection, stop: asyncio.Event) -> None:
        while not await connection.fetchval(LOCK):
            self.alive_at = time.monotonic()
            await pause(stop, LOOK_SECONDS)
            if stop.is_set():
                return
        await connection.execute(f"SET idle_session_timeout = '{SILENT_SECONDS}s'")
        await connection.add_listener(CHANNEL, lambda *_: self._woken.set())
        async with Broker(f"{self.service}-relay") as broker, running_producer() as producer:
            turn = Turn(self, connection, broker, producer)
            while not stop.is_set():
                self.alive_at = time.monotonic()
                self._woken.clear()
                await turn.follow_epoch()
                self._complain("")
                if not await turn.publish_some():
                    await self._wait_for_news(stop)

    async def _wait_for_news(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(self._woken.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waits, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def stop_key(self, key: Key, error: BaseException) -> None:
        logger.error("cannot publish %s %s: %s; its later events wait", key[0], key[1], type(error).__name__)
        self._stopped_keys[key] = time.monotonic() + STOPPED_KEY_SECONDS

    def stopped_keys(self) -> list[Key]:
        now = time.monotonic()
        self._stopped_keys = {key: until for key, until in self._stopped_keys.items() if until > now}
        return list(self._stopped_keys)


class Turn:
    """What one holder of the lock knows while it publishes."""

    def __init__(self, relay: Relay, connection: asyncpg.Connection, broker: Broker, producer: AIOKafkaProducer) -> None:
        self.relay, self.connection, self.broker, self.producer = relay, connection, broker, producer
        self.epoch = ""
        self.incarnation = 0
        self.replayed_to = self.replay_until = 0
        self.acknowledged: dict[TopicPartition, int] = {}
        self.topics: set[str] = set()
        self._seen_whole: dict[TopicPartition, tuple[int, int]] = {}
        self._looked_at = 0.0

    async def follow_epoch(self) -> None:
        """Each second: is this still the broker, and the database, that we knew? If not, everything is told again first."""
        if self.epoch and time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        epoch = await self.broker.epoch()
        if epoch != self.epoch:
            self.topics = set(await self.broker.partitions(await self._own_topics()))
        async with asyncio.timeout(DATABASE_SECONDS):
            incarnation = await self.connection.fetchval("SELECT value FROM incarnation")
            if (epoch, incarnation) != (self.epoch, self.incarnation):
                await self._begin(epoch, incarnation)
        await self._look_for_loss()
        self._looked_at = time.monotonic()

    async def _own_topics(self) -> list[str]:
        return [row["topic"] for row in await self.connection.fetch("SELECT DISTINCT topic FROM aggregate_versions")]

    async def _begin(self, epoch: str, incarnation: int) -> None:
        """Remember the epoch; if it is new, plan to tell it everything that any earlier one was told."""
        async with self.connection.transaction():
            state = await self.connection.fetchrow("SELECT * FROM relay_state FOR UPDATE")
            if (state["epoch"], state["incarnation"]) != (epoch, incarnation):
                state = await self.connection.fetchrow(
                    "UPDATE relay_state SET epoch = $1, incarnation = $2, replayed_to = 0, "
                    "replay_until = coalesce((SELECT max(seq) FROM outbox WHERE published_at IS NOT NULL), 0) RETURNING *",
                    epoch,
                    incarnation,
                )
            rows = await self.connection.fetch("SELECT topic, partition, last_offset FROM relay_acknowledged WHERE epoch = $1", epoch)
        self.epoch, self.incarnation = epoch, incarnation
        self.replayed_to, self.replay_until = state["replayed_to"], state["replay_until"]
        self.acknowledged = {TopicPartition(row["topic"], row["partition"]): row["last_offset"] for row in rows}
        if self.replayed_to < self.replay_until:
            logger.warning("a new broker or a restored database: publishing again from event %s to %s", self.replayed_to, self.replay_until)

    async def _look_for_loss(self) -> None:
        if not self.acknowledged:
            return
        known = await self.broker.partitions({partition.topic for partition in self.acknowledged})
        if any(partition.partition not in known.get(partition.topic, ()) for partition in self.acknowledged):
            raise BrokerNotReady("a topic is not there")
        ends = await self.broker.end_offsets(self.acknowledged)
        for partition, last in self.acknowledged.items():
            if ends[partition] > last or self._seen_whole.get(partition) == (last, ends[partition]):
                continue
            # The embedded broker may tell an end that is a batch behind: only the record itself shows whether it is there.
            if not await self.broker.holds(partition, last):
                await self._announce_loss()
            self._seen_whole[partition] = (last, ends[partition])

    async def _announce_loss(self) -> None:
        """Begin a new epoch, unless this is another broker already; on one that is not made ready, a mark would be lost like the rest."""
        if await self.broker.epoch() == self.epoch:
            await begin_epoch(self.producer)
        raise BrokerLostRecords

    async def publish_some(self) -> bool:
        """One batch; True when there may be more to say at once."""
        async with asyncio.timeout(DATABASE_SECONDS):
            replaying = self.replayed_to < self.replay_until
            rows = await (self._rows_to_replay() if replaying else self._rows_to_publish())
        if not rows:
            if replaying:
                await self._mark_replayed(self.replay_until)
            return replaying
        crash_point("relay.after_select")
        sent = await self._send(rows, traced=not replaying)
        crash_point("relay.after_ack")
        if replaying:
            await self._after_replaying(rows, sent)
        else:
            await self._mark(sent)
        for key, (_, error) in sent.failed.items():
            if sent.broker_error is None:
                self.relay.stop_key(key, error)
        if sent.lost:
            await self._announce_loss()
        if sent.broker_error is not None:
            raise sent.broker_error
        return True

    async def _rows_to_publish(self) -> Rows:
        stopped = self.relay.stopped_keys()
        if not stopped:
            return await self._fetch("SELECT * FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT $1", BATCH)
        return await self._fetch(
            "SELECT * FROM outbox WHERE published_at IS NULL "
            "AND NOT EXISTS (SELECT FROM unnest($1::text[], $2::uuid[]) AS stopped (topic, subject) WHERE (stopped.topic, stopped.subject) = (outbox.topic, outbox.subject)) "
            "ORDER BY seq LIMIT $3",
            [topic for topic, _ in stopped],
            [subject for _, subject in stopped],
            BATCH,
        )

    async def _rows_to_replay(self) -> Rows:
        # "After the last one" is safe here alone: these rows are committed, and nobody else publishes more of them.
        return await self._fetch("SELECT * FROM outbox WHERE seq > $1 AND seq <= $2 AND published_at IS NOT NULL ORDER BY seq LIMIT $3", self.replayed_to, self.replay_until, BATCH)

    async def _fetch(self, sql: str, *values: Any) -> Rows:
        rows: Rows = await self.connection.fetch(sql, *values)
        return rows

    async def _send(self, rows: Rows, *, traced: bool) -> Sent:
        """Send in order and wait for every acknowledgement. Of a key that fails, nothing counts from there on."""
        sent = Sent()
        await self._learn_topics({row["topic"] for row in rows})
        promises: list[Promise] = []
        with _producer_spans(rows if traced else ()) as traceparents:  # what is said again is no new work of that act
            try:
                # One time-out for all: one for each would hand over to the loop in between, and send each event alone.
                async with asyncio.timeout(SEND_SECONDS):
                    for row in rows:
                        await self._promise(row, traceparents, promises, sent)
            except (KafkaError, TimeoutError) as error:
                sent.broker_error = error
            await asyncio.sleep(0)  # the producer begins to send
            crash_point("relay.after_produce")
            if promises:
                await asyncio.wait([promise for _, promise in promises], timeout=SEND_SECONDS)
        for row, promise in promises:
            problem = _error_of(promise)
            if problem is not None:
                sent.fail(row, problem)
                if not isinstance(problem, RECORD_ERRORS):
                    sent.broker_error = problem
            if not sent.counts(row):
                continue
            sent.acknowledged.append(row["seq"])
            record = promise.result()
            partition = TopicPartition(record.topic, record.partition)
            if record.offset >= 0:  # a duplicate that the broker recognised has no offset
                sent.lost |= record.offset <= sent.offsets.get(partition, self.acknowledged.get(partition, -1))
                sent.offsets[partition] = record.offset
        return sent

    async def _promise(self, row: Mapping[str, Any], traceparents: Traceparents, promises: list[Promise], sent: Sent) -> None:
        """Hand one event to the producer. One that can never be sent stops its key; trouble with the broker is raised."""
        if not sent.counts(row):
            return
        if row["topic"] not in self.topics:
            sent.fail(row, InvalidTopicError(f"the broker has no topic {row['topic']}"))
            return
        headers = write_headers(self.relay.service, row, self.incarnation, traceparents.get((row["traceparent"], row["type"]), row["traceparent"]))
        try:
            promises.append((row, await self.producer.send(row["topic"], key=str(row["subject"]).encode(), value=row["data"].encode(), headers=headers)))
        except RECORD_ERRORS as error:
            sent.fail(row, error)

    async def _learn_topics(self, topics: set[str]) -> None:
        if not topics <= self.topics:
            self.topics |= set(await self.broker.partitions(topics))

    async def _mark(self, sent: Sent) -> None:
        async with asyncio.timeout(DATABASE_SECONDS), self.connection.transaction():
            await self.connection.execute("UPDATE outbox SET published_at = clock_timestamp() WHERE seq = ANY($1::bigint[])", sent.acknowledged)
            await self._remember_offsets(sent)
            crash_point("relay.after_mark")
        self.relay.published += len(sent.acknowledged)
        EVENTS_PUBLISHED.add(len(sent.acknowledged))
        crash_point("relay.after_commit")

    async def _after_replaying(self, rows: Rows, sent: Sent) -> None:
        if sent.broker_error is not None:
            return  # the same batch again: twice is harmless, a hole is not
        async with asyncio.timeout(DATABASE_SECONDS), self.connection.transaction():
            for (topic, subject), (seq, _) in sent.failed.items():  # told later in its turn, like anything not published; the others go on
                await self.connection.execute(
                    "UPDATE outbox SET published_at = NULL WHERE topic = $1 AND subject = $2 AND seq >= $3 AND seq <= $4", topic, subject, seq, self.replay_until
                )
            await self._remember_offsets(sent)
            await self.connection.execute("UPDATE relay_state SET replayed_to = $1", rows[-1]["seq"])
        self.replayed_to = rows[-1]["seq"]
        self._say_if_replayed()

    def _say_if_replayed(self) -> None:
        if self.replayed_to >= self.replay_until:
            logger.warning("published again up to event %s", self.replayed_to)

    async def _mark_replayed(self, seq: int) -> None:
        await self.connection.execute("UPDATE relay_state SET replayed_to = $1", seq)
        self.replayed_to = seq
        self._say_if_replayed()

    async def _remember_offsets(self, sent: Sent) -> None:
        if not sent.offsets:
            return
        await self.connection.execute(
            "INSERT INTO relay_acknowledged (topic, partition, epoch, last_offset) SELECT topic, partition, $3, last_offset "
            "FROM unnest($1::text[], $2::int[], $4::bigint[]) AS t (topic, partition, last_offset) "
            "ON CONFLICT (topic, partition) DO UPDATE SET epoch = excluded.epoch, last_offset = excluded.last_offset",
            [partition.topic for partition in sent.offsets],
            [partition.partition for partition in sent.offsets],
            self.epoch,
            list(sent.offsets.values()),
        )
        self.acknowledged |= sent.offsets


def _error_of(promise: "asyncio.Future[Any]") -> BaseException | None:
    if not promise.done():
        promise.cancel()
        return TimeoutError("no acknowledgement came")
    if promise.cancelled():
        return TimeoutError("the producer gave up")
    return promise.exception()


@contextmanager
def _producer_spans(rows: Rows) -> Iterator[Traceparents]:
    """One span for each act and type of this batch, as a part of the trace of the act that caused it."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["traceparent"]:
            counts[row["traceparent"], row["type"]] = counts.get((row["traceparent"], row["type"]), 0) + 1
    traceparents: Traceparents = {}
    with ExitStack() as open_spans:
        for (traceparent, kind), messages in counts.items():
            work = open_spans.enter_context(span(f"publish {kind}", kind="producer", parent=traceparent, attributes={"messages": messages}))
            if isinstance(work, Span):
                traceparents[traceparent, kind] = work.context.traceparent
        yield traceparents


@asynccontextmanager
async def relay_connection() -> AsyncIterator[asyncpg.Connection]:
    """A connection of our own, really closed at the end: the lock goes with it."""
    async with database.engine("worker").connect() as connection:
        pooled = await connection.get_raw_connection()
        assert pooled.driver_connection is not None
        try:
            yield pooled.driver_connection
        finally:
            await connection.invalidate()


@asynccontextmanager
async def running_producer() -> AsyncIterator[AIOKafkaProducer]:
    producer = make_producer()
    try:
        await within(SEND_SECONDS, producer.start())
        yield producer
    finally:
        await close_client(producer)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not longer than the process lives."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        pass
