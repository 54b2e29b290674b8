"""Units of a facility: what is refused, by the service and by the database itself, and the tree of any day."""

import asyncio
import json
import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from services.registry.periods import period
from services.registry.units.models import Unit
from services.registry.units.queries import in_tree_order, on_day, units_of
from services.registry.units.standing import first_gap, must_hang
from shared.errors import Problem
from tests.registry.test_imports import checked, confirmed
from tests.registry.test_reorganisations import ACTS, applied, drafted, everything, no_connection_stays_open
from tests.registry.test_reorganisations import DAY as DAY_OF_MERGER
from tests.registry.test_reorganisations import EVE as EVE_OF_MERGER
from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem
from tests.support.api import Api

__all__ = ["no_connection_stays_open"]

UNITS, DAY, EVE = f"{BASE}/units", "2025-07-01", "2025-06-30"
DAYS = [date(2025, 1, 1) + timedelta(days=30 * number) for number in range(12)]


async def opened(world: World, code: str = "NOI", who: str = "linh", **more: Any) -> dict[str, Any]:
    return ok(await attempted(world, code, who, **more))


async def attempted(world: World, code: str = "NOI", who: str = "linh", **more: Any) -> httpx.Response:
    body = {"facility_code": BVT, "code": code, "kind": "department", "name": f"Khoa {code.title()}", "valid_from": "2020-01-01", "done_on": "2020-01-01"} | more
    return await world.api.as_(who).post(UNITS, json=body)


