"""Assignments: what is refused and why, changes and corrections, and what was true or known when."""

from typing import Any

import pytest

from shared.clock import now
from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem


async def read(world: World, assignment: dict[str, Any], **query: str) -> dict[str, Any]:
    return ok(await world.api.as_("linh").get(f"{BASE}/assignments/{assignment['id']}", params=query))


async def act(world: World, assignment: dict[str, Any], name: str, who: str = "linh", **body: Any) -> dict[str, Any]:
    return ok(await world.api.as_(who).post(f"{BASE}/assignments/{assignment['id']}/{name}", json=body))


class TestRefusals:
    async def test_a_post_is_never_filled_above_its_share(self, world: World) -> None:
        post = await world.post(fte=1)
        await world.assignment(await world.person("Lê Văn Bình"), post_id=post["id"], fte_share=0.6, starts_on="2025-01-01", ends_on="2025-06-30")
        answer = await world.try_assignment(await world.person("Vũ Thị Mai"), post_id=post["id"], fte_share=0.5, starts_on="2025-06-30")
        assert problem(answer, 409) == "post-full"
        body = answer.json()
        assert body["detail"] == "On 2025-06-30 0.6 of 1 of this post is taken; 0.5 more does not fit."
        assert body["possible"] == "This share is free from 2025-07-01."
        assert body["free_from"] == "2025-07-01"
        assert (body["rule"]["id"], body["rule"]["value"]) == ("REG-POST", 1.0)
        assert body["rule"]["citation"]

    async def test_a_post_is_filled_only_while_it_is_open(self, world: World) -> None:
        post = await world.post(open_from="2025-02-01", close_to="2025-08-31")
        for days, day in (
            ({"starts_on": "2025-01-31"}, "2025-01-31"),
            ({"starts_on": "2025-02-01"}, "2025-09-01"),
            ({"starts_on": "2025-08-01", "ends_on": "2025-09-01"}, "2025-09-01"),
        ):
            answer = await world.try_assignment(await world.person(), post_id=post["id"], **days)
            assert problem(answer, 409) == "post-closed"
            assert answer.json()["detail"] == f"The post is not open on {day}."

    async def test_one_primary_assignment_at_a_time(self, world: World) -> None:
        hoa = await world.person()
        await world.assignment(hoa, starts_on="2025-01-01", ends_on="2025-06-30")
        answer = await world.try_assignment(hoa, starts_on="2025-06-30", fte_share=0.1)
        assert problem(answer, 409) == "primary-held"
        assert answer.json()["rule"]["id"] == "REG-03"
        assert answer.json()["possible"] == "End it on 2025-06-29 at the latest, or record this one as concurrent."
        await world.assignment(hoa, starts_on="2025-07-01")

    async def test_a_primary_of_another_authority_stands_in_the_way_without_being_shown(self, world: World) -> None:
        hoa = await world.person()
        await world.assignment(hoa)
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE persons SET shared_with = '{VN-01}' WHERE id = :id"), {"id": hoa["id"]})
        answer = await world.try_assignment(hoa, who="hanoi", facility_code=BACHMAI, occupation_code="VN-BS")
        assert problem(answer, 409) == "primary-held"
        assert BVT not in answer.text

    async def test_functions_held_together_stay_below_the_limit(self, world: World) -> None:
        hoa = await world.person()
        await world.assignment(hoa)
        second = await world.assignment(hoa, facility_code=BACHE, kind="concurrent", fte_share=0.2)
        assert second["warnings"] == ["On 2025-01-01 this person holds 1.2 of a full time."]
        answer = await world.try_assignment(hoa, facility_code=BACHE, kind="concurrent", fte_share=0.1)
        assert problem(answer, 409) == "shares-above-limit"
        assert (answer.json()["rule"]["id"], answer.json()["rule"]["value"]) == ("REG-02", 1.2)
        await world.assignment(hoa, facility_code=BACHE, kind="mission", fte_share=1)

    async def test_a_nurse_does_not_take_a_doctors_post(self, world: World) -> None:
        hoa, post = await world.person(), await world.post(occupation_code="VN-BS")
        await world.assignment(hoa, facility_code=BVT, occupation_code="VN-DDDH", ends_on="2025-01-31")
        assert problem(await world.try_assignment(hoa, post_id=post["id"], starts_on="2025-02-01"), 409) == "occupation-differs"

    async def test_a_specialist_takes_a_doctors_post(self, world: World) -> None:
        hoa, post = await world.person(), await world.post(occupation_code="VN-BS")
        await world.assignment(hoa, facility_code=BVT, occupation_code="VN-BSCK", ends_on="2025-01-31")
        assert (await world.assignment(hoa, post_id=post["id"], starts_on="2025-02-01"))["occupation_code"] == "VN-BSCK"

    @pytest.mark.parametrize("who", ["hanoi", "hr-bache"])
    async def test_whoever_has_no_relation_finds_nothing(self, world: World, who: str) -> None:
        hoa = await world.person(facility_code=BVT)
        post = await world.post()
        assignment = await world.assignment(hoa, post_id=post["id"])
        caller = world.api.as_(who)
        assert problem(await world.try_assignment(hoa, who=who, post_id=post["id"]), 404) == "not-found"
        assert problem(await caller.get(f"{BASE}/assignments/{assignment['id']}"), 404) == "not-found"
        assert problem(await caller.get(f"{BASE}/assignments/{assignment['id']}", params={"known_at": now().isoformat()}), 404) == "not-found"
        assert problem(await caller.post(f"{BASE}/assignments/{assignment['id']}/ending", json={"ends_on": "2025-06-30", "reason": "left"}), 404) == "not-found"
        assert ok(await caller.get(f"{BASE}/assignments"))["items"] == []

    @pytest.mark.parametrize(("who", "slug"), [("analyst", "people-are-kept-by-hr"), ("director", "people-are-kept-by-hr"), ("ops", "people-are-kept-by-hr")])
    async def test_only_hr_assigns(self, world: World, who: str, slug: str) -> None:
        assert problem(await world.try_assignment(await world.person(), who=who), 403) == slug

    async def test_the_past_needs_a_records_officer_and_the_future_is_refused(self, world: World) -> None:
        hoa = await world.person(facility_code=BVT)
        assert problem(await world.try_assignment(hoa, who="hr-today", done_on="2025-01-01"), 403) == "past-needs-records-officer"
        assert problem(await world.try_assignment(hoa, done_on="2025-10-02"), 422) == "malformed"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"facility_code": None}, "body"),
            ({"fte_share": 1.5}, "fte_share"),
            ({"fte_share": 0}, "fte_share"),
            ({"kind": "holiday"}, "kind"),
            ({"starts_on": "next week"}, "starts_on"),
            ({"ends_on": "2024-12-31"}, "body"),
            ({"state": "active"}, "state"),
        ],
        ids=lambda value: value if isinstance(value, str) else None,
    )
    async def test_a_malformed_body_names_the_field(self, world: World, wrong: dict[str, Any], field: str) -> None:
        answer = await world.try_assignment(await world.person(), **({"facility_code": BVT, "occupation_code": "VN-BS"} | wrong))
        assert problem(answer, 422) == "malformed"
        assert field in [entry["path"] for entry in answer.json()["fields"]]

    async def test_a_change_on_an_older_version_is_refused(self, world: World) -> None:
        assignment = await world.assignment(await world.person())
        linh = world.api.as_("linh")
        tag = (await linh.get(f"{BASE}/assignments/{assignment['id']}")).headers["etag"]
        ok(await linh.post(f"{BASE}/assignments/{assignment['id']}/ending", json={"ends_on": "2025-06-30", "reason": "left"}, headers={"If-Match": tag}))
        answer = await linh.post(f"{BASE}/assignments/{assignment['id']}/corrections", json={"ends_on": "2025-05-31", "reason": "typed wrong"}, headers={"If-Match": tag})
        assert problem(answer, 412) == "changed-meanwhile"

    async def test_refusals_are_told_in_the_readers_language(self, world: World) -> None:
        post = await world.post()
        await world.assignment(await world.person(), post_id=post["id"])
        told = set()
        for language in ("fr", "vi", "en"):
            body = {"person_id": (await world.person())["id"], "post_id": post["id"], "starts_on": "2025-02-01"}
            told.add((await world.api.in_language(language).as_("linh").post(f"{BASE}/assignments", json=body)).json()["detail"])
        assert len(told) == 3


