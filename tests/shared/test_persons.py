"""Two persons are one, in tables of any shape: every row moves or says why not, and goes back; what arrives late follows."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import database, worker_session
from shared.events import Event, Received
from shared.inbox import Consumer
from shared.persons import TOPIC, follow_merges, hear_persons, told_of
from tests.support.hearing import hear, message
from tests.support.service import superuser

OLD, NOW, OTHER = uuid4(), uuid4(), uuid4()
TABLES = """
    CREATE TABLE visits (id uuid PRIMARY KEY, person_id uuid, visitors uuid[], mentor_id uuid);
    CREATE TABLE seats (session text, person_id uuid, PRIMARY KEY (session, person_id));
    CREATE TABLE stays_apart (person_id uuid, days daterange, EXCLUDE USING gist (person_id WITH =, days WITH &&), PRIMARY KEY (person_id, days));
    CREATE TABLE beliefs (person_id uuid PRIMARY KEY);
    COMMENT ON COLUMN visits.visitors IS 'person';
    COMMENT ON TABLE beliefs IS 'stays with the retired person: a belief';
    GRANT ALL ON visits, seats, stays_apart, beliefs TO recruitment_owner, recruitment_worker, recruitment_app;
"""


class SeatTaken(Event):
    """Somebody took a seat: a process, which writes by the person that it is told."""

    type = "training.seat.taken.v1"
    topic = "relais.training.seats"

    person_id: UUID


async def sit(session: Any, event: Received[SeatTaken]) -> None:
    await session.execute(text("INSERT INTO seats VALUES (:session, :person)"), {"session": str(event.data.id), "person": event.data.person_id})


class VisitState(SeatTaken):
    """A visit as it stands: a replica."""

    type = "rotation.visit.told.v1"
    topic = "relais.rotation.visits"


async def keep(session: Any, events: list[Received[VisitState]]) -> None:
    for event in events:
        await session.execute(text("DELETE FROM visits WHERE id = :id"), {"id": event.data.id})
        await session.execute(text("INSERT INTO visits (id, person_id) VALUES (:id, :person)"), {"id": event.data.id, "person": event.data.person_id})


consumer = Consumer("scratch")
consumer.on(SeatTaken, sit)
consumer.replica(VisitState, keep)
hear_persons(consumer)


def merged(merge: UUID, state: str = "merged", old: UUID = OLD, now: UUID = NOW) -> Any:
    body = {"id": str(old), "merge_id": str(merge), "surviving_id": str(now), "state": state, "ids": [{"old_id": str(old), "id": str(now)}]}
    return message(TOPIC, f"registry.person.{state}.v1", body)


@pytest.fixture
async def scratch(rolled_back: None) -> AsyncIterator[AsyncConnection]:
    """Tables of their own in the service's database, gone with the test."""
    connection = database.rolled_back_connection
    assert connection is not None
    for statement in TABLES.strip().split(";\n"):
        await connection.exec_driver_sql(statement)
    yield connection


async def said(connection: AsyncConnection, statement: str) -> list[Any]:
    return [tuple(row) for row in (await connection.exec_driver_sql(statement)).all()]


async def write(connection: AsyncConnection, statement: str) -> None:
    await connection.execute(text(statement), {"old": OLD, "now": NOW, "other": OTHER})


async def told(merge: UUID) -> dict[tuple[str, str | None], int]:
    async with worker_session() as session:
        found = await told_of(session, merge)
    return {(row.table, row.state if row.constraint is None else row.constraint): row.rows for row in found.rows}


