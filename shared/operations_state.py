"""What operations ask a service of itself: how it tells and hears events, what stands aside and why, what runs, which versions.

Reads as the worker does, which sees every row of its own service; nothing here names a person.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import orjson
from aiokafka.errors import KafkaError
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Consumer
from shared.kafka import Broker, BrokerNotReady

BROKER_SECONDS = 2.0
MOST_CAUSES = 200
MOST_TEXT = 16_384
"""Of an event's bytes, what is shown: events are far smaller, and a poison message may have any size."""


async def broker_answers(service: str) -> bool:
    """Whether the broker tells this service which life of it this is."""
    try:
        async with asyncio.timeout(BROKER_SECONDS), Broker(f"{service}-operations") as broker:
            await broker.epoch()
    except (KafkaError, BrokerNotReady, OSError, TimeoutError):
        return False
    return True


async def event_state(session: AsyncSession, consumer: Consumer | None) -> dict[str, Any]:
    """The relay and what it tells, the consumer and what it hears, topic by topic."""
    told = {row.topic: dict(row._mapping) for row in await session.execute(_TOLD)}
    heard = {row.topic: dict(row._mapping) for row in await session.execute(_HEARD, {"consumer": consumer.name if consumer else ""})}
    nothing = {"behind": 0, "parked": 0, "oldest_parked_seconds": None, "dead_letters": 0}
    hears = sorted(consumer.topics if consumer else ())
    row = (await session.execute(_ALIVE, {"consumer": consumer.name if consumer else ""})).one()
    return {
        "relay": "up" if row.relay else "down",
        "consumer_silent_seconds": row.silent,
        "told": [told[topic] for topic in sorted(told)],
        "heard": [nothing | heard.get(topic, {"topic": topic}) for topic in sorted({*hears, *heard})],
    }


async def causes(session: AsyncSession) -> Sequence[RowMapping]:
    """Open dead letters by what is wrong with them: one defect kills many."""
    return [row._mapping for row in await session.execute(_CAUSES, {"most": MOST_CAUSES})]


async def letters(session: AsyncSession, state: Literal["dead", "parked"], *, cause: str | None, type: str | None, after: int, limit: int) -> Sequence[RowMapping]:  # noqa: A002
    """Events that stand aside, in the order in which they came."""
    rows = await session.execute(_DEAD if state == "dead" else _PARKED, {"id": None, "cause": cause, "type": type, "after": after, "limit": limit})
    return [row._mapping for row in rows]


async def letter(session: AsyncSession, state: Literal["dead", "parked"], id: UUID) -> dict[str, Any] | None:  # noqa: A002
    """One of them with the bytes as they came."""
    row = (await session.execute(_DEAD if state == "dead" else _PARKED, {"id": id, "cause": None, "type": None, "after": 0, "limit": 1})).first()
    if row is None:
        return None
    return dict(row._mapping) | {"body": body_as_text(row.value), "bytes": len(row.value or b""), "headers": [tuple(header) for header in row.headers]}


