"""The audit can be checked: whoever changes it, with whatever rights, is found, and the first record concerned is named (fault 43)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from services.recruitment.audit.events import AuditSealed
from shared.audit import erase_audit_values, record_audit, record_audits
from shared.audit_keeping import KeptHead
from shared.audit_seals import KeyFiles, Sealer, seal_state
from shared.audit_verify import Kind, Verdict, verify, verify_service
from shared.db import database, worker_session
from shared.ids import uuid7
from tests.support.service import cloned_database, environment, prepare_database, settings_of, settled

SERVICE = "recruitment"
PERSON = uuid7()
Sql = Callable[..., Awaitable[Any]]


def sealer(keys: Path | None = None) -> Sealer:
    made = Sealer(SERVICE, AuditSealed)
    if keys is not None:
        made.files = KeyFiles(SERVICE, keys)
    return made


async def write(count: int, act: str = "need.moved", person: Any = PERSON) -> None:
    async with worker_session() as session:
        await record_audits(session, "task:test", act, "need", [(uuid7(), {"state": "draft"}, {"state": "open", "nth": nth, "person_id": str(person)}) for nth in range(count)])


async def told_heads() -> list[KeptHead]:
    """The heads as they were announced, which is what another service keeps."""
    async with worker_session() as session:
        announced = [orjson.loads(data) for data in await session.scalars(text("SELECT data FROM outbox WHERE type = 'recruitment.audit.sealed.v1' ORDER BY seq"))]
    return [KeptHead(told["incarnation"], told["number"], bytes.fromhex(told["head"]), told["first_record"], told["records"], told["sealed_at"]) for told in announced]


# --- a chain of three seals of four records each, on which each test tampers in a transaction of its own -------------------


@pytest.fixture(scope="module")
def chain(postgres: Any, issuer: Any, files_dir: Path) -> Iterator[tuple[str, list[KeptHead]]]:
    async def build() -> list[KeptHead]:
        sealing = sealer()
        for _ in range(3):
            await write(4)
            await sealing.seal_some()
        heads = await told_heads()
        await settled()
        await database.dispose()
        return heads

    with environment(**settings_of(SERVICE, postgres, issuer, files_dir)):
        prepare_database(SERVICE, postgres)
        with cloned_database(SERVICE, postgres) as name:
            yield name, asyncio.run(build())


@pytest.fixture
async def superuser(chain: tuple[str, list[KeptHead]], postgres: Any) -> AsyncIterator[AsyncConnection]:
    """The database's superuser, in a transaction that is rolled back; row-level security and privileges do not bind."""
    url = f"postgresql+asyncpg://postgres:{postgres.passwords['postgres']}@{postgres.host}:{postgres.port}/{chain[0]}"
    engine = create_async_engine(url, poolclass=NullPool, json_serializer=database.dumps, json_deserializer=database.loads)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        database.rolled_back_connection = connection
        yield connection
        database.rolled_back_connection = None
        await transaction.rollback()
    await engine.dispose()


@pytest.fixture
def tamper(superuser: AsyncConnection) -> Sql:
    """Statements as superuser, with the triggers of the audit switched off."""

    async def run(*statements: str) -> None:
        await superuser.execute(text("RESET ROLE"))
        for table in ("audit", "audit_leaves", "audit_seals"):
            await superuser.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            await superuser.execute(text(statement))

    return run


@pytest.fixture
def verdict(superuser: AsyncConnection, chain: tuple[str, list[KeptHead]]) -> Callable[..., Awaitable[Verdict]]:
    async def look(*, kept: bool = True) -> Verdict:
        await superuser.execute(text("RESET ROLE"))
        async with AsyncSession(bind=superuser, join_transaction_mode="create_savepoint") as session:
            return await verify(session, SERVICE, chain[1] if kept else [])

    return look


