"""A candidacy: a person whom the registry knows, criteria explained one by one, a decision by a person."""

from typing import Any
from uuid import uuid4

import pytest

from tests.recruitment.world import REMOTE, ROOT, World
from tests.support.orders import holds_its_orders
from tests.support.registry import Registry


@pytest.fixture
async def call(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """A published campaign for one need of the provincial hospital."""
    need = await world.validated_need()
    return await world.published_campaign(await world.approved_policy(), need), need


async def body_of(registry: Registry, call: tuple[dict[str, Any], dict[str, Any]], **changes: Any) -> dict[str, Any]:
    campaign, need = call
    body = {"campaign_id": campaign["id"], "need_id": need["id"], "occupation_code": "VN-BS", "degree": "resident", "experience": "new_graduate", "done_on": "2024-01-20"}
    return body | {"person_id": changes.pop("person_id", None) or await registry.person()} | changes


class TestApply:
    async def test_a_person_whom_the_registry_does_not_know(self, world: World, registry: Registry, call: Any) -> None:
        refused = await world.act("linh", "/candidacies", await body_of(registry, call, person_id=str(uuid4())), expect=422)
        assert [field["path"] for field in refused["fields"]] == ["person_id"]

    async def test_a_person_whom_the_caller_may_not_see(self, world: World, registry: Registry, call: Any) -> None:
        theirs = await registry.person("Trần Văn Bình", by="hanoi")
        refused = await world.act("linh", "/candidacies", await body_of(registry, call, person_id=theirs), expect=422)
        assert [field["path"] for field in refused["fields"]] == ["person_id"]

    async def test_the_registry_away(self, world: World, call: Any) -> None:
        campaign, need = call
        body = {"campaign_id": campaign["id"], "need_id": need["id"], "person_id": str(uuid4()), "occupation_code": "VN-BS", "degree": "resident", "experience": "new_graduate"}
        answer = await world.api.as_("linh").post(f"{ROOT}/candidacies", json=body | {"done_on": "2024-01-20"})
        assert answer.status_code == 503

    @pytest.mark.parametrize(("day", "status"), [("2024-01-14", 409), ("2024-01-15", 201), ("2024-02-29", 201), ("2024-03-01", 409)])
    async def test_within_the_window_first_and_last_day_included(self, world: World, registry: Registry, call: Any, day: str, status: int) -> None:
        answer = await world.act("linh", "/candidacies", await body_of(registry, call, done_on=day), expect=status)
        if status == 409:
            assert (answer["type"].rsplit("/", 1)[-1], answer["rule"]["id"]) == ("window-closed", "REC-VN-01")

    async def test_not_in_a_draft(self, world: World, registry: Registry) -> None:
        need = await world.validated_need()
        campaign = await world.drafted_campaign(await world.approved_policy(), need)
        refused = await world.act("linh", "/candidacies", await body_of(registry, (campaign, need)), expect=409)
        assert refused["type"].endswith("/campaign-not-published")

    async def test_once_per_campaign(self, world: World, registry: Registry, call: Any) -> None:
        body = await body_of(registry, call)
        await world.act("linh", "/candidacies", body)
        refused = await world.act("linh", "/candidacies", body, expect=409)
        assert refused["type"].endswith("/already-a-candidate")
        assert refused["rule"]["id"] == "REC-ONCE"

    async def test_a_reference_is_replayed_without_asking_again(self, world: World, registry: Registry, call: Any) -> None:
        body = await body_of(registry, call, reference="C-1")
        assert await world.act("linh", "/candidacies", body) == await world.act("linh", "/candidacies", body)

    @pytest.mark.parametrize(("person", "status", "path"), [("hr-bc", 422, "need_id"), ("hanoi", 422, "campaign_id"), ("director", 403, None), ("hr-bvt", 201, None)])
    async def test_who_may_register(self, world: World, registry: Registry, call: Any, person: str, status: int, path: str | None) -> None:
        body = await body_of(registry, call, person_id=await registry.person(by="hr-bvt"))
        answer = await world.act(person, "/candidacies", body, expect=status)
        assert [field["path"] for field in answer.get("fields", [])] == ([path] if path else [])

    async def test_no_name_is_kept(self, world: World, registry: Registry, call: Any) -> None:
        candidacy = await world.candidacy(*call, await registry.person("Nguyễn Hương Giang"))
        assert "Giang" not in str(candidacy)


class TestEligibility:
    async def test_all_met(self, world: World, registry: Registry, call: Any) -> None:
        candidacy = await world.candidacy(*call, await registry.person())
        assert [criterion["met"] for criterion in candidacy["criteria"]] == [True] * 6
        for criterion in candidacy["criteria"]:
            assert criterion["text"]
            assert criterion["rule"]["citation"]
        decided = await world.eligible(candidacy)
        assert (decided["state"], decided["decided_on"]) == ("eligible", "2024-03-05")
        assert decided["criteria"] == [criterion | {"text": decided["criteria"][place]["text"]} for place, criterion in enumerate(candidacy["criteria"])]
        assert await world.eligible(candidacy) == decided

    @pytest.mark.parametrize(
        ("changes", "criterion"),
        [
            ({"occupation_code": "VN-BSYHCT"}, "occupation-eligible"),
            ({"occupation_code": "VN-BSYHCT"}, "occupation-not-excluded"),
            ({"left_public_sector_of_province": True}, "not-former-public-staff"),
            ({"degree": "doctor"}, "amount-foreseen"),
            ({"occupation_code": "VN-DDDH"}, "answers-the-need"),
        ],
    )
    async def test_a_criterion_that_is_missing_is_explained_and_refuses(self, world: World, registry: Registry, call: Any, changes: dict[str, Any], criterion: str) -> None:
        candidacy = await world.candidacy(*call, await registry.person(), **changes)
        lacking = {entry["id"]: entry for entry in candidacy["criteria"] if not entry["met"]}
        assert criterion in lacking
        assert lacking[criterion]["possible"]
        assert {action["act"]: action["allowed"] for action in candidacy["available_actions"]} == {"find_eligible": False, "find_ineligible": True, "propose_hire": False}
        refused = await world.act("linh", f"/candidacies/{candidacy['id']}/eligibility", {"outcome": "eligible", "done_on": "2024-03-05"}, expect=409)
        assert refused["type"].endswith("/not-eligible")
        assert len(refused["missing"]) == len(lacking)
        assert refused["rule"]["citation"]
        assert refused["possible"]

    async def test_after_the_end_of_the_policy(self, world: World, registry: Registry) -> None:
        need = await world.validated_need()
        campaign = await world.published_campaign(await world.approved_policy(valid_to="2024-03-04"), need)
        candidacy = await world.candidacy(campaign, need, await registry.person())
        refused = await world.act("linh", f"/candidacies/{candidacy['id']}/eligibility", {"outcome": "eligible", "done_on": "2024-03-05"}, expect=409)
        assert refused["rule"]["id"] == "ATT-VALIDITY"

    async def test_a_refusal_has_reasons(self, world: World, registry: Registry, call: Any) -> None:
        candidacy = await world.candidacy(*call, await registry.person())
        path = f"/candidacies/{candidacy['id']}/eligibility"
        refused = await world.act("linh", path, {"outcome": "ineligible", "done_on": "2024-03-05"}, expect=409)
        assert refused["type"].endswith("/reasons-missing")
        decided = await world.act("linh", path, {"outcome": "ineligible", "comment": "Withdrew the originals.", "done_on": "2024-03-05"})
        assert (decided["state"], decided["comment"]) == ("ineligible", "Withdrew the originals.")
        assert (await world.act("linh", path, {"outcome": "eligible", "done_on": "2024-03-06"}, expect=409))["type"].endswith("/state-does-not-allow")

    async def test_a_specialist_answers_a_need_for_a_doctor(self, world: World, registry: Registry, call: Any) -> None:
        candidacy = await world.candidacy(*call, await registry.person(), occupation_code="VN-BSCK")
        assert all(criterion["met"] for criterion in candidacy["criteria"])

    @pytest.mark.parametrize(("person", "status"), [("director", 403), ("hr-bc", 404), ("hanoi", 404)])
    async def test_who_may_not_decide(self, world: World, registry: Registry, call: Any, person: str, status: int) -> None:
        candidacy = await world.candidacy(*call, await registry.person())
        await world.act(person, f"/candidacies/{candidacy['id']}/eligibility", {"outcome": "eligible"}, expect=status)

    async def test_in_the_caller_s_language(self, world: World, registry: Registry, call: Any) -> None:
        candidacy = await world.candidacy(*call, await registry.person())
        texts = {
            language: (await world.api.in_language(language).as_("linh").get(f"{ROOT}/candidacies/{candidacy['id']}")).json()["criteria"][0]["text"]
            for language in ("fr", "vi", "en")
        }
        assert len(set(texts.values())) == 3
        assert all("2024-01-20" in text for text in texts.values())


async def test_a_place_without_a_group_has_no_amount(world: World, registry: Registry) -> None:
    need = await world.validated_need(at=REMOTE, by="hr-bache")
    campaign = await world.published_campaign(await world.approved_policy(), need)
    candidacy = await world.candidacy(campaign, need, await registry.person(), degree="phd")
    assert [criterion["id"] for criterion in candidacy["criteria"] if not criterion["met"]] == ["amount-foreseen"]


async def test_the_list_holds_each_order(world: World, registry: Registry, call: Any) -> None:
    for name, day in (("Đặng Thị Ánh", "2024-01-22"), ("Trần Văn Bình", "2024-01-20")):
        await world.act("linh", "/candidacies", await body_of(registry, call, person_id=await registry.person(name), done_on=day))
    orders = {
        "submitted": lambda one: one["submitted_on"],
        "facility": lambda one: (one["facility_code"], one["submitted_on"]),
        "state": lambda one: (one["state"], one["submitted_on"]),
    }
    await holds_its_orders(world.api.as_("linh"), f"{ROOT}/candidacies", orders, rows=2)
