"""The attraction policy: proposed by one person, approved by another, read by those beneath the authority."""

import pytest

from tests.recruitment.world import ROOT, World, policy


class TestPropose:
    @pytest.mark.parametrize(
        ("person", "status", "slug"),
        [("hr-bvt", 403, "role-missing"), ("analyst", 403, "role-missing"), ("hanoi", 403, "other-authority")],
    )
    async def test_only_an_administrator_of_the_authority_proposes(self, world: World, person: str, status: int, slug: str) -> None:
        answer = await world.api.as_(person).post(f"{ROOT}/policies", json=policy(done_on=None))
        assert answer.status_code == status
        assert answer.json()["type"].endswith(f"/{slug}")

    async def test_without_a_token(self, world: World) -> None:
        assert (await world.api.post(f"{ROOT}/policies", json=policy())).status_code == 401

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"resolution_no": None}, "resolution_no"),
            ({"target_hires": 0}, "target_hires"),
            ({"authority": "Quảng Ninh"}, "authority"),
            ({"currency": "dong"}, "currency"),
            ({"tiers": []}, "tiers"),
            ({"unknown": 1}, "unknown"),
            ({"valid_to": "2023-01-01"}, "body"),
            ({"tiers": [{"facility_group": "provincial", "degree": "phd", "amount": 1}] * 2}, "body"),
        ],
    )
    async def test_what_is_malformed_is_named(self, world: World, changes: dict[str, object], path: str) -> None:
        answer = await world.api.as_("linh").post(f"{ROOT}/policies", json=policy(**changes))
        assert answer.status_code == 422
        assert path in {field["path"] for field in answer.json()["fields"]}

    async def test_a_day_to_come_is_refused(self, world: World) -> None:
        answer = await world.api.as_("linh").post(f"{ROOT}/policies", json=policy(done_on="2025-10-02"))
        assert answer.status_code == 422

    async def test_the_resolution_is_kept_as_entered(self, world: World) -> None:
        proposed = await world.proposed_policy()
        assert proposed["state"] == "proposed"
        assert proposed["commitment_years"] == {"experienced": 5, "new_graduate": 7}
        assert {"facility_group": "provincial", "degree": "phd", "amount": 750_000_000} in proposed["tiers"]
        read = (await world.api.as_("linh").get(f"{ROOT}/policies/{proposed['id']}")).json()
        assert read == proposed

    async def test_the_same_reference_says_the_same_or_is_refused(self, world: World) -> None:
        first = await world.proposed_policy()
        again = await world.act("linh", "/policies", policy())
        assert again["id"] == first["id"]
        other = await world.act("linh", "/policies", policy(target_hires=300), expect=409)
        assert other["type"].endswith("/reference-taken")
        assert other["rule"]["value"] == "NQ-28"


class TestApprove:
    async def test_the_proposer_does_not_approve(self, world: World) -> None:
        proposed = await world.proposed_policy()
        refused = await world.act("linh", f"/policies/{proposed['id']}/approval", {}, expect=403)
        assert refused["type"].endswith("/approver-is-proposer")
        assert proposed["available_actions"][0]["allowed"] is False

    async def test_another_authority_does_not_see_it(self, world: World) -> None:
        proposed = await world.proposed_policy()
        assert (await world.api.as_("hanoi").get(f"{ROOT}/policies/{proposed['id']}")).status_code == 404
        assert (await world.api.as_("hanoi").post(f"{ROOT}/policies/{proposed['id']}/approval", json={})).status_code == 404
        assert (await world.api.as_("hanoi").get(f"{ROOT}/policies")).json()["items"] == []

    async def test_a_hospital_reads_it_once_approved(self, world: World) -> None:
        proposed = await world.proposed_policy()
        assert (await world.api.as_("hr-bvt").get(f"{ROOT}/policies/{proposed['id']}")).status_code == 404
        await world.act("director", f"/policies/{proposed['id']}/approval", {})
        assert (await world.api.as_("hr-bvt").get(f"{ROOT}/policies/{proposed['id']}")).status_code == 200
        assert (await world.api.as_("hr-bvt").post(f"{ROOT}/policies/{proposed['id']}/approval", json={})).status_code == 404

    async def test_twice_the_same_approval_is_one(self, world: World) -> None:
        approved = await world.approved_policy()
        again = await world.act("director", f"/policies/{approved['id']}/approval", {"done_on": "2023-12-08"})
        assert again == approved
        refused = await world.act("director", f"/policies/{approved['id']}/approval", {"done_on": "2023-12-09"}, expect=409)
        assert refused["type"].endswith("/state-does-not-allow")
        assert refused["rule"]["value"] == ["proposed"]
        assert refused["possible"]

    async def test_in_force_on_a_day(self, world: World) -> None:
        approved = await world.approved_policy()
        for day, count in (("2023-12-07", 0), ("2023-12-08", 1), ("2025-12-31", 1), ("2026-01-01", 0)):
            page = (await world.api.as_("linh").get(f"{ROOT}/policies", params={"in_force_on": day, "authority": "VN-22"})).json()
            assert [item["id"] for item in page["items"]] == [approved["id"]][:count]
