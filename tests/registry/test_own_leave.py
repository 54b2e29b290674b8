"""A worker asks for leave from a phone and somebody else decides; the balance of the year; a calendar without reasons, whose address can be revoked."""

from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from services.registry.balances.counting import LeaveYear, carried_after, days_between, entitlement, still_counting
from shared.calendars import WorkingCalendar
from shared.rulepacks import Rule
from tests.registry.team import UNIT, Team, approve, ask_leave, leave
from tests.registry.test_verification import account
from tests.registry.world import BASE, BVT, World, ok, problem
from tests.support.api import Api

ME = f"{BASE}/persons/me"
RULE = Rule("LEA-BALANCE", {"days": 12, "seniority_years": 5, "seniority_days": 1, "type": "annual"}, "days", "law")


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    """Somebody of the hospital with an account of their own and no relation."""
    team = await Team(world).of(2)
    ok(await world.api.as_("linh").post(f"{BASE}/persons/{team.people[0]['id']}/account", json=account("hoa")))
    return team.people[0]


def phone(world: World, who: str = "hoa") -> Api:
    return world.api.as_(who, roles=["health-worker"], groups=[])


async def ask(world: World, first: str = "2025-11-03", last: str = "2025-11-07", type_: str = "annual", who: str = "hoa") -> httpx.Response:
    return await phone(world, who).post(f"{ME}/absences", json={"type": type_, "starts_on": first, "ends_on": last})


