"""A campaign: published under a policy in force, for validated needs, with the window that the law gives."""

import pytest

from tests.recruitment.world import ROOT, World
from tests.support.orders import holds_its_orders


class TestPublish:
    async def test_not_under_a_policy_that_nobody_approved(self, world: World) -> None:
        campaign = await world.drafted_campaign(await world.proposed_policy(), await world.validated_need())
        refused = await world.act("linh", f"/campaigns/{campaign['id']}/publication", {"done_on": "2024-01-14"}, expect=409)
        assert refused["type"].endswith("/policy-not-in-force")
        assert refused["rule"] == {
            "id": "ATT-VALIDITY",
            "value": ["2023-12-08", "2025-12-31"],
            "unit": "period",
            "citation": "Resolution 28/2023/NQ-HĐND of the People's Council of Quang Ninh",
            "confidence": "confirmed",
        }
        assert refused["possible"]
        assert campaign["available_actions"][0] == {
            "act": "publish", "allowed": False, "reason": campaign["available_actions"][0]["reason"], "rule": refused["rule"], "possible": refused["possible"]
        }  # fmt: skip

    @pytest.mark.parametrize("dates", [{"opens_on": "2026-01-05", "closes_on": "2026-03-01"}])
    async def test_not_after_the_end_of_the_policy(self, world: World, dates: dict[str, str]) -> None:
        campaign = await world.drafted_campaign(await world.approved_policy(), await world.validated_need(), **dates)
        refused = await world.act("linh", f"/campaigns/{campaign['id']}/publication", {"done_on": "2024-01-14"}, expect=409)
        assert refused["type"].endswith("/policy-not-in-force")

    async def test_not_for_a_need_that_nobody_validated(self, world: World) -> None:
        campaign = await world.drafted_campaign(await world.approved_policy(), await world.validated_need(), await world.identified_need(reference="second"))
        refused = await world.act("linh", f"/campaigns/{campaign['id']}/publication", {"done_on": "2024-01-14"}, expect=409)
        assert refused["type"].endswith("/needs-not-validated")
        assert refused["detail"].endswith("1.")

    @pytest.mark.parametrize(("closes_on", "status"), [("2026-04-01", 201), ("2026-03-31", 409)])
    async def test_candidates_have_thirty_days_from_publication(self, world: World, closes_on: str, status: int) -> None:
        """oracle-A1: published on 2 March 2026, the window closes on 1 April; here a policy without end and a day of 2025 in its place."""
        year = closes_on.replace("2026", "2024")
        closes_on = {"2024-04-01": "2024-04-01", "2024-03-31": "2024-03-31"}[year]
        campaign = await world.drafted_campaign(await world.approved_policy(), await world.validated_need(), opens_on="2024-03-02", closes_on=closes_on)
        answer = await world.act("linh", f"/campaigns/{campaign['id']}/publication", {"done_on": "2024-03-02"}, expect=status)
        if status == 409:
            assert (answer["rule"]["id"], answer["rule"]["value"], answer["rule"]["unit"]) == ("REC-VN-01", 30, "days")

    async def test_without_a_last_day_the_law_gives_it(self, world: World) -> None:
        campaign = await world.drafted_campaign(await world.approved_policy(), await world.validated_need(), opens_on="2024-03-02", closes_on=None)
        assert campaign["closes_on"] == "2024-04-01"

    @pytest.mark.parametrize(("person", "status"), [("director", 403), ("hanoi", 404), ("hr-bvt", 404)])
    async def test_who_may_not(self, world: World, person: str, status: int) -> None:
        campaign = await world.drafted_campaign(await world.approved_policy(), await world.validated_need())
        answer = await world.api.as_(person).post(f"{ROOT}/campaigns/{campaign['id']}/publication", json={})
        assert answer.status_code == status

    async def test_published_once_and_read_by_the_hospitals_beneath(self, world: World) -> None:
        need = await world.validated_need()
        campaign = await world.drafted_campaign(await world.approved_policy(), need)
        assert (await world.api.as_("hr-bvt").get(f"{ROOT}/campaigns/{campaign['id']}")).status_code == 404
        published = await world.act("linh", f"/campaigns/{campaign['id']}/publication", {"done_on": "2024-01-14"})
        assert (published["state"], published["published_on"], published["rule_pack"], published["is_open"]) == ("published", "2024-01-14", "vn-2020", False)
        assert await world.act("linh", f"/campaigns/{campaign['id']}/publication", {"done_on": "2024-01-14"}) == published
        seen = (await world.api.as_("hr-bvt").get(f"{ROOT}/campaigns/{campaign['id']}")).json()
        assert seen["need_ids"] == [need["id"]]
        assert (await world.api.as_("hr-bc").get(f"{ROOT}/campaigns/{campaign['id']}")).json()["need_ids"] == []
        assert (await world.api.as_("hanoi").get(f"{ROOT}/campaigns/{campaign['id']}")).status_code == 404
        listed = (await world.api.as_("linh").get(f"{ROOT}/campaigns", params={"open_on": "2024-02-29"})).json()["items"]
        assert [item["id"] for item in listed] == [campaign["id"]]


class TestDraft:
    async def test_only_known_policies_and_needs(self, world: World) -> None:
        need = await world.identified_need()
        policy = await world.proposed_policy()
        for body, path in (({"policy_id": need["id"]}, "policy_id"), ({"need_ids": [policy["id"]]}, "need_ids")):
            draft = {"code": "X", "title": "X", "policy_id": policy["id"], "need_ids": [need["id"]], "opens_on": "2024-01-15"} | body
            refused = await world.act("linh", "/campaigns", draft, expect=422)
            assert [field["path"] for field in refused["fields"]] == [path]

    async def test_two_campaigns_of_one_code(self, world: World) -> None:
        policy, need = await world.approved_policy(), await world.identified_need()
        await world.drafted_campaign(policy, need)
        draft = {"code": "TH-2024-1", "title": "again", "policy_id": policy["id"], "need_ids": [need["id"]], "opens_on": "2024-01-15"}
        refused = await world.act("linh", "/campaigns", draft, expect=409)
        assert refused["type"].endswith("/campaign-code-taken")


async def test_the_list_holds_each_order(world: World) -> None:
    policy, need = await world.approved_policy(), await world.validated_need()
    for code, opens_on, closes_on in (("B", "2024-03-02", "2024-05-01"), ("C", "2024-02-02", "2024-06-01"), ("A", "2024-04-02", "2024-05-20")):
        await world.drafted_campaign(policy, need, code=f"TH-{code}", title=f"{code} thu hút", opens_on=opens_on, closes_on=closes_on)
    orders = {"opens": lambda one: one["opens_on"], "closes": lambda one: one["closes_on"], "title": lambda one: one["title"], "state": lambda one: (one["state"], one["opens_on"])}
    await holds_its_orders(world.api.as_("linh"), f"{ROOT}/campaigns", orders, rows=3)
