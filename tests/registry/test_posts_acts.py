"""Acts on a post: what is refused and names whom, what a change, a freezing and an abolition leave, and what a post is on each day."""

from typing import Any

import httpx
import pytest

from shared.clock import now
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem

CHANGE = {"effective_on": "2025-07-01", "unit": "Khoa Cấp cứu"}
FREEZING = {"from_day": "2025-07-01", "to_day": "2025-09-30", "reason": "hiring stop"}
UNFREEZING = {"from_day": "2025-08-01", "reason": "the stop was lifted"}
ABOLITION = {"last_day": "2025-12-31", "reason": "the unit is closed"}
ACTS: dict[str, dict[str, Any]] = {"changes": CHANGE, "freezing": FREEZING, "unfreezing": UNFREEZING, "abolition": ABOLITION}


async def attempt(world: World, post: dict[str, Any], act: str, who: str = "linh", headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/posts/{post['id']}/{act}", json=ACTS[act] | body, headers=headers or {})


async def state(world: World, post: dict[str, Any], day: str) -> str:
    return str(ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}", params={"as_of": day}))["state"])


class TestRefusals:
    @pytest.mark.parametrize("act", ACTS)
    async def test_only_hr_of_the_facility_acts_on_a_post(self, world: World, act: str) -> None:
        post = await world.post()
        for who, status in (("analyst", 403), ("director", 403), ("hanoi", 404), ("hr-bache", 404)):
            problem(await attempt(world, post, act, who), status)

    @pytest.mark.parametrize(("act", "body"), [("freezing", {}), ("abolition", {})])
    async def test_a_post_that_is_held_stays_and_its_holder_is_named(self, world: World, act: str, body: dict[str, Any]) -> None:
        post, hoa = await world.post(), await world.person()
        held = await world.assignment(hoa, post_id=post["id"], starts_on="2025-01-01")
        answer = await attempt(world, post, act, **body)
        assert problem(answer, 409) == "post-held"
        said = answer.json()
        assert (said["assignment_id"], said["person_id"], said["rule"]["id"]) == (held["id"], hoa["id"], "REG-POST-ACTS")
        assert said["possible"].startswith("End or move it before")

    async def test_a_post_to_be_taken_later_is_not_abolished_before(self, world: World) -> None:
        post = await world.post()
        await world.assignment(await world.person(), post_id=post["id"], starts_on="2026-03-01")
        assert problem(await attempt(world, post, "abolition"), 409) == "post-held"
        ok(await attempt(world, post, "freezing"))

    async def test_a_post_is_not_made_smaller_than_what_is_taken(self, world: World) -> None:
        post = await world.post(fte=2)
        people = [await world.person(name) for name in ("Lê Văn Bình", "Vũ Thị Mai")]
        first = await world.assignment(people[0], post_id=post["id"])
        second = await world.assignment(people[1], post_id=post["id"], starts_on="2025-10-01", done_on="2025-01-01")
        answer = await attempt(world, post, "changes", fte=1)
        assert problem(answer, 409) == "post-full"
        assert answer.json()["detail"] == "On 2025-10-01 2 of this post is taken: it cannot become 1."
        assert sorted(answer.json()["assignments"]) == sorted([first["id"], second["id"]])

    @pytest.mark.parametrize(
        ("act", "body", "slug"),
        [
            ("changes", {"effective_on": "2020-01-01"}, "malformed"),
            ("changes", {"unit": None}, "malformed"),
            ("changes", {"filled_share": 1}, "malformed"),
            ("freezing", {"from_day": "2019-12-31"}, "malformed"),
            ("freezing", {"to_day": "2025-06-30"}, "malformed"),
            ("freezing", {"reason": ""}, "malformed"),
            ("unfreezing", {}, "not-frozen"),
            ("abolition", {"last_day": "2019-12-31"}, "malformed"),
            ("abolition", {"done_on": "2025-10-02"}, "malformed"),
        ],
    )
    async def test_days_and_bodies_that_make_no_sense(self, world: World, act: str, body: dict[str, Any], slug: str) -> None:
        assert problem(await attempt(world, await world.post(), act, **body), 422 if slug == "malformed" else 409) == slug

    async def test_nothing_is_frozen_or_abolished_twice(self, world: World) -> None:
        post = await world.post()
        ok(await attempt(world, post, "freezing"))
        assert problem(await attempt(world, post, "freezing", from_day="2025-09-30", to_day=None), 409) == "frozen-already"
        ok(await attempt(world, post, "abolition"))
        assert problem(await attempt(world, post, "abolition"), 409) == "abolished-already"

    async def test_a_change_of_an_older_version_is_refused(self, world: World) -> None:
        post = await world.post()
        tag = (await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}")).headers["etag"]
        ok(await attempt(world, post, "changes", headers={"If-Match": tag}))
        assert problem(await attempt(world, post, "freezing", headers={"If-Match": tag}), 412) == "changed-meanwhile"

    async def test_a_frozen_or_abolished_post_is_not_taken(self, world: World) -> None:
        post = await world.post()
        ok(await attempt(world, post, "freezing"))
        answer = await world.try_assignment(await world.person(), post_id=post["id"], starts_on="2025-08-01")
        assert problem(answer, 409) == "post-closed"
        assert answer.json()["post_id"] == post["id"]
        ok(await attempt(world, post, "abolition"))
        assert problem(await world.try_assignment(await world.person(), post_id=post["id"], starts_on="2026-01-01"), 409) == "post-closed"


class TestActs:
    async def test_a_change_opens_a_period_and_the_earlier_belief_is_kept(self, world: World) -> None:
        post, before = await world.post(), now()
        changed = ok(await attempt(world, post, "changes", fte=0.5, decision_number="12/QĐ-SYT"))
        assert [(one["valid_from"], one["valid_to"], one["unit"], one["fte"], one["act"]) for one in changed["periods"]] == [
            ("2020-01-01", "2025-06-30", "Khoa Hồi sức", 1.0, "recorded"),
            ("2025-07-01", None, "Khoa Cấp cứu", 0.5, "changed"),
        ]
        then = ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}", params={"as_of": "2025-08-01", "known_at": before.isoformat()}))
        assert (then["unit"], then["fte"], len(then["periods"])) == ("Khoa Hồi sức", 1.0, 1)

    async def test_a_freezing_ends_on_its_last_day_or_when_it_is_lifted(self, world: World) -> None:
        post = await world.post()
        frozen = ok(await attempt(world, post, "freezing"))
        assert [(one["valid_from"], one["frozen"], one["reason"]) for one in frozen["periods"]] == [
            ("2020-01-01", False, None),
            ("2025-07-01", True, "hiring stop"),
            ("2025-10-01", False, None),
        ]
        for day, expected in (("2025-06-30", "vacant"), ("2025-07-01", "frozen"), ("2025-09-30", "frozen"), ("2025-10-01", "vacant")):
            assert await state(world, post, day) == expected
        lifted = ok(await attempt(world, post, "unfreezing"))
        assert [(one["valid_from"], one["frozen"]) for one in lifted["periods"]] == [("2020-01-01", False), ("2025-07-01", True), ("2025-08-01", False), ("2025-10-01", False)]
        await world.assignment(await world.person(), post_id=post["id"], starts_on="2025-08-01")

    async def test_a_freezing_of_today_is_told_and_its_days_with_it(self, world: World) -> None:
        post = await world.post()
        ok(await attempt(world, post, "freezing", from_day="2025-10-01", to_day=None))
        async with world.as_worker() as session:
            told = (await session.execute(world.sql("SELECT data::jsonb FROM outbox WHERE subject = :id ORDER BY version DESC LIMIT 1"), {"id": post["id"]})).scalar_one()
        assert (told["frozen"], [one["frozen"] for one in told["periods"]]) == (True, [False, True])

    async def test_an_abolished_post_keeps_its_past(self, world: World) -> None:
        post = await world.post()
        await world.assignment(await world.person(), post_id=post["id"], starts_on="2021-01-01", ends_on="2025-06-30")
        abolished = ok(await attempt(world, post, "abolition"))
        assert (abolished["close_to"], abolished["periods"][-1]["act"]) == ("2025-12-31", "abolished")
        assert {act["act"] for act in abolished["available_actions"] if act["allowed"]} == set()
        assert await state(world, post, "2025-06-01") == "filled"

    async def test_what_a_post_is_on_each_day_and_where_it_is_listed(self, world: World) -> None:
        post = await world.post(open_from="2025-02-01", decision_number="9/QĐ")
        planned = await world.post(open_from="2025-02-01")
        await world.assignment(await world.person(), post_id=post["id"], starts_on="2025-03-01", ends_on="2025-04-30")
        ok(await attempt(world, post, "freezing"))
        ok(await attempt(world, post, "abolition"))
        assert await state(world, planned, "2025-01-31") == "planned"
        for day, expected in (
            ("2025-01-31", "authorised"),
            ("2025-02-01", "vacant"),
            ("2025-03-01", "filled"),
            ("2025-05-01", "vacant"),
            ("2025-07-01", "frozen"),
            ("2025-10-01", "vacant"),
            ("2026-01-01", "abolished"),
        ):
            assert await state(world, post, day) == expected
            listed = ok(await world.api.as_("linh").get(f"{BASE}/posts", params={"as_of": day, "state": expected, "facility": BVT}))["items"]
            assert (post["id"], expected) in [(one["id"], one["state"]) for one in listed]

    async def test_a_post_whose_holder_is_away_for_long_is_functionally_empty(self, world: World) -> None:
        post, other, hoa = await world.post(), await world.post(), await world.person()
        await world.assignment(hoa, post_id=post["id"])
        await world.assignment(await world.person("Lê Văn Bình"), post_id=other["id"])
        await world.assignment(hoa, facility_code=BACHE, occupation_code="VN-BS", kind="secondment", starts_on="2025-03-01", ends_on="2025-08-31")
        linh = world.api.as_("linh")
        for day, empty in (("2025-02-28", False), ("2025-03-01", True), ("2025-08-31", True), ("2025-09-01", False)):
            read = ok(await linh.get(f"{BASE}/posts/{post['id']}", params={"as_of": day}))
            assert (read["state"], read["functionally_empty"], read["holders"][0]["away"]) == ("filled", empty, empty), day
            found = ok(await linh.get(f"{BASE}/posts", params={"as_of": day, "facility": BVT, "functionally_empty": True}))["items"]
            assert [one["id"] for one in found] == ([post["id"]] if empty else [])
        assert problem(await linh.get(f"{BASE}/posts", params={"functionally_empty": True}), 422) == "malformed"

    async def test_some_days_of_leave_do_not_empty_a_post(self, world: World) -> None:
        post, hoa = await world.post(), await world.person()
        await world.assignment(hoa, post_id=post["id"])
        leave = {"person_id": hoa["id"], "type": "annual", "starts_on": "2025-10-06", "ends_on": "2025-10-10"}
        asked = ok(await world.api.as_("linh").post(f"{BASE}/absences", json=leave))
        ok(await world.api.as_("hr-bvt").post(f"{BASE}/absences/{asked['id']}/approval", json={}))
        read = ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}", params={"as_of": "2025-10-07"}))
        assert (read["functionally_empty"], read["holders"][0]["away"]) == (False, True)


