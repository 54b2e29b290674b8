"""The establishment of a facility: posts by state, who leaves soon and why; and the yearly round with its ceilings."""

from typing import Any

import pytest

from tests.registry.world import BACHMAI, BASE, BVT, World, ok, problem


async def overview(world: World, who: str = "linh", **query: str) -> dict[str, Any]:
    return ok(await world.api.as_(who).get(f"{BASE}/establishment", params={"facility": BVT} | query))


class TestOverview:
    @pytest.mark.parametrize(("who", "facility", "status"), [("hanoi", BVT, 404), ("hr-bache", BVT, 404), ("linh", BACHMAI, 404), ("linh", "VN-22-NOWHERE", 422)])
    async def test_nobody_sees_the_establishment_of_others(self, world: World, who: str, facility: str, status: int) -> None:
        problem(await world.api.as_(who).get(f"{BASE}/establishment", params={"facility": facility}), status)

    async def test_posts_are_counted_by_state(self, world: World) -> None:
        held, frozen = await world.post(), await world.post()
        await world.post(fte=2)
        await world.assignment(await world.person(), post_id=held["id"])
        ok(await world.api.as_("linh").post(f"{BASE}/posts/{frozen['id']}/freezing", json={"from_day": "2025-09-01", "reason": "hiring stop"}))
        found = await overview(world)
        assert [(one["state"], one["posts"], one["fte"]) for one in found["states"]] == [("filled", 1, 1), ("frozen", 1, 1), ("vacant", 1, 2)]
        assert (found["posts"], found["fte"], found["filled_share"]) == (3, 4, 1)

    async def test_who_leaves_soon_and_by_which_ground(self, world: World) -> None:
        """Contract, decided end and age (REG-05: a man born in September 1964 retires at 61 years and 3 months)."""
        linh = world.api.as_("linh")
        names = {}
        for name, more in (("Lê Văn Bình", {}), ("Vũ Thị Mai", {}), ("Phạm Văn Hùng", {"birth_date": "1964-09-10", "sex": "male"}), ("Trần Thị Lan", {})):
            person = await world.person(name, **more)
            names[person["id"]] = name
            ends = "2026-03-31" if name == "Vũ Thị Mai" else None
            await world.assignment(person, facility_code=BVT, occupation_code="VN-BS", ends_on=ends)
            contract = {"employment_type": "contract_fixed", "term_months": 14} if name == "Lê Văn Bình" else {}
            body = {"facility_code": BVT, "occupation_code": "VN-BS", "starts_on": "2025-01-01", "done_on": "2025-01-01"} | contract
            ok(await linh.post(f"{BASE}/persons/{person['id']}/employments", json=body))
        found = await overview(world)
        assert [(names[one["person_id"]], one["ground"], one["on"]) for one in found["leaving"]] == [
            ("Phạm Văn Hùng", "retirement", "2025-12-31"),
            ("Lê Văn Bình", "contract_end", "2026-02-28"),
            ("Vũ Thị Mai", "assignment_end", "2026-03-31"),
        ]
        assert (await overview(world, as_of="2024-06-01"))["leaving"] == []
        assert (await overview(world, "analyst"))["leaving"] is None
