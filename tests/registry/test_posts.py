"""Posts: the establishment, how full it is on a day, and who may write it."""

import pytest

from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem

POST = {"facility_code": BVT, "occupation_code": "VN-BS", "fte": 1, "open_from": "2024-01-01"}


class TestRefusals:
    @pytest.mark.parametrize("who", ["analyst", "director", "ops"])
    async def test_only_hr_opens_posts(self, world: World, who: str) -> None:
        assert problem(await world.api.as_(who).post(f"{BASE}/posts", json=POST), 403) == "people-are-kept-by-hr"

    @pytest.mark.parametrize(("who", "facility"), [("hanoi", BVT), ("linh", BACHMAI), ("hr-bvt", BACHE)])
    async def test_nobody_opens_a_post_at_a_facility_of_others(self, world: World, who: str, facility: str) -> None:
        assert problem(await world.api.as_(who).post(f"{BASE}/posts", json=POST | {"facility_code": facility}), 403) == "facility-not-yours"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"facility_code": "VN-22-NOWHERE"}, "facility_code"),
            ({"open_from": "1999-12-31"}, "facility_code"),
            ({"occupation_code": "VN-NOBODY"}, "occupation_code"),
            ({"fte": 0}, "fte"),
            ({"fte": "a half"}, "fte"),
            ({"close_to": "2023-12-31"}, "body"),
            ({"filled_share": 1}, "filled_share"),
            ({"done_on": "2025-10-02"}, "done_on"),
        ],
        ids=lambda value: value if isinstance(value, str) else None,
    )
    async def test_a_malformed_body_names_the_field(self, world: World, wrong: dict[str, object], field: str) -> None:
        answer = await world.api.as_("linh").post(f"{BASE}/posts", json=POST | wrong)
        assert problem(answer, 422) == "malformed"
        assert field in [entry["path"] for entry in answer.json()["fields"]]

    async def test_a_day_of_the_past_needs_a_records_officer(self, world: World) -> None:
        answer = await world.api.as_("hr-today").post(f"{BASE}/posts", json=POST | {"done_on": "2024-01-01"})
        assert problem(answer, 403) == "past-needs-records-officer"

    async def test_another_authority_sees_none_of_it(self, world: World) -> None:
        post = await world.post()
        hanoi = world.api.as_("hanoi")
        assert problem(await hanoi.get(f"{BASE}/posts/{post['id']}"), 404) == "not-found"
        assert ok(await hanoi.get(f"{BASE}/posts"))["items"] == []
        assert problem(await world.api.as_("hr-bache").get(f"{BASE}/posts/{post['id']}"), 404) == "not-found"

    async def test_a_reference_names_one_post_for_ever(self, world: World) -> None:
        linh = world.api.as_("linh")
        first = ok(await linh.post(f"{BASE}/posts", json=POST | {"reference": "P-1"}))
        assert ok(await linh.post(f"{BASE}/posts", json=POST | {"reference": "P-1"}))["id"] == first["id"]
        assert problem(await linh.post(f"{BASE}/posts", json=POST | {"reference": "P-1", "fte": 0.5}), 409) == "reference-taken"


class TestEstablishment:
    async def test_a_post_is_vacant_until_its_share_is_taken(self, world: World) -> None:
        post = await world.post(fte=1)
        linh = world.api.as_("linh")
        await world.assignment(await world.person("Lê Văn Bình"), post_id=post["id"], fte_share=0.5, starts_on="2025-01-01", ends_on="2025-06-30")
        await world.assignment(await world.person("Vũ Thị Mai"), post_id=post["id"], fte_share=0.5, starts_on="2025-03-01")
        for day, filled, state in (
            ("2024-12-31", 0, "vacant"),
            ("2025-01-01", 0.5, "vacant"),
            ("2025-03-01", 1, "filled"),
            ("2025-06-30", 1, "filled"),
            ("2025-07-01", 0.5, "vacant"),
        ):
            read = ok(await linh.get(f"{BASE}/posts/{post['id']}", params={"as_of": day}))
            assert (read["filled_share"], read["free_share"], read["state"], len(read["holders"])) == (filled, 1 - filled, state, round(filled * 2)), day
            listed = ok(await linh.get(f"{BASE}/posts", params={"as_of": day, "state": state, "facility": BVT}))["items"]
            assert [item["filled_share"] for item in listed] == [filled], day

    async def test_it_is_listed_on_the_days_on_which_it_is_open(self, world: World) -> None:
        post = await world.post(open_from="2025-01-01", close_to="2025-03-31")
        linh = world.api.as_("linh")
        for day, found in (("2024-12-31", 0), ("2025-01-01", 1), ("2025-03-31", 1), ("2025-04-01", 0)):
            assert len(ok(await linh.get(f"{BASE}/posts", params={"as_of": day}))["items"]) == found, day
        assert ok(await linh.get(f"{BASE}/posts/{post['id']}"))["close_to"] == "2025-03-31"

    async def test_an_analyst_reads_posts_but_not_who_holds_them(self, world: World) -> None:
        post = await world.post()
        await world.assignment(await world.person(), post_id=post["id"])
        read = ok(await world.api.as_("analyst").get(f"{BASE}/posts/{post['id']}"))
        assert (read["filled_share"], read["holders"]) == (1, None)
        assert not any(action["allowed"] for action in read["available_actions"])
