"""The inbox: what a service hears from the others, and how it takes each event in charge exactly once.

    consumer = Consumer("observatory")
    consumer.replica(WorkerState, keep_workers)       # state: only the newest version of each worker, in batches
    consumer.on(HireDecided, open_assignment)         # a process: each event once and in order
    consumer.derived_tables = ["workers"]             # what a rebuild clears

A *replica* gets a batch of events of one topic whose versions are newer than what was applied; it needs no order
across topics. A *process* is deduplicated by `(consumer, event_id)` in its own transaction. What refers to
something unknown is parked until it arrives; what can never succeed becomes a dead letter, and the later events of
that aggregate wait behind it while all others go on. What may succeed later is tried again without limit.
"""

import errno
import logging
import socket
import traceback
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

import aiohttp
import orjson
from pydantic import BaseModel, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import now
from shared.crash import crash_point
from shared.errors import Problem
from shared.events import Envelope, Event, Headers, Received, UnreadableEvent, read_headers, traceparent_of
from shared.ids import uuid7
from shared.telemetry import span

logger = logging.getLogger("relais.inbox")

TRIES = 5  # of an unforeseen exception, before the event becomes a dead letter
LONGEST_WAIT = timedelta(seconds=60)
UNREADABLE = UUID("6b3f4f8e-8a0e-5b57-9a53-6c1f5f0c7f11")  # namespace of the ids given to messages that carry none
TRACES_OF_A_BATCH = 32
RETRIED_AT_ONCE = 200  # aggregates in one transaction

Model = TypeVar("Model", bound=BaseModel)
Fact = TypeVar("Fact", bound=Event)
Version = tuple[int, int]  # incarnation, then version: a restored database speaks again from where it was


class NotKnownYet(Exception):
    """A handler needs something that has not been heard of: the event is parked until `id` (or its code) arrives."""

    def __init__(self, kind: str, id: UUID | str) -> None:  # noqa: A002
        super().__init__(f"{kind} {id} is not known yet")
        self.kind, self.id = kind, str(id)


class Poison(Exception):
    """A handler says that this event can never be handled. Write the cause for an operator, without personal data."""


class Outdated(Exception):
    """This reader began before a rebuild, or with a broker that is gone: it must begin again."""


class OldIds(Protocol):
    """Ids in a batch that are other ones now (shared/persons.py)."""

    async def follow(self) -> None: ...

    def read(self, fact: Model) -> Model: ...


class Consumer:
    """What one service hears. Declared once, at import."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.derived_tables: Sequence[str] = []
        self.replicas: dict[str, list[tuple[type[BaseModel], Callable[..., Awaitable[None]]]]] = {}
        self.handlers: dict[str, tuple[type[Event], Callable[..., Awaitable[None]]]] = {}
        self.old_ids: Callable[[AsyncSession, Iterable[Message]], Awaitable[OldIds]] | None = None

    def replica(self, model: type[Model], apply: Callable[[AsyncSession, list[Received[Model]]], Awaitable[None]]) -> None:
        """Keep a copy of the aggregates of `model.topic`: `apply` gets the newest version of each, never an older one."""
        self.replicas.setdefault(model.topic, []).append((model, apply))  # type: ignore[attr-defined]

    def on(self, model: type[Fact], handler: Callable[[AsyncSession, Received[Fact]], Awaitable[None]]) -> None:
        """Do something once when a fact is heard."""
        if model.type in self.handlers:
            raise ValueError(f"{self.name} already handles {model.type}.")
        self.handlers[model.type] = (model, handler)

    @property
    def topics(self) -> set[str]:
        return set(self.replicas) | self.process_topics

    @property
    def process_topics(self) -> set[str]:
        return {model.topic for model, _ in self.handlers.values()}

    @property
    def models(self) -> list[type[BaseModel]]:
        """What this consumer declares of the events of others, for the contract tests."""
        return [model for replicas in self.replicas.values() for model, _ in replicas] + [model for model, _ in self.handlers.values()]


@dataclass(frozen=True)
class Message:
    """A message as the broker gave it; kept like this when it is parked or dead."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    origin: str  # epoch, partition and offset, for an operator


