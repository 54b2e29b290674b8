"""Two people act at once: a post is not taken twice, a person not assigned twice, and nobody sees a deadlock."""

import asyncio

import pytest

from tests.registry.world import BACHE, BASE, BVT, World, ok
from tests.support.api import Api


@pytest.fixture
async def committed_world(committed_api: Api) -> World:
    world = World(committed_api)
    await world.open_facilities()
    return world


async def test_a_post_is_taken_once(committed_world: World) -> None:
    world = committed_world
    post = await world.post()
    people = [await world.person(f"Nguyễn Văn {letter}") for letter in "ABCD"]
    answers = await asyncio.gather(*[world.try_assignment(person, post_id=post["id"]) for person in people])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["type"].rsplit("/", 1)[-1] for answer in answers if answer.status_code == 409} == {"post-full"}
    assert ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}"))["filled_share"] == 1


async def test_a_person_has_one_primary(committed_world: World) -> None:
    world = committed_world
    hoa = await world.person()
    posts = [await world.post(facility) for facility in (BVT, BACHE, BVT, BACHE)]
    answers = await asyncio.gather(*[world.try_assignment(hoa, post_id=post["id"]) for post in posts])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["type"].rsplit("/", 1)[-1] for answer in answers if answer.status_code == 409} == {"primary-held"}


async def test_a_post_that_is_in_use_is_not_shortened_behind_its_holders_back(committed_world: World) -> None:
    """The last wall: even the service's worker cannot leave an assignment outside its post."""
    world = committed_world
    post = await world.post()
    await world.assignment(await world.person(), post_id=post["id"])
    for change in ("valid = daterange('2020-01-01', '2025-01-01')", "fte = 0.5", "frozen = true"):
        with pytest.raises(Exception, match=r"is filled above its share|outside the days on which its post is open"):
            async with world.as_worker() as session:
                await session.execute(world.sql(f"UPDATE posts SET {change} WHERE id = CAST(:id AS uuid)"), {"id": post["id"]})