async def done(world: World, unit: dict[str, Any], act: str, who: str = "linh", headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    dated = {"changes": {"effective_on": DAY}, "closure": {"last_day": EVE, "reason": "taken over"}, "posts": {"effective_on": DAY}}[act]
    return await world.api.as_(who).post(f"{UNITS}/{unit['id']}/{act}", json=dated | body, headers=headers or {})


async def tree(world: World, day: str = DAY, facility: str = BVT, who: str = "linh") -> dict[str, Any]:
    return ok(await world.api.as_(who).get(f"{UNITS}/tree", params={"facility": facility, "as_of": day}))


async def shape(world: World, day: str = DAY) -> list[tuple[int, str]]:
    return [(unit["depth"], unit["code"]) for unit in (await tree(world, day))["units"]]


class TestWhoKeepsUnits:
    async def test_nobody_but_hr_of_the_facility_and_its_authority(self, world: World) -> None:
        unit = await opened(world)
        for who, slug in (("analyst", "units-are-kept-by-hr"), ("director", "units-are-kept-by-hr"), ("hanoi", "facility-not-yours"), ("hr-bache", "facility-not-yours")):
            assert problem(await attempted(world, "NGOAI", who), 403) == slug
            for act, body in (("changes", {"name": "Khoa khác"}), ("closure", {}), ("posts", {"named": "Khoa Hồi sức"})):
                assert problem(await done(world, unit, act, who, **body), 403) == slug

    async def test_its_own_hr_keeps_them_and_everybody_who_signed_in_reads_them(self, world: World) -> None:
        await opened(world, who="hr-bvt")
        read = await tree(world, who="hanoi")
        assert [(unit["code"], unit["figures"]["posts"]) for unit in read["units"]] == [("NOI", 0)]
        assert [act["allowed"] for act in read["available_actions"]] == [False]


class TestRefusals:
    async def test_each_wrong_field_is_named(self, world: World) -> None:
        wrong = {"kind": "galaxy", "code": "khoa nội", "name": " ", "facility_code": "VN-22-NONE", "valid_to": "2019-12-31"}
        for name, value in wrong.items():
            answer = await attempted(world, **{name: value})
            assert problem(answer, 422) == "malformed"
            assert [field["path"] for field in answer.json()["fields"]] == [name if name != "valid_to" else "body"]

    async def test_a_code_is_given_once_even_after_the_unit_is_closed(self, world: World) -> None:
        first = await opened(world)
        ok(await done(world, first, "closure"))
        answer = await attempted(world, name="Khoa Nội tiết", valid_from="2026-01-01")
        assert (problem(answer, 409), answer.json()["unit_id"]) == ("unit-code-taken", first["id"])
        await opened(world, facility_code=BACHE)

    async def test_a_unit_hangs_below_one_of_its_own_facility_that_exists(self, world: World) -> None:
        elsewhere = await opened(world, "KHAC", facility_code=BACHE)
        short = await opened(world, "NGAN", valid_to="2021-12-31")
        assert problem(await attempted(world, parent_id=elsewhere["id"]), 422) == "malformed"
        answer = await attempted(world, parent_id=short["id"])
        assert (problem(answer, 409), answer.json()["unit_id"]) == ("unit-parent-not-open", short["id"])
        assert answer.json()["detail"] == "“Khoa Ngan” exists from 2020-01-01 to 2021-12-31."
        await opened(world, parent_id=short["id"], valid_to="2021-06-30")

    async def test_a_unit_never_stands_within_itself_on_any_day(self, world: World) -> None:
        pole = await opened(world, "POLE", kind="pole")
        service = await opened(world, "SERVICE", kind="service", parent_id=pole["id"])
        ward = await opened(world, "WARD", kind="ward")
        ok(await done(world, ward, "changes", parent_id=service["id"], effective_on="2027-01-01"))
        for above in (pole, service, ward):
            answer = await done(world, pole, "changes", parent_id=above["id"])
            assert (problem(answer, 409), answer.json()["rule"]["id"], answer.json()["unit_id"]) == ("unit-within-itself", "REG-UNIT", above["id"])
        assert "2027-01-01" in answer.json()["detail"]

    async def test_a_unit_closes_empty(self, world: World) -> None:
        above = await opened(world, "TREN")
        below = await opened(world, "DUOI", parent_id=above["id"])
        answer = await done(world, above, "closure")
        assert (problem(answer, 409), answer.json()["units"]) == ("unit-has-units", [below["id"]])
        post = await world.post(unit=None, unit_id=below["id"])
        answer = await done(world, below, "closure")
        assert (problem(answer, 409), answer.json()["posts"]) == ("unit-has-posts", [post["id"]])
        ok(await world.api.as_("linh").post(f"{BASE}/posts/{post['id']}/changes", json={"effective_on": DAY, "unit_id": above["id"]}))
        ok(await done(world, below, "closure"))
        assert problem(await done(world, below, "closure"), 409) == "unit-closed-already"
        assert (await shape(world, EVE), await shape(world)) == ([(0, "TREN"), (1, "DUOI")], [(0, "TREN")])

    async def test_a_post_stands_in_a_unit_of_its_facility_on_all_its_days(self, world: World) -> None:
        elsewhere, short = await opened(world, "KHAC", facility_code=BACHE), await opened(world, "NGAN", valid_to=EVE)
        for unit, slug in ((elsewhere, "unit-elsewhere"), (short, "unit-not-open")):
            answer = await world.api.as_("linh").post(f"{BASE}/posts", json={"facility_code": BVT, "occupation_code": "VN-BS", "open_from": "2020-01-01", "unit_id": unit["id"]})
            assert (problem(answer, 409), answer.json()["unit_id"]) == (slug, unit["id"])
        noi = await opened(world)
        post = await world.post(unit=None, unit_id=noi["id"])
        answer = await world.api.as_("linh").post(f"{BASE}/posts/{post['id']}/changes", json={"effective_on": DAY, "unit": "Khoa khác"})
        assert (problem(answer, 422), answer.json()["fields"][0]["path"]) == ("malformed", "unit")
        hoa = await world.person()
        answer = await world.try_assignment(hoa, post_id=post["id"], unit="Khoa khác")
        assert (problem(answer, 422), answer.json()["fields"][0]["path"]) == ("malformed", "unit")
        held = await world.assignment(hoa, post_id=post["id"])
        answer = await world.api.as_("linh").post(f"{BASE}/assignments/{held['id']}/transfers", json={"effective_on": DAY, "unit": "Khoa khác"})
        assert (problem(answer, 422), answer.json()["fields"][0]["path"]) == ("malformed", "unit")

    async def test_an_old_version_is_not_written_over(self, world: World) -> None:
        unit = await opened(world)
        ok(await done(world, unit, "changes", name="Khoa Nội A"))
        assert problem(await done(world, unit, "changes", headers={"If-Match": f'"{unit["version"]}"'}, name="Khoa Nội B"), 412) == "changed-meanwhile"

    async def test_a_facility_closes_when_its_units_are_closed(self, world: World) -> None:
        unit = await opened(world)
        facility = ok(await world.api.as_("linh").get(f"{BASE}/facilities", params={"code": BVT}))["items"][0]["id"]
        closing = {"last_day": "2026-12-31"}
        assert problem(await world.api.as_("linh").post(f"{BASE}/facilities/{facility}/closure", json=closing), 409) == "facility-has-units"
        ok(await done(world, unit, "closure", last_day="2026-12-31"))
        ok(await world.api.as_("linh").post(f"{BASE}/facilities/{facility}/closure", json=closing))


@pytest.fixture
async def committed_world(committed_api: Api) -> World:
    world = World(committed_api)
    await world.open_facilities()
    return world


async def test_the_database_itself_refuses_and_races_have_one_winner(committed_world: World) -> None:
    """Direct SQL of the service's worker meets the same walls; and of two officers at once one is told."""
    world = committed_world
    pole, service, other = [await opened(world, code) for code in ("POLE", "SERVICE", "OTHER")]
    short, elsewhere = await opened(world, "SHORT", valid_to=EVE), await opened(world, "ELSE", facility_code=BACHE)
    ok(await done(world, service, "changes", parent_id=pole["id"]))
    post = await world.post(unit=None, unit_id=other["id"])
    for change, constraint in (
        (f"UPDATE units SET parent_id = '{service['id']}' WHERE id = '{pole['id']}' AND valid @> date '{DAY}'", "contain itself|unit_parent"),
        (f"UPDATE units SET parent_id = id WHERE id = '{pole['id']}'", "contain itself"),
        (f"UPDATE units SET parent_id = '{elsewhere['id']}' WHERE id = '{other['id']}'", "unit_parent_in_facility"),
        (f"UPDATE units SET parent_id = '{short['id']}' WHERE id = '{other['id']}'", "unit_parent"),
        (f"UPDATE units SET valid = daterange('2020-01-01', '{DAY}') WHERE id = '{other['id']}'", "post_stands_in_unit"),
        (f"DELETE FROM units WHERE id = '{other['id']}'", "post_stands_in_unit"),
        (f"UPDATE posts SET unit_id = '{elsewhere['id']}' WHERE id = '{post['id']}'", "post_stands_in_unit"),
        (f"UPDATE units SET code = 'POLE' WHERE id = '{other['id']}'", "unit_code_is_taken"),
        (f"UPDATE units SET valid = daterange('1990-01-01', NULL) WHERE id = '{other['id']}'", "unit_within_facility"),
    ):
        with pytest.raises(Exception, match=constraint):
            async with world.as_worker() as session:
                await session.execute(world.sql(change))

    # A facility that changes has a new period: its units and posts go on across it.
    facility = ok(await world.api.as_("linh").get(f"{BASE}/facilities", params={"code": BVT}))["items"][0]["id"]
    ok(await world.api.as_("linh").post(f"{BASE}/facilities/{facility}/changes", json={"starts_on": DAY, "name": "Bệnh viện tỉnh mới"}))
    ok(await world.api.as_("linh").post(f"{BASE}/posts/{post['id']}/changes", json={"effective_on": DAY, "fte": 2}))

    answers = await asyncio.gather(*[attempted(world, "RACE", name=f"Khoa {letter}") for letter in "ABC"])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    (winner,) = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert {(problem(answer, 409), answer.json()["unit_id"]) for answer in answers if answer.status_code == 409} == {("unit-code-taken", winner)}

    one, two = [await opened(world, code) for code in ("ONE", "TWO")]
    crossed = await asyncio.gather(done(world, one, "changes", parent_id=two["id"]), done(world, two, "changes", parent_id=one["id"]))
    assert sorted(answer.status_code for answer in crossed) == [201, 409]
    assert problem(next(answer for answer in crossed if answer.status_code == 409), 409) == "unit-within-itself"


async def test_the_database_and_the_rules_agree_on_every_tree(committed_world: World) -> None:
    """What is said before the database speaks is what it says: of random dated re-parentings, direct in SQL, each is let through by both or refused by both."""
    world, chance = committed_world, random.Random(6)
    units = [await opened(world, f"U{number}", valid_from=str(chance.choice(DAYS[:3])), valid_to=chance.choice([None, None, "2025-10-15"])) for number in range(6)]
    verdicts = []
    async with world.as_worker() as session:
        for _attempt in range(60):
            everything = await units_of(session, [UUID(units[0]["facility_id"])])
            unit_id, parent_id, day = UUID(chance.choice(units)["id"]), UUID(chance.choice(units)["id"]), chance.choice(DAYS)
            own = [one for one in everything if one.id == unit_id and (one.valid_to is None or one.valid_to >= day)]
            if not own or own[0].valid_from > day:
                continue
            try:
                must_hang(everything, unit_id, parent_id, BVT, day, own[-1].valid_to)
                may = True
            except Problem:
                may = False
            changes = {str(one.row_id): {"parent_id": str(parent_id)} for one in own}
            try:
                async with session.begin_nested():
                    await session.execute(world.sql("SELECT say_from_day('units', :day, CAST(:changes AS jsonb), '{}')"), {"day": day, "changes": json.dumps(changes)})
                    await session.execute(world.sql("SET CONSTRAINTS ALL IMMEDIATE"))
                    await session.execute(world.sql("SET CONSTRAINTS ALL DEFERRED"))
                let_through = True
            except DBAPIError:
                let_through = False
            assert let_through == may, (unit_id, parent_id, day)
            verdicts.append(may)
        for day in DAYS:
            standing = on_day(await units_of(session, [UUID(units[0]["facility_id"])]), day)
            assert len(in_tree_order(standing)) == len(standing), day
    assert set(verdicts) == {True, False}


class TestThroughTime:
    async def test_renamed_hung_elsewhere_and_read_as_of_any_day_and_as_it_was_known(self, world: World) -> None:
        pole, noi = await opened(world, "POLE", kind="pole", name="Khối Nội", names={"fr": "Pôle médecine"}), await opened(world)
        before = noi["periods"][0]["recorded_at"]
        ok(await done(world, noi, "changes", parent_id=pole["id"], name="Khoa Nội tổng hợp", reason="reorganised"))
        assert [await shape(world, day) for day in (EVE, DAY)] == [[(0, "NOI"), (0, "POLE")], [(0, "POLE"), (1, "NOI")]]
        for day, name, above in ((EVE, "Khoa Noi", []), (DAY, "Khoa Nội tổng hợp", ["Pôle médecine"])):
            read = ok(await world.api.as_("linh").get(f"{UNITS}/{noi['id']}", params={"as_of": day}, headers={"Accept-Language": "fr"}))
            assert (read["name"], [one["name"] for one in read["above"]]) == (name, above)
        known = ok(await world.api.as_("linh").get(f"{UNITS}/{noi['id']}", params={"known_at": before, "as_of": DAY}))
        assert (known["name"], len(known["periods"]), len(read["periods"])) == ("Khoa Noi", 1, 2)
        assert [one["code"] for one in ok(await world.api.as_("linh").get(UNITS, params={"parent": pole["id"], "as_of": DAY}))["items"]] == ["NOI"]
        history = ok(await world.api.as_("linh").get(f"{BASE}/history", params={"subject_kind": "unit", "subject_id": noi["id"]}))
        assert [change["act"] for change in history["items"]] == ["unit.changed", "unit.opened"]

    async def test_posts_and_those_who_hold_them_follow_their_unit_and_its_name(self, world: World) -> None:
        pole, noi, ngoai = await opened(world, "POLE"), await opened(world), await opened(world, "NGOAI")
        ok(await done(world, noi, "changes", parent_id=pole["id"], effective_on="2021-01-01"))
        post, hoa = await world.post(unit="Khoa Nội cũ"), await world.person()
        held = await world.assignment(hoa, post_id=post["id"])
        assert (held["unit"], (await tree(world))["named"]) == ("Khoa Nội cũ", {"Khoa Nội cũ": 1})
        ok(await done(world, noi, "posts", named="Khoa Nội cũ", effective_on="2025-01-01"))
        ok(await done(world, noi, "changes", name="Khoa Nội mới", effective_on="2025-03-01"))
        ok(await world.api.as_("linh").post(f"{BASE}/posts/{post['id']}/changes", json={"effective_on": DAY, "unit_id": ngoai["id"], "reason": "moved with the team"}))
        stood = {"2024-12-31": "Khoa Nội cũ", "2025-02-28": "Khoa Noi", "2025-03-01": "Khoa Nội mới", EVE: "Khoa Nội mới", DAY: "Khoa Ngoai"}
        for day, name in stood.items():
            read = ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}", params={"as_of": day}))
            assigned = ok(await world.api.as_("linh").get(f"{BASE}/assignments", params={"post": post["id"], "as_of": day}))["items"]
            staff = ok(await world.api.as_("linh").get(f"{BASE}/persons", params={"facility": BVT, "as_of": day}))["items"]
            assert (day, read["unit"]) == (day, name)
            if day >= "2025-01-01":
                assert [(day, one["unit"]) for one in (*assigned, *staff)] == [(day, name)] * 2
                for of in ("persons", "assignments"):
                    file = await world.api.as_("linh").get(f"{BASE}/exports/{of}", params={"format": "csv", "facility": BVT, "as_of": day, "head": "false"})
                    assert f",{name}," in file.text, (of, day)
        for day, unit, found in ((EVE, pole, 1), (EVE, noi, 1), (EVE, ngoai, 0), (DAY, pole, 0), (DAY, ngoai, 1)):
            wanted = {"unit_id": unit["id"], "as_of": day}
            assert [len(ok(await world.api.as_("linh").get(f"{BASE}/{which}", params=wanted))["items"]) for which in ("posts", "persons")] == [found, found]

    async def test_figures_open_the_lists_behind_them(self, world: World) -> None:
        pole, noi = await opened(world, "POLE"), await opened(world)
        ok(await done(world, noi, "changes", parent_id=pole["id"], effective_on="2020-01-01"))
        head = await world.post(unit=None, unit_id=noi["id"], is_management=True, job_position="Trưởng khoa")
        await world.post(unit=None, unit_id=noi["id"], fte=2)
        await world.post(unit=None, unit_id=pole["id"])
        hoa = await world.person()
        await world.assignment(hoa, post_id=head["id"])
        read = await tree(world)
        (above, below), figures = read["units"], ("posts", "vacant", "filled", "fte", "filled_share")
        assert [[one[whose][name] for name in figures] for one, whose in ((above, "figures"), (above, "own"), (below, "own"))] == [
            [3, 2, 1, 4, 1],
            [1, 1, 0, 1, 0],
            [2, 1, 1, 3, 1],
        ]
        for name, asked in (("posts", {}), ("vacant", {"state": "vacant"}), ("filled", {"state": "filled"})):
            page = {"unit_id": pole["id"], "as_of": DAY, "limit": 1} | asked
            listed, cursor = 0, None
            while listed == 0 or cursor:
                found = ok(await world.api.as_("linh").get(f"{BASE}/posts", params=page | ({"cursor": cursor} if cursor else {})))
                listed, cursor = listed + len(found["items"]), found["next"]
            assert listed == above["figures"][name]
        one = ok(await world.api.as_("director").get(f"{UNITS}/{noi['id']}"))
        assert [(head["job_position"], head["person_ids"]) for head in one["heads"]] == [("Trưởng khoa", [hoa["id"]])]