class TestAnHonestChain:
    async def test_it_verifies_and_every_head_is_kept(self, verdict: Any) -> None:
        seen = await verdict()
        assert (seen.finding, seen.seals, seen.records, seen.unsealed, seen.kept) == (None, 3, 12, 0, 3)

    async def test_its_state_says_how_far_it_is_sealed(self, superuser: AsyncConnection, chain: Any) -> None:
        await write(2)
        async with worker_session() as session:
            state = await seal_state(session)
        assert state == {"unsealed": 2, "sealed_to": 12, "seals": 3, "head": chain[1][-1].head.hex()}

    @pytest.mark.parametrize("statement", ["UPDATE audit SET act = 'x'", "DELETE FROM audit", "TRUNCATE audit", "DELETE FROM audit_leaves", "UPDATE audit_seals SET records = 1"])
    async def test_even_the_owner_of_the_tables_may_only_add(self, superuser: AsyncConnection, statement: str) -> None:
        await superuser.execute(text("SET LOCAL ROLE recruitment_owner"))
        with pytest.raises(DBAPIError, match="only added to"):
            await superuser.execute(text(statement))

    @pytest.mark.parametrize("role", ["app", "worker"])
    @pytest.mark.parametrize(
        "statement", ["UPDATE audit SET before = NULL, after = NULL", "UPDATE audit_leaves SET salt = NULL", "DELETE FROM audit_seals", "DELETE FROM audit_keys"]
    )
    async def test_the_services_themselves_change_nothing(self, superuser: AsyncConnection, role: str, statement: str) -> None:
        await superuser.execute(text(f"SET LOCAL ROLE recruitment_{role}"))
        with pytest.raises(DBAPIError, match="permission denied"):
            await superuser.execute(text(statement))


EDITS = {
    "the act": "UPDATE audit SET act = 'need.closed' WHERE seq = 6",
    "who did it": "UPDATE audit SET actor = 'somebody else' WHERE seq = 6",
    "for whom": "UPDATE audit SET for_whom = '{somebody}' WHERE seq = 6",
    "the day": "UPDATE audit SET done_on = done_on - 1 WHERE seq = 6",
    "the instant": "UPDATE audit SET recorded_at = recorded_at - interval '1 microsecond' WHERE seq = 6",
    "what it was about": "UPDATE audit SET subject_id = gen_random_uuid() WHERE seq = 6",
    "the hash under which it was sealed": "UPDATE audit_leaves SET leaf = sha256(leaf) WHERE seq = 6",
    "the trace": "UPDATE audit SET trace_id = 'another' WHERE seq = 6",
    "the new value": """UPDATE audit SET after = after || '{"state": "closed"}' WHERE seq = 6""",
    "the old value": "UPDATE audit SET before = NULL WHERE seq = 6",
    "a value and its salt": "WITH u AS (UPDATE audit SET before = NULL WHERE seq = 6) UPDATE audit_leaves SET salt = '\\x00' WHERE seq = 6",
}


