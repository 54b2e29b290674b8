"""People who do not work here come from a file: kept for their purpose, found by the authority's own reference, never twice."""

from typing import Any

from tests.registry.world import BASE, World, ok

HEADINGS = "reference,full_name,name_in_other_script,birth_date,sex,purpose\n"
ROWS = "HN-EX-01,Đỗ Hữu Kiên,,1965,nam,contact\nFR-EX-01,Pierre Vidal,,,,invité\n"


async def sent(world: World, rows: str, person: str = "linh") -> dict[str, Any]:
    answer = await world.api.as_(person).post(f"{BASE}/imports", files={"file": ("contacts.csv", (HEADINGS + rows).encode(), "text/csv")}, data={"kind": "contacts"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_file_of_people_who_do_not_work_here(world: World) -> None:
    report = await sent(world, ROWS)
    assert (report["good"], report["bad"]) == (2, 0)
    ok(await world.api.as_("linh").post(f"{BASE}/imports/{report['id']}/confirmation"))
    items = ok(await world.api.as_("linh").post(f"{BASE}/persons/lookup", json={"references": ["HN-EX-01", "FR-EX-01", "nobody"]}))["items"]
    assert {(item["reference"], item["name"]) for item in items} == {("HN-EX-01", "Đỗ Hữu Kiên"), ("FR-EX-01", "Pierre Vidal")}
    kien = ok(await world.api.as_("linh").get(f"{BASE}/persons/{next(item['id'] for item in items if item['reference'] == 'HN-EX-01')}"))
    assert (kien["birth_year"], kien["sex"], kien["purposes"], kien["workers"]) == (1965, "male", ["contact"], [])
    # Another authority's references are its own, and the same file again changes nothing; another name under a reference is refused.
    assert ok(await world.api.as_("hanoi").post(f"{BASE}/persons/lookup", json={"references": ["HN-EX-01"]}))["items"] == []
    assert (await sent(world, ROWS))["good"] == 0
    other = await sent(world, "HN-EX-01,Bùi Thị Lan,,1970,nữ,contact\n")
    assert (other["bad"], other["report"][0]["column"]) == (1, "reference")


async def test_nobody_loads_people_whom_they_could_not_find_afterwards(world: World) -> None:
    report = await sent(world, ROWS, person="hr-bvt")
    assert {(found["row"], found["column"]) for found in report["report"]} == {(2, "purpose"), (3, "purpose")}
