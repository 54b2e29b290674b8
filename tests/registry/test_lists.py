"""Lists: forwards and backwards, in the order asked, and no row twice."""

from typing import Any

import pytest

from tests.registry.world import BASE, World, ok, problem

NAMES = ["Trạm Ái", "Trạm Bình", "Trạm Đông", "Trạm Hà", "Trạm Ý"]


@pytest.fixture
async def stations(world: World) -> World:
    for number, name in enumerate(NAMES):
        body = {
            "code": f"VN-22-L{number}", "name": name, "type": "station" if number % 2 else "clinic", "level": "commune", "area_code": "VN-22-06652", "authority": "VN-22",
            "valid_from": "2000-01-01", "done_on": "2025-10-01",
        }  # fmt: skip
        ok(await world.api.as_("linh").post(f"{BASE}/facilities", json=body))
    return world


async def page(world: World, **query: Any) -> dict[str, Any]:
    return ok(await world.api.as_("linh").get(f"{BASE}/facilities", params={"q": "tram", "limit": 2} | query))


def codes(found: dict[str, Any]) -> list[str]:
    return [item["code"][-1] for item in found["items"]]


class TestPages:
    async def test_the_first_page_has_none_before_it_and_the_last_none_after(self, stations: World) -> None:
        whole = await page(stations, limit=200)
        assert codes(whole) == list("01234")
        assert (whole["next"], whole["previous"]) == (None, None)

    @pytest.mark.parametrize(("sort", "order"), [("name", "01234"), ("-name", "43210"), ("-code", "43210"), ("type", "02413"), ("-type", "31420")])
    async def test_forwards_to_the_end_and_all_the_way_back(self, stations: World, sort: str, order: str) -> None:
        first = await page(stations, sort=sort)
        second = await page(stations, sort=sort, cursor=first["next"])
        third = await page(stations, sort=sort, cursor=second["next"])
        assert "".join(code for found in (first, second, third) for code in codes(found)) == order
        assert third["next"] is None
        back = await page(stations, sort=sort, cursor=third["previous"])
        assert back["items"] == second["items"]
        again = await page(stations, sort=sort, cursor=back["previous"])
        assert (again["items"], again["previous"]) == (first["items"], None)
        assert (await page(stations, sort=sort, cursor=again["next"]))["items"] == second["items"]

    async def test_an_order_that_the_list_has_not_is_refused(self, stations: World) -> None:
        assert problem(await stations.api.as_("linh").get(f"{BASE}/facilities", params={"sort": "owner"}), 422) == "malformed"

    @pytest.mark.parametrize("cursor", ["eyJiZWZvcmUiOiAxfQ", "eyJhIjogW119", "W10"], ids=["before a number", "another word", "no place"])
    async def test_a_cursor_of_ones_own_making_is_refused(self, stations: World, cursor: str) -> None:
        assert problem(await stations.api.as_("linh").get(f"{BASE}/facilities", params={"cursor": cursor}), 422) == "malformed"
