"""An erasure of a person as a service hears it: what it says of the person in words goes, and everything else stays."""

from uuid import uuid4

import asyncpg

from shared.db import database
from shared.erasures import TOPIC, Personal
from shared.inbox import Consumer
from tests.access.rows import rows_of
from tests.support.hearing import hear, message
from tests.support.merges import PERSON, WORKER, fill_with


async def forgets_a_person(consumer: Consumer, personal: Personal) -> None:
    """A row of every table that holds persons: the personal columns say nothing any more, and nothing else changed."""
    assert database.rolled_back_connection is not None
    await database.rolled_back_connection.exec_driver_sql("SELECT 1")  # the driver's transaction begins with the first statement: all that follows is taken back
    connection: asyncpg.Connection = (await database.rolled_back_connection.get_raw_connection()).driver_connection
    tables, _held = await fill_with(connection, PERSON, WORKER)
    watched = [table for table in tables if table.name not in ("audit", "audit_leaves", "inbox", "heard_versions", "consumers", "consumer_positions", *personal)]
    before = await rows_of(connection, watched)
    for version in (1, 2):  # heard twice, it changes nothing more
        taken = await hear(consumer, message(TOPIC, "registry.person.erased.v1", {"id": str(PERSON), "erased_on": "2026-11-23"}, version=version))
        assert (taken.parked, taken.dead) == (0, 0)
    other = await hear(consumer, message(TOPIC, "registry.person.erased.v1", {"id": str(uuid4()), "erased_on": "2026-11-23"}))
    assert (other.parked, other.dead) == (0, 0)
    for table, columns in personal.items():
        for column in columns:
            left = f"SELECT count(*) FROM {table} WHERE person_id = $1 AND CAST({column} AS text) <> '—'"  # noqa: S608
            assert await connection.fetchval(left, PERSON) == 0, (table, column)
    assert await rows_of(connection, watched) == before
    assert await connection.fetchval("SELECT count(*) FROM audit WHERE (subject_id = $1 OR before ->> 'person_id' = $2) AND before IS NOT NULL", PERSON, str(PERSON)) == 0