class Register:
    """Units kept by the same rules, without a database: thousands of histories in a moment."""

    def __init__(self) -> None:
        self.rows: list[Unit] = []

    def open(self, unit_id: Any, parent: Any, first: date, last: date | None) -> None:
        if parent is not None:
            must_hang(self.rows, unit_id, parent, BVT, first, last)
        self.rows.append(Unit(id=unit_id, parent_id=parent, code=str(unit_id), name=str(unit_id), names={}, sort_key=str(unit_id), valid=period(first, last)))

    def hang(self, unit_id: Any, parent: Any, day: date) -> None:
        own = sorted((row for row in self.rows if row.id == unit_id), key=lambda row: row.valid_from)
        if not own or day < own[0].valid_from or (own[-1].valid_to is not None and own[-1].valid_to < day):
            return
        last = own[-1].valid_to
        if parent is not None:
            must_hang(self.rows, unit_id, parent, BVT, day, last)
        for row in own:
            if row.valid_from >= day:
                self.rows.remove(row)
            elif row.valid_to is None or row.valid_to >= day:
                row.valid = period(row.valid_from, day - timedelta(days=1))
        self.rows.append(Unit(id=unit_id, parent_id=parent, code=str(unit_id), name=str(unit_id), names={}, sort_key=str(unit_id), valid=period(day, last)))