@dataclass
class Heard:
    """A message and what we could read of it."""

    message: Message
    event_id: UUID
    subject: UUID | None
    type: str
    version: Version
    envelope: Envelope | None = None
    states: list[BaseModel] = field(default_factory=list)  # one for each replica of the topic
    fact: Event | None = None
    problem: Exception | None = None

    def received(self, data: Any) -> Received[Any]:
        e = self.envelope
        assert e is not None
        return Received(e.id, e.type, e.subject, e.version, e.incarnation, e.time, data, e.traceparent)


def read(consumer: Consumer, message: Message) -> Heard:
    """Read a message with the models of this consumer. What cannot be read keeps its problem."""
    try:
        envelope = read_headers(message.headers)
    except UnreadableEvent as problem:
        return _unreadable(message, problem)
    heard = Heard(message, envelope.id, envelope.subject, envelope.type, (envelope.incarnation, envelope.version), envelope)
    try:
        heard.states = [model.model_validate_json(message.value or b"") for model, _ in consumer.replicas.get(message.topic, ())]
        if envelope.type in consumer.handlers:
            heard.fact = consumer.handlers[envelope.type][0].model_validate_json(message.value or b"")
        else:
            _refuse_unknown_version(consumer, envelope.type)
        for data in (*heard.states, heard.fact):
            if data is not None and getattr(data, "id", envelope.subject) != envelope.subject:
                raise UnreadableEvent("the id of the body is not the subject")
    except (ValidationError, UnreadableEvent) as problem:
        heard.states, heard.fact, heard.problem = [], None, problem
    return heard


def _refuse_unknown_version(consumer: Consumer, kind: str) -> None:
    """An event that we handle in another version only must not be passed over in silence."""
    base = kind.rpartition(".")[0]
    if any(known.rpartition(".")[0] == base for known in consumer.handlers):
        raise UnreadableEvent(f"{kind} is a version that this consumer does not know")


def _unreadable(message: Message, problem: Exception) -> Heard:
    """Still find out which aggregate it is about, so that only this one waits."""
    headers = {name: value.decode("latin-1") for name, value in message.headers}
    event_id = _uuid(headers.get("ce_id")) or uuid5(UNREADABLE, f"{message.topic} {message.key!r} {message.value!r}")
    subject = _uuid(headers.get("ce_subject")) or _uuid((message.key or b"").decode("latin-1"))
    numbers = [int(headers[name]) if headers.get(name, "").isdecimal() else 0 for name in ("ce_incarnation", "ce_aggregateversion")]
    return Heard(message, event_id, subject, headers.get("ce_type", "unknown"), (numbers[0], numbers[1]), problem=problem)


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None


# --- what an error means ----------------------------------------------------------------------------------------------

PASSING_STATES = ("08", "40001", "40P01", "53", "55P03", "57", "58")
LASTING_STATES = ("22", "23502", "23514")  # a value that does not fit, a missing one, a broken check: no later try differs
PASSING_ERRNOS = {errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EPIPE, errno.ETIMEDOUT, None}


def may_pass(error: BaseException) -> bool:
    """A time-out or a lost connection: the same event may succeed later, so nothing is given up."""
    for cause in _causes(error):
        if isinstance(cause, ConnectionError | TimeoutError | PoolTimeout | socket.gaierror | aiohttp.ClientConnectionError):
            return True
        if isinstance(cause, OSError) and cause.errno in PASSING_ERRNOS:
            return True
        if isinstance(cause, DBAPIError) and cause.connection_invalidated:
            return True
        if isinstance(cause, Problem) and cause.status in (429, 503, 504):
            return True
        if (getattr(cause, "sqlstate", None) or "").startswith(PASSING_STATES):
            return True
    return False


def never_succeeds(error: BaseException) -> bool:
    """Poison, an unreadable message, a rule that refuses, a value that the database cannot hold."""
    if isinstance(error, Poison | UnreadableEvent | ValidationError):
        return True
    if isinstance(error, Problem) and error.status < 500:
        return True
    return any((getattr(cause, "sqlstate", None) or "").startswith(LASTING_STATES) for cause in _causes(error))


def _causes(error: BaseException) -> Iterable[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, getattr(cause, "orig", None)]


