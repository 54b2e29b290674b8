"""Students: an institute enters those who compete for its seats and nobody else, and learns how old they are, never when they were born."""

import pytest

from tests.registry.world import BASE, World, ok, problem

STUDENT = {"names": [{"kind": "legal", "value": "Phạm Minh Châu"}], "birth_date": "2004-03-05", "sex": "female", "purposes": ["student"]}


@pytest.mark.parametrize(("purposes", "slug"), [(["worker"], "people-are-kept-by-hr"), (["student", "worker"], "people-are-kept-by-hr"), (["candidate"], "people-are-kept-by-hr")])
async def test_an_institute_enters_students_alone(world: World, purposes: list[str], slug: str) -> None:
    assert problem(await world.api.as_("training").post(f"{BASE}/persons", json=STUDENT | {"purposes": purposes}), 403) == slug


async def test_it_reads_an_age_and_not_the_file(world: World) -> None:
    training = world.api.as_("training")
    student = ok(await training.post(f"{BASE}/persons", json=STUDENT))
    path = f"{BASE}/persons/{student['id']}"
    assert problem(await training.get(path), 403) == "people-closed"
    for day, years in (("2025-03-04", 20), ("2025-03-05", 21)):
        assert ok(await training.get(f"{path}/age?on={day}")) == {"years": years}
    assert problem(await world.api.as_("hanoi").get(f"{path}/age"), 404) == "not-found"
    assert problem(await world.api.as_("analyst").get(f"{path}/age"), 403) == "names-are-not-for-analysis"
    assert problem(await world.api.as_("hr-bvt").get(f"{path}/age"), 404) == "not-found"
