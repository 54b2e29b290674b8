"""Mandates: terms, what is offered when they end (APP-09, APP-10; A13, A14, A15), alerts, opening balance, the days on which they start and end."""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from sqlalchemy import text

from services.appointment.mandates.dues import stage_on
from services.appointment.mandates.terms import calendar_around, months_left, next_term, notice_by
from services.appointment.mandates.use_cases import settle_mandates
from services.appointment.rules import PACKS
from shared.calendars import add_months, period_end
from shared.db import worker_session
from shared.rulepacks import Rule
from tests.appointment.world import PROVINCIAL, REMOTE, ROOT, known
from tests.appointment.world_leadership import Leaders, staff
from tests.support.api import Api
from tests.support.orders import holds_its_orders
from tests.support.refusals import defended
from tests.support.service import environment

PACK = PACKS.pinned("vn-2020")


@pytest.fixture
async def leaders(api: Api) -> Leaders:
    leaders = Leaders(api)
    await leaders.open_places(PROVINCIAL, REMOTE)
    await staff("Ánh", "Bình")
    return leaders


async def dues() -> list[dict[str, Any]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT data FROM outbox WHERE topic = 'relais.appointment.dues' ORDER BY seq"))
        return [orjson.loads(row.data) for row in rows]


class TestNextTerm:
    def test_oracle_a13(self) -> None:
        """Head from 1 Jul 2024 for 5 years, retires 30 Nov 2030: 17 months remain, extension to 30 Nov 2030, notice by 1 Apr 2029."""
        ends_on = period_end(date(2024, 7, 1), 60)
        assert ends_on == date(2029, 6, 30)
        offered = next_term(ends_on, retirement_on=date(2030, 11, 30), term_months=60, pack=PACK)
        assert (offered.offer, offered.months_left, offered.starts_on, offered.ends_on) == ("extend", 17, date(2029, 7, 1), date(2030, 11, 30))
        assert offered.notice_by == date(2029, 4, 1)

    def test_oracle_a13_in_working_days(self) -> None:
        """Where the rule counts working days, the notice is counted with the holidays: never later than in calendar days."""
        rule = Rule("APP-09", {"days": 90, "unit": "working"})
        told_by = notice_by(date(2029, 6, 30), rule, "VN")
        calendar = calendar_around(date(2029, 6, 30), "VN")
        assert calendar.works(told_by)
        between = [told_by + timedelta(days=number) for number in range(1, (date(2029, 6, 30) - told_by).days + 1)]
        assert sum(calendar.works(day) for day in between) == 90
        assert told_by < date(2029, 4, 1)

    def test_oracle_a14(self) -> None:
        """The same, retires 31 Dec 2032: 42 months remain, reappointment ending 31 Dec 2032."""
        offered = next_term(date(2029, 6, 30), retirement_on=date(2032, 12, 31), term_months=60, pack=PACK)
        assert (offered.offer, offered.months_left, offered.ends_on) == ("reappoint_until_retirement", 42, date(2032, 12, 31))

    @pytest.mark.parametrize(
        ("retirement_on", "offer", "ends_on"),
        [
            (date(2031, 6, 30), "reappoint_until_retirement", date(2031, 6, 30)),  # exactly 24 months is not less than two years
            (date(2031, 6, 29), "extend", date(2031, 6, 29)),
            (date(2034, 6, 30), "reappoint", date(2034, 6, 30)),  # exactly 60 is a full term
            (date(2034, 6, 29), "reappoint_until_retirement", date(2034, 6, 29)),
            (date(2029, 6, 30), "retire", None),
            (None, "reappoint", date(2034, 6, 30)),
        ],
    )
    def test_limits(self, retirement_on: date | None, offer: str, ends_on: date | None) -> None:
        offered = next_term(date(2029, 6, 30), retirement_on=retirement_on, term_months=60, pack=PACK)
        assert (offered.offer, offered.ends_on) == (offer, ends_on)

    @pytest.mark.parametrize(("left", "stage"), [(181, None), (180, 180), (121, 180), (120, 120), (90, 90), (31, 90), (30, 30), (0, 30), (-5, 30)])
    def test_stages(self, left: int, stage: int | None) -> None:
        """APP-18."""
        assert stage_on(date(2025, 12, 31), date(2025, 12, 31) - timedelta(days=left), PACK.rule("APP-18")) == stage


days = some.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(days, some.integers(1, 600))
def test_months_left_is_the_inverse_of_a_period(first: date, months: int) -> None:
    assert months_left(first, period_end(first, months)) == months
    if first.day == 1:
        assert months_left(first, period_end(first, months) - timedelta(days=1)) == months - 1


@given(days, days)
def test_months_left_is_the_greatest_that_fits(first: date, retirement: date) -> None:
    left = months_left(first, retirement)
    assert left >= 0
    if left:
        assert period_end(first, left) <= retirement
    assert period_end(first, left + 1) > retirement


@given(days, some.integers(1, 120), days)
def test_what_is_offered_never_passes_retirement_and_begins_the_day_after(starts_on: date, term: int, retirement: date) -> None:
    ends_on = period_end(starts_on, term)
    offered = next_term(ends_on, retirement_on=retirement, term_months=60, pack=PACK)
    assert offered.starts_on == ends_on + timedelta(days=1)
    assert (offered.offer == "retire") == (retirement <= ends_on)
    if offered.ends_on is not None:
        assert offered.starts_on <= offered.ends_on <= retirement
        assert (offered.offer == "extend") == (retirement < add_months(offered.starts_on, 24) - timedelta(days=1)) or offered.starts_on.day > 28


@given(days, some.sampled_from(["calendar", "working"]), some.integers(1, 120))
def test_the_notice_comes_early_enough(ends_on: date, calendar: str, count: int) -> None:
    told_by = notice_by(ends_on, Rule("APP-09", {"days": count, "unit": calendar}), "VN")
    assert (ends_on - told_by).days >= count
    assume(calendar == "calendar")
    assert (ends_on - told_by).days == count


class TestOpeningBalance:
    async def test_the_last_day_follows_from_the_term(self, leaders: Leaders) -> None:
        mandate = await leaders.mandate(await leaders.position(), "Ánh", starts_on="2021-02-28")
        assert (mandate["ends_on"], mandate["state"], mandate["kind"], mandate["case_id"]) == ("2026-02-27", "running", "appointed", None)
        assert (mandate["stage"], mandate["days_left"]) == (180, 149)
        assert mandate["next_term"]["offer"] == "reappoint"
        assert mandate["next_term"]["notice_by"] == "2025-11-29"

    @pytest.mark.parametrize(
        ("retires", "offer", "months", "ends_on", "kind", "other"),
        [("2030-11-30", "extend", 17, "2030-11-30", "extend", "reappoint"), ("2032-12-31", "reappoint_until_retirement", 42, "2032-12-31", "reappoint", "extend")],
        ids=["A13", "A14"],
    )
    async def test_oracles_a13_and_a14_as_the_administrator_reads_them(self, leaders: Leaders, retires: str, offer: str, months: int, ends_on: str, kind: str, other: str) -> None:
        """Head from 1 July 2024 for five years: the mandate says what follows, to which day and by when it is told; the other kind of case is refused with the rule."""
        await staff("Cúc", retires=retires)
        mandate = await leaders.mandate(await leaders.position(), "Cúc", starts_on="2024-07-01")
        following = mandate["next_term"]
        assert mandate["ends_on"] == "2029-06-30"
        assert (following["offer"], following["months_left"], following["starts_on"], following["ends_on"]) == (offer, months, "2029-07-01", ends_on)
        assert following["notice_by"] == "2029-04-01"
        assert {rule["id"] for rule in following["rules"]} >= {"APP-09", "APP-10"}
        assert all(rule["citation"] for rule in following["rules"])
        refused = await leaders.open_case(other, mandate_id=mandate["id"], expect=409)
        defended(refused, "other-kind", "APP-10", refused["rule"]["value"], possible=ends_on)
        assert (await leaders.open_case(kind, mandate_id=mandate["id"]))["kind"] == kind

    async def test_it_never_passes_retirement(self, leaders: Leaders) -> None:
        await staff("Cúc", retires="2024-06-30")
        mandate = await leaders.mandate(await leaders.position(), "Cúc", done_on="2024-01-01")
        assert (mandate["ends_on"], mandate["state"], mandate["next_term"]) == ("2024-06-30", "ended", None)

    async def test_without_number_it_is_to_regularise(self, leaders: Leaders) -> None:
        assert (await leaders.mandate(await leaders.position(), "Ánh", decision_number=None))["decision"] == "to_regularise"

    async def test_two_at_once_in_one_position(self, leaders: Leaders) -> None:
        position = await leaders.position()
        await leaders.mandate(position, "Ánh")
        refused = await leaders.mandate(position, "Bình", starts_on="2023-01-01", expect=409)
        assert refused["type"].endswith("/position-held")
        acting = await leaders.mandate(position, "Bình", kind="acting", starts_on="2025-08-01")
        assert acting["ends_on"] == "2026-01-31"

    async def test_acting_for_more_than_six_months_is_a_red_flag(self, leaders: Leaders) -> None:
        mandate = await leaders.mandate(await leaders.position(), "Ánh", kind="acting", starts_on="2025-03-01", ends_on="2025-12-31")
        assert mandate["acting_too_long"]
        assert [(due["kind"], due["due_on"], due["state"]) for due in await dues()] == [("acting_too_long", "2025-08-31", "open")]

    async def test_many_at_once(self, leaders: Leaders) -> None:
        position = await leaders.position(reference="P-HEAD")
        mandates = [
            {"person_id": str(known("Ánh")), "position_reference": "P-HEAD", "starts_on": "2021-01-01", "reference": "M-1", "done_on": "2025-01-02"},
            {"person_id": str(known("Bình")), "position_reference": "P-NONE", "starts_on": "2021-01-01", "reference": "M-2", "done_on": "2025-01-02"},
            {"person_id": str(known("Bình")), "position_reference": "P-HEAD", "starts_on": "2022-01-01", "reference": "M-3", "done_on": "2025-01-02"},
        ]
        answered = await leaders.act("linh", "/mandates/batch", {"mandates": mandates}, expect=200)
        assert [(bool(item["mandate"]), item["problem"] and item["problem"]["status"]) for item in answered["items"][:2]] == [(True, None), (False, 422)]
        assert answered["items"][2]["problem"]["status"] == 409
        again = await leaders.act("linh", "/mandates/batch", {"mandates": mandates[:1]}, expect=200)
        assert again["items"][0]["mandate"]["id"] == answered["items"][0]["mandate"]["id"]
        assert [item["position_id"] for item in (await leaders.read("/mandates"))["items"]] == [position["id"]]

    @pytest.mark.parametrize("person", ["director", "hr-bvt", "secretary", "head-bvt"])
    async def test_only_the_administrator(self, leaders: Leaders, person: str) -> None:
        body = {"person_id": str(known("Ánh")), "position_reference": "P", "starts_on": "2021-01-01"}
        await leaders.act(person, "/mandates", body, expect=403)


class TestReading:
    async def test_ending_before(self, leaders: Leaders) -> None:
        await leaders.mandate(await leaders.position(), "Ánh", ends_on="2026-01-31")
        await leaders.mandate(await leaders.position("deputy"), "Bình", ends_on="2027-01-31")
        assert [item["ends_on"] for item in (await leaders.read("/mandates?ending_before=2026-03-30"))["items"]] == ["2026-01-31"]
        assert [item["ends_on"] for item in (await leaders.read("/mandates"))["items"]] == ["2026-01-31", "2027-01-31"]
        assert (await leaders.read("/mandates", "hanoi"))["items"] == []
        assert (await leaders.read("/mandates", "hr-bache"))["items"] == []


class TestDays:
    async def test_each_starts_and_ends_on_its_day_and_its_alert_moves(self, leaders: Leaders) -> None:
        first = await leaders.mandate(await leaders.position(), "Ánh", ends_on="2025-12-31")
        next_one = await leaders.mandate({"id": first["position_id"]}, "Bình", starts_on="2026-01-01")
        assert (first["stage"], next_one["state"]) == (120, "planned")
        told = await dues()
        assert [(due["kind"], due["due_on"], due["warn_on"], due["state"], due["facts"]["stage"]) for due in told[:1]] == [
            ("mandate_ends", "2025-12-31", "2025-07-04", "open", 120)
        ]
        with environment(RELAIS_TODAY="2025-12-05"):
            await settle_mandates()
            await settle_mandates()
        told = [due for due in await dues() if due["subject_id"] == first["id"]]
        assert [due["facts"]["stage"] for due in told] == [120, 30]
        with environment(RELAIS_TODAY="2026-01-01"):
            await settle_mandates()
            assert (await leaders.read(f"/mandates/{first['id']}"))["state"] == "ended"
            assert (await leaders.read(f"/mandates/{next_one['id']}"))["state"] == "running"
        assert [due for due in await dues() if due["subject_id"] == first["id"]][-1]["state"] == "dropped"


class TestImport:
    FILE = """mã nhân viên;mã vị trí;hình thức;từ ngày;đến ngày;số quyết định
QN-1;P-1;bổ nhiệm;01/03/2021;;12/QĐ-SYT
QN-2;P-1;;01/01/2024;;
QN-2;P-2;;01/01/2024;31/12/2023;
QN-9;P-2;;01/01/2024;;
QN-2;P-9;;01/01/2024;;
QN-1;P-1;bổ nhiệm;01/03/2021;;12/QĐ-SYT
QN-2;P-2;phụ trách;01/09/2025;;
"""

    async def _sent(self, leaders: Leaders, who: str = "linh", *, expect: int = 201) -> dict[str, Any]:
        answer = await leaders.api.as_(who).post("/api/v1/appointment/imports", files={"file": ("mandates.csv", self.FILE.encode(), "text/csv")}, data={"kind": "mandates"})
        assert answer.status_code == expect, answer.text
        report: dict[str, Any] = answer.json()
        return report

    async def test_judged_then_written_once(self, leaders: Leaders) -> None:
        await staff("Ánh", worker_no="QN-1")
        await staff("Bình", worker_no="QN-2")
        await leaders.position(reference="P-1")
        await leaders.position("deputy", reference="P-2")
        report = await self._sent(leaders)
        assert (report["rows"], report["good"], report["bad"], report["unchanged"]) == (7, 2, 4, 1)
        bad = {(finding["row"], finding["column"]) for finding in report["report"] if finding["state"] == "bad"}
        assert bad == {(3, "starts_on"), (4, "ends_on"), (5, "worker_no"), (6, "position_reference")}
        await leaders.act("linh", f"/imports/{report['id']}/confirmation", {})
        found = (await leaders.read("/mandates"))["items"]
        assert [(item["kind"], item["ends_on"], item["decision"]) for item in found] == [("appointed", "2026-02-28", "12/QĐ-SYT"), ("acting", "2026-02-28", "to_regularise")]
        assert (await self._sent(leaders))["good"] == 0

    async def test_only_the_administrator(self, leaders: Leaders) -> None:
        await self._sent(leaders, "hr-bvt", expect=403)


async def test_the_list_holds_each_order(leaders: Leaders) -> None:
    await leaders.mandate(await leaders.position(), "Ánh", starts_on="2022-03-01")
    await leaders.mandate(await leaders.position("deputy"), "Bình", starts_on="2021-01-01")
    orders = {
        "ends": lambda one: one["ends_on"],
        "starts": lambda one: one["starts_on"],
        "facility": lambda one: (one["facility_code"], one["ends_on"]),
        "state": lambda one: (one["state"], one["ends_on"]),
    }
    await holds_its_orders(leaders.api.as_("linh"), f"{ROOT}/mandates", orders, rows=2)