NUMBERS = st.integers(0, 5)
OPENINGS = st.lists(st.tuples(NUMBERS | st.none(), st.sampled_from(DAYS[:4]), st.none() | st.sampled_from(DAYS[6:])), min_size=6, max_size=6)
HANGINGS = st.lists(st.tuples(NUMBERS, NUMBERS | st.none(), st.sampled_from(DAYS)), max_size=15)


@settings(max_examples=60, deadline=None)
@given(OPENINGS, HANGINGS)
def test_on_any_day_there_is_no_circle_and_every_unit_reaches_a_root(openings: Any, hangings: Any) -> None:
    register = Register()
    acts = [(register.open, (number, *opening)) for number, opening in enumerate(openings)] + [(register.hang, hanging) for hanging in hangings]
    for act, said in acts:
        try:
            act(*said)
        except Problem:
            continue
    for day in {one.valid_from for one in register.rows} | {one.valid_to for one in register.rows if one.valid_to}:
        standing = on_day(register.rows, day)
        # The order of the tree walks down from the roots: whatever it does not meet hangs from nothing, or from itself.
        assert sorted(one.id for _depth, one in in_tree_order(standing)) == sorted(standing)
        for one in register.rows:
            if one.parent_id is not None:
                assert first_gap(sorted((row for row in register.rows if row.id == one.parent_id), key=lambda row: row.valid_from), one.valid_from, one.valid_to) is None


