"""What is too large for a request is checked and written by the worker, in batches that are each whole; it can be cancelled, and goes on after a kill."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from services.registry.imports.wizard import wizard
from shared.db import database, worker_session
from shared.imports import jobs
from shared.imports.jobs import Importing, as_caller
from tests.registry.test_imports import ANH, IMPORTS, PEOPLE, a_province

ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
async def province(api: Any) -> AsyncIterator[None]:
    await a_province(api)
    yield
    await database.dispose()  # the worker holds its lock on a connection of its own


async def value(sql: str, **values: Any) -> Any:
    """What the database says, to whom row-level security shows all."""
    async with database.session("worker") as session:
        return (await session.execute(text(sql), values)).scalar_one()


async def sent(api: Any, *lines: str, person: str = "linh", kind: str = "people", heading: str = PEOPLE) -> dict:
    answer = await api.as_(person).post(IMPORTS, data={"kind": kind}, files={"file": ("f.csv", "\n".join((heading, *lines)).encode())}, headers=ASYNC)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def confirmed(api: Any, found: dict) -> dict:
    answer = await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation", headers=ASYNC)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read(api: Any, found: dict) -> dict:
    return (await api.as_("linh").get(f"{IMPORTS}/{found['id']}")).json()


def staff(many: int) -> list[str]:
    return [ANH.replace("0001", f"{number:06}") for number in range(many)]


class TestTheWorker:
    async def test_checks_then_writes_what_was_confirmed_as_the_person_who_sent_it(self, api, province):
        worker = Importing(wizard)
        assert not await worker.work_off_one()
        found = await sent(api, ANH, ANH.replace("0001", "0002").replace("Nữ", "?"), ANH.replace("0001", "0003").replace("VN-22-BVT", "VN-22-TYT-06700"), person="hr-bvt")
        assert (found["state"], found["rows"]) == ("checking", 0)
        assert [action["allowed"] for action in found["available_actions"]] == [False, True]
        assert await worker.work_off_one()
        found = await read(api, found)
        assert (found["state"], found["good"], found["bad"], found["done"]) == ("checked", 1, 2, 4), "a facility's officer enters nobody of another one"
        assert (await confirmed(api, found))["state"] == "writing"
        assert await value("SELECT count(*) FROM persons") == 0
        assert await worker.work_off_one()
        found = await read(api, found)
        assert (found["state"], found["written"], found["done"], found["total"]) == ("confirmed", 1, 1, 1)
        assert await value("SELECT recorded_by FROM persons") == await value("SELECT confirmed_by FROM imports WHERE id = :id", id=found["id"])
        assert await value("SELECT count(*) FROM imports WHERE as_caller IS NOT NULL") == 0, "nobody's rights are kept longer than the work"
        assert not await worker.work_off_one()

    async def test_judges_again_what_was_said_of_words(self, api, province):
        found = await sent(api, ANH.replace("VN-BS", "Bác sỹ ĐK"))
        worker = Importing(wizard)
        assert await worker.work_off_one()
        assert [word["written"] for word in (await read(api, found))["unknown_words"]] == ["Bác sỹ ĐK"]
        said = await api.as_("linh").post(f"{IMPORTS}/{found['id']}/meanings", json={"values": {"occupation_code": {"Bác sỹ ĐK": "VN-BS"}}}, headers=ASYNC)
        assert (said.status_code, said.json()["state"]) == (201, "checking")
        assert await worker.work_off_one()
        found = await read(api, found)
        assert (found["state"], found["good"], found["bad"], found["unknown_words"]) == ("checked", 1, 0, [])

    async def test_a_large_file_goes_to_the_worker_by_itself(self, api, province):
        padding = f"{ANH},{'x' * 90_000}"
        answer = await api.as_("linh").post(IMPORTS, data={"kind": "people"}, files={"file": ("f.csv", "\n".join([PEOPLE + ",note", *[padding] * 100]).encode())})
        assert answer.json()["state"] == "checking"

    async def test_what_fails_in_the_middle_is_told_and_leaves_no_row(self, api, province):
        found = await sent(api, *staff(60), '000009,"Nguyễn')
        assert await Importing(wizard, lines_at_a_time=50).work_off_one()
        found = await read(api, found)
        assert found["state"] == "stopped" and "Line 62 cannot be read" in found["problem"]
        assert await value("SELECT count(*) FROM import_rows WHERE import_id = :id", id=found["id"]) == 0
        assert (await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")).status_code == 409

    async def test_an_import_that_ends_its_worker_again_and_again_is_given_up(self, api, province):
        found = await sent(api, ANH)
        async with worker_session() as session:
            await session.execute(text("UPDATE imports SET tries = :tries WHERE id = :id"), {"tries": jobs.MOST_TRIES, "id": found["id"]})
        assert await Importing(wizard).work_off_one()
        assert (await read(api, found))["state"] == "stopped"

    async def test_two_workers_are_never_at_one_import(self, api, province):
        found = await sent(api, ANH)
        async with jobs._alone_with(found["id"]) as mine, jobs._alone_with(found["id"]) as also_mine:
            assert (mine, also_mine) == (True, False)
            assert not await Importing(wizard).work_off_one(), "another one is at it"
        assert await Importing(wizard).work_off_one()

    async def test_the_rights_are_kept_without_name_and_token(self, api, province):
        await sent(api, ANH)
        kept = await value("SELECT as_caller FROM imports WHERE state = 'checking'")
        assert not {"name", "token"} & kept.keys()
        caller = as_caller(kept)
        assert (caller.scope, caller.roles >= {"regional-administrator"}, caller.token) == (("VN.VN-22",), True, "")


class TestCancelling:
    async def cancelled(self, api: Any, found: dict, person: str = "linh") -> Any:
        return await api.as_(person).post(f"{IMPORTS}/{found['id']}/cancellation")

    async def test_another_authority_cancels_nothing_and_a_written_import_stays(self, api, province):
        found = await sent(api, ANH)
        assert (await self.cancelled(api, found, "hanoi")).status_code == 404
        worker = Importing(wizard)
        await worker.work_off_one()
        await confirmed(api, found)
        await worker.work_off_one()
        answer = await self.cancelled(api, found)
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "already-confirmed")

    async def test_before_the_check_and_after_it_nothing_is_left(self, api, province):
        worker = Importing(wizard)
        for turns in (0, 1):
            found = await sent(api, ANH)
            for _turn in range(turns):
                assert await worker.work_off_one()
            answer = await self.cancelled(api, found)
            assert (answer.status_code, answer.json()["state"]) == (201, "cancelled")
            assert (await self.cancelled(api, found)).status_code == 201
            assert not await worker.work_off_one()
            assert (await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")).status_code == 409
        assert await value("SELECT count(*) FROM import_rows WHERE line IS NOT NULL") == 0
        assert await value("SELECT count(*) FROM persons") == 0

    async def test_what_the_worker_has_written_stays_and_nothing_follows(self, committed_api):
        """The cancellation comes while the worker writes: it waits for the batch in hand, and no other follows."""
        api = committed_api
        await a_province(api)
        worker = Importing(wizard, lines_at_a_time=50)
        found = await sent(api, *staff(1_000))
        assert await worker.work_off_one()
        await confirmed(api, found)
        writing = asyncio.create_task(worker.work_off_one())
        async with asyncio.timeout(30):
            while not (await read(api, found))["written"]:
                assert not writing.done()
        answer = (await self.cancelled(api, found)).json()
        await writing
        assert answer["state"] == "cancelled" and answer["written"] % 50 == 0 and answer["written"] < 1_000
        assert not await worker.work_off_one()
        assert await value("SELECT count(*) FROM persons") == answer["written"] == await value("SELECT count(*) FROM audit WHERE act = 'person.registered'")
