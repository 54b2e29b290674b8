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
    (winner,) = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert {(answer.json()["type"].rsplit("/", 1)[-1], *answer.json()["assignments"]) for answer in answers if answer.status_code == 409} == {("post-full", winner)}
    assert ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}"))["filled_share"] == 1


async def test_a_person_has_one_primary(committed_world: World) -> None:
    world = committed_world
    hoa = await world.person()
    posts = [await world.post(facility) for facility in (BVT, BACHE, BVT, BACHE)]
    answers = await asyncio.gather(*[world.try_assignment(hoa, post_id=post["id"]) for post in posts])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (winner,) = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert {(answer.json()["type"].rsplit("/", 1)[-1], answer.json()["assignment_id"]) for answer in answers if answer.status_code == 409} == {("primary-held", winner)}


async def test_a_post_that_is_in_use_is_not_shortened_behind_its_holders_back(committed_world: World) -> None:
    """The last wall: even the service's worker cannot leave an assignment outside its post."""
    world = committed_world
    post = await world.post()
    await world.assignment(await world.person(), post_id=post["id"])
    for change in ("valid = daterange('2020-01-01', '2025-01-01')", "fte = 0.5", "frozen = true"):
        with pytest.raises(Exception, match=r"is filled above its share|outside the days on which its post is open"):
            async with world.as_worker() as session:
                await session.execute(world.sql(f"UPDATE posts SET {change} WHERE id = CAST(:id AS uuid)"), {"id": post["id"]})


async def test_of_two_officers_one_is_told_what_the_other_did(committed_world: World) -> None:
    """Assigned and frozen at once, abolished and assigned at once, employed twice at once: one 201, one 409 that names the rule and the other record."""
    world, linh = committed_world, committed_world.api.as_("linh")
    hoa, binh = await world.person(), await world.person("Lê Văn Bình")
    for act, body in (("freezing", {"from_day": "2025-01-01", "reason": "hiring stop"}), ("abolition", {"last_day": "2024-12-31", "reason": "the unit is closed"})):
        post, person = await world.post(), await world.person()
        taken, done = await asyncio.gather(world.try_assignment(person, post_id=post["id"]), linh.post(f"{BASE}/posts/{post['id']}/{act}", json=body))
        assert sorted((taken.status_code, done.status_code)) == [201, 409]
        if taken.status_code == 201:
            assert (done.json()["rule"]["id"], done.json()["assignment_id"]) == ("REG-POST-ACTS", taken.json()["id"])
        else:
            assert (taken.json()["rule"]["id"], taken.json()["post_id"]) == ("REG-POST-OPEN", post["id"])
    for _attempt in range(3):
        post, person = await world.post(), await world.person()
        change = linh.post(f"{BASE}/posts/{post['id']}/changes", json={"effective_on": "2025-06-01", "unit": "Khoa Nội"})
        answers = await asyncio.gather(change, world.try_assignment(person, post_id=post["id"]))
        assert [answer.status_code for answer in answers] == [201, 201], "a post that is cut in two stays open on all of its days"
    employment = {"facility_code": BVT, "occupation_code": "VN-BS", "starts_on": "2025-01-01", "done_on": "2025-01-01"}
    for person in (hoa, binh):
        answers = await asyncio.gather(*[linh.post(f"{BASE}/persons/{person['id']}/employments", json=employment) for _officer in range(2)])
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        (first,), (second,) = ([answer.json() for answer in answers if answer.status_code == status] for status in (201, 409))
        assert (second["rule"]["id"], second["employment_id"]) == ("REG-EMPLOYMENT", first["id"])
