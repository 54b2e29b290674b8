"""What is derived can be dropped: heard again from the first event, in another order and more than once, it is the same byte for byte."""

import random

from sqlalchemy import text

from services.observatory.consumers import consumer
from services.observatory.replicas.apply import DERIVED, digest
from shared.db import app_session, worker_session
from tests.observatory.conftest import Tell
from tests.observatory.world import PROVINCE, assignment, due, employed, facility, fact, hire, policy, post
from tests.support.hearing import Message, hear


async def forget_everything() -> None:
    async with worker_session() as session:
        await session.execute(text("DELETE FROM inbox"))
        await session.execute(text("DELETE FROM heard_versions"))
        for table in DERIVED:
            await session.execute(text(f"DELETE FROM {table}"))


async def digests() -> dict[str, str]:
    async with worker_session() as session:
        return await digest(session)


async def test_the_same_bytes_after_a_rebuild(tell: Tell) -> None:
    first: list[Message] = [
        *employed("A"),
        *employed("B", group="nurse", isco="3221"),
        facility("VN-22-H2"),
        policy(),
        hire("A", "2024-01-01"),
        assignment("A", "VN-22-H2", kind="mission"),
        post("P1"),
        due("mandate"),
        fact("training.enrolments", "convened", "enrolment", "A", state="convened", attendance_percent=0, first_day="2025-03-01", last_day="2025-03-03"),
    ]
    later = [assignment("A", last="2025-01-31", state="ended"), facility("VN-22-H2", ownership="private"), due("mandate", state="done")]
    later.append(fact("training.enrolments", "completed", "enrolment", "A", state="attended", attendance_percent=100, first_day="2025-03-01", last_day="2025-03-03"))
    await tell(*first)
    await tell(*later)
    before = await digests()
    assert len(set(before.values())) > len(DERIVED) / 2

    chance = random.Random(2025)
    for _round in range(5):
        await forget_everything()
        again = [*PROVINCE, *first, *later]
        chance.shuffle(again)
        for batch in (again[: len(again) // 2], again[len(again) // 3 :]):  # some twice, newer before older
            await hear(consumer, *batch)
        assert await digests() == before


async def test_an_older_version_changes_nothing(tell: Tell) -> None:
    old, new = assignment("A"), assignment("A", last="2025-01-31", state="ended")
    await tell(new)
    before = await digests()
    await tell(old)
    assert await digests() == before


async def test_requests_reach_no_row_but_through_an_open_area(tell: Tell, service_environment: None) -> None:
    """The third wall: without a territory the database itself answers nothing."""
    await tell(*employed("A"), policy(), hire("A", "2024-01-01"))
    async with app_session(None) as session:
        for table in ("workers", "assignments", "facts", "dues", "posts", "policies", "facilities"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
        assert await session.scalar(text("SELECT count(*) FROM counted_workers('VN-22', '2025-09-30', '2025-09-30', '{doctor}', NULL)")) == 0
        await session.execute(text("SELECT set_config('relais.parties', '{VN-22}', true)"))
        assert await session.scalar(text("SELECT count(*) FROM counted_workers('VN-22', '2025-09-30', '2025-09-30', '{doctor}', NULL)")) == 1