class TestTampering:
    @pytest.mark.parametrize("what", EDITS)
    async def test_an_edit_is_found(self, tamper: Sql, verdict: Any, what: str) -> None:
        await tamper(EDITS[what], "UPDATE audit SET act = 'later' WHERE seq = 11")
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.EDITED, 2, 6)

    @pytest.mark.parametrize("with_its_hash", [False, True])
    async def test_a_removal_is_found(self, tamper: Sql, verdict: Any, with_its_hash: bool) -> None:
        await tamper("DELETE FROM audit WHERE seq IN (7, 10)", *(["DELETE FROM audit_leaves WHERE seq IN (7, 10)"] if with_its_hash else []))
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.REMOVED, 2, 7)

    @pytest.mark.parametrize("with_a_hash", [False, True])
    async def test_an_insertion_into_what_was_sealed_is_found(self, tamper: Sql, verdict: Any, with_a_hash: bool) -> None:
        forged = "INSERT INTO audit_leaves SELECT -3, 1, leaf, values_hash, salt FROM audit_leaves WHERE seq = 2"
        copy = "INSERT INTO audit (seq, actor, act, subject_kind, subject_id, done_on) OVERRIDING SYSTEM VALUE SELECT -3, actor, act, subject_kind, subject_id, done_on FROM audit WHERE seq = 2"
        await tamper(copy, *([forged] if with_a_hash else []))
        found = (await verdict()).finding
        assert (found.kind, found.record) == (Kind.INSERTED, -3)

    async def test_a_swap_is_found_as_what_it_is(self, tamper: Sql, verdict: Any) -> None:
        columns = "recorded_at, actor, act, subject_kind, subject_id, done_on, before, after"
        await tamper(
            f"UPDATE audit AS a SET ({columns}) = (SELECT {', '.join('b.' + name.strip() for name in columns.split(','))} FROM audit AS b WHERE b.seq = 13 - a.seq) WHERE a.seq IN (5, 8)"
        )
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.REORDERED, 2, 5)
        assert "5 and 8" in found.says

    async def test_a_tail_that_was_cut_off_is_found_by_what_others_kept(self, tamper: Sql, verdict: Any) -> None:
        await tamper("DELETE FROM audit WHERE seq > 8", "DELETE FROM audit_leaves WHERE seq > 8", "DELETE FROM audit_seals WHERE number > 2")
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.TRUNCATED, 3, 9)
        assert (await verdict(kept=False)).holds, "alone, nobody could see it: that is why another service keeps the heads"

    async def test_an_audit_that_was_emptied_is_found(self, tamper: Sql, verdict: Any) -> None:
        await tamper("TRUNCATE audit, audit_leaves, audit_seals")
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.TRUNCATED, 1, 1)

    async def test_an_edit_with_its_hash_is_found(self, tamper: Sql, verdict: Any) -> None:
        await tamper("UPDATE audit_leaves SET leaf = '\\x00' WHERE seq = 6", "UPDATE audit_seals SET root = '\\x00' WHERE number = 2")
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.SEAL_CHANGED, 2, 5)

    async def test_a_seal_from_the_middle_is_missed(self, tamper: Sql, verdict: Any) -> None:
        await tamper("DELETE FROM audit WHERE seq IN (5, 6, 7, 8)", "DELETE FROM audit_leaves WHERE seal = 2", "DELETE FROM audit_seals WHERE number = 2")
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.REMOVED, 2, 5)

    @pytest.mark.parametrize("stolen_key", [False, True], ids=["with new keys", "with the key itself"])
    async def test_a_chain_written_again_is_found_by_what_others_kept(self, tamper: Sql, verdict: Any, tmp_path: Path, stolen_key: bool) -> None:
        """Record 6 is changed and everything sealed again, as somebody would who has the whole machine but not the other service's."""
        await tamper("UPDATE audit SET act = 'need.closed' WHERE seq = 6", "DELETE FROM audit_leaves", "DELETE FROM audit_seals", "DELETE FROM outbox")
        if not stolen_key:
            await tamper("DELETE FROM audit_keys")
        await sealer(None if stolen_key else tmp_path).seal_some()
        assert (await verdict(kept=False)).holds
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.REWRITTEN, 1, 1)

    async def test_a_key_that_no_earlier_one_endorsed_is_found(self, superuser: AsyncConnection, verdict: Any, tmp_path: Path) -> None:
        await write(1)
        await sealer(tmp_path).seal_some()
        found = (await verdict()).finding
        assert (found.kind, found.seal) == (Kind.SEAL_CHANGED, 4)
        assert "endorsed" in found.says

    async def test_values_that_are_gone_without_an_erasure_are_found(self, tamper: Sql, verdict: Any) -> None:
        await tamper("UPDATE audit SET before = NULL, after = NULL WHERE seq = 6", "UPDATE audit_leaves SET salt = NULL WHERE seq = 6")
        found = (await verdict()).finding
        assert (found.kind, found.seal, found.record) == (Kind.VALUES_LOST, 2, 6)


