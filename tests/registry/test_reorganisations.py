"""A reorganisation is looked at, applied on a day in one operation, and undone while nothing was built on it."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from shared.clients import close_http_session
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem

ACTS = f"{BASE}/reorganisations"
DAY, EVE = "2025-09-15", "2025-09-14"


@pytest.fixture(autouse=True)
async def no_connection_stays_open() -> AsyncIterator[None]:
    yield
    await close_http_session()


def merge(*areas: str, code: str = "VN-22-99001", name: str = "Phường Bãi Cháy Mới") -> dict[str, Any]:
    return {"act": "merge-areas", "areas": list(areas), "into": {"code": code, "name": name, "type": "phường"}}


async def drafted(world: World, *acts: dict[str, Any], who: str = "linh", **more: Any) -> dict[str, Any]:
    body = {"title": "Sắp xếp lại", "legal_basis": "Nghị quyết 1/NQ-HĐND", "effective_on": DAY, "acts": list(acts)} | more
    return ok(await world.api.as_(who).post(ACTS, json=body))


async def applied(world: World, *acts: dict[str, Any], who: str = "linh", **more: Any) -> dict[str, Any]:
    one = await drafted(world, *acts, who=who, **more)
    return ok(await world.api.as_(who).post(f"{ACTS}/{one['id']}/application"))


async def area(world: World, code: str, day: str) -> dict[str, Any] | None:
    found = ok(await world.api.as_("linh").get(f"{BASE}/areas", params={"code": code, "as_of": day}))["items"]
    return found[0] if found else None


async def neighbours(world: World, day: str = DAY) -> list[str]:
    """Communes of the province that exist on the day."""
    return [one["code"] for one in ok(await world.api.as_("linh").get(f"{BASE}/areas", params={"parent": "VN-22", "as_of": day, "limit": 200}))["items"]]


async def place(world: World, code: str, day: str) -> dict[str, Any] | None:
    found = ok(await world.api.as_("linh").get(f"{BASE}/facilities", params={"code": code, "as_of": day}))["items"]
    return found[0] if found else None


async def rows(world: World, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    async with world.as_worker() as session:
        return [tuple(row) for row in await session.execute(world.sql(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3"))]


STATES = {
    "areas": "id, valid::text, code, name, within, parent_id",
    "area_changes": "from_id, to_id, effective_on",
    "facilities": "id, valid::text, code, area_id, authority_path::text",
    "facility_links": "facility_id, kind, valid::text, party_code",
    "facility_authorities": "code, path::text, valid::text",
    "posts": "id, valid::text, facility_code, unit, authority_path::text",
    "assignments": "id, valid::text, facility_code, unit, authority_path::text, state",
    "employments": "id, valid::text, facility_code, authority_path::text",
    "persons": "id, authority_path::text, shared_with",
    "absences": "id, facility_code, authority_path::text",
}


async def everything(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """What the register says of the world, without when it was said."""
    return {table: await rows(world, f"{table} WHERE code LIKE 'VN-22%'" if table == "areas" else table, columns) for table, columns in STATES.items()}


class TestWhoReorganises:
    @pytest.mark.parametrize("person", ["hr-bvt", "analyst", "ops", "director"])
    async def test_nobody_but_a_regional_administrator(self, world, person):
        answer = await world.api.as_(person).post(ACTS, json={"title": "x", "legal_basis": "y", "effective_on": DAY})
        assert problem(answer, 403) == "reorganised-by-authorities"

    async def test_not_an_area_of_another_province(self, world):
        one = await drafted(world, merge(*(await neighbours(world))[:2]), who="hanoi")
        assert problem(await world.api.as_("hanoi").post(f"{ACTS}/{one['id']}/application"), 403) == "area-not-yours"

    async def test_not_a_facility_of_another_authority(self, world):
        one = await drafted(world, {"act": "close-facility", "facility_code": BVT}, who="hanoi")
        assert problem(await world.api.as_("hanoi").post(f"{ACTS}/{one['id']}/application"), 403) == "authority-not-yours"

    async def test_not_to_an_authority_for_which_one_does_not_act(self, world):
        one = await drafted(world, {"act": "move-facility", "facility_code": BVT, "authority": "VN-01"})
        assert problem(await world.api.as_("linh").post(f"{ACTS}/{one['id']}/application"), 403) == "authority-not-yours"

    async def test_a_draft_of_another_authority_is_not_there(self, world):
        one = await drafted(world)
        for path in ("", "/preview", "/touched", "/built-on"):
            assert problem(await world.api.as_("hanoi").get(f"{ACTS}/{one['id']}{path}"), 404) == "not-found"


class TestWhatIsRefused:
    async def refused(self, world: World, *acts: dict[str, Any]) -> str:
        one = await drafted(world, *acts)
        return problem(await world.api.as_("linh").post(f"{ACTS}/{one['id']}/application"), 409)

    async def test_areas_that_do_not_exist_or_do_not_lie_side_by_side(self, world):
        communes = await neighbours(world)
        assert await self.refused(world, merge(communes[0], "VN-22-00000")) == "no-such-area"
        assert await self.refused(world, merge("VN-22", communes[0])) == "areas-of-different-parents"

    async def test_an_area_that_would_contain_itself(self, world):
        communes = await neighbours(world)
        assert await self.refused(world, merge(communes[0], communes[1], code="VN-22")) == "area-contains-itself"
        assert await self.refused(world, {"act": "recode-area", "area": communes[0], "code": "VN-22"}) == "area-contains-itself"

    async def test_a_code_that_another_area_bears_names_it(self, world):
        communes = await neighbours(world)
        one = await drafted(world, {"act": "recode-area", "area": communes[0], "code": communes[1]})
        answer = await world.api.as_("linh").post(f"{ACTS}/{one['id']}/application")
        assert problem(answer, 409) == "area-code-taken"
        assert (await area(world, communes[1], DAY))["name"] in answer.json()["detail"]

    async def test_a_province_with_communes_is_not_divided(self, world):
        parts = [{"code": f"VN-22-9900{n}", "name": f"Phần {n}", "type": "tỉnh", "share": "0.5", "is_main": n == 1} for n in (1, 2)]
        assert await self.refused(world, {"act": "split-area", "area": "VN-22", "into": parts}) == "area-has-areas-below"

    async def test_a_facility_is_not_closed_over_its_people(self, world):
        await world.assignment(await world.person())
        assert await self.refused(world, {"act": "close-facility", "facility_code": BVT}) == "facility-has-staff"

    async def test_nothing_of_a_refused_reorganisation_stays(self, world):
        communes = await neighbours(world)
        await world.assignment(await world.person())
        before = await everything(world)
        await self.refused(world, merge(*communes[:2]), {"act": "close-facility", "facility_code": BVT})
        assert await everything(world) == before

    @pytest.mark.parametrize(
        "act",
        [
            {"act": "abolish-everything"},
            {"act": "merge-areas", "areas": ["VN-22-06652"], "into": {"code": "VN-22-1", "name": "x", "type": "y"}},
            {"act": "move-facility", "facility_code": BVT},
            {"act": "move-facility", "facility_code": BVT, "authority": None},
            {"act": "split-area", "area": "VN-22-06652", "into": [{"code": "VN-22-1", "name": "a", "type": "b", "share": "0.5"}] * 2},
        ],
    )
    async def test_a_malformed_act(self, world, act):
        answer = await world.api.as_("linh").post(ACTS, json={"title": "x", "legal_basis": "y", "effective_on": DAY, "acts": [act]})
        assert problem(answer, 422) == "malformed"

    async def test_a_wrong_field_of_an_act_is_named_where_it_was_sent(self, world):
        act = {"act": "merge-areas", "areas": ["VN-22-06652", "VN-22-06658"], "into": {"code": "??", "name": "x", "type": "y"}}
        answer = await world.api.as_("linh").post(ACTS, json={"title": "x", "legal_basis": "y", "effective_on": DAY, "acts": [act]})
        assert [field["path"] for field in answer.json()["fields"]] == ["acts.0.into.code"]

    async def test_an_empty_one_is_not_applied(self, world):
        one = await drafted(world)
        assert problem(await world.api.as_("linh").post(f"{ACTS}/{one['id']}/application"), 422) == "malformed"


class TestAreas:
    async def test_two_communes_become_one_and_what_stood_before_stays_readable(self, world):
        station = await place(world, BVT, DAY)
        own = station["area"]["code"]
        other = next(code for code in await neighbours(world) if code != own)
        await applied(world, merge(own, other))
        assert await area(world, own, DAY) is None
        assert (await area(world, own, EVE))["valid_to"] == EVE
        new = await area(world, "VN-22-99001", DAY)
        assert (new["within"], new["valid_from"]) == (["VN", "VN-22", "VN-22-99001"], DAY)
        assert [(await place(world, BVT, day))["area"]["code"] for day in (EVE, DAY)] == [own, "VN-22-99001"]
        lines = ok(await world.api.as_("linh").get(f"{BASE}/areas/{new['id']}/changes"))["items"]
        assert {(line["from_area"]["code"], line["kind"], line["legal_basis"]) for line in lines} == {
            (own, "merge", "Nghị quyết 1/NQ-HĐND"),
            (other, "merge", "Nghị quyết 1/NQ-HĐND"),
        }

    async def test_a_divided_commune_sends_its_facilities_where_they_are_said_to_stand(self, world):
        own = (await place(world, BVT, DAY))["area"]["code"]
        parts = [
            {"code": "VN-22-99001", "name": "Phường Một", "type": "phường", "share": "0.7", "is_main": True},
            {"code": "VN-22-99002", "name": "Phường Hai", "type": "phường", "share": "0.3", "facilities": [BVT]},
        ]
        await applied(world, {"act": "split-area", "area": own, "into": parts})
        stands = await place(world, BVT, DAY)
        assert (stands["area"]["code"], stands["area_is_estimated"]) == ("VN-22-99002", False)
        former = await area(world, own, EVE)
        lines = ok(await world.api.as_("linh").get(f"{BASE}/areas/{former['id']}/changes"))["items"]
        assert sorted(line["share"] for line in lines if line["kind"] == "split") == [0.3, 0.7]

    async def test_a_renamed_area_is_the_same_area_and_is_found_under_both_names(self, world):
        own = (await place(world, BVT, DAY))["area"]["code"]
        before = await area(world, own, EVE)
        await applied(world, {"act": "rename-area", "area": own, "name": "Phường Trăng Mới"})
        after = await area(world, own, DAY)
        assert (after["id"], after["name"]) == (before["id"], "Phường Trăng Mới")
        found = ok(await world.api.as_("linh").get(f"{BASE}/areas", params={"q": "trang moi", "as_of": DAY}))["items"]
        assert [one["id"] for one in found] == [before["id"]]
        assert (await area(world, own, EVE))["name"] == before["name"]

    async def test_a_recoded_province_takes_its_communes_along(self, world):
        below = len(await neighbours(world))
        alone = await drafted(world, {"act": "recode-area", "area": "VN-22", "code": "VN-99"})
        assert problem(await world.api.as_("linh").post(f"{ACTS}/{alone['id']}/application"), 403) == "area-not-yours"  # only whoever is above it
        ministry = world.api.as_("ministry", roles=["regional-administrator"], groups=["/territories/VN"])
        ok(await ministry.post(f"{ACTS}/{alone['id']}/application"))
        moved = ok(await world.api.as_("linh").get(f"{BASE}/areas", params={"parent": "VN-99", "as_of": DAY, "limit": 200}))["items"]
        assert len(moved) == below
        assert await neighbours(world, DAY) == []
        assert len(await neighbours(world, EVE)) == below


class TestFacilitiesAndPeople:
    async def test_the_walls_follow_the_managing_authority(self, world):
        """VN-22-BVT comes under the authority VN-22-X: its staff, files and posts are there from today on, and the officer of the facility still finds them."""
        person = await world.person(who="hr-bvt")
        await world.assignment(person)
        await applied(world, {"act": "move-facility", "facility_code": BVT, "authority": "VN-22-X"})
        for table in ("assignments", "posts", "persons", "workers", "person_names", "facilities", "facility_links"):
            paths = {row[0] for row in await rows(world, f"(SELECT DISTINCT authority_path::text AS path, 1, 1 FROM {table}) AS seen", "*")}
            assert not any(path == "VN.VN-22.VN-22-BVT" for path in paths), table
        assert ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{person['id']}"))["id"] == person["id"]
        assert [(await place(world, BVT, day))["authority"] for day in (EVE, DAY)] == ["VN-22", "VN-22-X"]
        dated = await rows(world, "facility_authorities", "code, path::text, valid::text")
        assert [row[1:] for row in dated if row[0] == BVT] == [("VN.VN-22.VN-22-BVT", "[2000-01-01,2025-09-15)"), ("VN.VN-22.VN-22-X.VN-22-BVT", "[2025-09-15,)")]

    async def test_the_walls_wait_for_the_day(self, world):
        await world.assignment(await world.person())
        await applied(world, {"act": "move-facility", "facility_code": BVT, "authority": "VN-22-X"}, effective_on="2025-11-01")
        paths = "(SELECT DISTINCT authority_path::text AS path, 1, 1 FROM assignments) AS seen"
        assert [row[0] for row in await rows(world, paths)] == ["VN.VN-22.VN-22-BVT"]
        async with world.as_worker() as session:
            await session.execute(world.sql("SELECT follow_authorities('2025-11-01')"))
            assert [row[0] for row in await session.execute(world.sql("SELECT DISTINCT authority_path::text FROM assignments"))] == ["VN.VN-22.VN-22-X.VN-22-BVT"]

    async def test_a_facility_taken_over_brings_its_posts_and_people(self, world):
        person = await world.person()
        post = await world.post(BACHE)
        assigned = await world.assignment(person, post_id=post["id"])
        await applied(world, {"act": "merge-facilities", "facilities": [BACHE], "into": BVT})
        for day, where in ((EVE, BACHE), (DAY, BVT)):
            assert ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}", params={"as_of": day}))["facility_code"] == where
            periods = ok(await world.api.as_("linh").get(f"{BASE}/assignments/{assigned['id']}"))["periods"]
            assert [p["facility_code"] for p in periods if p["valid_from"] <= day and (p["valid_to"] is None or day <= p["valid_to"])] == [where]
        assert await place(world, BACHE, EVE) is not None
        assert await place(world, BACHE, DAY) is None

    async def test_the_history_says_what_was_believed_before(self, world):
        post = await world.post(BACHE)
        known = (await rows(world, "posts", "id, recorded_at, row_id"))[0][1]
        await applied(world, {"act": "merge-facilities", "facilities": [BACHE], "into": BVT})
        then = ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}", params={"as_of": DAY, "known_at": known.isoformat()}))
        assert then["facility_code"] == BACHE

    async def test_some_posts_go_to_another_facility_and_the_others_stay(self, world):
        going, staying = await world.post(BACHE), await world.post(BACHE, unit="Khoa Sản")
        await applied(world, {"act": "move-posts", "facility_code": BACHE, "unit": "Khoa Hồi sức", "to_facility_code": BVT, "to_unit": "Khoa Cấp cứu"})
        moved = ok(await world.api.as_("linh").get(f"{BASE}/posts/{going['id']}", params={"as_of": DAY}))
        assert (moved["facility_code"], moved["unit"]) == (BVT, "Khoa Cấp cứu")
        assert ok(await world.api.as_("linh").get(f"{BASE}/posts/{staying['id']}", params={"as_of": DAY}))["facility_code"] == BACHE

    async def test_leave_that_is_not_over_goes_along(self, world):
        person = await world.person()
        await world.assignment(person, facility_code=BACHE, occupation_code="VN-BS")
        body = {"person_id": person["id"], "type": "annual", "starts_on": "2025-11-10", "ends_on": "2025-11-12"}
        ok(await world.api.as_("linh").post(f"{BASE}/absences", json=body))
        await applied(world, {"act": "merge-facilities", "facilities": [BACHE], "into": BVT})
        assert {row[1] for row in await rows(world, "absences", "id, facility_code, 1")} == {BVT}


class TestLookingBefore:
    async def test_everything_touched_is_named_and_nothing_is_written(self, world):
        person = await world.person("Trần Văn Lâm")
        post = await world.post(BACHE)
        await world.assignment(person, post_id=post["id"])
        before = await everything(world)
        one = await drafted(world, {"act": "merge-facilities", "facilities": [BACHE], "into": BVT})
        seen = ok(await world.api.as_("linh").get(f"{ACTS}/{one['id']}/preview"))
        assert await everything(world) == before
        touched = {group["kind"]: group for group in seen["touched"]}
        assert (touched["post"]["count"], touched["assignment"]["count"], seen["stopped"]) == (1, 1, None)
        assert touched["assignment"]["items"][0]["name"] == "Trần Văn Lâm"
        assert {one["service"] for one in seen["elsewhere"]} == {"appointment", "rotation", "training", "recruitment"}  # they do not answer here: unknown, not none
        assert all(one["count"] is None for one in seen["elsewhere"])

    async def test_the_act_that_stops_it_is_named(self, world):
        communes = await neighbours(world)
        one = await drafted(world, merge(*communes[:2]), {"act": "close-facility", "facility_code": "VN-22-NONE"})
        seen = ok(await world.api.as_("linh").get(f"{ACTS}/{one['id']}/preview"))
        assert (seen["stopped"]["act"], seen["stopped"]["type"]) == (1, "no-such-facility")

    async def test_a_draft_is_written_anew_and_given_up(self, world):
        one = await drafted(world)
        body = {"title": "Khác", "legal_basis": "QĐ 2", "effective_on": DAY, "acts": []}
        assert ok(await world.api.as_("linh").put(f"{ACTS}/{one['id']}", json=body))["title"] == "Khác"
        assert ok(await world.api.as_("linh").post(f"{ACTS}/{one['id']}/withdrawal", json={"reason": "sai"}))["state"] == "withdrawn"
        assert problem(await world.api.as_("linh").put(f"{ACTS}/{one['id']}", json=body), 409) == "state-does-not-allow"


class TestUndoing:
    async def undone(self, world: World, one: dict[str, Any]) -> dict[str, Any]:
        return ok(await world.api.as_("linh").post(f"{ACTS}/{one['id']}/undoing", json={"reason": "Nhầm"}))

    async def test_everything_is_as_it_was(self, world):
        communes = await neighbours(world)
        person = await world.person(who="hr-bvt")
        await world.assignment(person)
        post = await world.post(BACHE)
        await world.assignment(await world.person("Lê Văn Đức"), post_id=post["id"])
        before = await everything(world)
        one = await applied(
            world,
            merge(*communes[:2]),
            {"act": "rename-area", "area": communes[2], "name": "Xã Mới"},
            {"act": "merge-facilities", "facilities": [BACHE], "into": BVT},
            {"act": "move-facility", "facility_code": BVT, "authority": "VN-22-X", "technical_supervisor": "VN-22-TTHL"},
        )
        assert await everything(world) != before
        assert (await self.undone(world, one))["state"] == "undone"
        assert await everything(world) == before

    async def test_not_once_something_was_built_on_it_which_is_named(self, world):
        communes = await neighbours(world)
        one = await applied(world, merge(*communes[:2]))
        body = {
            "code": "VN-22-TYT-NEW", "name": "Trạm Y tế mới", "type": "station", "level": "commune", "area_code": "VN-22-99001", "authority": "VN-22", "valid_from": DAY,
        }  # fmt: skip
        ok(await world.api.as_("linh").post(f"{BASE}/facilities", json=body))
        answer = await world.api.as_("linh").post(f"{ACTS}/{one['id']}/undoing", json={"reason": "Nhầm"})
        assert problem(answer, 409) == "built-upon"
        assert [(thing["kind"], thing["name"]) for thing in answer.json()["built"]] == [("facility", "Trạm Y tế mới")]
        assert "Trạm Y tế mới" in answer.json()["detail"]
        told = ok(await world.api.as_("linh").get(f"{ACTS}/{one['id']}/built-on"))["items"]
        assert [thing["name"] for thing in told] == ["Trạm Y tế mới"]

    async def test_not_under_another_reorganisation_until_that_one_is_undone(self, world):
        communes = await neighbours(world)
        first = await applied(world, merge(*communes[:2]))
        second = await applied(world, merge("VN-22-99001", communes[2], code="VN-22-99002"), effective_on="2025-12-01")
        assert problem(await world.api.as_("linh").post(f"{ACTS}/{first['id']}/undoing", json={"reason": "x"}), 409) == "built-upon"
        await self.undone(world, second)
        await self.undone(world, first)
        assert await area(world, communes[0], "2025-12-31") is not None

    async def test_communes_that_took_the_code_of_their_neighbour_give_it_back(self, world):
        """Put back all at once, one would find its code still taken by the next."""
        a, b, c = (await neighbours(world))[:3]
        await applied(world, *({"act": "rename-area", "area": code, "name": f"Xã {code}"} for code in (a, b, c)), effective_on="2025-12-01")
        before = await everything(world)
        one = await applied(world, *({"act": "recode-area", "area": old, "code": new} for old, new in ((a, "VN-22-99009"), (b, a), (c, b))))
        await self.undone(world, one)
        assert await everything(world) == before

    async def test_an_assignment_made_since_in_a_moved_post_is_named(self, world):
        post = await world.post(BACHE)
        one = await applied(world, {"act": "merge-facilities", "facilities": [BACHE], "into": BVT})
        await world.assignment(await world.person("Phạm Thị Mai"), post_id=post["id"], starts_on="2025-11-15")
        answer = await world.api.as_("linh").post(f"{ACTS}/{one['id']}/undoing", json={"reason": "x"})
        assert problem(answer, 409) == "built-upon"
        assert "Phạm Thị Mai" in [thing["name"] for thing in answer.json()["built"]]


class TestARace:
    async def test_applied_twice_at_once_it_is_applied_once(self, committed_api):
        world = World(committed_api)
        await world.open_facilities()
        communes = await neighbours(world)
        one = await drafted(world, merge(*communes[:2]))
        answers = await asyncio.gather(*(world.api.as_("linh").post(f"{ACTS}/{one['id']}/application") for _time in range(2)))
        assert sorted(answer.status_code for answer in answers) == [201, 409]

    async def test_others_hear_the_whole_state(self, committed_api):
        world = World(committed_api)
        await world.open_facilities()
        post = await world.post(BACHE)
        await world.assignment(await world.person(), post_id=post["id"])
        own = (await place(world, BVT, DAY))["area"]["code"]
        other = next(code for code in await neighbours(world) if code != own)
        async with world.as_worker() as session:
            await session.execute(world.sql("DELETE FROM outbox"))
            await session.commit()
        await applied(world, merge(own, other), {"act": "merge-facilities", "facilities": [BACHE], "into": BVT})
        told = {row[0] for row in await rows(world, "outbox", "type, subject, version")}
        assert told >= {"registry.area.changed.v1", "registry.facility.changed.v1", "registry.post.changed.v1", "registry.assignment.changed.v1"}


class TestTheHeadcountIsConserved:
    """Whatever is moved, taken over or placed under another authority: on each day as many people work as before, and before the day each where they were."""

    @pytest.mark.parametrize("seed", range(4))
    async def test_of_random_reorganisations(self, world, seed):
        chance = random.Random(seed)
        places = [BVT, BACHE]
        for number in range(6):
            where = chance.choice(places)
            post = await world.post(where, unit=f"Khoa {chance.randrange(3)}", open_from="2020-01-01")
            start = chance.choice(["2021-01-01", "2025-09-15", "2025-12-01"])
            more = {"post_id": post["id"]} if chance.random() < 0.7 else {"facility_code": where, "occupation_code": "VN-BS"}
            await world.assignment(await world.person(f"Người {chr(65 + number)}"), starts_on=start, **more)
        before, everybody = await everything(world), {day: await self.headcount(world, day) for day in self.DAYS}
        acts = [self.an_act(chance) for _act in range(2)]
        one = await drafted(world, *acts)
        answer = await world.api.as_("linh").post(f"{ACTS}/{one['id']}/application")
        if answer.status_code == 409:  # the same facility twice, a unit without posts: nothing was written
            assert await everything(world) == before
            return
        assert answer.status_code == 201, answer.text
        for day in self.DAYS:
            now = await self.headcount(world, day)
            assert sum(now.values()) == sum(everybody[day].values()), (day, acts)
            if day < DAY:
                assert now == everybody[day], (day, acts)
        ok(await world.api.as_("linh").post(f"{ACTS}/{one['id']}/undoing", json={"reason": "x"}))
        assert await everything(world) == before

    DAYS = ("2020-06-01", EVE, DAY, "2025-12-31")

    @staticmethod
    def an_act(chance: random.Random) -> dict[str, Any]:
        source, into = chance.sample([BVT, BACHE], 2)
        return chance.choice(
            [
                {"act": "merge-facilities", "facilities": [source], "into": into},
                {"act": "move-posts", "facility_code": source, "to_facility_code": into},
                {"act": "move-posts", "facility_code": source, "unit": f"Khoa {chance.randrange(3)}", "to_facility_code": into, "to_unit": "Khoa Mới"},
                {"act": "move-facility", "facility_code": source, "authority": "VN-22-X"},
            ]
        )

    @staticmethod
    async def headcount(world: World, day: str) -> dict[str, int]:
        """People at work on a day, by facility."""
        async with world.as_worker() as session:
            counted = world.sql(
                "SELECT facility_code, count(DISTINCT person_id) AS people FROM assignments WHERE state = 'active' AND kind = 'primary' AND valid @> CAST(:day AS date) GROUP BY 1"
            )
            return {row.facility_code: row.people for row in await session.execute(counted, {"day": date.fromisoformat(day)})}