def body_as_text(value: bytes | None) -> str:
    """JSON set out in lines; anything else as it stands, what is no text as escapes."""
    shown = (value or b"")[:MOST_TEXT]
    try:
        return orjson.dumps(orjson.loads(shown), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return shown.decode("utf-8", "backslashreplace")


async def jobs(session: AsyncSession) -> list[dict[str, Any]]:
    """What runs longer than a request, with how far it is: replays, a broker that is told everything again, a consumer that catches up or rebuilds, imports."""
    found = [dict(row._mapping) for row in await session.execute(_JOBS)]
    if await session.scalar(_LOADS_FILES):
        found += [dict(row._mapping) for row in await session.execute(_IMPORTS)]
    return found


async def database_version(session: AsyncSession) -> tuple[str, int, Any]:
    """The revision of the schema; which life of the database speaks, and since when."""
    row = (await session.execute(_VERSION)).one()
    return row.version_num, row.value, row.since


_TOLD = text(
    """
    SELECT v.topic, v.events, coalesce(w.waiting, 0) AS waiting, w.oldest_waiting_seconds
    FROM (SELECT topic, sum(version)::bigint AS events FROM aggregate_versions GROUP BY topic) AS v
    LEFT JOIN (
        SELECT topic, count(*) AS waiting, greatest(extract(epoch FROM clock_timestamp() - min(occurred_at)), 0)::float8 AS oldest_waiting_seconds
        FROM outbox WHERE published_at IS NULL GROUP BY topic
    ) AS w USING (topic)
    """
)
_HEARD = text(
    """
    SELECT topic, sum(behind)::bigint AS behind, sum(parked)::bigint AS parked, max(oldest)::float8 AS oldest_parked_seconds, sum(dead)::bigint AS dead_letters
    FROM (
        SELECT topic, greatest(end_offset - next_offset, 0) AS behind, 0 AS parked, NULL::numeric AS oldest, 0 AS dead
        FROM consumer_positions JOIN consumers USING (consumer, epoch) WHERE consumer = :consumer
        UNION ALL
        SELECT topic, 0, count(*), extract(epoch FROM clock_timestamp() - min(parked_at)), 0 FROM parked_events WHERE consumer = :consumer GROUP BY topic
        UNION ALL
        SELECT topic, 0, 0, NULL, count(*) FROM dead_letters WHERE consumer = :consumer AND closed_at IS NULL GROUP BY topic
    ) AS t GROUP BY topic
    """
)
# The relay that publishes holds this lock on its own connection; PostgreSQL shows a bigint key in two halves.
_ALIVE = text(
    """
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint << 32) | objid::bigint = hashtextextended('relais relay', 0)
    ) AS relay, (SELECT extract(epoch FROM clock_timestamp() - min(heard_at))::float8 FROM consumers WHERE consumer = :consumer) AS silent
    """
)
_FIRST_SEEN = "coalesce((SELECT heard_at FROM inbox i WHERE (i.consumer, i.event_id) = (d.consumer, d.event_id)), d.died_at)"
_CAUSES = text(
    f"""
    SELECT cause, type, topic, count(*) AS letters, min({_FIRST_SEEN}) AS first_seen_at, max(died_at) AS last_died_at
    FROM dead_letters d WHERE closed_at IS NULL GROUP BY cause, type, topic ORDER BY letters DESC, cause, type, topic LIMIT :most
    """  # noqa: S608
)
_DEAD = text(
    f"""
    SELECT d.seq, d.id, d.event_id, d.consumer, d.type, d.topic, d.subject, d.version, d.incarnation, d.cause, d.details, d.tries, d.traceparent, d.origin, d.headers, d.value,
        {_FIRST_SEEN} AS first_seen_at, d.died_at, NULL AS reason, NULL AS waits_for, NULL::timestamptz AS next_try_at,
        (SELECT count(*) FROM parked_events p WHERE (p.consumer, p.topic, p.subject) = (d.consumer, d.topic, d.subject)) AS waiting_behind
    FROM dead_letters d
    WHERE d.closed_at IS NULL AND d.seq > :after AND (d.id = :id OR CAST(:id AS uuid) IS NULL)
      AND (d.cause = :cause OR CAST(:cause AS text) IS NULL) AND (d.type = :type OR CAST(:type AS text) IS NULL)
    ORDER BY d.seq LIMIT :limit
    """  # noqa: S608
)
_PARKED = text(
    """
    SELECT p.seq, p.event_id AS id, p.event_id, p.consumer, p.type, p.topic, p.subject, p.version, p.incarnation, p.cause, '' AS details, p.tries,
        (SELECT header ->> 1 FROM jsonb_array_elements(p.headers) AS header WHERE header ->> 0 = 'traceparent' LIMIT 1) AS traceparent, p.origin, p.headers, p.value,
        p.parked_at AS first_seen_at, NULL::timestamptz AS died_at, p.reason, p.waits_for_kind || ' ' || p.waits_for_id AS waits_for, p.next_try_at, 0 AS waiting_behind
    FROM parked_events p
    WHERE p.seq > :after AND (p.event_id = :id OR CAST(:id AS uuid) IS NULL)
      AND (p.reason = :cause OR CAST(:cause AS text) IS NULL) AND (p.type = :type OR CAST(:type AS text) IS NULL)
    ORDER BY p.seq LIMIT :limit
    """
)
# What one replay handed over was closed in one transaction, so at one instant.
_JOBS = text(
    """
    SELECT 'replay' AS kind, NULL AS what, CASE WHEN count(p.event_id) > 0 THEN 'running' ELSE 'done' END AS state,
        count(*) - count(p.event_id) AS done, count(*) AS total, d.closed_at AS began_at
    FROM dead_letters d LEFT JOIN parked_events p ON (p.consumer, p.event_id, p.reason) = (d.consumer, d.event_id, 'replay')
    WHERE d.closed_how = 'replayed' AND d.closed_at > now() - interval '1 day' GROUP BY d.closed_at
    UNION ALL
    SELECT 'publishing-again', NULL, 'running', replayed_to, replay_until, NULL FROM relay_state WHERE replayed_to < replay_until
    UNION ALL
    SELECT 'reading', consumer, 'running', sum(least(next_offset, end_offset))::bigint, sum(end_offset)::bigint, NULL
    FROM consumer_positions JOIN consumers USING (consumer, epoch) GROUP BY consumer HAVING sum(greatest(end_offset - next_offset, 0)) > 0
    ORDER BY began_at DESC NULLS FIRST, kind
    """
)
_LOADS_FILES = text("SELECT to_regclass('public.imports') IS NOT NULL")
_IMPORTS = text(
    """
    SELECT 'import' AS kind, kind AS what, CASE state WHEN 'checked' THEN state ELSE 'done' END AS state, written AS done, good AS total, coalesce(confirmed_at, created_at) AS began_at
    FROM imports WHERE coalesce(confirmed_at, created_at) > now() - interval '1 day' ORDER BY began_at DESC LIMIT 50
    """
)
_VERSION = text("SELECT version_num, value, since FROM alembic_version, incarnation")
