"""The map of facilities: what stands in each area below one, and what nobody holds there."""

import pytest

from tests.registry.world import BACHE, BASE, BVT, World, ok, problem

PATH = f"{BASE}/maps/facilities"


async def cells(world: World, who: str = "linh", **query: str) -> dict[str, dict]:
    answer = ok(await world.api.as_(who).get(PATH, params={"area": "VN-22"} | query))
    return {cell["code"]: cell for cell in answer["items"]}


class TestRefusals:
    async def test_no_such_area(self, world: World) -> None:
        assert problem(await world.api.as_("linh").get(PATH, params={"area": "VN-77"}), 404) == "not-found"

    async def test_an_area_is_named(self, world: World) -> None:
        assert problem(await world.api.as_("linh").get(PATH), 422) == "malformed"

    async def test_who_reads_no_posts_sees_the_directory_alone(self, world: World) -> None:
        await world.post()
        seen = await cells(world, "ops")
        assert sum(cell["facilities"] for cell in seen.values()) == 2
        assert {(cell["offered"], cell["vacant"]) for cell in seen.values()} == {(None, None)}

    async def test_the_posts_of_others_do_not_count(self, world: World) -> None:
        await world.post()
        assert {cell["offered"] for cell in (await cells(world, "hanoi")).values()} == {0}


class TestCells:
    async def test_facilities_and_vacancies_by_area(self, world: World) -> None:
        held, _free = await world.post(fte=1), await world.post(fte=1)
        await world.post(BACHE, fte=0.5)
        await world.assignment(await world.person(), post_id=held["id"], fte_share=0.4)
        seen = await cells(world)
        bvt, bache = seen["VN-22-06652"], seen["VN-22-06970"]
        assert (bvt["facilities"], bvt["offered"], bvt["vacant"]) == (1, 2, 1.6)
        assert (bache["facilities"], bache["offered"], bache["vacant"]) == (1, 0.5, 0.5)
        assert bvt["latitude"] is not None
        assert sum(cell["facilities"] for cell in seen.values()) == 2
        assert len(seen) > 40, "areas without a facility are on the map too"

    async def test_of_the_country_each_province(self, world: World) -> None:
        await world.post()
        seen = await cells(world, area="VN")
        assert (seen["VN-22"]["facilities"], seen["VN-22"]["vacant"], seen["VN-01"]["facilities"]) == (2, 1, 1)

    @pytest.mark.parametrize(("query", "facilities"), [({"type": "station"}, 0), ({"type": "hospital"}, 2), ({"as_of": "1999-12-31"}, 0)])
    async def test_kind_and_day(self, world: World, query: dict[str, str], facilities: int) -> None:
        assert sum(cell["facilities"] for cell in (await cells(world, **query)).values()) == facilities

    async def test_a_frozen_post_is_not_vacant(self, world: World) -> None:
        post = await world.post(BVT)
        ok(await world.api.as_("linh").post(f"{BASE}/posts/{post['id']}/freezing", json={"from_day": "2025-10-01", "reason": "Reorganisation", "done_on": "2025-10-01"}))
        assert (await cells(world))["VN-22-06652"]["vacant"] == 0