class TestCalendars:
    async def test_a_unit_s_calendar_holds_those_whose_posts_stand_below_it_and_its_minimum_keeps_its_name(self, world: World) -> None:
        pole, noi, ngoai = await opened(world, "POLE"), await opened(world), await opened(world, "NGOAI")
        ok(await done(world, noi, "changes", parent_id=pole["id"], effective_on="2020-01-01"))
        post, hoa = await world.post(unit=None, unit_id=noi["id"]), await world.person()
        await world.assignment(hoa, post_id=post["id"])
        minimum = {"facility_code": BVT, "unit": "Khoa Noi", "occupation_code": "VN-BS", "min_present": 1, "valid_from": "2025-01-01"}
        ok(await world.api.as_("linh").post(f"{BASE}/staffing-minimums", json=minimum))
        ok(await done(world, noi, "changes", name="Khoa Nội mới"))
        ok(await world.api.as_("linh").post(f"{BASE}/posts/{post['id']}/changes", json={"effective_on": "2025-09-01", "unit_id": ngoai["id"]}))
        for first, last, unit, people, present in (
            ("2025-08-01", "2025-08-10", pole, 1, 1),
            ("2025-09-01", "2025-09-10", pole, 0, None),
            ("2025-09-01", "2025-09-10", ngoai, 1, None),
        ):
            read = ok(await world.api.as_("linh").get(f"{BASE}/availability", params={"facility": BVT, "from": first, "to": last, "unit_id": unit["id"]}))
            assert [one["person_id"] for one in read["people"]] == [hoa["id"]] * people
            assert [team["min_present"] for team in read["teams"]] == [present] * people
        feed = ok(await world.api.as_("linh").post(f"{BASE}/calendars", json={"facility_code": BVT, "unit_id": pole["id"]}))
        assert (feed["unit_id"], feed["unit"]) == (pole["id"], "Khoa Pole")
        assert "Khoa Pole" in (await world.api.as_("linh").get(feed["address"].partition("8080")[2] or feed["address"])).text