class TestErasingAPerson:
    async def test_their_values_and_salts_are_gone_and_the_chain_verifies(self, superuser: AsyncConnection, verdict: Any) -> None:
        thing = uuid7()
        async with worker_session() as session:
            await record_audit(session, "task:test", "need.moved", "need", thing, after={"comment": "her words"})
        await sealer().seal_some()
        await write(1)
        async with worker_session() as session:
            assert await erase_audit_values(session, "task:test", PERSON, [thing]) == 14
        await sealer().seal_some()
        await superuser.execute(text("RESET ROLE"))
        left = (
            await superuser.execute(text("SELECT count(*) FROM audit JOIN audit_leaves USING (seq) WHERE act = 'need.moved' AND (before, after) IS NOT NULL OR salt IS NULL"))
        ).scalar_one()
        seen = await verdict()
        assert (left, seen.finding, seen.erased, seen.records) == (13, None, 14, 15)

    async def test_nothing_else_is_touched(self, superuser: AsyncConnection, verdict: Any) -> None:
        async with worker_session() as session:
            assert await erase_audit_values(session, "task:test", uuid7()) == 0
        assert (await verdict()).erased == 0


class TestKeys:
    async def test_a_rotation_is_endorsed_by_the_key_before(self, superuser: AsyncConnection, verdict: Any, files_dir: Path, tmp_path: Path) -> None:
        keys = tmp_path / SERVICE
        keys.mkdir()
        (keys / "current.pem").write_bytes((files_dir / "audit-keys" / SERVICE / "current.pem").read_bytes())
        sealing = sealer(tmp_path)
        first = sealing.files.read(sealing.files.current)
        second = sealing.files.ask_for_another()
        await sealing.seal_some()  # with nothing to seal, the key is taken all the same
        third = sealing.files.ask_for_another()
        await write(1)
        await sealing.seal_some()
        assert (await verdict()).finding is None
        assert sealing.files.read(sealing.files.current).id == third.id
        assert not sealing.files.next.exists()
        assert len({first.id, second.id, third.id}) == 3

    def test_a_key_is_readable_by_its_owner_alone(self, tmp_path: Path) -> None:
        files = KeyFiles(SERVICE, tmp_path)
        made = files.make(files.current)
        assert files.current.stat().st_mode & 0o777 == 0o600
        assert files.read(files.current).id == made.id


class TestSealing:
    async def test_a_slow_transaction_with_a_lower_number_is_sealed_too(self, committed: str) -> None:
        """Only what is settled raises the floor: never "after the last one"."""
        sealing = sealer()
        async with database.session("worker") as slow:
            await record_audit(slow, "task:test", "need.slow", "need", uuid7())
            await write(3)
            await sealing.seal_some()
            assert sealing._floor == 0
            await write(1)
            await sealing.seal_some()
            await slow.commit()
        await write(1)
        await sealing.seal_some()
        async with worker_session() as session:
            ranges = list(await session.scalars(text("SELECT ranges FROM audit_seals ORDER BY number")))
        assert ranges == [[[2, 4]], [[5, 5]], [[1, 1], [6, 6]]]
        assert sealing._floor == 6
        assert (await verify_service(SERVICE, await told_heads())).holds

    async def test_a_number_that_was_rolled_back_keeps_nothing_waiting(self, committed: str) -> None:
        sealing = sealer()
        async with database.session("worker") as given_up:
            await record_audit(given_up, "task:test", "need.never", "need", uuid7())
            await given_up.rollback()
        await write(2)
        await sealing.seal_some()
        assert sealing._floor == 3
        assert (await verify_service(SERVICE, await told_heads())).records == 2

    async def test_of_two_sealers_one_seals(self, committed: str) -> None:
        await write(50)
        await asyncio.gather(*(sealer().seal_some() for _ in range(4)))
        async with worker_session() as session:
            assert (await session.execute(text("SELECT sum(records), count(*) FROM audit_seals"))).one() == (50, 1)

    async def test_the_duty_seals_what_comes_until_it_is_told_to_stop(self, committed: str) -> None:
        stop = asyncio.Event()
        working = asyncio.create_task(sealer().run(stop))
        await write(2)
        async with asyncio.timeout(10):
            while True:
                async with worker_session() as session:
                    if (await seal_state(session))["sealed_to"] == 2:
                        break
                await asyncio.sleep(0.02)
        stop.set()
        await working