class TestRecording:
    async def test_without_a_number_it_counts_and_is_to_regularise(self, world: World) -> None:
        assignment = await world.assignment(await world.person())
        assert (assignment["state"], assignment["decision"]) == ("active", "to_regularise")
        assert (await world.assignment(await world.person(), decision_number="12/QĐ-SYT"))["decision"] == "12/QĐ-SYT"

    async def test_what_is_entered_afterwards_or_takes_effect_before_its_decision_shows_it(self, world: World) -> None:
        today = await world.assignment(await world.person(), starts_on="2025-10-01", done_on="2025-10-01")
        afterwards = await world.assignment(await world.person(), starts_on="2025-03-01", done_on="2025-03-01")
        retroactive = await world.assignment(await world.person(), starts_on="2025-03-01", done_on="2025-10-01")
        shown = [(one["entered_afterwards"], one["retroactive"]) for one in (today, afterwards, retroactive)]
        assert shown == [(False, False), (True, False), (False, True)]

    async def test_the_same_reference_twice_changes_nothing(self, world: World) -> None:
        hoa = await world.person()
        first = await world.assignment(hoa, reference="A-1")
        assert (await world.assignment(hoa, reference="A-1"))["id"] == first["id"]
        assert problem(await world.try_assignment(hoa, reference="A-1", fte_share=0.5), 409) == "reference-taken"

    async def test_a_person_assigned_elsewhere_is_seen_there_but_not_what_was_before(self, world: World) -> None:
        hoa = await world.person(facility_code=BVT)
        await world.assignment(hoa, facility_code=BVT, occupation_code="VN-BS", ends_on="2025-06-30")
        await world.assignment(hoa, facility_code=BACHE, occupation_code="VN-BS", starts_on="2025-07-01")
        bache = world.api.as_("hr-bache")
        assert ok(await bache.get(f"{BASE}/persons/{hoa['id']}"))["workers"][0]["occupation_code"] == "VN-BS"
        assert [one["facility_code"] for one in ok(await bache.get(f"{BASE}/assignments", params={"person": hoa["id"]}))["items"]] == [BACHE]
        assert [one["facility_code"] for one in ok(await bache.get(f"{BASE}/persons/{hoa['id']}/timeline"))["items"]] == [BACHE]
        assert ok(await bache.post(f"{BASE}/persons/search", json={"q": "hoa"}))["items"][0]["facility"] == BACHE
        assert problem(await bache.patch(f"{BASE}/persons/{hoa['id']}", json={"sex": "male"}), 403) == "entered-by-another-authority"

    async def test_what_may_be_done_next_is_told_with_its_reason(self, world: World) -> None:
        assignment = await world.assignment(await world.person(), ends_on="2025-06-30")
        acts = {action["act"]: action for action in assignment["available_actions"]}
        assert (acts["correct"]["allowed"], acts["end"]["allowed"]) == (True, False)
        assert acts["end"]["reason"] == "This assignment already ends on 2025-06-30."
        seen = ok(await world.api.as_("director").get(f"{BASE}/assignments/{assignment['id']}"))
        assert not any(action["allowed"] for action in seen["available_actions"])