class TestReorganised:
    """Units go with their facility, or become others; everything goes back when it is undone."""

    async def test_a_taken_over_facility_brings_its_units_and_those_that_are_mapped_become_others(self, world: World) -> None:
        kept, pole = await opened(world, "NOI", facility_code=BACHE), await opened(world, "POLE", facility_code=BACHE)
        ok(await done(world, kept, "changes", parent_id=pole["id"], effective_on="2020-01-01"))
        stays = await opened(world, "NOI", name="Khoa Nội tỉnh")
        above = await opened(world, "KHOI", kind="pole")
        posts = [await world.post(BACHE, unit=None, unit_id=unit["id"]) for unit in (kept, pole)]
        held = await world.assignment(await world.person(), post_id=posts[0]["id"])
        merging: dict[str, Any] = {"act": "merge-facilities", "facilities": [BACHE], "into": BVT}
        draft = await drafted(world, merging)
        stopped = ok(await world.api.as_("linh").get(f"{ACTS}/{draft['id']}/preview"))["stopped"]
        assert (stopped["type"], "Khoa Nội tỉnh" in stopped["detail"]) == ("unit-code-taken", True)
        before = await everything(world)

        one = await applied(world, merging | {"units": [{"unit_id": kept["id"], "to_unit_id": stays["id"]}]})
        assert one["touched"]["unit"] == 2
        assert [await shape(world, day) for day in (EVE_OF_MERGER, DAY_OF_MERGER)] == [
            [(0, "KHOI"), (0, "NOI")],
            [(0, "KHOI"), (0, "NOI"), (0, "POLE")],
        ]
        stood = [ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}", params={"as_of": DAY_OF_MERGER})) for post in posts]
        assert [(post["facility_code"], post["unit_id"], post["unit"]) for post in stood] == [(BVT, stays["id"], "Khoa Nội tỉnh"), (BVT, pole["id"], "Khoa Pole")]
        assert ok(await world.api.as_("linh").get(f"{BASE}/assignments/{held['id']}", params={"as_of": DAY_OF_MERGER}))["unit"] == "Khoa Nội tỉnh"

        hung = await opened(world, "DUOI", parent_id=pole["id"], valid_from="2026-01-01")
        answer = await world.api.as_("linh").post(f"{ACTS}/{one['id']}/undoing", json={"reason": "a mistake"})
        assert (problem(answer, 409), [thing["name"] for thing in answer.json()["built"]]) == ("built-upon", ["Khoa Duoi"])
        ok(await done(world, hung, "changes", parent_id=above["id"], effective_on="2026-01-01"))
        ok(await world.api.as_("linh").post(f"{ACTS}/{one['id']}/undoing", json={"reason": "a mistake"}))
        after = await everything(world)
        assert {table: after[table] for table in ("facilities", "posts", "assignments")} == {table: before[table] for table in ("facilities", "posts", "assignments")}
        assert [unit["code"] for unit in (await tree(world, "2025-12-01", BACHE))["units"]] == ["POLE", "NOI"]

    async def test_a_unit_goes_to_another_facility_with_its_posts_and_people(self, world: World) -> None:
        noi, ngoai = await opened(world), await opened(world, "NGOAI")
        ward = await opened(world, "BUONG", kind="ward", parent_id=noi["id"])
        above = await opened(world, "KHOI", facility_code=BACHE)
        post, other = await world.post(unit=None, unit_id=ward["id"]), await world.post(unit=None, unit_id=ngoai["id"])
        await world.assignment(await world.person(), post_id=post["id"])
        moving = {"act": "move-unit", "facility_code": BVT, "unit_id": noi["id"], "to_facility_code": BACHE}
        assert problem(await world.api.as_("linh").post(f"{ACTS}/{(await drafted(world, moving | {'to_parent_id': ngoai['id']}))['id']}/application"), 409) == "no-such-unit"
        await applied(world, moving | {"to_parent_id": above["id"]})
        assert [(unit["depth"], unit["code"]) for unit in (await tree(world, DAY_OF_MERGER, BACHE))["units"]] == [(0, "KHOI"), (1, "NOI"), (2, "BUONG")]
        there = [ok(await world.api.as_("linh").get(f"{BASE}/posts/{one['id']}", params={"as_of": DAY_OF_MERGER})) for one in (post, other)]
        assert [(one["facility_code"], one["unit_id"], one["filled_share"]) for one in there] == [(BACHE, ward["id"], 1), (BVT, ngoai["id"], 0)]
        assert await shape(world, EVE_OF_MERGER) == [(0, "NGOAI"), (0, "NOI"), (1, "BUONG")]


