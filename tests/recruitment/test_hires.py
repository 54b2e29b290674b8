"""A hire: an eligible person on a free post, a grant computed from the policy, a signature by another person, and what becomes of it."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text

from services.recruitment.consumers import consumer
from shared.db import worker_session
from tests.recruitment.conftest import Registry
from tests.recruitment.world import REMOTE, ROOT, World, facility, known, post
from tests.support.hearing import hear, message


@pytest.fixture
async def candidacy(world: World, registry: Registry) -> dict[str, Any]:
    """A new graduate, found eligible at the provincial hospital."""
    need = await world.validated_need()
    campaign = await world.published_campaign(await world.approved_policy(), need)
    return await world.eligible(await world.candidacy(campaign, need, await registry.person()))


@pytest.fixture
async def hire(world: World, candidacy: dict[str, Any]) -> dict[str, Any]:
    return await world.proposed_hire(candidacy)


async def announced() -> list[dict[str, Any]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, topic, subject, version, data FROM outbox WHERE topic = 'relais.recruitment.hires' ORDER BY seq"))
        return [dict(row._mapping) | {"data": orjson.loads(row.data)} for row in rows]


class TestPropose:
    async def test_only_someone_found_eligible(self, world: World, registry: Registry) -> None:
        need = await world.validated_need()
        campaign = await world.published_campaign(await world.approved_policy(), need)
        candidacy = await world.candidacy(campaign, need, await registry.person())
        refused = await world.act("linh", "/hires", {"candidacy_id": candidacy["id"], "post_id": str(known("P1")), "starts_on": "2024-04-01", "done_on": "2024-03-12"}, expect=409)
        assert refused["type"].endswith("/candidacy-not-eligible")
        assert refused["possible"]

    @pytest.mark.parametrize(
        ("changes", "status", "slug"),
        [
            ({"post_id": str(known("P2"))}, 422, "malformed"),  # a post of another place
            ({"post_id": str(uuid4())}, 422, "malformed"),
            ({"candidacy_id": str(uuid4())}, 422, "malformed"),
            ({"starts_on": "1989-12-31"}, 409, "post-not-open"),
            ({"done_on": "2025-10-02"}, 422, "malformed"),
        ],
    )
    async def test_what_cannot_be(self, world: World, candidacy: dict[str, Any], changes: dict[str, str], status: int, slug: str) -> None:
        body = {"candidacy_id": candidacy["id"], "post_id": str(known("P1")), "starts_on": "2024-04-01", "done_on": "2024-03-12"} | changes
        assert (await world.act("linh", "/hires", body, expect=status))["type"].endswith(f"/{slug}")

    @pytest.mark.parametrize(
        ("changes", "slug"),
        [
            ({"filled": "1"}, "post-full"),
            ({"occupation_code": "VN-DDDH"}, "post-of-another-title"),
            ({"close_to": "2024-03-31"}, "post-not-open"),
            ({"frozen": True}, "post-frozen"),
        ],
    )
    async def test_a_post_that_does_not_fit(self, world: World, candidacy: dict[str, Any], changes: dict[str, Any], slug: str) -> None:
        await hear(consumer, post("P1", **changes))
        body = {"candidacy_id": candidacy["id"], "post_id": str(known("P1")), "starts_on": "2024-04-01", "done_on": "2024-03-12"}
        refused = await world.act("linh", "/hires", body, expect=409)
        assert refused["type"].endswith(f"/{slug}")
        assert refused["rule"]["citation"]
        assert refused["possible"]

    async def test_a_post_is_not_promised_twice(self, world: World, registry: Registry) -> None:
        need = await world.validated_need(quantity=2)
        campaign = await world.published_campaign(await world.approved_policy(), need)
        first, second = [await world.eligible(await world.candidacy(campaign, need, await registry.person())) for _ in range(2)]
        await world.proposed_hire(first)
        body = {"candidacy_id": second["id"], "post_id": str(known("P1")), "starts_on": "2024-04-01", "done_on": "2024-03-12"}
        refused = await world.act("linh", "/hires", body, expect=409)
        assert refused["type"].endswith("/post-full")

    async def test_a_need_is_not_answered_twice(self, world: World, registry: Registry) -> None:
        await hear(consumer, post("P3"))
        need = await world.validated_need()
        campaign = await world.published_campaign(await world.approved_policy(), need)
        first, second = [await world.eligible(await world.candidacy(campaign, need, await registry.person())) for _ in range(2)]
        await world.proposed_hire(first)
        body = {"candidacy_id": second["id"], "post_id": str(known("P3")), "starts_on": "2024-04-01", "done_on": "2024-03-12"}
        refused = await world.act("linh", "/hires", body, expect=409)
        assert refused["type"].endswith("/need-filled")
        assert (await world.api.as_("linh").get(f"{ROOT}/needs/{need['id']}")).json()["hires"] == 1

    async def test_once_per_candidacy(self, world: World, candidacy: dict[str, Any], hire: dict[str, Any]) -> None:
        await hear(consumer, post("P3"))
        body = {"candidacy_id": candidacy["id"], "post_id": str(known("P3")), "starts_on": "2024-04-01", "done_on": "2024-03-12"}
        await world.act("linh", "/hires", body, expect=409)

    async def test_eligibility_is_judged_again(self, world: World, candidacy: dict[str, Any]) -> None:
        """ATT-01: the resolution ended on 31 December 2025, the candidacy is of 2024, the hospital lost its group meanwhile."""
        await hear(consumer, facility(periods=[{"valid_from": "1976-01-01", "valid_to": None, "authority_path": "VN.VN-22.VN-22-BVT", "tier": None}]))
        body = {"candidacy_id": candidacy["id"], "post_id": str(known("P1")), "starts_on": "2024-04-01", "done_on": "2024-03-12"}
        refused = await world.act("linh", "/hires", body, expect=409)
        assert refused["type"].endswith("/not-eligible")

    async def test_the_grant_is_the_policy_s(self, hire: dict[str, Any]) -> None:
        grant = hire["grant"]
        assert (grant["amount"], grant["currency"], grant["facility_group"], grant["frozen"]) == (550_000_000, "VND", "provincial", False)
        assert (grant["commitment_years"], grant["commitment_ends_on"]) == (7, "2031-03-31")
        assert [(rule["id"], rule["value"], rule["unit"]) for rule in grant["rules"]] == [("ATT-04", 550_000_000, "VND"), ("ATT-YEARS", 7, "years")]
        assert (hire["state"], hire["decision"], hire["landing"]) == ("proposed", None, None)
        assert hire["entered_afterwards"] is True

    async def test_oracle_a9(self, world: World, registry: Registry) -> None:
        """A new graduate with a good degree at Ba Chẽ: 500 million for 84 months."""
        need = await world.validated_need(at=REMOTE, by="hr-bache")
        campaign = await world.published_campaign(await world.approved_policy(), need)
        candidacy = await world.eligible(await world.candidacy(campaign, need, await registry.person(), degree="doctor-good"))
        grant = (await world.proposed_hire(candidacy, "P2"))["grant"]
        assert (grant["amount"], grant["commitment_years"] * 12) == (500_000_000, 84)

    async def test_an_experienced_doctor_owes_five_years(self, world: World, registry: Registry) -> None:
        need = await world.validated_need()
        campaign = await world.published_campaign(await world.approved_policy(), need)
        candidacy = await world.eligible(await world.candidacy(campaign, need, await registry.person(), degree="phd", experience="experienced"))
        grant = (await world.proposed_hire(candidacy))["grant"]
        assert (grant["amount"], grant["commitment_years"]) == (750_000_000, 5)


class TestDecide:
    @pytest.mark.parametrize(
        ("person", "status", "slug"), [("linh", 403, "role-missing"), ("hr-bvt", 403, "role-missing"), ("hanoi", 404, "not-found"), ("hr-bc", 404, "not-found")]
    )
    async def test_who_may_not_sign(self, world: World, hire: dict[str, Any], person: str, status: int, slug: str) -> None:
        refused = await world.act(person, f"/hires/{hire['id']}/decision", {}, expect=status)
        assert refused["type"].endswith(f"/{slug}")

    async def test_the_proposer_does_not_sign(self, world: World, candidacy: dict[str, Any]) -> None:
        both = world.api.as_("linh", roles=["regional-administrator", "signatory", "records-officer"])
        body = {"candidacy_id": candidacy["id"], "post_id": str(known("P1")), "starts_on": "2024-04-01", "done_on": "2024-03-12"}
        hire = (await both.post(f"{ROOT}/hires", json=body)).json()
        assert hire["available_actions"] == [{"act": "decide", "allowed": False, "reason": hire["available_actions"][0]["reason"], "rule": None, "possible": None}]
        refused = await both.post(f"{ROOT}/hires/{hire['id']}/decision", json={"signed_on": "2024-03-22"})
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (403, "signatory-is-proposer")

    async def test_not_before_it_was_proposed(self, world: World, hire: dict[str, Any]) -> None:
        refused = await world.act("director", f"/hires/{hire['id']}/decision", {"signed_on": "2024-03-11"}, expect=409)
        assert refused["type"].endswith("/signed-before-proposed")

    async def test_it_is_done_on_the_day_it_is_signed(self, world: World, hire: dict[str, Any]) -> None:
        refused = await world.act("director", f"/hires/{hire['id']}/decision", {"signed_on": "2024-03-22", "done_on": "2024-03-23"}, expect=422)
        assert refused["type"].endswith("/malformed")
        decided = await world.act("director", f"/hires/{hire['id']}/decision", {"done_on": "2024-03-22"})
        assert decided["signed_on"] == "2024-03-22"

    async def test_signed_with_a_number(self, world: World, hire: dict[str, Any]) -> None:
        decided = await world.act("director", f"/hires/{hire['id']}/decision", {"decision_number": "317/QĐ-SYT", "signed_on": "2024-03-22"})
        assert (decided["state"], decided["decision"], decided["signed_on"]) == ("decided", "317/QĐ-SYT", "2024-03-22")
        assert decided["grant"]["frozen"] is True
        assert decided["landing"] == {"state": "awaited", "assignment_id": None}

    async def test_without_a_number_to_regularise(self, world: World, hire: dict[str, Any]) -> None:
        decided = await world.act("director", f"/hires/{hire['id']}/decision", {"signed_on": "2024-03-22"})
        assert (decided["decision_number"], decided["decision"]) == (None, "to_regularise")

    async def test_once(self, world: World, hire: dict[str, Any]) -> None:
        signature = {"decision_number": "317/QĐ-SYT", "signed_on": "2024-03-22"}
        first = await world.act("director", f"/hires/{hire['id']}/decision", signature)
        assert await world.act("director", f"/hires/{hire['id']}/decision", signature) == first
        refused = await world.act("director", f"/hires/{hire['id']}/decision", signature | {"decision_number": "318/QĐ-SYT"}, expect=409)
        assert refused["type"].endswith("/state-does-not-allow")
        assert len(await announced()) == 1

    async def test_the_group_of_the_facility_is_frozen_at_signature(self, world: World, hire: dict[str, Any]) -> None:
        """ATT-04: mergers happen; what counts is the day of the signature, and nothing after it."""
        periods = [
            {"valid_from": "1976-01-01", "valid_to": "2024-03-21", "authority_path": "VN.VN-22.VN-22-BVT", "tier": "provincial"},
            {"valid_from": "2024-03-22", "valid_to": None, "authority_path": "VN.VN-22.VN-22-BVT", "tier": "remote-centre"},
        ]
        await hear(consumer, facility(periods=periods))
        decided = await world.act("director", f"/hires/{hire['id']}/decision", {"signed_on": "2024-03-22"})
        assert (decided["grant"]["facility_group"], decided["grant"]["amount"]) == ("remote-centre", 700_000_000)
        await hear(consumer, facility())
        assert (await world.api.as_("linh").get(f"{ROOT}/hires/{hire['id']}")).json()["grant"] == decided["grant"]

    async def test_the_registry_and_the_observatory_are_told(self, world: World, hire: dict[str, Any]) -> None:
        assert await announced() == []
        await world.act("director", f"/hires/{hire['id']}/decision", {"decision_number": "317/QĐ-SYT", "signed_on": "2024-03-22"})
        [event] = await announced()
        assert (event["type"], event["subject"], event["version"]) == ("recruitment.hire.decided.v1", UUID(hire["id"]), 1)
        assert event["data"] == {
            "id": hire["id"],
            "person_id": hire["person_id"],
            "occupation_code": "VN-BS",
            "post_id": str(known("P1")),
            "facility_code": "VN-22-BVT",
            "authority_path": "VN.VN-22.VN-22-BVT",
            "policy_id": hire["policy_id"],
            "starts_on": "2024-04-01",
            "decision_number": "317/QĐ-SYT",
            "amount": 550_000_000,
            "currency": "VND",
            "commitment_years": 7,
            "commitment_ends_on": "2031-03-31",
            "done_on": "2024-03-22",
        }


class TestLanding:
    @pytest.mark.parametrize("state", ["active", "conflicting", "ended"])
    async def test_the_hire_shows_where_it_arrived(self, world: World, hire: dict[str, Any], state: str) -> None:
        await world.act("director", f"/hires/{hire['id']}/decision", {"signed_on": "2024-03-22"})
        landed = {"id": str(uuid4()), "post_id": hire["post_id"], "state": state, "source_service": "recruitment", "source_id": hire["id"]}
        await hear(consumer, message("relais.registry.assignments", f"registry.assignment.{state}.v1", landed))
        seen = (await world.api.as_("linh").get(f"{ROOT}/hires/{hire['id']}")).json()
        assert seen["landing"] == {"state": state, "assignment_id": landed["id"]}
        listed = (await world.api.as_("hr-bvt").get(f"{ROOT}/hires", params={"state": "decided"})).json()["items"]
        assert [item["landing"]["state"] for item in listed] == [state]
        assert (await world.api.as_("hanoi").get(f"{ROOT}/hires")).json()["items"] == []

    async def test_assignments_that_are_not_ours_are_not_kept(self, world: World, hire: dict[str, Any]) -> None:
        other = {"id": str(uuid4()), "post_id": None, "state": "active", "source_service": None, "source_id": None}
        await hear(consumer, message("relais.registry.assignments", "registry.assignment.started.v1", other))
        async with worker_session() as session:
            assert await session.scalar(text("SELECT count(*) FROM landings")) == 0


async def test_every_act_leaves_one_audit_row(world: World, hire: dict[str, Any]) -> None:
    await world.act("director", f"/hires/{hire['id']}/decision", {"signed_on": "2024-03-22"})
    async with worker_session() as session:
        rows = await session.execute(text("SELECT act, count(*), min(done_on) AS day FROM audit GROUP BY act"))
        acts = {row.act: (row.count, str(row.day)) for row in rows}
    assert acts == {
        "policy.proposed": (1, "2023-12-08"),
        "policy.approved": (1, "2023-12-08"),
        "need.identified": (1, "2023-12-20"),
        "need.validated": (1, "2024-01-03"),
        "campaign.drafted": (1, "2024-01-10"),
        "campaign.published": (1, "2024-01-14"),
        "candidacy.submitted": (1, "2024-01-20"),
        "candidacy.judged": (1, "2024-03-05"),
        "hire.proposed": (1, "2024-03-12"),
        "hire.decided": (1, "2024-03-22"),
    }
