"""The establishment of a facility: posts by state, who leaves soon and why; and the yearly round with its ceilings."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem
from tests.support.api import Api


async def overview(world: World, who: str = "linh", **query: str) -> dict[str, Any]:
    return ok(await world.api.as_(who).get(f"{BASE}/establishment", params={"facility": BVT} | query))


class TestOverview:
    @pytest.mark.parametrize(("who", "facility", "status"), [("hanoi", BVT, 404), ("hr-bache", BVT, 404), ("linh", BACHMAI, 404), ("linh", "VN-22-NOWHERE", 422)])
    async def test_nobody_sees_the_establishment_of_others(self, world: World, who: str, facility: str, status: int) -> None:
        problem(await world.api.as_(who).get(f"{BASE}/establishment", params={"facility": facility}), status)

    async def test_posts_are_counted_by_state(self, world: World) -> None:
        held, frozen = await world.post(), await world.post()
        await world.post(fte=2)
        await world.assignment(await world.person(), post_id=held["id"])
        ok(await world.api.as_("linh").post(f"{BASE}/posts/{frozen['id']}/freezing", json={"from_day": "2025-09-01", "reason": "hiring stop"}))
        found = await overview(world)
        assert [(one["state"], one["posts"], one["fte"]) for one in found["states"]] == [("filled", 1, 1), ("frozen", 1, 1), ("vacant", 1, 2)]
        assert (found["posts"], found["fte"], found["filled_share"]) == (3, 4, 1)

    async def test_who_leaves_soon_and_by_which_ground(self, world: World) -> None:
        """Contract, decided end and age (REG-05: a man born in September 1964 retires at 61 years and 3 months)."""
        linh = world.api.as_("linh")
        names = {}
        for name, more in (("Lê Văn Bình", {}), ("Vũ Thị Mai", {}), ("Phạm Văn Hùng", {"birth_date": "1964-09-10", "sex": "male"}), ("Trần Thị Lan", {})):
            person = await world.person(name, **more)
            names[person["id"]] = name
            ends = "2026-03-31" if name == "Vũ Thị Mai" else None
            await world.assignment(person, facility_code=BVT, occupation_code="VN-BS", ends_on=ends)
            contract = {"employment_type": "contract_fixed", "term_months": 14} if name == "Lê Văn Bình" else {}
            body = {"facility_code": BVT, "occupation_code": "VN-BS", "starts_on": "2025-01-01", "done_on": "2025-01-01"} | contract
            ok(await linh.post(f"{BASE}/persons/{person['id']}/employments", json=body))
        found = await overview(world)
        assert [(names[one["person_id"]], one["ground"], one["on"]) for one in found["leaving"]] == [
            ("Phạm Văn Hùng", "retirement", "2025-12-31"),
            ("Lê Văn Bình", "contract_end", "2026-02-28"),
            ("Vũ Thị Mai", "assignment_end", "2026-03-31"),
        ]
        assert (await overview(world, as_of="2024-06-01"))["leaving"] == []
        assert (await overview(world, "analyst"))["leaving"] is None


ROUND = {"authority": "VN-22", "year": 2026, "ask_by": "2025-10-31"}
POST = {"facility_code": BVT, "occupation_code": "VN-BS", "fte": 1, "open_from": "2026-01-01"}


async def opened(world: World, **more: Any) -> dict[str, Any]:
    return ok(await world.api.as_("linh").post(f"{BASE}/establishment/rounds", json=ROUND | more))


async def try_asking(world: World, of_round: dict[str, Any], who: str = "hr-bvt", **more: Any) -> httpx.Response:
    body = {"facility_code": BVT, "asked_fte": 3, "justification": "a new intensive care unit"} | more
    return await world.api.as_(who).post(f"{BASE}/establishment/rounds/{of_round['id']}/ceilings", json=body)


async def try_arbitrating(world: World, ceiling: dict[str, Any], who: str = "linh", **more: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/establishment/ceilings/{ceiling['id']}/arbitration", json={"arbitrated_fte": 2, "comment": "two for now"} | more)


async def try_notifying(world: World, of_round: dict[str, Any], who: str = "linh") -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/establishment/rounds/{of_round['id']}/notification", json={"decision_number": "3456/QĐ-UBND"})


async def notified(world: World, fte: float = 2) -> dict[str, Any]:
    of_round = await opened(world)
    ok(await try_arbitrating(world, ok(await try_asking(world, of_round)), arbitrated_fte=fte))
    return ok(await try_notifying(world, of_round))


class TestRoundRefused:
    async def test_who_may_not_run_it(self, world: World) -> None:
        for who, slug in (("hr-bvt", "rounds-are-run-by-the-authority"), ("analyst", "rounds-are-run-by-the-authority"), ("hanoi", "authority-not-yours")):
            assert problem(await world.api.as_(who).post(f"{BASE}/establishment/rounds", json=ROUND), 403) == slug
        of_round = await opened(world)
        ceiling = ok(await try_asking(world, of_round))
        assert problem(await try_asking(world, of_round, "hr-bache"), 403) == "facility-not-yours"
        assert problem(await try_asking(world, of_round, "hanoi", facility_code=BACHMAI), 404) == "not-found"
        for act in (try_arbitrating(world, ceiling, "hr-bvt"), try_notifying(world, of_round, "hr-bvt")):
            assert problem(await act, 403) == "rounds-are-run-by-the-authority"
        for missing in (try_arbitrating(world, ceiling, "hanoi"), try_notifying(world, of_round, "hanoi")):
            assert problem(await missing, 404) == "not-found"

    async def test_one_round_a_year_one_ceiling_a_facility_and_in_time(self, world: World) -> None:
        of_round = await opened(world)
        assert problem(await world.api.as_("linh").post(f"{BASE}/establishment/rounds", json=ROUND), 409) == "round-exists"
        ok(await try_asking(world, of_round))
        assert problem(await try_asking(world, of_round), 409) == "ceiling-asked-already"
        late = await opened(world, year=2027, ask_by="2025-09-30")
        assert problem(await try_asking(world, late), 409) == "asking-is-over"

    async def test_whoever_asks_does_not_arbitrate_and_less_needs_a_reason(self, world: World) -> None:
        of_round = await opened(world)
        own = ok(await try_asking(world, of_round, "linh"))
        assert problem(await try_arbitrating(world, own), 403) == "asker-does-not-arbitrate"
        assert [one["allowed"] for one in own["available_actions"]] == [False]
        other = ok(await try_asking(world, of_round, "hr-bache", facility_code=BACHE))
        assert problem(await try_arbitrating(world, other, comment=None), 422) == "malformed"
        assert problem(await try_notifying(world, of_round), 409) == "not-arbitrated"

    async def test_a_ceiling_below_what_stands_is_not_notified(self, world: World) -> None:
        for _number in range(3):
            await world.post()
        of_round = await opened(world)
        ceiling = ok(await try_asking(world, of_round))
        assert ceiling["standing_fte"] == 3
        ok(await try_arbitrating(world, ceiling))
        answer = await try_notifying(world, of_round)
        assert problem(answer, 409) == "above-ceiling"
        assert answer.json()["facility_code"] == BVT
        assert answer.json()["possible"].endswith("or arbitrate at least 3.")

    async def test_no_post_goes_above_what_was_notified(self, world: World) -> None:
        post = await world.post()
        await notified(world)
        linh = world.api.as_("linh")
        ok(await linh.post(f"{BASE}/posts", json=POST))
        answer = await linh.post(f"{BASE}/posts", json=POST | {"fte": 0.5})
        assert problem(answer, 409) == "above-ceiling"
        assert (answer.json()["rule"]["value"], answer.json()["detail"]) == (
            2.0,
            "On 2026-01-01 the posts of the facility come to 2; with 0.5 more they would go above the ceiling of 2 for 2026.",
        )
        assert problem(await linh.post(f"{BASE}/posts/{post['id']}/changes", json={"effective_on": "2026-06-01", "fte": 2}), 409) == "above-ceiling"
        ok(await linh.post(f"{BASE}/posts", json=POST | {"open_from": "2025-10-01", "close_to": "2025-12-31"}))
        ok(await linh.post(f"{BASE}/posts/{post['id']}/changes", json={"effective_on": "2026-06-01", "unit": "Khoa Nội"}))
        ok(await linh.post(f"{BASE}/posts/{post['id']}/abolition", json={"last_day": "2025-12-31", "reason": "moved to the new unit"}))
        ok(await linh.post(f"{BASE}/posts", json=POST))

    async def test_a_file_is_told_which_of_its_posts_go_above(self, world: World) -> None:
        await world.post()
        await notified(world)
        lines = ["reference,facility_code,unit,job_position,occupation_code,specialty,fte,open_from,close_to,is_management"]
        lines += [f"F-{number},{BVT},Khoa Nội,,VN-BS,,1,01/01/2026,{last},no" for number, last in enumerate(("31/12/2026", "31/12/2026", ""))] + [
            f"F-9,{BVT},,,VN-BS,,9,01/01/2024,31/12/2025,no"
        ]
        linh = world.api.as_("linh")
        found = ok(await linh.post(f"{BASE}/imports", data={"kind": "posts"}, files={"file": ("posts.csv", "\n".join(lines).encode())}))
        assert [(one["row"], one["column"]) for one in found["report"]] == [(3, "fte"), (4, "fte")]
        assert "above the ceiling of 2 for 2026" in str(found["report"][0])
        ok(await linh.post(f"{BASE}/imports/{found['id']}/confirmation"))

    async def test_the_database_says_the_same(self, world: World) -> None:
        post = await world.post()
        await notified(world)
        for statement in (
            "UPDATE posts SET fte = 3 WHERE id = :id",
            'INSERT INTO posts SELECT (jsonb_populate_record(p, \'{"row_id": "01980000-0000-7000-8000-000000000001", "id": "01980000-0000-7000-8000-000000000002", "fte": 2, "reference": null}\')).* FROM posts p WHERE id = :id',
        ):
            with pytest.raises(Exception, match="go above its ceiling"):
                async with world.as_worker() as session:
                    await session.execute(world.sql(statement), {"id": post["id"]})


class TestRound:
    async def test_asked_arbitrated_notified(self, world: World) -> None:
        of_round = await notified(world)
        assert (of_round["state"], of_round["decision_number"]) == ("notified", "3456/QĐ-UBND")
        assert [(one["state"], one["asked_fte"], one["arbitrated_fte"], one["facility_code"]) for one in of_round["ceilings"]] == [("notified", 3, 2, BVT)]
        assert not any(one["allowed"] for one in of_round["available_actions"])
        seen = ok(await world.api.as_("hr-bvt").get(f"{BASE}/establishment/rounds", params={"year": 2026}))["items"]
        assert [one["id"] for one in seen] == [of_round["id"]]
        assert ok(await world.api.as_("hr-bache").get(f"{BASE}/establishment/rounds/{of_round['id']}"))["ceilings"] == []
        assert ok(await world.api.as_("hanoi").get(f"{BASE}/establishment/rounds"))["items"] == []


async def test_the_last_share_below_a_ceiling_is_taken_once(committed_api: Api) -> None:
    """Two officers open a post at the same moment: one 201, one 409."""
    world = World(committed_api)
    await world.open_facilities()
    await notified(world, fte=1)
    answers = await asyncio.gather(*[world.api.as_("linh").post(f"{BASE}/posts", json=POST) for _officer in range(2)])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert problem(next(answer for answer in answers if answer.status_code == 409), 409) == "above-ceiling"
