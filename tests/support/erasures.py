"""An erasure of a person as a service hears it: what it says of the person in words goes, and everything else stays."""

import re
from uuid import uuid4

import asyncpg

from shared.db import database
from shared.erasures import TOPIC, Personal
from shared.inbox import Consumer
from tests.access.rows import HOSPITALS, Table, Things, _insert, _value, rows_of
from tests.support.hearing import hear, message
from tests.support.merges import PERSON, WORKER, fill_with

ACCOUNT = "https://id.test#somebody"
WORDS = {"text": "somebody by name", "_text": ["somebody by name"], "jsonb": '{"text": "somebody by name"}'}


async def forgets_a_person(consumer: Consumer, personal: Personal, by_account: Personal | None = None) -> None:
    """A row of every table that holds persons: the personal columns say nothing any more, and nothing else changed."""
    assert database.rolled_back_connection is not None
    await database.rolled_back_connection.exec_driver_sql("SELECT 1")  # the driver's transaction begins with the first statement: all that follows is taken back
    connection: asyncpg.Connection = (await database.rolled_back_connection.get_raw_connection()).driver_connection
    tables, _held = await fill_with(connection, PERSON, WORKER)
    for rows in by_account or {}:
        table, _, column = rows.partition(".")
        await connection.execute(f"UPDATE {table} SET {column} = $1", ACCOUNT)
    for rows in personal:
        await _child(connection, tables, rows)
    for rows, columns in [*personal.items(), *(by_account or {}).items()]:
        await _name(connection, tables, rows, list(columns))
    watched = [table for table in tables if table.name not in ("audit", "audit_leaves", "inbox", "heard_versions", "consumers", "consumer_positions")]
    before = await rows_of(connection, watched)
    for version in (1, 2):  # heard twice, it changes nothing more
        told = {"id": str(PERSON), "erased_on": "2026-11-23", "accounts": [ACCOUNT]}
        taken = await hear(consumer, message(TOPIC, "registry.person.erased.v1", told, version=version))
        assert (taken.parked, taken.dead) == (0, 0)
    other = await hear(consumer, message(TOPIC, "registry.person.erased.v1", {"id": str(uuid4()), "erased_on": "2026-11-23"}))
    assert (other.parked, other.dead) == (0, 0)
    for table in watched:
        left = await connection.fetch(f"SELECT t::text AS said FROM {table.name} AS t WHERE t::text LIKE '%somebody by name%'")  # noqa: S608
        assert [row["said"] for row in left] == [], table.name
    spoken = {rows.partition(".")[0] for rows in [*personal, *(by_account or {})]}
    others = [table for table in watched if table.name not in spoken]
    assert await rows_of(connection, others) == {name: rows for name, rows in before.items() if name not in spoken}
    assert await connection.fetchval("SELECT count(*) FROM audit WHERE (subject_id = $1 OR before ->> 'person_id' = $2) AND before IS NOT NULL", PERSON, str(PERSON)) == 0


async def _child(connection: asyncpg.Connection, tables: list[Table], rows: str) -> None:
    """A row that is the person's through another one."""
    of = re.fullmatch(r"(\w+)\.(\w+)>(\w+)", rows)
    if of is None:
        return
    child = next(table for table in tables if table.name == of[1])
    parent = await connection.fetchval(f"SELECT id FROM {of[3]} WHERE person_id = $1", PERSON)  # noqa: S608
    things = Things(tables)
    await _insert(connection, child.name, {column.name: _value(things, child, column, HOSPITALS) for column in child.columns} | {of[2]: str(parent)})


async def _name(connection: asyncpg.Connection, tables: list[Table], rows: str, columns: list[str]) -> None:
    """Each column of words names somebody."""
    name = rows.partition(".")[0]
    kinds = {column.name: column.kind for column in next(table for table in tables if table.name == name).columns}
    for column in columns:
        if kinds[column] in WORDS:
            told = await connection.execute(f"UPDATE {name} SET {column} = $1", WORDS[kinds[column]])  # noqa: S608
            assert told != "UPDATE 0", f"{name} has no row to speak of somebody"
