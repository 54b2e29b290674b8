"""Lists of a pool and of those who are accompanied as files: with the list's filters, and for those alone who read the list."""

import pytest

from tests.recruitment.world import ROOT, World
from tests.support.exports import file_as_listed, taken

LISTS = {
    **{name: name for name in ("candidacies", "campaigns", "hires", "policies", "needs", "shortages")},
    "pools": "pools",
    "pool-resources": "pool-resources",
    "vacancies": "vacancies",
    "applications": "applications",
    "offers": "offers",
    "accompaniments": "accompaniments",
    "prospects": "outreaches",
    "partner-services": "service-offers",
    "service-requests": "service-requests",
    "contests": "contests",
}
POOL = {"authority": "VN-22", "code": "islands", "title": "The islands", "purpose": "Recruit together", "done_on": "2025-01-02"}


@pytest.mark.parametrize("name", [*LISTS, "pool-rounds"])
async def test_who_reads_no_list_takes_no_file(world: World, name: str) -> None:
    await taken(world.api.as_("ops"), f"{ROOT}/exports/{name}", 403, pool_id="0193f2a0-0000-7000-8000-000000000001")


@pytest.mark.parametrize("name", LISTS)
async def test_who_sees_no_row_takes_none(world: World, name: str) -> None:
    assert await file_as_listed(world.api.as_("linh"), ROOT, name, LISTS[name]) == []


async def test_a_pool_and_its_rounds_are_files(world: World) -> None:
    linh = world.api.as_("linh")
    answer = await linh.post(f"{ROOT}/pools", json=POOL)
    assert answer.status_code == 201, answer.text
    pool = answer.json()["id"]
    [row] = await file_as_listed(linh, ROOT, "pools", "pools")
    assert (row["code"], row["title"], row["authority"]) == ("islands", "The islands", "VN-22")
    await taken(world.api.as_("hanoi"), f"{ROOT}/exports/pool-rounds", 404, pool_id=pool)
    assert (await taken(linh, f"{ROOT}/exports/pool-rounds", pool_id=pool, format="ndjson", head="false")).text == ""
