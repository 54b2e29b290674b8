"""Rebuild: forget what one consumer derived and read everything from the first event. The result is the same, byte for byte."""

import re

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.dead_letters import worker_connection
from shared.inbox import Consumer
from shared.settings import settings

TABLE = re.compile(r"^[a-z_][a-z0-9_]*$")


async def rebuild(service: str, consumer: Consumer) -> None:
    """Clear a consumer's inbox, positions and derived tables in one transaction; the running reader begins again by itself.

    Waits for the batch in progress. What its processes wrote in tables that are not derived stays: they meet their own
    `UNIQUE (source_service, source_id)` when they hear the same fact again.
    """
    async with worker_connection(service) as connection:
        # First: readers hold this row while they write, and see the new generation before they write again.
        await connection.execute(
            text("INSERT INTO consumers (consumer) VALUES (:c) ON CONFLICT (consumer) DO UPDATE SET generation = consumers.generation + 1"), {"c": consumer.name}
        )
        for table in ("consumer_positions", "inbox", "heard_versions", "parked_events", "dead_letters"):
            await connection.execute(text(f"DELETE FROM {table} WHERE consumer = :c"), {"c": consumer.name})  # noqa: S608
        for table in consumer.derived_tables:
            if not TABLE.match(table):
                raise ValueError(f"{table!r} is not the name of a table.")
            await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608


async def renew_incarnation(service: str) -> int:
    """After a database was restored: its events count as newer than those of the life that was lost, and all are told again."""
    engine = create_async_engine(settings().database_url("owner", service), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            new = await connection.scalar(
                text("UPDATE incarnation SET value = greatest(value + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint), since = now() RETURNING value")
            )
            return int(new or 0)
    finally:
        await engine.dispose()