async def test_every_row_moves_or_says_what_refused_it_and_goes_back(scratch: AsyncConnection) -> None:
    await write(scratch, "INSERT INTO visits VALUES (uuidv7(), :old, ARRAY[CAST(:other AS uuid), :old], NULL), (uuidv7(), :other, ARRAY[CAST(:old AS uuid), :now], :old)")
    await write(scratch, "INSERT INTO seats VALUES ('a', :old), ('b', :old), ('b', :now)")
    await write(scratch, "INSERT INTO stays_apart VALUES (:now, '[2025-01-01,2025-02-01)'), (:old, '[2025-01-15,2025-03-01)'), (:old, '[2025-04-01,2025-05-01)')")
    await write(scratch, "INSERT INTO beliefs VALUES (:old)")
    tables = ("visits", "seats", "stays_apart", "beliefs")
    before = [sorted(map(str, await said(scratch, f"SELECT * FROM {table}"))) for table in tables]
    merge = uuid4()
    taken = await hear(consumer, merged(merge))
    assert (taken.parked, taken.dead) == (0, 0)
    assert await said(scratch, "SELECT person_id, visitors, mentor_id FROM visits ORDER BY id") == [(NOW, [OTHER, NOW], None), (OTHER, [NOW], NOW)]
    assert await told(merge) == {
        ("seats", "moved"): 1,
        ("seats", "seats_pkey"): 1,
        ("stays_apart", "moved"): 1,
        ("stays_apart", "stays_apart_person_id_days_excl"): 1,
        ("visits", "moved"): 2,
    }
    await hear(consumer, merged(merge, "unmerged"))
    assert [sorted(map(str, await said(scratch, f"SELECT * FROM {table}"))) for table in tables] == before


async def test_heard_twice_it_changes_nothing_and_what_was_left_follows_when_it_can(scratch: AsyncConnection) -> None:
    await write(scratch, "INSERT INTO seats VALUES ('b', :old), ('b', :now)")
    merge = uuid4()
    first = merged(merge)
    await hear(consumer, first, first)
    await hear(consumer, first)
    assert await told(merge) == {("seats", "seats_pkey"): 1}
    await write(scratch, "DELETE FROM seats WHERE person_id = :now")
    await follow_merges()
    assert await told(merge) == {("seats", "moved"): 1}
    assert await said(scratch, "SELECT person_id FROM seats") == [(NOW,)]


async def test_what_arrives_late_under_the_old_id_is_about_the_person_that_it_is_now(scratch: AsyncConnection) -> None:
    merge, seat, visit = uuid4(), uuid4(), uuid4()
    await hear(consumer, merged(merge))
    late = {"person_id": str(OLD)}
    taken = await hear(consumer, message(SeatTaken.topic, SeatTaken.type, late | {"id": str(seat)}), message(VisitState.topic, VisitState.type, late | {"id": str(visit)}))
    assert (taken.parked, taken.dead) == (0, 0)
    assert await said(scratch, "SELECT person_id FROM visits UNION ALL SELECT person_id FROM seats") == [(NOW,), (NOW,)]
    await hear(consumer, merged(merge, "unmerged"))
    # What was copied is the old one's again; what was done for the person meanwhile stays with them.
    assert await said(scratch, "SELECT person_id FROM visits UNION ALL SELECT person_id FROM seats") == [(OLD,), (NOW,)]


async def test_a_row_that_cannot_go_back_stays_and_says_why(scratch: AsyncConnection) -> None:
    await write(scratch, "INSERT INTO seats VALUES ('a', :old)")
    merge = uuid4()
    await hear(consumer, merged(merge))
    await write(scratch, "INSERT INTO visits VALUES (uuidv7(), :now)")
    await write(scratch, "INSERT INTO seats VALUES ('a', :old)")  # somebody had the old id on a form
    async with worker_session() as session:
        assert {row.table for row in (await told_of(session, merge)).written_since} == {"visits"}
    await hear(consumer, merged(merge, "unmerged"))
    assert await told(merge) == {("seats", "seats_pkey"): 1}
    assert await said(scratch, "SELECT state FROM merged_rows") == [("kept",)]


async def test_merged_unmerged_and_merged_with_another_in_one_batch(scratch: AsyncConnection) -> None:
    await write(scratch, "INSERT INTO seats VALUES ('a', :old)")
    first, second = uuid4(), uuid4()
    await hear(consumer, merged(first))
    await hear(consumer, merged(first, "unmerged"), merged(second, now=OTHER))
    assert await said(scratch, "SELECT person_id FROM seats") == [(OTHER,)]


async def test_the_app_may_not_say_who_is_who(postgres: Any, rolled_back: None) -> None:
    connection = await superuser(postgres, "recruitment")
    try:
        for statement in ("INSERT INTO merged_ids (merge_id, old_id, id) VALUES (uuidv7(), uuidv7(), uuidv7())", "SELECT follow_merges('{}')", "SELECT return_merged(uuidv7())"):
            with pytest.raises(Exception, match="permission denied"):
                async with connection.transaction():
                    await connection.execute("SET LOCAL ROLE recruitment_app")
                    await connection.execute(statement)
    finally:
        await connection.close()