def cause_of(error: BaseException) -> str:
    """One line for an operator. Messages of libraries may quote a person: only ours are kept."""
    if isinstance(error, ValidationError):
        return "schema: " + ", ".join(sorted({f"{'.'.join(map(str, entry['loc'])) or 'body'} {entry['type']}" for entry in error.errors(include_input=False)}))
    if isinstance(error, Poison | UnreadableEvent | NotKnownYet):
        return str(error)
    if isinstance(error, Problem):
        return f"refused: {error.slug}"
    told = [cause for cause in _causes(error) if getattr(cause, "sqlstate", None)]
    if told:
        constraint = next((name for cause in told if (name := getattr(cause, "constraint_name", None))), type(told[-1]).__name__)
        return f"database: {getattr(told[-1], 'sqlstate', '')} {constraint}"
    return f"unforeseen: {type(error).__name__}"


def details_of(error: BaseException) -> str:
    """Where in our code it happened, without any value."""
    root = Path(__file__).parent.parent
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(root) and ".venv" not in frame.filename]
    return "\n".join(f"{Path(frame.filename).relative_to(root)}:{frame.lineno} in {frame.name}" for frame in frames[-12:])


# --- taking messages in charge ----------------------------------------------------------------------------------------

ALWAYS = "always"  # what could not be read: everything later of that aggregate waits for an operator
PROCESS_ONLY = "process only"  # a replica takes the next state as it is; a process keeps its order


@dataclass
class Taken:
    """What a batch left behind."""

    arrived: set[str] = field(default_factory=set)  # ids and codes that parked events may wait for
    parked: int = 0
    dead: int = 0
    more: bool = False  # parked events that are due already