class TestEnding:
    async def test_the_last_day_is_whole(self, world: World) -> None:
        hoa = await world.person()
        ended = await act(world, await world.assignment(hoa), "ending", ends_on="2025-06-30", reason="moved to Hanoi", decision_number="77/QĐ")
        assert (ended["state"], ended["ends_on"]) == ("ended", "2025-06-30")
        assert len(ok(await world.api.as_("linh").get(f"{BASE}/assignments", params={"person": hoa["id"], "as_of": "2025-06-30"}))["items"]) == 1
        assert ok(await world.api.as_("linh").get(f"{BASE}/assignments", params={"person": hoa["id"], "as_of": "2025-07-01"}))["items"] == []

    async def test_an_end_to_come_leaves_it_active(self, world: World) -> None:
        assert (await act(world, await world.assignment(await world.person()), "ending", ends_on="2025-12-31", reason="retires"))["state"] == "active"

    async def test_it_is_not_ended_twice(self, world: World) -> None:
        assignment = await world.assignment(await world.person())
        await act(world, assignment, "ending", ends_on="2025-06-30", reason="left")
        assert (await act(world, assignment, "ending", ends_on="2025-06-30", reason="left"))["ends_on"] == "2025-06-30"
        answer = await world.api.as_("linh").post(f"{BASE}/assignments/{assignment['id']}/ending", json={"ends_on": "2025-07-31", "reason": "stayed a month"})
        assert problem(answer, 409) == "ended-already"

    async def test_it_frees_the_post(self, world: World) -> None:
        post = await world.post()
        await act(world, await world.assignment(await world.person(), post_id=post["id"]), "ending", ends_on="2025-06-30", reason="left")
        await world.assignment(await world.person(), post_id=post["id"], starts_on="2025-07-01")


