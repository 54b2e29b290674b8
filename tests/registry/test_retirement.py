"""The schedule of retirement by month of birth (REG-05), and what the worker's event says of service."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import PACKS
from services.registry.workers.retirement import retirement_of
from tests.registry.team import told
from tests.registry.world import BASE, BVT, World, ok

RULE: dict[str, Any] = PACKS.pinned("vn-2020").rule("REG-05").value


@pytest.mark.parametrize(
    ("sex", "born", "retires"),
    [
        ("male", date(1960, 12, 31), date(2020, 12, 31)),
        ("male", date(1961, 1, 1), date(2021, 4, 30)),
        ("male", date(1961, 9, 15), date(2021, 12, 31)),
        ("male", date(1961, 10, 1), date(2022, 4, 30)),
        ("male", date(1966, 3, 31), date(2027, 12, 31)),
        ("male", date(1966, 4, 1), date(2028, 4, 30)),
        ("female", date(1966, 1, 20), date(2021, 5, 31)),
        ("female", date(1966, 8, 31), date(2021, 12, 31)),
        ("female", date(1975, 4, 30), date(2034, 12, 31)),
        ("female", date(1975, 5, 1), date(2035, 5, 31)),
    ],
)
def test_by_month_of_birth(sex: str, born: date, retires: date) -> None:
    assert retirement_of(born, sex, RULE) == retires


@pytest.mark.parametrize(("born", "sex"), [(None, "male"), (date(1970, 1, 1), "unknown")])
def test_what_is_not_known_gives_no_day(born: date | None, sex: str) -> None:
    assert retirement_of(born, sex, RULE) is None


@given(st.dates(date(1955, 1, 1), date(2000, 1, 1)), st.integers(0, 400), st.sampled_from(["male", "female"]))
def test_the_younger_never_retires_first(born: date, later: int, sex: str) -> None:
    other = date.fromordinal(born.toordinal() + later)
    earlier_day, later_day = retirement_of(born, sex, RULE), retirement_of(other, sex, RULE)
    assert earlier_day is not None
    assert later_day is not None
    assert earlier_day <= later_day


async def test_the_event_says_employment_first_day_and_retirement(world: World) -> None:
    hoa = await world.person(birth_date="1985-03-09")
    body = {"facility_code": BVT, "occupation_code": "VN-BS", "employment_type": "contract_open", "starts_on": "2015-02-01", "done_on": "2015-02-01"}
    ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/employments", json=body))
    [worker] = ok(await world.api.as_("linh").get(f"{BASE}/persons/{hoa['id']}"))["workers"]
    last = (await told(world, worker["id"]))[-1]
    assert (last["employment_type"], last["first_day"], last["retirement_on"]) == ("contract_open", "2015-02-01", "2045-03-31")
    ok(await world.api.as_("linh").patch(f"{BASE}/persons/{hoa['id']}", json={"birth_date": "1984-03-09"}))
    assert (await told(world, worker["id"]))[-1]["retirement_on"] == "2044-03-31"