class Taking:
    """One batch of messages of one topic, inside one transaction."""

    def __init__(self, session: AsyncSession, consumer: Consumer, topic: str) -> None:
        self.session, self.consumer, self.topic = session, consumer, topic
        self.taken = Taken()
        self.blockers: dict[UUID, list[tuple[Version, str]]] = {}
        self.known: set[UUID] = set()
        self.reached: dict[UUID, Version] = {}
        self.changed: dict[UUID, Version] = {}
        self.parks: dict[UUID, dict[str, Any]] = {}
        self.deaths: dict[UUID, dict[str, Any]] = {}
        self.old_ids: OldIds | None = None

    async def take(self, messages: Sequence[Message]) -> Taken:
        """Take a batch in charge: applied, done, parked or dead, each event once."""
        heard = [read(self.consumer, message) for message in messages]
        await self._learn(heard)
        heard = self._not_known_before(heard)
        for event in heard:
            if event.problem is not None:
                self._give_up(event, event.problem)
        good = [event for event in heard if event.problem is None]
        await self._apply_replicas([event for event in good if event.states])
        await self._run_processes(good)
        await self._write_down()
        for event in good:
            self._note_arrival(event)
        return self.taken

    def _note_arrival(self, event: Heard) -> None:
        self.taken.arrived.add(str(event.subject))
        for data in (*event.states, event.fact):
            code = getattr(data, "code", None)
            if code:
                self.taken.arrived.add(str(code))

    async def _learn(self, heard: Sequence[Heard]) -> None:
        """What is already parked or dead among these events, and before them in their aggregates; how far each process is."""
        rows = await self.session.execute(_LEARN, self._about(heard))
        for row in rows:
            if row.event_id in {event.event_id for event in heard}:
                self.known.add(row.event_id)
            if row.subject is not None and row.blocks is not None:
                self.blockers.setdefault(row.subject, []).append(((row.incarnation, row.version), row.blocks))
        if self.consumer.old_ids is not None:
            self.old_ids = await self.consumer.old_ids(self.session, [event.message for event in heard])
        if self.topic in self.consumer.process_topics:
            reached = await self.session.execute(_REACHED, self._about(heard))
            self.reached = {row.subject: (row.incarnation, row.version) for row in reached}

    def _about(self, heard: Sequence[Heard]) -> dict[str, Any]:
        return {
            "consumer": self.consumer.name,
            "topic": self.topic,
            "ids": list({event.event_id for event in heard}),
            "subjects": list({event.subject for event in heard if event.subject is not None}),
        }

    def _not_known_before(self, heard: Sequence[Heard]) -> list[Heard]:
        """Without those that are parked or dead already, and without the second of two in one batch."""
        seen = set(self.known)
        fresh = []
        for event in heard:
            if event.event_id not in seen:
                seen.add(event.event_id)
                fresh.append(event)
        return fresh

    def _blocked(self, event: Heard, by: Collection[str]) -> bool:
        assert event.subject is not None
        return any(version < event.version and kind in by for version, kind in self.blockers.get(event.subject, ()))

    # replicas

    async def _apply_replicas(self, events: Sequence[Heard]) -> None:
        """In one statement for the batch; one by one only when something in it is wrong."""
        free = []
        for event in events:
            if self._blocked(event, {ALWAYS}):
                self._park(event, "behind", "waits behind an earlier event of the same thing")
            else:
                free.append(event)
        if not free:
            return
        newest: dict[UUID, Heard] = {}
        for event in free:
            assert event.subject is not None
            if event.subject not in newest or newest[event.subject].version < event.version:
                newest[event.subject] = event
        try:
            await self._apply(list(newest.values()))
        except Exception as error:
            if may_pass(error):
                raise
            for event in free:
                if self._blocked(event, {ALWAYS}):
                    self._park(event, "behind", "waits behind an earlier event of the same thing")
                else:
                    await self._apply_one(event)

    async def _apply_one(self, event: Heard) -> None:
        try:
            await self._apply([event])
        except Exception as error:
            if may_pass(error):
                raise
            self._put_aside(event, error, tries=0)

    async def _apply(self, events: Sequence[Heard]) -> None:
        async with self.session.begin_nested():
            newer = await self.session.execute(
                _NEWER,
                {
                    "consumer": self.consumer.name,
                    "topic": self.topic,
                    "subjects": [event.subject for event in events],
                    "incarnations": [event.version[0] for event in events],
                    "versions": [event.version[1] for event in events],
                },
            )
            accepted = {row.subject for row in newer}
            events = [event for event in events if event.subject in accepted]
            if not events:
                return
            with _spans(events):
                for place, (_, apply) in enumerate(self.consumer.replicas[self.topic]):
                    await apply(self.session, [event.received(event.states[place]) for event in events])
                await self.session.flush()
                if self.old_ids is not None:
                    await self.old_ids.follow()

    # processes

    async def _run_processes(self, events: Sequence[Heard]) -> None:
        if self.topic not in self.consumer.process_topics:
            return
        fresh = await self._enter_inbox([event.event_id for event in events if event.fact is not None])
        crash_point("inbox.after_insert")
        before = dict(self.reached), dict(self.changed)
        if await self._run_together(events, fresh):
            return
        self.reached, self.changed = before
        for event in events:
            if event.event_id in self.known:  # put aside by its replica
                continue
            if event.fact is not None and event.event_id in fresh:
                await self._run_in_turn(event)
            else:
                self._advance(event)

    async def _run_together(self, events: Sequence[Heard], fresh: Collection[UUID]) -> bool:
        """All handlers in one savepoint, which is what happens nearly always. False when something is in the way: then one by one."""
        together: list[Heard] = []
        for event in events:
            if event.event_id in self.known:
                continue
            if event.fact is not None and event.event_id in fresh and not self._is_stale(event):
                if self._leaves_a_gap(event) or self._blocked(event, {ALWAYS, PROCESS_ONLY}):
                    return False
                together.append(event)
            self._advance(event)
        if len(together) == 1:
            return False
        try:
            if together:
                async with self.session.begin_nested():
                    await self._handle(together)
        except Exception as error:
            if may_pass(error):
                raise
            return False
        return True

    async def _enter_inbox(self, ids: Collection[UUID]) -> set[UUID]:
        if not ids:
            return set()
        rows = await self.session.execute(_ENTER, {"consumer": self.consumer.name, "ids": sorted(ids)})
        return {row.event_id for row in rows}

    async def _run_in_turn(self, event: Heard) -> None:
        if self._is_stale(event):
            return
        if self._leaves_a_gap(event):
            self._park(event, "gap", "waits for the version before it", later=True)
        elif self._blocked(event, {ALWAYS, PROCESS_ONLY}):
            self._park(event, "behind", "waits behind an earlier event of the same thing")
        else:
            await self._run(event, tries=0)
        self._advance(event)

    async def _run(self, event: Heard, tries: int) -> bool:
        """Run the handler in a savepoint: what it wrote goes with its failure, and the batch goes on."""
        try:
            async with self.session.begin_nested():
                await self._handle([event])
        except Exception as error:
            if may_pass(error):
                raise
            self._put_aside(event, error, tries=tries)
            return False
        return True

    async def _handle(self, events: Sequence[Heard]) -> None:
        for event in events:
            fact = self.old_ids.read(event.fact) if self.old_ids is not None and event.fact is not None else event.fact
            with _spans([event]):
                await self.consumer.handlers[event.type][1](self.session, event.received(fact))
            crash_point("inbox.after_effect")
        await self.session.flush()
        await self.session.execute(_CHECK_NOW)  # a deferred constraint must fail here, where we know whose it is
        await self.session.execute(_CHECK_LATER)

    def _is_stale(self, event: Heard) -> bool:
        """Told by a database that was restored since: the restored one tells its own."""
        assert event.subject is not None
        return event.version[0] < self.reached.get(event.subject, (0, 0))[0]

    def _leaves_a_gap(self, event: Heard) -> bool:
        """A new broker may be told a new event before all the old ones: the process waits for them."""
        assert event.subject is not None
        incarnation, version = self.reached.get(event.subject, (0, 0))
        if event.version[0] < incarnation:
            return False
        return event.version[1] > (version if event.version[0] == incarnation else 0) + 1

    def _advance(self, event: Heard) -> None:
        if event.subject is None or self.topic not in self.consumer.process_topics or self._leaves_a_gap(event):
            return
        if event.version > self.reached.get(event.subject, (0, 0)):
            self.reached[event.subject] = self.changed[event.subject] = event.version

    async def _write_down(self) -> None:
        """Versions, parked events and dead letters of this batch, each in one go."""
        if self.parks:
            await self.session.execute(_PARK, list(self.parks.values()))
        if self.deaths:
            await self.session.execute(_DIE, list(self.deaths.values()))
            await self.session.execute(_UNPARK, {"consumer": self.consumer.name, "ids": list(self.deaths)})
            first = next(iter(self.deaths.values()))
            logger.error("%s: %s dead letters, the first is %s of %s: %s", self.consumer.name, len(self.deaths), first["type"], first["subject"], first["cause"])
        self.taken.parked, self.taken.dead = len(self.parks), len(self.deaths)
        if self.changed:
            changed = dict(sorted(self.changed.items()))
            await self.session.execute(
                _REMEMBER,
                {
                    "consumer": self.consumer.name,
                    "topic": self.topic,
                    "subjects": list(changed),
                    "incarnations": [version[0] for version in changed.values()],
                    "versions": [version[1] for version in changed.values()],
                },
            )

    # what is put aside

    def _put_aside(self, event: Heard, error: Exception, tries: int) -> None:
        """Parked or dead, by what the error means."""
        if isinstance(error, NotKnownYet):
            self._park(event, "unknown", cause_of(error), waits_for=(error.kind, error.id), tries=tries + 1, later=True)
        elif never_succeeds(error) or tries + 1 >= TRIES:
            self._give_up(event, error, tries=tries + 1)
        else:
            logger.warning("%s: %s of %s failed, try %s: %s", self.consumer.name, event.type, event.subject, tries + 1, cause_of(error), exc_info=error)
            self._park(event, "failed", cause_of(error), tries=tries + 1, later=True)

    def _park(self, event: Heard, reason: str, cause: str, *, waits_for: tuple[str, str] | None = None, tries: int = 0, later: bool = False) -> None:
        wait = timedelta(seconds=0.2 * 2**tries) if reason == "failed" else min(LONGEST_WAIT, timedelta(seconds=2 ** min(tries, 6)))
        self.parks[event.event_id] = self._kept(event) | {
            "reason": reason,
            "kind": waits_for[0] if waits_for else None,
            "waits_for": waits_for[1] if waits_for else None,
            "cause": cause,
            "tries": tries,
            "next_try_at": now() + wait if later else None,
        }
        self._block(event, PROCESS_ONLY)

    def _give_up(self, event: Heard, error: Exception, tries: int = 1) -> None:
        if event.problem is not None:  # no handler ran, so nothing else in the trace tells
            with _spans([event]) as work:
                for one in work:
                    one.fail("unreadable")
        self.deaths[event.event_id] = self._kept(event) | {
            "id": uuid7(),
            "cause": cause_of(error),
            "details": details_of(error),
            "tries": tries,
            "traceparent": traceparent_of(event.message.headers),
            "readable": event.problem is None,
        }
        self.parks.pop(event.event_id, None)
        self._block(event, PROCESS_ONLY if event.problem is None else ALWAYS)
        self._advance(event)

    def _block(self, event: Heard, kind: str) -> None:
        self.known.add(event.event_id)
        if event.subject is not None:
            self.blockers.setdefault(event.subject, []).append((event.version, kind))

    def _kept(self, event: Heard) -> dict[str, Any]:
        return {
            "consumer": self.consumer.name,
            "event_id": event.event_id,
            "topic": event.message.topic,
            "subject": event.subject,
            "type": event.type,
            "incarnation": event.version[0],
            "version": event.version[1],
            "key": event.message.key,
            "value": event.message.value,
            "headers": orjson.dumps([[name, value.decode("latin-1")] for name, value in event.message.headers]).decode(),
            "origin": event.message.origin,
        }

    # another try

    async def retry(self, rows: Sequence[Any]) -> int:
        """Try the parked events of one aggregate again, in order, until one must stay. Returns how many are done."""
        done = 0
        await self._learn([read(self.consumer, _message(row)) for row in rows])
        for row in rows:
            event = read(self.consumer, _message(row))
            self.known.discard(event.event_id)
            if not await self._try_again(event, row):
                break
            await self.session.execute(_UNPARK, {"consumer": self.consumer.name, "ids": [event.event_id]})
            self._unblock(event)
            self._note_arrival(event)
            done += 1
        await self._write_down()
        return done

    async def _try_again(self, event: Heard, row: Any) -> bool:
        if event.problem is not None:
            self._give_up(event, event.problem, tries=row.tries + 1)
            return False
        if self._blocked(event, {ALWAYS} if event.fact is None else {ALWAYS, PROCESS_ONLY}):
            return False
        if event.fact is not None and self._leaves_a_gap(event):
            self._park(event, "gap", "waits for the version before it", tries=row.tries + 1, later=True)
            return False
        if event.states:
            try:
                await self._apply([event])
            except Exception as error:
                if may_pass(error):
                    raise
                self._put_aside(event, error, tries=row.tries)
                return False
        if event.fact is not None and not self._is_stale(event):
            await self._enter_inbox([event.event_id])
            if not await self._run(event, tries=row.tries):
                return False
        self._advance(event)
        return True

    def _unblock(self, event: Heard) -> None:
        if event.subject is not None:
            self.blockers[event.subject] = [blocker for blocker in self.blockers.get(event.subject, ()) if blocker[0] != event.version]


