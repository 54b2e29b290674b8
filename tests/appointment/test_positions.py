"""Leadership positions: the cap of deputies (APP-11, A18), one head per place, transitions, days without a holder."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.appointment.positions.caps import department_cap, facility_cap
from services.appointment.positions.vacancy import Period, days_in, empty_periods
from services.appointment.rules import PACKS
from tests.appointment.world import PROVINCIAL, REMOTE
from tests.appointment.world_leadership import Leaders, staff
from tests.support.api import Api
from tests.support.refusals import defended

APP_11 = PACKS.pinned("vn-2020").rule("APP-11")


@pytest.fixture
async def leaders(api: Api) -> Leaders:
    leaders = Leaders(api)
    await leaders.open_places(PROVINCIAL, REMOTE)
    return leaders


class TestCap:
    async def test_oracle_a18(self, leaders: Leaders) -> None:
        """A unit of 20 public employees has 2 deputies: the third is refused; at 21 employees it is allowed."""
        await staff(*[f"employee {number}" for number in range(20)])
        await leaders.position("deputy")
        await leaders.position("deputy")
        refused = await leaders.position("deputy", expect=409)
        defended(refused, "too-many-deputies", "APP-11", refused["rule"]["value"] | {"allowed": 2, "staff": 20}, possible="21")
        await staff("employee 20")
        assert (await leaders.position("deputy"))["rank"] == "deputy"
        refused = await leaders.position("deputy", expect=409)
        assert refused["rule"]["value"]["allowed"] == 3

    async def test_only_staff_under_the_establishment_count(self, leaders: Leaders) -> None:
        await staff(*[f"employee {number}" for number in range(18)])
        await staff(*[f"contract {number}" for number in range(2)], employment="contract_fixed")
        await staff(*[f"private {number}" for number in range(9)], employment="private")
        await staff("not said", employment=None)  # type: ignore[arg-type]
        cap = await leaders.read(f"/positions/caps?facility={PROVINCIAL}")
        assert (cap["staff"], cap["deputies"], cap["seats"]) == (20, 2, 0)
        assert cap["rule"]["value"]["counted"] == ["public_employee", "contract_open", "contract_fixed"]

    async def test_a_department_has_its_own_cap(self, leaders: Leaders) -> None:
        cap = await leaders.read(f"/positions/caps?facility={PROVINCIAL}&unit=Khoa Dược")
        assert (cap["deputies"], cap["staff"]) == (1, 0)
        await leaders.position("deputy", unit="Khoa Dược", title="Phó Trưởng khoa")
        refused = await leaders.position("deputy", unit="Khoa Dược", title="Phó Trưởng khoa 2", expect=409)
        assert refused["rule"]["value"]["allowed"] == 1

    async def test_a_transition_tolerates_those_in_place_and_opens_no_seat(self, leaders: Leaders) -> None:
        """APP-19, R-GRAND."""
        await staff("employee")
        await leaders.position("deputy")
        await leaders.position("deputy")
        tolerated = await leaders.position("deputy", valid_from="2024-01-01", grandfathered_until="2026-12-31")
        assert tolerated["valid_to"] == "2026-12-31"
        refused = await leaders.position("deputy", expect=409)
        assert refused["type"].endswith("/too-many-deputies")
        refused = await leaders.position("deputy", valid_from="2025-02-01", grandfathered_until="2026-12-31", expect=409)
        assert refused["type"].endswith("/too-many-deputies")

    @pytest.mark.parametrize(
        ("employees", "facility_type", "tier", "cap"),
        [
            (0, "hospital", None, 2),
            (20, "hospital", None, 2),
            (21, "hospital", None, 3),
            (5, "hospital", "provincial", 3),
            (5, "prevention_centre", None, 3),
            (900, "hospital", None, 3),
        ],
    )
    def test_table(self, employees: int, facility_type: str, tier: str | None, cap: int) -> None:
        assert facility_cap(APP_11, staff=employees, facility_type=facility_type, tier=tier) == cap

    @pytest.mark.parametrize(("employees", "parent", "cap"), [(9, 3, 1), (10, 3, 2), (10, 1, 1), (200, 2, 2), (9, 0, 0)])
    def test_a_department_is_never_above_its_facility(self, employees: int, parent: int, cap: int) -> None:
        """R-PARENT: the parent's cap."""
        assert department_cap(APP_11, staff=employees, parent=parent) == cap


