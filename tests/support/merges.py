"""A merge of two persons as a service hears it: a row of every table that holds persons moves, and goes back."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import text

from shared.db import database, worker_session
from shared.inbox import Consumer, Message
from shared.persons import TOPIC
from tests.access.rows import HOSPITALS, Table, Things, _insert, _value, put_rules_aside, rows_of, tables_of
from tests.support.hearing import hear, message

PERSON, WORKER = HOSPITALS.id_of("person"), HOSPITALS.id_of("worker")


def told(merge_id: UUID, state: str, became: dict[UUID, UUID]) -> Message:
    """What the registry tells: the first id is the retired person's."""
    (old, now), *_rest = became.items()
    body = {"id": str(old), "merge_id": str(merge_id), "surviving_id": str(now), "state": state, "ids": [{"old_id": str(one), "id": str(other)} for one, other in became.items()]}
    return message(TOPIC, f"registry.person.{state}.v1", body)


async def follows_a_merge(consumer: Consumer) -> None:
    """Every table of the service that holds persons follows, hears it twice without harm, and is as it was when the merge is undone."""
    assert database.rolled_back_connection is not None
    await database.rolled_back_connection.exec_driver_sql("SELECT 1")  # the driver's transaction begins with the first statement: all that follows is taken back
    connection: asyncpg.Connection = (await database.rolled_back_connection.get_raw_connection()).driver_connection
    tables, held = await fill_with(connection, PERSON, WORKER)
    became = {PERSON: uuid4(), WORKER: uuid4()}
    before, merge = await rows_of(connection, tables), uuid4()
    for _twice in range(2):
        taken = await hear(consumer, told(merge, "merged", became))
        assert (taken.parked, taken.dead) == (0, 0)
        assert await moved(merge) == held, held ^ await moved(merge)
    for name, column in sorted(held):
        old = await connection.fetchval(f"SELECT count(*) FROM {name} WHERE {column}::text LIKE ANY (ARRAY['%{PERSON}%', '%{WORKER}%'])")
        assert old == 0, f"{name}.{column}"
    await hear(consumer, told(merge, "unmerged", became))
    assert await rows_of(connection, tables) == before


async def fill_with(connection: asyncpg.Connection, person: UUID, worker: UUID) -> tuple[list[Table], set[tuple[str, str]]]:
    """Write a row into every table that holds persons, with this person in each such column; no rule stands in the way. Gives the tables and those columns."""
    tables = [table for table in await tables_of(connection) if table.name not in ("merged_ids", "merged_rows")]
    things = Things(tables)
    await put_rules_aside(connection)
    held = {(row["table_name"], row["column_name"]) for row in await connection.fetch("SELECT table_name, column_name FROM columns_of_persons()")}
    for table in tables:
        of_persons = {column for name, column in held if name == table.name}
        if of_persons:
            said = {name: str(worker if name == "worker_id" else person) for name in of_persons}
            row = {column.name: _value(things, table, column, HOSPITALS) for column in table.columns}
            lists = {column.name for column in table.columns if column.kind == "_uuid"}
            await _insert(connection, table.name, row | {name: f"{{{value}}}" if name in lists else value for name, value in said.items()})
    return tables, held


async def moved(merge_id: UUID) -> set[tuple[str, str]]:
    async with worker_session() as session:
        rows: Any = await session.execute(text("SELECT table_name, column_name FROM merged_rows WHERE merge_id = :merge AND state = 'moved'"), {"merge": merge_id})
        return {(row.table_name, row.column_name) for row in rows}
