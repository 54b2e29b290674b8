"""The processes that the crash suite arms and loses: the registry's API, its worker, and a service that answers what the registry says of holds.

Each is forked from a process that has imported everything, and told while it runs at which crash point to die.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.processes import die_with_parent
from deploy.local.serve import serve
from services.registry.app import service as registry
from shared import audit_seals, crash, kafka
from shared.app import Service
from shared.events import Event, Received, record_event
from shared.inbox import Consumer
from shared.logs import configure_logging
from shared.settings import settings
from shared.worker import work

HOLDS, SETTLED = "relais.registry.holds", "relais.training.holds"
FREE_FROM = date(2026, 1, 1)  # before every day that a workload asks for

# What takes its time in life, and would take a test's: when a group misses a killed consumer, how often the sealer looks.
SESSION_MILLISECONDS, SEALER_LOOK_SECONDS = 1500, 0.1

# --- the service that answers ---------------------------------------------------------------------------------------------

# No unique key on what is done for each event: a doubled effect must show, not be refused.
TABLES = """
CREATE TABLE kept_events (place bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, id uuid NOT NULL, version bigint NOT NULL, type text NOT NULL);
CREATE TABLE kept_states (id uuid PRIMARY KEY, version bigint NOT NULL, state text NOT NULL);
CREATE TABLE kept_changes (place bigint GENERATED ALWAYS AS IDENTITY, id uuid NOT NULL, version bigint NOT NULL);
GRANT ALL ON kept_events, kept_states, kept_changes TO training_worker;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO training_worker;
"""


class HoldSeen(BaseModel):
    """The state of a hold, as a replica keeps it."""

    topic: ClassVar[str] = HOLDS

    id: UUID
    state: str


class Taken(Event):
    """Days of a person were held."""

    type = "registry.hold.taken.v1"
    topic = HOLDS


class Confirmed(Event):
    """They are held until they end."""

    type = "registry.hold.confirmed.v1"
    topic = HOLDS


class Released(Event):
    """They are free again."""

    type = "registry.hold.released.v1"
    topic = HOLDS


class Settled(Event):
    """What the thing that took the hold says of it."""

    type = "training.hold.settled.v1"
    topic = SETTLED

    outcome: Literal["confirmed", "released"]
    source_id: UUID
    on: date


async def keep_states(session: AsyncSession, seen: list[Received[HoldSeen]]) -> None:
    told = {"ids": [event.subject for event in seen], "versions": [event.version for event in seen], "states": [event.data.state for event in seen]}
    await session.execute(text("INSERT INTO kept_changes (id, version) SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS bigint[]))"), told)
    await session.execute(
        text(
            "INSERT INTO kept_states SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS bigint[]), CAST(:states AS text[])) "
            "ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state"
        ),
        told,
    )


async def keep(session: AsyncSession, event: Received[Taken] | Received[Confirmed] | Received[Released]) -> None:
    await session.execute(
        text("INSERT INTO kept_events (event_id, id, version, type) VALUES (:event, :id, :version, :type)"),
        {"event": event.id, "id": event.subject, "version": event.version, "type": event.type},
    )


async def confirm(session: AsyncSession, event: Received[Taken]) -> None:
    """The thing for which the days were asked takes place."""
    await keep(session, event)
    record_event(session, Settled(id=event.subject, outcome="confirmed", source_id=event.id, on=FREE_FROM))


async def give_back(session: AsyncSession, event: Received[Confirmed]) -> None:
    """It is over as soon as it is sure: every hold ends released, and each step is the other service's doing."""
    await keep(session, event)
    record_event(session, Settled(id=event.subject, outcome="released", source_id=event.id, on=FREE_FROM))


def make_consumer() -> Consumer:
    consumer = Consumer("training")
    consumer.replica(HoldSeen, keep_states)
    consumer.on(Taken, confirm)
    consumer.on(Confirmed, give_back)
    consumer.on(Released, keep)
    return consumer


# --- processes ------------------------------------------------------------------------------------------------------------


def _api() -> None:
    serve("registry", "services.registry.app", settings().port("registry"))


def _worker() -> None:
    configure_logging("registry-worker")
    asyncio.run(work(registry))


def _peer() -> None:
    configure_logging("training")
    asyncio.run(work(Service(name="training", title="training", package="services.training", consumer=make_consumer())))


DUTIES: Mapping[str, Callable[[], None]] = {"api": _api, "worker": _worker, "peer": _peer}

crash.crash_points()  # read once, before the forks

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["pytest", "tests.connected.member", __name__])


class Part:
    """One process of the system; started again by whoever looks after it."""

    def __init__(self, duty: str, log: Path, variables: Mapping[str, str]) -> None:
        self.duty, self._log, self._variables = duty, log, variables
        self.start()

    def start(self) -> None:
        orders, self._orders = multiprocessing.Pipe(duplex=False)
        self._process = _forks.Process(target=_work, args=(self.duty, str(self._log), dict(self._variables), orders), daemon=True)
        self._process.start()
        orders.close()

    def arm(self, at: str) -> None:
        """At which pass of which crash point to die, counted from now; empty: none."""
        try:
            self._orders.send(at)
        except BrokenPipeError:  # it is dead already, and comes back unarmed
            pass

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._orders.close()


def _work(duty: str, log: str, variables: dict[str, str], orders: Connection) -> None:
    die_with_parent(os.getppid(), signal.SIGKILL)
    for name in [name for name in os.environ if name.startswith("RELAIS_")]:
        del os.environ[name]
    os.environ.update(variables)
    settings.cache_clear()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(output, stream)
    kafka.SESSION_MILLISECONDS, audit_seals.LOOK_SECONDS = SESSION_MILLISECONDS, SEALER_LOOK_SECONDS
    threading.Thread(target=_obey, args=(orders,), daemon=True).start()
    DUTIES[duty]()


def _obey(orders: Connection) -> None:
    while True:
        try:
            at = orders.recv()
        except EOFError:
            return
        crash.passes.clear()
        os.environ["RELAIS_CRASH_AT"] = at
        settings.cache_clear()