class TestPositions:
    async def test_one_head(self, leaders: Leaders) -> None:
        await leaders.position()
        refused = await leaders.position(expect=409)
        assert refused["type"].endswith("/head-exists")
        await leaders.position(unit="Khoa Dược", title="Trưởng khoa")

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"facility_code": "VN-22-XXX"}, 422),
            ({"valid_to": "2009-12-31"}, 422),
            ({"rank": "head", "grandfathered_until": "2027-01-01"}, 422),
            ({"term_months": 0}, 422),
            ({"done_on": "2025-10-02"}, 422),
        ],
    )
    async def test_what_cannot_be(self, leaders: Leaders, changes: dict[str, Any], status: int) -> None:
        await leaders.position(expect=status, **changes)

    @pytest.mark.parametrize("person", ["director", "hr-bvt", "head-bvt", "secretary", "analyst", "hanoi"])
    async def test_only_the_administrator_opens_them(self, leaders: Leaders, person: str) -> None:
        body = {"facility_code": PROVINCIAL, "rank": "head", "title": "Giám đốc", "valid_from": "2010-01-01"}
        await leaders.act(person, "/positions", body, expect=403)

    async def test_another_province_sees_nothing(self, leaders: Leaders) -> None:
        position = await leaders.position()
        await leaders.read(f"/positions/{position['id']}", "hanoi", expect=404)
        assert (await leaders.read("/positions", "hanoi"))["items"] == []
        assert (await leaders.read("/positions", "hr-bache"))["items"] == []
        assert [item["id"] for item in (await leaders.read("/positions", "head-bvt"))["items"]] == [position["id"]]

    async def test_many_at_once_and_one_refusal_stops_no_other(self, leaders: Leaders) -> None:
        seats = [("head", "Giám đốc"), ("head", "Giám đốc khác"), ("deputy", "Phó Giám đốc")]
        body = {
            "positions": [
                {"facility_code": PROVINCIAL, "rank": rank, "title": title, "valid_from": "2010-01-01", "reference": title, "done_on": "2025-01-02"} for rank, title in seats
            ]
        }
        answered = await leaders.act("linh", "/positions/batch", body, expect=200)
        assert [bool(item["position"]) for item in answered["items"]] == [True, False, True]
        assert answered["items"][1]["problem"]["type"].endswith("/head-exists")
        again = await leaders.act("linh", "/positions/batch", body, expect=200)
        assert [item["position"] and item["position"]["id"] for item in again["items"]] == [item["position"] and item["position"]["id"] for item in answered["items"]]

    async def test_a_closed_seat_gives_room(self, leaders: Leaders) -> None:
        first = await leaders.position("deputy")
        await leaders.position("deputy")
        await leaders.position("deputy", expect=409)
        closed = await leaders.act("linh", f"/positions/{first['id']}/closure", {"last_day": "2025-02-28", "done_on": "2025-02-28"})
        assert (closed["state"], closed["valid_to"]) == ("closed", "2025-02-28")
        assert [act["allowed"] for act in closed["available_actions"]] == [False]
        await leaders.position("deputy", valid_from="2025-03-01", done_on="2025-03-01")

    async def test_days_without_a_head(self, leaders: Leaders) -> None:
        await staff("Ánh")
        position = await leaders.position(valid_from="2020-01-01")
        await leaders.mandate(position, "Ánh", starts_on="2020-01-01", ends_on="2025-02-28")
        found = await leaders.read("/positions/vacancies?from=2025-01-01&to=2025-03-31")
        assert [(item["days"], item["periods"]) for item in found["items"]] == [(31, [["2025-03-01", "2025-03-31"]])]
        assert (await leaders.read(f"/positions/{position['id']}"))["vacant_since"] == "2025-03-01"
        await leaders.read("/positions/vacancies?from=2025-04-01&to=2025-03-31", expect=422)

    async def test_a_machine_with_the_scope_reads_its_territory(self, leaders: Leaders) -> None:
        await leaders.position()
        machine = leaders.api.as_machine("ministry-health", "appointment.read", "territory:VN-22")
        assert len((await machine.get("/api/v1/appointment/positions")).json()["items"]) == 1
        without = leaders.api.as_machine("ministry-health", "registry.read", "territory:VN-22")
        assert (await without.get("/api/v1/appointment/positions")).status_code == 403


FIRST, LAST = date(2025, 1, 1), date(2025, 3, 31)
periods = some.lists(some.tuples(some.integers(-40, 120), some.integers(0, 60)).map(lambda p: (FIRST + timedelta(days=p[0]), FIRST + timedelta(days=p[0] + p[1]))), max_size=6)


@given(periods)
def test_each_day_is_held_or_empty(held: Sequence[Period]) -> None:
    empty = empty_periods(FIRST, LAST, held)
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    without = [day for day in days if not any(start <= day <= end for start, end in held)]
    assert [day for day in days if any(start <= day <= end for start, end in empty)] == without
    assert days_in(empty) == len(without)