class TestRefused:
    async def test_whoever_is_linked_to_nobody_asks_nothing(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await ask(world, who="binh"), 404) == "not-found"
        assert problem(await phone(world, "binh").get(f"{ME}/leave-balance"), 404) == "not-found"
        assert problem(await world.api.as_machine("roster", "registry.read", "territory:VN-22").post(f"{ME}/absences", json={}), 403) == "not-a-person"

    async def test_days_that_are_taken_or_turned_round(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await ask(world))
        assert problem(await ask(world, "2025-11-07", "2025-11-10"), 409) == "absent-already"
        assert problem(await ask(world, "2025-12-07", "2025-12-06"), 422) == "malformed"
        assert problem(await ask(world, "2019-12-01", "2019-12-06"), 422) == "malformed"

    async def test_nobody_decides_on_their_own_leave_by_whichever_account(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/account", json=account("head-bvt")))
        assert problem(await approve(world, asked), 409) == "holder-does-not-decide"
        assert ok(await approve(world, asked, "hr-bvt"))["state"] == "approved"

    async def test_somebody_else_s_leave_is_nobody_s_to_see_or_take_back(self, world: World, hoa: dict[str, Any]) -> None:
        other = ok(await ask_leave(world, leave({"id": (await Team(world).of(1)).people[0]["id"]}, "2025-11-03", "2025-11-04")))
        assert problem(await phone(world).post(f"{ME}/absences/{other['id']}/withdrawal"), 404) == "not-found"
        assert problem(await phone(world).get(f"{BASE}/absences/{other['id']}"), 403) == "leave-closed"

    async def test_what_is_decided_is_not_taken_back(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        ok(await approve(world, asked))
        assert problem(await phone(world).post(f"{ME}/absences/{asked['id']}/withdrawal"), 409) == "leave-decided"

    async def test_too_few_would_be_present_and_who_else_could_move_is_not_told(self, world: World, hoa: dict[str, Any]) -> None:
        head = world.api.as_("head-bvt")
        minimum = {"facility_code": BVT, "occupation_code": "VN-BSCK", "specialty": "orthopaedic-surgery", "min_present": 2, "valid_from": "2025-01-01"}
        ok(await head.post(f"{BASE}/staffing-minimums", json=minimum))
        refused = await ask(world)
        assert problem(refused, 409) == "below-minimum"
        assert "moves" not in refused.json()


class TestAsked:
    async def test_asked_decided_by_the_head_and_read_by_both(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world, type_="study"))
        assert (asked["state"], asked["type"], asked["facility_code"], [one["act"] for one in asked["available_actions"]]) == ("requested", "study", BVT, ["withdraw"])
        waiting = ok(await world.api.as_("head-bvt").get(f"{BASE}/absences", params={"state": "requested"}))["items"]
        assert [one["id"] for one in waiting] == [asked["id"]]
        ok(await approve(world, asked))
        [own] = ok(await phone(world).get(f"{ME}/absences"))["items"]
        assert (own["state"], own["type"]) == ("approved", "study")

    async def test_taken_back_its_days_are_free(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        assert ok(await phone(world).post(f"{ME}/absences/{asked['id']}/withdrawal"))["state"] == "cancelled"
        ok(await ask(world))


class TestBalance:
    @pytest.mark.parametrize(
        ("since", "year", "days", "years"),
        [
            (None, 2025, 0, 0),
            (date(2026, 1, 1), 2025, 0, 0),
            (date(2025, 1, 1), 2025, 12, 1),
            (date(2025, 7, 15), 2025, 6, 0),
            (date(2025, 7, 16), 2025, 5, 0),
            (date(2020, 6, 1), 2024, 12, 4),
            (date(2020, 6, 1), 2025, 13, 5),
            (date(2014, 1, 2), 2025, 14, 11),
        ],
    )
    def test_by_seniority_and_by_months_in_the_first_year(self, since: date | None, year: int, days: int, years: int) -> None:
        assert entitlement(RULE, since, year) == (days, years)

    def test_working_days_alone_count(self) -> None:
        """From Friday 29 August to Wednesday 3 September 2025: a weekend and two days of the national day are off."""
        calendar = WorkingCalendar.of_country("VN", [2025])
        assert days_between(calendar, [(date(2025, 8, 29), date(2025, 9, 3))], date(2025, 1, 1), date(2025, 12, 31)) == 2 + (0 if date(2025, 9, 1) in calendar.days_off else 1)

    async def test_taken_planned_asked_left_as_of_a_day(self, world: World, hoa: dict[str, Any]) -> None:
        employment = {"facility_code": BVT, "occupation_code": "VN-BSCK", "starts_on": "2015-03-01", "done_on": "2025-01-01"}
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/employments", json=employment))
        for first, last in (("2025-09-22", "2025-09-26"), ("2025-11-03", "2025-11-07")):
            ok(await approve(world, ok(await ask_leave(world, leave(hoa, first, last)))))
        ok(await ask(world, "2025-12-01", "2025-12-02"))
        ok(await ask(world, "2025-12-08", "2025-12-09", type_="unpaid"))
        own = ok(await phone(world).get(f"{ME}/leave-balance"))
        assert {name: own[name] for name in ("entitled", "taken", "planned", "asked", "left", "years_of_service")} == {
            "entitled": 14, "taken": 5, "planned": 5, "asked": 2, "left": 4, "years_of_service": 10,
        }  # fmt: skip
        before = ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{hoa['id']}/leave-balance", params={"as_of": "2025-09-23"}))
        assert (before["taken"], before["planned"], before["left"]) == (2, 8, 4)
        assert problem(await world.api.as_("hanoi").get(f"{BASE}/persons/{hoa['id']}/leave-balance"), 404) == "not-found"

    async def test_what_is_left_passes_into_the_next_year_until_its_day(self, world: World, hoa: dict[str, Any]) -> None:
        employment = {"facility_code": BVT, "occupation_code": "VN-BSCK", "starts_on": "2015-03-01", "done_on": "2025-01-01"}
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/employments", json=employment))
        ok(await approve(world, ok(await ask_leave(world, leave(hoa, "2025-11-03", "2025-11-07")))))
        ok(await approve(world, ok(await ask_leave(world, leave(hoa, "2026-03-30", "2026-04-01")))))
        path = f"{BASE}/persons/{hoa['id']}/leave-balance"
        told = {day: ok(await world.api.as_("hr-bvt").get(path, params={"as_of": day})) for day in ("2025-12-31", "2026-03-31", "2026-04-01")}
        assert {day: (one["entitled"], one["carried"], one["carried_until"], one["lapsed"], one["left"]) for day, one in told.items()} == {
            "2025-12-31": (14, 0, None, 0, 9),
            "2026-03-31": (14, 9, "2026-03-31", 0, 20),
            "2026-04-01": (14, 9, "2026-03-31", 7, 13),
        }
        assert told["2026-03-31"]["carry_rule"]["id"] == "LEA-CARRY"

    @settings(max_examples=60, deadline=None)
    @given(
        most=st.integers(0, 15),
        entitled=st.lists(st.integers(0, 20), min_size=1, max_size=5),
        taken=st.sets(st.dates(date(2020, 1, 1), date(2024, 12, 31)), max_size=60),
        until=st.sampled_from([(1, 31), (3, 31), (6, 30), (12, 31)]),
    )
    def test_carried_day_by_day(self, most: int, entitled: list[int], taken: set[date], until: tuple[int, int]) -> None:
        """The same as an account that is kept day by day: carried days go first, lapse after their day, and what is overdrawn never passes on."""
        years, carried = [], 0
        for number, days in enumerate(entitled):
            year = 2020 + number
            in_year = sorted(day for day in taken if day.year == year)
            in_time = [day for day in in_year if day <= date(year, *until)]
            years.append(LeaveYear(days, len(in_year), len(in_time)))
            old, own = carried, days
            for day in in_year:
                if day > date(year, *until):
                    old = 0
                old, own = (old - 1, own) if old else (old, own - 1)
            carried = min(most, max(0, own))
            assert carried_after(years, most) == carried
            for day in (date(year, *until), date(year, 12, 31)):
                counted = still_counting(carried, len(in_time), day, date(year, *until))
                assert 0 <= counted <= carried
                assert day > date(year, *until) or counted == carried


class TestCalendar:
    async def read(self, world: World, address: str) -> httpx.Response:
        return await world.api.with_token("").get(address[address.index("/api/") :])

    async def test_a_unit_s_is_for_those_who_plan_there(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await phone(world).post(f"{BASE}/calendars", json={"facility_code": BVT}), 403) == "planning-closed"
        assert problem(await world.api.as_("hr-bache").post(f"{BASE}/calendars", json={"facility_code": BVT}), 403) == "facility-not-yours"
        assert problem(await world.api.as_("hr-bvt").post(f"{BASE}/calendars", json={}), 404) == "not-found"

    async def test_days_without_reasons_until_it_is_revoked(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await approve(world, ok(await ask(world, type_="sick"))))
        mine = ok(await phone(world).post(f"{BASE}/calendars", json={}))
        unit = ok(await world.api.as_("hr-bvt").post(f"{BASE}/calendars", json={"facility_code": BVT, "unit": UNIT}))
        empty = ok(await world.api.as_("hr-bvt").post(f"{BASE}/calendars", json={"facility_code": BVT, "unit": "Khoa Nhi"}))
        for feed, who in ((mine, None), (unit, "B.s.A.")):
            answer = await self.read(world, feed["address"])
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
            [event] = Calendar.from_ical(answer.content).walk("VEVENT")
            assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2025, 11, 3), date(2025, 11, 8))
            assert (who or "") in str(event["summary"])
            assert [word for word in ("sick", "leave", "Bác sĩ A") if word in answer.text] == []
        assert Calendar.from_ical((await self.read(world, empty["address"])).content).walk("VEVENT") == []
        assert problem(await self.read(world, mine["address"].replace(".ics", "x.ics")), 404) == "not-found"
        assert problem(await world.api.as_("head-bvt").post(f"{BASE}/calendars/{unit['id']}/revocation"), 404) == "not-found"
        [listed, _empty] = ok(await world.api.as_("hr-bvt").get(f"{BASE}/calendars"))["items"][::-1]
        assert (listed["id"], listed["address"]) == (unit["id"], None)
        ok(await world.api.as_("hr-bvt").post(f"{BASE}/calendars/{unit['id']}/revocation"))
        ok(await phone(world).post(f"{BASE}/calendars/{mine['id']}/revocation"))
        assert {(await self.read(world, feed["address"])).status_code for feed in (mine, unit)} == {404}

    async def test_the_address_is_kept_nowhere(self, world: World, hoa: dict[str, Any]) -> None:
        made = ok(await phone(world).post(f"{BASE}/calendars", json={}))
        token = made["address"].rsplit("/", 1)[-1].removesuffix(".ics")
        async with world.as_worker() as session:
            kept = await session.execute(world.sql("SELECT f::text FROM calendar_feeds f UNION ALL SELECT a::text FROM audit a WHERE act LIKE 'calendar.%'"))
            assert token not in str(kept.all())