class TestOverfilled:
    """Only an import or a reorganisation may put somebody beside the others of a full post, and says so."""

    async def put_beside(self, world: World, post: dict[str, Any], mark: str | None) -> None:
        held = await world.assignment(await world.person("Lê Văn Bình"), facility_code=BVT, occupation_code="VN-BS", starts_on="2025-03-01")
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE assignments SET post_id = :post, over_filled = :mark WHERE id = :id"), {"post": post["id"], "mark": mark, "id": held["id"]})

    async def merging(self, world: World, post: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
        """The draft by which these posts are one since 1 March 2025."""
        act = {"act": "merge-posts", "facility_code": BVT, "posts": [one["id"] for one in others], "into": post["id"]}
        body = {"title": "Sáp nhập vị trí", "legal_basis": "QĐ 9", "effective_on": "2025-03-01", "acts": [act]}
        return ok(await world.api.as_("linh").post(f"{BASE}/reorganisations", json=body))

    async def merged(self, world: World, post: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
        drafted = await self.merging(world, post, *others)
        return ok(await world.api.as_("linh").post(f"{BASE}/reorganisations/{drafted['id']}/application"))

    @pytest.mark.parametrize(
        ("mark", "words"), [(None, "filled above its share"), ("import", "by an import or a reorganisation alone"), ("reorganisation", "by an import or a reorganisation alone")]
    )
    async def test_the_database_refuses_it_by_hand_with_or_without_a_mark(self, world: World, mark: str | None, words: str) -> None:
        post = await world.post()
        await world.assignment(await world.person(), post_id=post["id"])
        with pytest.raises(Exception, match=words):
            await self.put_beside(world, post, mark)

    async def test_posts_that_become_one_are_over_filled_and_nothing_is_added_until_that_is_over(self, world: World) -> None:
        post, other, mai = await world.post(), await world.post(), await world.person("Vũ Thị Mai")
        held = await world.assignment(await world.person(), post_id=post["id"])
        came = await world.assignment(await world.person("Lê Văn Bình"), post_id=other["id"])
        await self.merged(world, post, other)
        assert await state(world, other, "2025-03-01") == "abolished"
        read = ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}"))
        assert (read["state"], read["filled_share"]) == ("over_filled", 2)
        assert {one["assignment_id"]: one["over_filled"] for one in read["holders"]} == {held["id"]: None, came["id"]: "reorganisation"}
        assert [one["id"] for one in ok(await world.api.as_("linh").get(f"{BASE}/posts", params={"state": "over_filled"}))["items"]] == [post["id"]]
        assert problem(await world.try_assignment(mai, post_id=post["id"], fte_share=0.1), 409) == "post-full"
        ok(await world.api.as_("linh").post(f"{BASE}/assignments/{held['id']}/ending", json={"ends_on": "2025-06-30", "reason": "retired"}))
        assert await state(world, post, "2025-07-01") == "filled"
        assert problem(await world.try_assignment(mai, post_id=post["id"], starts_on="2025-07-01"), 409) == "post-full"

    async def test_the_preview_names_who_will_stand_beside_the_others_and_the_post_that_ends(self, world: World) -> None:
        post, other, binh = await world.post(), await world.post(), await world.person("Lê Văn Bình")
        await world.assignment(await world.person(), post_id=post["id"])
        await world.assignment(binh, post_id=other["id"])
        drafted = await self.merging(world, post, other)
        found = ok(await world.api.as_("linh").get(f"{BASE}/reorganisations/{drafted['id']}/preview"))
        touched = {group["kind"]: group["items"] for group in found["touched"]}
        assert [(one["person_id"], one["over_filled"]) for one in touched["assignment"]] == [(binh["id"], True)]
        assert [(one["id"], one["after"]) for one in touched["post"]] == [(other["id"], None)]

    async def test_nobody_is_marked_who_finds_room(self, world: World) -> None:
        post, other = await world.post(), await world.post()
        came = await world.assignment(await world.person("Lê Văn Bình"), post_id=other["id"])
        one = await self.merged(world, post, other)
        read = ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}"))
        assert (read["state"], [(holder["assignment_id"], holder["over_filled"]) for holder in read["holders"]]) == ("filled", [(came["id"], None)])
        ok(await world.api.as_("linh").post(f"{BASE}/reorganisations/{one['id']}/undoing", json={"reason": "Nhầm"}))
        assert [await state(world, which, "2025-06-01") for which in (post, other)] == ["vacant", "filled"]

    async def test_the_last_wall_adds_nobody_either(self, world: World) -> None:
        post, other = await world.post(), await world.post()
        for which, name in ((post, "Nguyễn Thị Hoa"), (other, "Lê Văn Bình")):
            await world.assignment(await world.person(name), post_id=which["id"])
        await self.merged(world, post, other)
        mai = await world.assignment(await world.person("Vũ Thị Mai"), facility_code=BVT, occupation_code="VN-BS", fte_share=0.1, starts_on="2025-03-01")
        with pytest.raises(Exception, match="filled above its share"):
            async with world.as_worker() as session:
                await session.execute(world.sql("UPDATE assignments SET post_id = :post WHERE id = :id"), {"post": post["id"], "id": mai["id"]})
