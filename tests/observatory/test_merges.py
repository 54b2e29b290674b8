"""Two persons of the register are one: what this service holds of the retired one follows, and goes back."""

import random
from uuid import UUID, uuid4

from sqlalchemy import text

from services.observatory.consumers import consumer
from shared.db import worker_session
from tests.observatory.conftest import Tell
from tests.observatory.test_rebuild import digests, forget_everything
from tests.observatory.world import PROVINCE, assignment, due, employed, facility, hire, known
from tests.support.hearing import Message, hear
from tests.support.merges import follows_a_merge, told


async def test_a_row_of_every_table_that_holds_persons_follows_and_goes_back(rolled_back: None) -> None:
    await follows_a_merge(consumer)


async def test_a_rebuild_after_the_merge_and_after_its_undo_gives_the_same_bytes(tell: Tell) -> None:
    """In whatever order and how often it is heard: late events about the retired one are about the other while the merge stands."""
    first = [*employed("A"), *employed("B", group="nurse", isco="3221"), hire("A", "2024-01-01"), due("mandate")]
    merge, became = uuid4(), {UUID(known("person A")): UUID(known("person B"))}
    merged, late = told(merge, "merged", became), assignment("A", "VN-22-H2", kind="mission")
    await tell(*first, facility("VN-22-H2"))
    apart, people = await digests(), await headcount()
    await tell(merged)
    assert await headcount() == people - 1
    await tell(late)
    undone = told(merge, "unmerged", became)
    await the_same_after_rebuilds(*first, facility("VN-22-H2"), merged, late)
    await tell(undone)
    same = await digests()
    assert (await headcount(), {name for name in same if same[name] != apart[name]}) == (people, {"assignments"})
    await the_same_after_rebuilds(*first, facility("VN-22-H2"), merged, late, undone)


async def the_same_after_rebuilds(*heard: Message) -> None:
    same, chance = await digests(), random.Random(2025)
    for _round in range(3):
        await forget_everything()
        again = [*PROVINCE, *heard]
        chance.shuffle(again)
        await hear(consumer, *again)
        assert await digests() == same


async def headcount() -> int:
    async with worker_session() as session:
        return int(await session.scalar(text("SELECT count(DISTINCT person_id) FROM assignments WHERE kind = 'primary'")) or 0)
