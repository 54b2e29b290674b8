"""Lists of exchanges and cooperation as files: with the list's filters, and for those alone who read the list."""

import pytest

from tests.rotation.exchange_world import Exchange
from tests.rotation.world import ROOT, World
from tests.support.exports import file_as_listed, taken

LISTS = {
    "exchange-placements": "placements",
    "alumni": "alumni",
    "guest-stays": "guest-stays",
    "exchange-calls": "exchange-calls",
    "host-units": "host-units",
    "visits": "visits",
    "referrals": "referrals",
    "cooperation-programmes": "cooperation-programmes",
}


@pytest.mark.parametrize("name", LISTS)
async def test_who_reads_no_list_takes_no_file_and_who_sees_no_row_takes_none(province: World, name: str) -> None:
    await taken(province.api.as_("ops"), f"{ROOT}/exports/{name}", 403)
    assert await file_as_listed(province.api.as_("linh"), ROOT, name, LISTS[name]) == []


async def test_the_register_of_an_exchange_is_a_file_without_a_name(world: World) -> None:
    exchange = await Exchange(world).agree()
    placement = await exchange.selected("Phạm Quốc Bảo")
    linh = world.api.as_("linh")
    [row] = await file_as_listed(linh, ROOT, "exchange-placements", "placements", state=placement["state"])
    assert (row["person_id"], row["home_code"], row["host_code"], row["state"]) == (placement["person_id"], placement["home_code"], placement["host_code"], placement["state"])
    assert "Bảo" not in (await taken(linh, f"{ROOT}/exports/exchange-placements", format="csv")).text
    assert await file_as_listed(linh, ROOT, "exchange-placements", "placements", state="returned") == []
    assert await file_as_listed(linh, ROOT, "host-units", "host-units") != []
