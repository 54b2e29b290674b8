"""Techniques: the gap of the learners, its closure, the acceptance by the core hospital, and what stays a year later (A22, TRF-01, TRF-02)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rotation.consumers import consumer
from shared.autonomy import Level, closure_percent, first_levels, gap, last_levels, masters
from tests.rotation.world import CENTRE, HOSPITAL, ROOT, World, announced, assignment, known, path_at
from tests.support.hearing import hear, message

LEARNERS = [known(f"learner {number}") for number in range(3)]
TEACHERS = [known("teacher"), known("second teacher")]
ITEMS = ["trocar", "stump"]
BASELINE, NOW = [(1, 1), (2, 1), (1, 2)], [(4, 3), (4, 4), (3, 2)]


class TestGap:
    def test_a22_the_gap_closes_by_three_quarters(self) -> None:
        history = [
            Level(learner, item, levels[place], day)
            for day, found in ((date(2025, 1, 10), BASELINE), (date(2025, 6, 10), NOW))
            for learner, levels in zip(LEARNERS, found, strict=True)
            for place, item in enumerate(ITEMS)
        ]
        baseline, now = gap(first_levels(history), LEARNERS, ITEMS, 4), gap(last_levels(history), LEARNERS, ITEMS, 4)
        assert (baseline, now, closure_percent(baseline, now)) == (16, 4, 75)
        assert masters(last_levels(history), LEARNERS, ITEMS, 4) == [LEARNERS[1]]

    def test_without_a_gap_there_is_no_percentage(self) -> None:
        assert closure_percent(0, 0) is None

    def test_rounded_once_half_up(self) -> None:
        assert (closure_percent(8, 7), closure_percent(3, 1), closure_percent(3, 2)) == (13, 67, 33)

    @given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ITEMS), st.integers(1, 5), st.integers(0, 400)), max_size=40))
    def test_the_order_in_which_levels_are_told_does_not_matter(self, told: list[tuple[int, str, int, int]]) -> None:
        once = {(person, item, day): level for person, item, level, day in told}
        history = [Level(LEARNERS[person], item, level, date(2025, 1, 1) + timedelta(days=day)) for (person, item, day), level in once.items()]
        assert last_levels(history) == last_levels(reversed(history))
        assert first_levels(history) == first_levels(reversed(history))


PACKAGE = {
    "authority": "VN-22",
    "code": "laparoscopic-appendectomy",
    "title": "Phẫu thuật nội soi cắt ruột thừa",
    "specialty": "surgery",
    "items": [{"code": "trocar", "title": "Đặt trocar"}, {"code": "stump", "title": "Xử lý gốc ruột thừa"}],
    "target_level": 4,
    "min_cases_autonomous": 5,
    "done_on": "2025-01-05",
}


@pytest.fixture
async def world(province: World) -> World:
    await province.heard(*LEARNERS, at=CENTRE)
    await province.heard(*TEACHERS)
    return province


@pytest.fixture
async def transfer(world: World) -> dict[str, Any]:
    await world.act("training", "/technique-packages", PACKAGE)
    return await planned(world)


async def planned(world: World, *, by: str = "hr-bache", expect: int = 201, **changes: Any) -> dict[str, Any]:
    body = {"technique": PACKAGE["code"], "facility_code": CENTRE, "core_code": HOSPITAL, "learners": [str(each) for each in LEARNERS], "done_on": "2025-01-08"}
    return await world.act(by, "/techniques", body | changes, expect=expect)


async def found(world: World, transfer: dict[str, Any], levels: list[tuple[int, int]], on: str, *, expect: int = 201, by: str = "hr-bvt", **changes: Any) -> dict[str, Any]:
    assessors = {"assessor": str(TEACHERS[0]), "second_assessor": str(TEACHERS[1])} | changes
    lines = [
        {"person_id": str(learner), "item": item, "level": pair[place], **assessors} for learner, pair in zip(LEARNERS, levels, strict=True) for place, item in enumerate(ITEMS)
    ]
    return await world.act(by, f"/techniques/{transfer['id']}/levels", {"levels": lines, "assessed_on": on, "done_on": on}, expect=expect)


async def step(world: World, transfer: dict[str, Any], name: str = "autonomous_trial") -> None:
    await world.act("hr-bache", f"/techniques/{transfer['id']}/step", {"step": name, "done_on": "2025-05-20"})


async def cases(world: World, transfer: dict[str, Any], month: str, autonomous: int) -> dict[str, Any]:
    return await world.act("hr-bache", f"/techniques/{transfer['id']}/cases", {"month": month, "supervised": 0, "autonomous": autonomous, "done_on": "2025-09-30"})


async def acceptance(world: World, transfer: dict[str, Any], *, by: str = "head-bvt", on: str = "2025-06-20", expect: int = 201) -> dict[str, Any]:
    return await world.act(by, f"/techniques/{transfer['id']}/acceptance", {"done_on": on}, expect=expect)


class TestPlan:
    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"technique": "unknown-technique"}, "technique"),
            ({"learners": [str(TEACHERS[0])]}, "learners.0"),
            ({"core_code": "VN-22-NOWHERE"}, "core_code"),
        ],
    )
    async def test_what_is_wrong(self, world: World, changes: dict[str, Any], path: str) -> None:
        await world.act("training", "/technique-packages", PACKAGE)
        assert (await planned(world, expect=422, **changes))["fields"][0]["path"] == path

    async def test_a_package_belongs_to_an_authority_and_is_read_below(self, world: World) -> None:
        refused = await world.act("hanoi", "/technique-packages", PACKAGE, expect=403)
        assert refused["type"].endswith("/other-authority")
        package = await world.act("training", "/technique-packages", PACKAGE)
        assert (await world.read("hr-bache", f"/technique-packages/{package['id']}"))["code"] == PACKAGE["code"]
        await world.read("hanoi", f"/technique-packages/{package['id']}", expect=404)

    async def test_once_per_facility(self, world: World, transfer: dict[str, Any]) -> None:
        assert (await planned(world, expect=409))["type"].endswith("/technique-known-here")


class TestLevels:
    async def test_a22_through_the_api(self, world: World, transfer: dict[str, Any]) -> None:
        await found(world, transfer, BASELINE, "2025-01-10")
        now = await found(world, transfer, NOW, "2025-06-10")
        assert (now["gap_baseline"], now["gap_now"], now["gap_closure_percent"]) == (16, 4, 75)
        await step(world, transfer)
        await cases(world, transfer, "2025-06-01", 9)
        refused = await acceptance(world, transfer, expect=409)
        assert refused["type"].endswith("/too-few-at-level")
        assert refused["criteria"][0] == {"id": "people", "wanted": 2, "found": 1, "met": False}
        assert (await announced("techniques"))[-1]["gap_closure_percent"] == 75

    @pytest.mark.parametrize(
        ("changes", "slug"),
        [
            ({"second_assessor": None}, "second-assessor-missing"),
            ({"second_assessor": str(TEACHERS[0])}, "one-assessor-twice"),
            ({"assessor": str(LEARNERS[0])}, "assesses-oneself"),
        ],
    )
    async def test_from_level_four_two_people_assess_and_never_the_learner(self, world: World, transfer: dict[str, Any], changes: dict[str, Any], slug: str) -> None:
        assert (await found(world, transfer, [(4, 4), (1, 1), (1, 1)], "2025-06-10", expect=409, **changes))["type"].endswith(f"/{slug}")

    async def test_assessors_work_at_one_of_the_two(self, world: World, transfer: dict[str, Any]) -> None:
        wrong = await found(world, transfer, BASELINE, "2025-06-10", expect=422, assessor=str(known("stranger")))
        assert wrong["fields"][0]["path"] == "levels.0.assessor"

    async def test_only_learners_and_items_of_the_package(self, world: World, transfer: dict[str, Any]) -> None:
        lines = [{"person_id": str(TEACHERS[0]), "item": "trocar", "level": 1}, {"person_id": str(LEARNERS[0]), "item": "suture", "level": 1}]
        wrong = await world.act("hr-bache", f"/techniques/{transfer['id']}/levels", {"levels": lines, "assessed_on": "2025-06-10", "done_on": "2025-06-10"}, expect=422)
        assert [field["path"] for field in wrong["fields"]] == ["levels.0.person_id", "levels.1.item"]


class TestAccept:
    @pytest.fixture
    async def ready(self, world: World, transfer: dict[str, Any]) -> dict[str, Any]:
        await found(world, transfer, BASELINE, "2025-01-10")
        await found(world, transfer, [(4, 4), (4, 4), (3, 2)], "2025-06-10")
        await step(world, transfer)
        await cases(world, transfer, "2025-05-01", 2)
        return await cases(world, transfer, "2025-06-01", 3)

    async def test_enough_people_and_cases_and_the_core_says_yes(self, world: World, ready: dict[str, Any]) -> None:
        assert all(criterion["met"] for criterion in ready["criteria"])
        accepted = await acceptance(world, ready)
        assert (accepted["state"], accepted["accepted_on"]) == ("accepted", "2025-06-20")
        assert [each["id"] for each in (await world.read("hr-bache", f"/techniques?facility={CENTRE}&local=true"))["items"]] == [ready["id"]]
        due = next(due for due in await announced("dues") if due["kind"] == "technique_review")
        assert due["due_on"] == "2026-07-01"

    @pytest.mark.parametrize(("person", "slug"), [("hr-bvt", "role-missing"), ("head-bache", "not-the-core")])
    async def test_who_may_not(self, world: World, ready: dict[str, Any], person: str, slug: str) -> None:
        assert (await acceptance(world, ready, by=person, expect=403))["type"].endswith(f"/{slug}")

    async def test_never_by_who_recorded_the_levels(self, world: World, transfer: dict[str, Any]) -> None:
        await found(world, transfer, BASELINE, "2025-01-10", by="head-bvt")
        assert (await acceptance(world, transfer, expect=403))["type"].endswith("/acceptor-is-recorder")

    async def test_too_few_cases(self, world: World, ready: dict[str, Any]) -> None:
        await cases(world, ready, "2025-05-01", 1)  # said again, it replaces what was said
        refused = await acceptance(world, ready, expect=409)
        assert refused["type"].endswith("/too-few-cases")
        assert refused["rule"]["value"] == 5

    async def test_somebody_who_left_no_longer_counts(self, world: World, ready: dict[str, Any]) -> None:
        await hear(consumer, assignment(LEARNERS[0], at="VN-22-BVBC"))
        assert (await acceptance(world, ready, expect=409))["type"].endswith("/too-few-at-level")

    @pytest.mark.parametrize(("silent", "state"), [(None, "sustained"), ("2025-12-01", "lost")])
    async def test_a_year_later_a_case_in_each_month_sustains_it(self, world: World, ready: dict[str, Any], silent: str | None, state: str) -> None:
        from tests.support.service import environment

        await acceptance(world, ready)
        early = await world.act("linh", f"/techniques/{ready['id']}/review", {}, expect=409)
        assert early["type"].endswith("/too-early")
        with environment(RELAIS_TODAY="2026-07-01"):
            for month in [f"2025-{number:02}-01" for number in range(7, 13)] + [f"2026-{number:02}-01" for number in range(1, 7)]:
                if month != silent:
                    await world.act("hr-bache", f"/techniques/{ready['id']}/cases", {"month": month, "supervised": 0, "autonomous": 1})
            assert (await world.act("linh", f"/techniques/{ready['id']}/review", {}))["state"] == state


class TestSponsored:
    async def test_the_facilitys_own_head_accepts_what_a_study_opened(self, world: World) -> None:
        await world.act("training", "/technique-packages", PACKAGE | {"min_cases_autonomous": 0})
        opened = await planned(world, origin="sponsored_study", core_code=None)
        await found(world, opened, [(4, 4), (4, 4), (4, 4)], "2025-06-10", by="hr-bache", assessor=str(LEARNERS[0]), second_assessor=str(LEARNERS[1]), expect=409)
        await world.heard(*[known(f"colleague {number}") for number in range(2)], at=CENTRE)
        await found(world, opened, [(4, 4)] * 3, "2025-06-10", by="hr-bache", assessor=str(known("colleague 0")), second_assessor=str(known("colleague 1")))
        await step(world, opened)
        assert (await acceptance(world, opened, by="head-bvt", expect=404))["type"].endswith("/not-found")
        assert (await acceptance(world, opened, by="head-bache"))["state"] == "accepted"


class TestExpected:
    """A sponsored study brings a technique: expected, graduated, opened once the person is back."""

    async def told(self, study: str, state: str, **changes: Any) -> None:
        body = {
            "id": study,
            "facility_code": CENTRE,
            "authority_path": path_at(CENTRE),
            "shared_with": [],
            "specialty": "surgery",
            "technique": "Cắt ruột thừa nội soi",
            "state": state,
        }
        body |= {"ends_on": "2027-01-31", "outcome": None, "outcome_on": None, "returned_on": None} | changes
        taken = await hear(consumer, message("relais.training.sponsorships", f"training.sponsorship.{state}.v1", body))
        assert (taken.dead, taken.parked) == (0, 0)

    async def expected(self, world: World, by: str = "hr-bache", **params: Any) -> list[tuple[str, str, str]]:
        answer = await world.api.as_(by).get(f"{ROOT}/expected-techniques", params=params)
        assert answer.status_code == 200, answer.text
        return [(item["id"], item["standing"], item["since"]) for item in answer.json()["items"]]

    async def test_each_reads_those_of_the_own_places(self, world: World) -> None:
        await self.told(str(uuid4()), "bonded")
        assert [len(await self.expected(world, by)) for by in ("hr-bache", "linh", "hr-bvt", "hanoi")] == [1, 1, 0, 0]
        assert await self.expected(world, "linh", facility=HOSPITAL) == []
        assert (await world.api.as_("analyst").get(f"{ROOT}/expected-techniques")).status_code == 403

    async def test_opened_once_the_person_has_graduated_and_come_back(self, world: World) -> None:
        study = str(uuid4())
        await self.told(study, "applied")
        assert await self.expected(world) == []
        await self.told(study, "bonded")
        assert await self.expected(world) == [(study, "expected", "2027-01-31")]
        done = {"outcome": "graduated", "outcome_on": "2027-01-20"}
        await self.told(study, "graduated", **done)
        assert await self.expected(world) == [(study, "graduated", "2027-01-20")]
        await self.told(study, "returned", **done, returned_on="2027-02-15")
        assert await self.expected(world) == [(study, "opened", "2027-02-15")]

    @pytest.mark.parametrize(("state", "outcome"), [("failed", "failed"), ("abandoned", "abandoned"), ("returned", "failed"), ("revoked", None)])
    async def test_a_study_without_diploma_brings_nothing(self, world: World, state: str, outcome: str | None) -> None:
        study = str(uuid4())
        await self.told(study, "studying")
        await self.told(study, state, outcome=outcome, outcome_on="2026-05-01", returned_on="2026-05-02")
        assert await self.expected(world) == []

    async def test_a_transfer_of_the_same_technique_says_the_rest(self, world: World, transfer: dict[str, Any]) -> None:
        await self.told(str(uuid4()), "bonded", technique=transfer["title"].upper(), facility_code=transfer["facility_code"])
        await self.told(str(uuid4()), "bonded", technique=transfer["technique"], facility_code=transfer["facility_code"])
        assert await self.expected(world) == []
