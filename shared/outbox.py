"""The outbox: events are written in the business transaction, with the next version of their aggregate.

They are queued in `session.info` and written in one statement just before the commit, so that the version's row
lock is held for the shortest time and in one order. What was recorded inside a savepoint that is rolled back is
forgotten with it.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakSet

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from shared.crash import crash_point

logger = logging.getLogger("relais.outbox")

CHANNEL = "relais_outbox"
HINT_SECONDS = 0.005  # one NOTIFY for all commits of this while: in every transaction it would cost several times the commit


@dataclass(frozen=True)
class Announcement:
    """An event about to be written: everything but its version, which the database gives."""

    id: UUID
    topic: str
    type: str
    subject: UUID
    occurred_at: datetime
    traceparent: str | None
    data: str


# The lock on aggregate_versions is taken in one order; the number of an aggregate's events is added at once and given out in
# the order in which they were recorded. `seq` follows `place` because the sort happens before the insert numbers its rows.
_WRITE = text(
    """
    WITH told AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:topics AS text[]), CAST(:types AS text[]), CAST(:subjects AS uuid[]),
            CAST(:times AS timestamptz[]), CAST(:traceparents AS text[]), CAST(:datas AS text[])
        ) WITH ORDINALITY AS t (id, topic, type, subject, occurred_at, traceparent, data, place)
    ), numbered AS (
        SELECT *, row_number() OVER aggregate AS nth, count(*) OVER (PARTITION BY topic, subject) AS many
        FROM told WINDOW aggregate AS (PARTITION BY topic, subject ORDER BY place)
    ), taken AS (
        INSERT INTO aggregate_versions AS v (topic, subject, version)
        SELECT topic, subject, many FROM numbered WHERE nth = 1 ORDER BY topic, subject
        ON CONFLICT (topic, subject) DO UPDATE SET version = v.version + excluded.version
        RETURNING topic, subject, version
    )
    INSERT INTO outbox (id, topic, type, subject, version, occurred_at, traceparent, data)
    SELECT n.id, n.topic, n.type, n.subject, t.version - n.many + n.nth, n.occurred_at, n.traceparent, n.data
    FROM numbered n JOIN taken t USING (topic, subject)
    ORDER BY n.place
    """
)


def enqueue(session: AsyncSession | Session, announcements: Sequence[Announcement]) -> None:
    """Queue for the commit, remembering in which savepoint this was said."""
    session = session.sync_session if isinstance(session, AsyncSession) else session
    queue: list[tuple[SessionTransaction | None, Announcement]] = session.info.setdefault("events", [])
    said_in = session.get_nested_transaction()
    queue.extend((said_in, announcement) for announcement in announcements)


@event.listens_for(Session, "before_commit")
def _write_before_commit(session: Session) -> None:
    queue = session.info.get("events")
    if not queue:
        return
    nested = session.get_nested_transaction()
    if nested is not None:  # a savepoint is released: what was said in it belongs to the transaction around it now
        around = nested.parent if nested.parent is not None and nested.parent.nested else None
        session.info["events"] = [(around if said_in is nested else said_in, announcement) for said_in, announcement in queue]
        return
    session.flush()  # the business rows first: if they are refused, nothing was numbered
    written: list[Announcement] = [announcement for _, announcement in session.info.pop("events")]
    crash_point("outbox.before_write")
    session.execute(_WRITE, _columns(written))
    crash_point("outbox.after_write")
    session.info["hint"] = True


def _columns(written: Sequence[Announcement]) -> dict[str, Any]:
    return {
        "ids": [a.id for a in written],
        "topics": [a.topic for a in written],
        "types": [a.type for a in written],
        "subjects": [a.subject for a in written],
        "times": [a.occurred_at for a in written],
        "traceparents": [a.traceparent for a in written],
        "datas": [a.data for a in written],
    }


@event.listens_for(Session, "after_soft_rollback")
def _forget_what_was_rolled_back(session: Session, rolled_back: SessionTransaction) -> None:
    queue = session.info.get("events")
    if not queue:
        return
    if not rolled_back.nested:
        del session.info["events"]
        return
    session.info["events"] = [(said_in, announcement) for said_in, announcement in queue if not _is_within(said_in, rolled_back)]


@event.listens_for(Session, "after_transaction_end")
def _forget_what_was_never_committed(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # a session that is closed without commit says nothing
        session.info.pop("events", None)


def _is_within(said_in: SessionTransaction | None, transaction: SessionTransaction) -> bool:
    while said_in is not None:
        if said_in is transaction:
            return True
        said_in = said_in.parent
    return False


# --- the hint that wakes the relay -----------------------------------------------------------------------------------


@event.listens_for(Session, "after_commit")
def _hint_after_commit(session: Session) -> None:
    if session.info.pop("hint", False):
        wake_relay()


_coming: "WeakSet[asyncio.AbstractEventLoop]" = WeakSet()  # loops on which a hint is about to be given
_hints: set[asyncio.Task[None]] = set()  # held here: a loop alone forgets its tasks


def wake_relay() -> None:
    """Tell the relay soon that there is something to publish. Only a hint: the relay also looks by itself each second."""
    from shared.db import database

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    if loop in _coming or database.rolled_back_connection is not None:
        return
    _coming.add(loop)
    hint = loop.create_task(_hint(loop))
    _hints.add(hint)
    hint.add_done_callback(_hints.discard)


async def _hint(loop: asyncio.AbstractEventLoop) -> None:
    from shared.db import database

    try:
        await asyncio.sleep(HINT_SECONDS)
    finally:
        _coming.discard(loop)  # what commits from here on needs another hint
    try:
        # The worker's pool, not the requests': a hint must never wait behind them nor take one of their connections.
        async with asyncio.timeout(5), database.engine("worker").connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.execute("SELECT pg_notify($1, '')", CHANNEL)
    except Exception as error:  # noqa: BLE001  whatever it is, the relay's own look comes within a second
        logger.debug("no hint to the relay: %s", type(error).__name__)