class TestChangesAndCorrections:
    async def test_a_change_opens_a_period(self, world: World) -> None:
        assignment = await world.assignment(await world.person())
        changed = await act(world, assignment, "changes", effective_on="2025-04-01", fte_share=0.5, decision_number="5/QĐ", done_on="2025-03-15")
        assert [(one["valid_from"], one["valid_to"], one["fte_share"], one["decision"]) for one in changed["periods"]] == [
            ("2025-01-01", "2025-03-31", 1.0, "to_regularise"),
            ("2025-04-01", None, 0.5, "5/QĐ"),
        ]
        assert (await read(world, assignment, as_of="2025-03-31"))["fte_share"] == 1
        assert (await read(world, assignment, as_of="2025-04-01"))["fte_share"] == 0.5

    async def test_a_change_must_fit_too(self, world: World) -> None:
        post, hoa = await world.post(), await world.person("Nguyễn Thị Hoa")
        await world.assignment(await world.person("Lê Văn Bình"), post_id=post["id"], fte_share=0.5)
        assignment = await world.assignment(hoa, post_id=post["id"], fte_share=0.5)
        answer = await world.api.as_("linh").post(f"{BASE}/assignments/{assignment['id']}/changes", json={"effective_on": "2025-04-01", "fte_share": 0.6})
        assert problem(answer, 409) == "post-full"
        assert len((await read(world, assignment))["periods"]) == 1

    async def test_a_correction_keeps_the_earlier_belief(self, world: World) -> None:
        assignment = await world.assignment(await world.person())
        before = now()
        corrected = await act(world, assignment, "corrections", reason="the letter says February", starts_on="2025-02-01", fte_share=0.8)
        assert [(one["valid_from"], one["fte_share"], one["amended_on"]) for one in corrected["periods"]] == [("2025-02-01", 0.8, "2025-10-01")]
        then = await read(world, assignment, known_at=before.isoformat())
        assert [(one["valid_from"], one["fte_share"], one["amended_on"]) for one in then["periods"]] == [("2025-01-01", 1.0, None)]
        linh = world.api.as_("linh")
        for known_at, found in ((before, 1), (now(), 0)):
            query = {"as_of": "2025-01-15", "known_at": known_at.isoformat(), "facility": BVT}
            assert len(ok(await linh.get(f"{BASE}/assignments", params=query))["items"]) == found

    async def test_before_it_was_recorded_nobody_knew_it(self, world: World) -> None:
        before = now()
        assignment = await world.assignment(await world.person())
        answer = await world.api.as_("linh").get(f"{BASE}/assignments/{assignment['id']}", params={"known_at": before.isoformat()})
        assert problem(answer, 404) == "not-found"

    async def test_a_refused_correction_leaves_everything_as_it_was(self, world: World) -> None:
        post = await world.post(open_from="2025-01-01")
        assignment = await world.assignment(await world.person(), post_id=post["id"])
        answer = await world.api.as_("linh").post(f"{BASE}/assignments/{assignment['id']}/corrections", json={"starts_on": "2024-12-31", "reason": "typed wrong"})
        assert problem(answer, 409) == "post-closed"
        assert await read(world, assignment) == await read(world, assignment, known_at=now().isoformat())

    async def test_only_the_first_period_has_a_start_to_correct(self, world: World) -> None:
        assignment = await world.assignment(await world.person())
        await act(world, assignment, "changes", effective_on="2025-04-01", fte_share=0.5)
        linh = world.api.as_("linh")
        assert problem(await linh.post(f"{BASE}/assignments/{assignment['id']}/corrections", json={"starts_on": "2025-02-01", "reason": "wrong"}), 422) == "malformed"
        moved = await act(world, assignment, "corrections", period_from="2025-01-01", starts_on="2025-02-01", reason="wrong month")
        assert [one["valid_from"] for one in moved["periods"]] == ["2025-02-01", "2025-04-01"]


class TestTransfers:
    async def test_within_the_facility_somebody_moves_and_frees_the_post(self, world: World) -> None:
        post, other, hoa = await world.post(), await world.post(unit="Khoa Nội"), await world.person()
        assignment = await world.assignment(hoa, post_id=post["id"])
        moved = await act(world, assignment, "transfers", effective_on="2025-10-06", post_id=other["id"], decision_number="7/QĐ-BV")
        assert [(one["valid_from"], one["post_id"], one["unit"], one["decision"]) for one in moved["periods"]] == [
            ("2025-01-01", post["id"], "Khoa Hồi sức", "to_regularise"),
            ("2025-10-06", other["id"], "Khoa Nội", "7/QĐ-BV"),
        ]
        await world.assignment(await world.person("Lê Văn Bình"), post_id=post["id"], starts_on="2025-10-06")

    async def test_refused_to_another_facility_a_full_post_or_the_same_place(self, world: World) -> None:
        post, full, elsewhere = await world.post(), await world.post(), await world.post(BACHE)
        held = await world.assignment(await world.person("Lê Văn Bình"), post_id=full["id"])
        assignment = await world.assignment(await world.person(), post_id=post["id"])
        linh = world.api.as_("linh")
        for body, slug in (({"post_id": elsewhere["id"]}, "another-facility"), ({"post_id": full["id"]}, "post-full"), ({"unit": "Khoa Hồi sức"}, "same-place"), ({}, "malformed")):
            answer = await linh.post(f"{BASE}/assignments/{assignment['id']}/transfers", json={"effective_on": "2025-10-06"} | body)
            assert problem(answer, 422 if slug == "malformed" else 409) == slug
            if slug == "post-full":
                assert answer.json()["assignments"] == [held["id"]]
        assert len((await read(world, assignment))["periods"]) == 1
