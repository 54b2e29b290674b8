"""What a licence was worth on any day, and what we believed of it: nothing is overwritten; a check of a certificate stays beside a later one."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from services.registry.licences import standings
from services.registry.licences.models import status_of
from services.registry.licences.standings import Days
from shared.errors import problem_of_database_error
from tests.registry.test_licences import licence, record
from tests.registry.test_verification import CHECK
from tests.registry.world import BASE, World, ok, problem
from tests.support.api import Api

PATH = f"{BASE}/licences"


@pytest.fixture
async def known(world: World) -> dict[str, Any]:
    """In force from 2021 to the end of 2025; today is 1 October 2025."""
    hoa = await world.person()
    await world.assignment(hoa)
    return ok(await record(world, licence(hoa)))


async def act(world: World, known: dict[str, Any], name: str, who: str = "licensing", **body: Any) -> Any:
    return await world.api.as_(who).post(f"{PATH}/{known['id']}/{name}", json=body)


async def worth(world: World, known: dict[str, Any], day: str, **query: Any) -> str | None:
    return ok(await world.api.as_("linh").get(f"{PATH}/{known['id']}", params={"as_of": day} | query))["status"]  # type: ignore[no-any-return]


class TestRefused:
    async def test_the_database_itself_refuses_a_licence_that_ends_before_it_starts(self, world: World, known: dict[str, Any]) -> None:
        with pytest.raises(DBAPIError) as broken:
            async with world.as_worker() as session:
                await session.execute(world.sql("UPDATE licences SET expires_on = '2020-12-31'"))
        refused = problem_of_database_error(broken.value)
        assert refused is not None
        assert (refused.status, refused.slug, refused.rule and refused.rule.id) == (409, "licence-ends-before-it-starts", "LIC-DAYS")

    async def test_the_database_itself_refuses_a_period_outside_the_licence(self, world: World, known: dict[str, Any]) -> None:
        with pytest.raises(DBAPIError) as broken:
            async with world.as_worker() as session:
                await session.execute(world.sql("SET CONSTRAINTS ALL IMMEDIATE"))
                await session.execute(world.sql("UPDATE licence_periods SET valid = daterange('2020-01-01', '2021-01-01')"))
        refused = problem_of_database_error(broken.value)
        assert refused is not None
        assert (refused.slug, refused.rule and refused.rule.id) == ("outside-the-licence", "LIC-DAYS")

    @pytest.mark.parametrize(("name", "body"), [("suspension", {"from_day": "2026-01-01"}), ("suspension", {"from_day": "2020-12-31"}), ("revocation", {"from_day": "2020-06-01"})])
    async def test_an_act_outside_its_days_names_the_licence(self, world: World, known: dict[str, Any], name: str, body: dict[str, Any]) -> None:
        answer = await act(world, known, name, **body, reason="inquiry")
        assert problem(answer, 409) == "outside-the-licence"
        assert answer.json()["rule"]["id"] == "LIC-DAYS"
        assert known["number"] in answer.json()["detail"]

    @pytest.mark.parametrize("wrong", [{}, {"expires_on": "2020-12-31"}, {"expires_on": "2026-01-01", "open_ended": True}, {"scope": []}])
    async def test_a_correction_that_says_nothing_or_too_much(self, world: World, known: dict[str, Any], wrong: dict[str, Any]) -> None:
        assert problem(await act(world, known, "correction", **wrong, reason="typing error"), 422) == "malformed"

    async def test_hr_corrects_no_licence(self, world: World, known: dict[str, Any]) -> None:
        assert problem(await act(world, known, "correction", "linh", expires_on="2030-12-31", reason="typing error"), 403) == "licences-are-kept-by-licensing"

    async def test_another_province_reads_no_period(self, world: World, known: dict[str, Any]) -> None:
        assert problem(await world.api.as_("hanoi").get(f"{PATH}/{known['id']}/periods"), 404) == "not-found"

    async def test_a_renewal_over_a_suspension_that_is_past(self, world: World, known: dict[str, Any]) -> None:
        ok(await act(world, known, "suspension", from_day="2025-08-01", reason="inquiry"))
        ok(await act(world, known, "reinstatement", reason="cleared"))
        assert problem(await act(world, known, "renewal", expires_on="2030-12-31", from_day="2025-09-01"), 422) == "malformed"


class TestKept:
    async def test_each_day_keeps_what_it_was(self, world: World, known: dict[str, Any]) -> None:
        ok(await act(world, known, "suspension", from_day="2025-08-01", reason="inquiry", decision_number="3/QĐ"))
        ok(await act(world, known, "reinstatement", reason="cleared"))
        ok(await act(world, known, "renewal", expires_on="2030-12-31", scope=["surgery"], from_day="2026-01-01"))
        gone = ok(await act(world, known, "revocation", from_day="2028-01-01", reason="court"))
        assert (gone["status"], gone["scope"]) == ("active", ["surgery"])
        days = {
            "2020-12-31": None,
            "2025-07-31": "active",
            "2025-08-01": "suspended",
            "2025-09-30": "suspended",
            "2025-10-01": "active",
            "2027-12-31": "active",
            "2028-01-01": "revoked",
        }
        assert {day: await worth(world, known, day) for day in days} == days
        periods = ok(await world.api.as_("linh").get(f"{PATH}/{known['id']}/periods"))["items"]
        told = [(one["starts_on"], one["ends_on"], one["standing"], one["scope"]) for one in periods]
        assert told == [
            ("2021-01-01", "2025-07-31", "in_force", ["orthopaedic-surgery"]),
            ("2025-08-01", "2025-09-30", "suspended", ["orthopaedic-surgery"]),
            ("2025-10-01", "2025-12-31", "in_force", ["orthopaedic-surgery"]),
            ("2026-01-01", "2027-12-31", "in_force", ["surgery"]),
            ("2028-01-01", None, "revoked", ["surgery"]),
        ]
        assert (periods[1]["reason"], periods[1]["decision_number"]) == ("inquiry", "3/QĐ")

    async def test_a_correction_leaves_the_earlier_belief_readable(self, world: World, known: dict[str, Any]) -> None:
        before = known["checked_at"]
        fixed = ok(await act(world, known, "correction", expires_on="2026-12-31", conditions=["under supervision"], reason="read from the wrong line"))
        assert (fixed["expires_on"], fixed["conditions"], fixed["acts"][-1]["act"]) == ("2026-12-31", ["under supervision"], "corrected")
        assert await worth(world, known, "2026-06-01") == "active"
        then = ok(await world.api.as_("linh").get(f"{PATH}/{known['id']}", params={"as_of": "2026-06-01", "known_at": fixed["acts"][-1]["recorded_at"]}))
        assert then["status"] == "active"
        found = ok(await world.api.as_("linh").get(f"{PATH}/{known['id']}/periods"))
        [earlier] = found["earlier"]
        assert (earlier["ends_on"], earlier["superseded_act"], earlier["superseded_reason"]) == ("2025-12-31", "corrected", "read from the wrong line")
        recorded = earlier["recorded_at"]
        old = ok(await world.api.as_("linh").get(f"{PATH}/{known['id']}", params={"as_of": "2026-06-01", "known_at": recorded}))
        assert (old["status"], old["expires_on"], old["conditions"]) == ("expired", "2025-12-31", [])
        assert [one["ends_on"] for one in ok(await world.api.as_("linh").get(f"{PATH}/{known['id']}/periods", params={"known_at": recorded}))["items"]] == ["2025-12-31"]
        long_before = {"known_at": "2025-01-01T00:00:00Z"}
        assert before > long_before["known_at"]
        assert problem(await world.api.as_("linh").get(f"{PATH}/{known['id']}", params=long_before), 404) == "not-found"
        assert ok(await world.api.as_("linh").get(f"{BASE}/persons/{known['person_id']}/licences", params=long_before))["items"] == []

    async def test_days_on_which_it_had_lapsed_stay_without_a_right(self, world: World) -> None:
        lapsed = ok(await record(world, licence(await world.person(), expires_on="2025-06-30")))
        ok(await act(world, lapsed, "renewal", expires_on="2030-06-30"))
        assert [await worth(world, lapsed, day) for day in ("2025-06-30", "2025-07-01", "2025-09-30", "2025-10-01")] == ["active", "expired", "expired", "active"]
        found = ok(await world.api.as_("linh").get(f"{PATH}/{lapsed['id']}/periods"))["items"]
        assert [(one["starts_on"], one["ends_on"]) for one in found] == [("2021-01-01", "2025-06-30"), ("2025-10-01", "2030-06-30")]

    async def test_the_periods_are_told_and_the_timeline_shows_them(self, world: World, known: dict[str, Any]) -> None:
        ok(await act(world, known, "suspension", from_day="2025-09-01", until="2025-09-10", reason="inquiry"))
        async with world.as_worker() as session:
            rows = await session.execute(world.sql("SELECT data::jsonb -> 'periods' AS periods FROM outbox WHERE topic = 'relais.registry.licences' ORDER BY seq DESC LIMIT 1"))
            assert [(one["valid_from"], one["standing"]) for one in rows.scalar_one()] == [("2021-01-01", "in_force"), ("2025-09-01", "suspended"), ("2025-09-11", "in_force")]
        shown = ok(await world.api.as_("linh").get(f"{BASE}/persons/{known['person_id']}/timeline", params={"as_of": "2025-09-05"}))["items"]
        assert [one["state"] for one in shown if one["kind"] == "licence"] == ["suspended"]


async def test_two_officers_at_once(committed_api: Api) -> None:
    world = World(committed_api)
    await world.open_facilities()
    known = ok(await record(world, licence(await world.person())))
    answers = await asyncio.gather(*[act(world, known, "suspension", from_day="2025-10-01", reason=f"inquiry {number}") for number in range(3)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(ok(await world.api.as_("licensing").get(f"{PATH}/{known['id']}"))["acts"]) == 1


async def test_a_later_answer_stands_beside_the_first(world: World) -> None:
    """Verified, then found to be forged: both are read, and what was known between says verified."""
    hoa = await world.person()
    path = f"{BASE}/persons/{hoa['id']}/qualifications"
    degree = ok(await world.api.as_("linh").post(path, json={"type": "ck1", "title": "CK1"}))
    director = world.api.as_("director")
    first = ok(await director.post(f"{BASE}/qualifications/{degree['id']}/verification", json=CHECK))
    assert problem(await director.post(f"{BASE}/qualifications/{degree['id']}/verification", json=CHECK), 409) == "verified-already"
    forged = ok(await director.post(f"{BASE}/qualifications/{degree['id']}/verification", json=CHECK | {"outcome": "forged_suspected"}))
    assert [one["state"] for one in forged["acts"]] == ["declared", "verified", "forged_suspected"]

    async def state(known_at: str) -> list[str]:
        return [one["state"] for one in ok(await world.api.as_("linh").get(path, params={"known_at": known_at}))["items"]]

    assert await state(first["acts"][0]["recorded_at"]) == ["declared"]
    assert await state(first["acts"][1]["recorded_at"]) == ["verified"]
    assert await state(forged["acts"][2]["recorded_at"]) == ["forged_suspected"]
    assert await state("2020-01-01T00:00:00Z") == []


DAY = st.integers(0, 60).map(lambda number: date(2025, 1, 1) + timedelta(days=number))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("suspended"), DAY, st.none() | DAY),
        st.tuples(st.just("reinstated"), DAY, st.none()),
        st.tuples(st.just("renewed"), DAY, DAY),
        st.tuples(st.just("revoked"), DAY, st.none()),
    ),
    max_size=6,
)


@given(ACTS)
def test_an_act_changes_no_day_before_it_and_leaves_one_standing_a_day(acts: list[tuple[str, date, date | None]]) -> None:
    first, known = date(2025, 1, 1), [Days(date(2025, 1, 1), date(2025, 2, 15), "in_force", ("surgery",))]
    for name, day, last in acts:
        if last is not None and last < day:
            day, last = last, day  # noqa: PLW2901
        before = {one: status_of(known, one, 0) for one in (first + timedelta(days=number) for number in range(80))}
        match name:
            case "suspended":
                after = standings.suspended(known, day, last)
            case "reinstated":
                after = standings.reinstated(known, day)
            case "renewed":
                assert last is not None
                after = standings.renewed(known, day, last, ("surgery",), ())
            case _:
                after = standings.revoked(known, day)
        for one, was in before.items():
            assert sum(period.covers(one) for period in after) <= 1
            if one < day:
                assert {status_of(after, one, 0), was} in ({was}, {"active", "expiring"})
        known = after