class TestFromAFile:
    async def test_a_tree_and_then_posts_that_name_its_units_by_code_or_name(self, world: World) -> None:
        units = (
            "facility_code,code,name,kind,parent,valid_from",
            f"{BVT},KHOI,Khối Nội,pôle,,2020-01-01",
            f"{BVT},HSCC,Khoa Hồi sức cấp cứu,khoa,KHOI,2020-01-01",
            f"{BVT},TCCB,Phòng Tổ chức cán bộ,phòng,,2020-01-01",
            f"{BVT},LOST,Khoa Lạc,khoa,NOWHERE,2020-01-01",
            f"{BACHMAI},NOI,Khoa Nội,khoa,,2020-01-01",
        )
        found = await confirmed(world.api, "units", *units)
        assert [(fault["row"], fault["column"]) for fault in found["report"]] == [(5, "parent"), (6, "facility_code")]
        assert await shape(world) == [(0, "KHOI"), (1, "HSCC"), (0, "TCCB")]
        again = await checked(world.api, "units", *units, f"{BVT},HSCC,Khoa Khác,khoa,,2020-01-01")
        assert (again["good"], again["unchanged"], again["bad"]) == (0, 2, 4)

        posts = (
            "reference,facility_code,unit,occupation_code,open_from",
            f"P-1,{BVT},HSCC,VN-BS,2021-01-01",
            f"P-2,{BVT},khoa hoi suc cap cuu,VN-BS,2021-01-01",
            f"P-3,{BVT},Khoa Khác,VN-BS,2021-01-01",
        )
        await confirmed(world.api, "posts", *posts)
        listed = ok(await world.api.as_("linh").get(f"{BASE}/posts", params={"facility": BVT, "as_of": DAY}))["items"]
        stand = [(post["reference"], post["unit"], post["unit_id"] is not None) for post in listed]
        assert sorted(stand) == [("P-1", "Khoa Hồi sức cấp cứu", True), ("P-2", "Khoa Hồi sức cấp cứu", True), ("P-3", "Khoa Khác", False)]
        assert (await checked(world.api, "posts", *posts))["unchanged"] == 3