async def retry_parked(session: AsyncSession, consumer: Consumer, arrived: Collection[str] = ()) -> Taken:
    """Try again what is due, and what waited for something that has just arrived."""
    taken = Taken()
    if not await session.scalar(_RETRY_ALONE, {"consumer": consumer.name}):
        return taken
    aggregates = (await session.execute(_DUE, {"consumer": consumer.name, "arrived": list(arrived), "now": now(), "most": RETRIED_AT_ONCE})).all()
    for aggregate in aggregates:
        rows = (await session.execute(_PARKED_OF, {"consumer": consumer.name, "topic": aggregate.topic, "subject": aggregate.subject, "event_id": aggregate.event_id})).all()
        taking = Taking(session, consumer, aggregate.topic)
        await taking.retry(rows)
        taken.arrived |= taking.taken.arrived
        taken.dead += taking.taken.dead
    taken.more = len(aggregates) == RETRIED_AT_ONCE
    return taken


def _message(row: Any) -> Message:
    return Message(row.topic, row.key, row.value, [(name, value.encode("latin-1")) for name, value in row.headers], row.origin)


@contextmanager
def _spans(events: Sequence[Heard]) -> Iterator[list[Any]]:
    """The work is a part of each trace that caused it: one span for each, with the acts of one trace counted together."""
    counts: dict[tuple[str, str], int] = {}
    for event in events:
        traceparent = traceparent_of(event.message.headers)
        if traceparent:
            counts[traceparent, event.type] = counts.get((traceparent, event.type), 0) + 1
    with ExitStack() as open_spans:
        yield [
            open_spans.enter_context(span(f"apply {kind}", kind="consumer", parent=traceparent, attributes={"messages": messages}))
            for (traceparent, kind), messages in list(counts.items())[:TRACES_OF_A_BATCH]
        ]


_LEARN = text(
    """
    SELECT event_id, subject, incarnation, version, CASE WHEN reason = 'replay' THEN 'always' ELSE 'process only' END AS blocks
    FROM parked_events WHERE consumer = :consumer AND (event_id = ANY(:ids) OR (topic = :topic AND subject = ANY(:subjects)))
    UNION ALL
    SELECT event_id, subject, incarnation, version, CASE WHEN closed_at IS NOT NULL THEN NULL WHEN readable THEN 'process only' ELSE 'always' END
    FROM dead_letters WHERE consumer = :consumer AND (event_id = ANY(:ids) OR (closed_at IS NULL AND topic = :topic AND subject = ANY(:subjects)))
    """
)
_REACHED = text("SELECT subject, incarnation, version FROM heard_versions WHERE consumer = :consumer AND pattern = 'process' AND topic = :topic AND subject = ANY(:subjects)")
_NEWER = text(
    """
    INSERT INTO heard_versions AS known (consumer, pattern, topic, subject, incarnation, version)
    SELECT :consumer, 'replica', :topic, t.subject, t.incarnation, t.version
    FROM unnest(CAST(:subjects AS uuid[]), CAST(:incarnations AS bigint[]), CAST(:versions AS bigint[])) AS t (subject, incarnation, version)
    ORDER BY t.subject
    ON CONFLICT (consumer, pattern, topic, subject) DO UPDATE SET incarnation = excluded.incarnation, version = excluded.version
    WHERE (known.incarnation, known.version) < (excluded.incarnation, excluded.version)
    RETURNING subject
    """
)
_REMEMBER = text(_NEWER.text.replace("'replica'", "'process'"))
_ENTER = text("INSERT INTO inbox (consumer, event_id) SELECT :consumer, id FROM unnest(CAST(:ids AS uuid[])) AS id ON CONFLICT DO NOTHING RETURNING event_id")
_CHECK_NOW = text("SET CONSTRAINTS ALL IMMEDIATE")
_CHECK_LATER = text("SET CONSTRAINTS ALL DEFERRED")
_PARK = text(
    """
    INSERT INTO parked_events (consumer, event_id, topic, subject, type, incarnation, version, reason, waits_for_kind, waits_for_id, cause, tries, next_try_at, key, value, headers, origin)
    VALUES (:consumer, :event_id, :topic, :subject, :type, :incarnation, :version, :reason, :kind, :waits_for, :cause, :tries, :next_try_at, :key, :value, CAST(:headers AS jsonb), :origin)
    ON CONFLICT (consumer, event_id) DO UPDATE SET reason = excluded.reason, waits_for_kind = excluded.waits_for_kind, waits_for_id = excluded.waits_for_id,
        cause = excluded.cause, tries = excluded.tries, next_try_at = excluded.next_try_at
    """
)
_DIE = text(
    """
    INSERT INTO dead_letters (id, consumer, event_id, topic, subject, type, incarnation, version, cause, details, tries, traceparent, readable, key, value, headers, origin)
    VALUES (:id, :consumer, :event_id, :topic, :subject, :type, :incarnation, :version, :cause, :details, :tries, :traceparent, :readable, :key, :value, CAST(:headers AS jsonb), :origin)
    ON CONFLICT (consumer, event_id) DO UPDATE SET cause = excluded.cause, details = excluded.details, readable = excluded.readable, tries = dead_letters.tries + excluded.tries,
        died_at = now(), closed_at = NULL, closed_how = NULL
    """
)
_UNPARK = text("DELETE FROM parked_events WHERE consumer = :consumer AND event_id = ANY(:ids)")
_RETRY_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('relais parked ' || CAST(:consumer AS text), 0))")
_DUE = text(
    """
    SELECT DISTINCT topic, subject, CASE WHEN subject IS NULL THEN event_id END AS event_id
    FROM parked_events
    WHERE consumer = :consumer
      AND (next_try_at <= :now OR waits_for_id = ANY(CAST(:arrived AS text[])) OR (reason = 'gap' AND CAST(subject AS text) = ANY(CAST(:arrived AS text[]))))
    LIMIT :most
    """
)
_PARKED_OF = text(
    """
    SELECT * FROM parked_events
    WHERE consumer = :consumer AND topic = :topic AND (subject = :subject OR (CAST(:subject AS uuid) IS NULL AND event_id = :event_id))
    ORDER BY incarnation, version, seq
    """
)
