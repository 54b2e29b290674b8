"""A hire: an eligible person on a free post, a grant computed from the policy, a signature in the register of decisions, and what becomes of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text

from services.recruitment.consumers import consumer
from shared.db import worker_session
from tests.recruitment.world import REMOTE, ROOT, World, decision, facility, known, post
from tests.support.hearing import Message, hear, message
from tests.support.registry import Registry


@pytest.fixture
async def candidacy(world: World, registry: Registry) -> dict[str, Any]:
    """A new graduate, found eligible at the provincial hospital."""
    need = await world.validated_need()
    campaign = await world.published_campaign(await world.approved_policy(), need)
    return await world.eligible(await world.candidacy(campaign, need, await registry.person()))


@pytest.fixture
async def hire(world: World, candidacy: dict[str, Any]) -> dict[str, Any]:
    return await world.proposed_hire(candidacy)


async def announced(topic: str = "relais.recruitment.hires") -> list[dict[str, Any]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, topic, subject, version, data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": topic})
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


class TestAskForSignature:
    async def test_the_register_is_asked(self, hire: dict[str, Any]) -> None:
        [event] = await announced("relais.recruitment.decision_requests")
        asked = event["data"]
        assert (event["type"], asked["id"], asked["kind"], asked["source_service"], asked["state"]) == (
            "recruitment.decision_request.made.v1",
            hire["id"],
            "hire",
            "recruitment",
            "proposed",
        )
        assert (asked["facility_code"], asked["person_ids"], asked["effective_on"], asked["proposed_on"]) == ("VN-22-BVT", [hire["person_id"]], "2024-04-01", "2024-03-12")
        assert asked["legal_basis"] == ["Resolution 28/2023/NQ-HĐND of the People's Council of Quang Ninh"]
        assert asked["facts"] == {
            "post_id": str(known("P1")),
            "need_id": hire["need_id"],
            "policy_resolution": "28/2023/NQ-HĐND",
            "occupation_code": "VN-BS",
            "degree": "resident",
            "facility_group": "provincial",
            "amount": 550_000_000,
            "currency": "VND",
            "commitment_years": 7,
            "commitment_ends_on": "2031-03-31",
        }

    @pytest.mark.parametrize(
        ("person", "status", "slug"), [("director", 403, "role-missing"), ("hanoi", 404, "not-found"), ("hr-bc", 404, "not-found"), ("hr-bvt", 422, "malformed")]
    )
    async def test_who_may_not_withdraw(self, world: World, hire: dict[str, Any], person: str, status: int, slug: str) -> None:
        body = {} if slug == "malformed" else {"reason": "The candidate chose another province"}
        refused = await world.act(person, f"/hires/{hire['id']}/withdrawal", body, expect=status)
        assert refused["type"].endswith(f"/{slug}")

    async def test_withdrawn_it_frees_its_seats(self, world: World, candidacy: dict[str, Any], hire: dict[str, Any]) -> None:
        taken_back = {"reason": "The candidate chose another province", "done_on": "2024-03-15"}
        withdrawn = await world.act("hr-bvt", f"/hires/{hire['id']}/withdrawal", taken_back)
        assert (withdrawn["state"], withdrawn["withdrawn_on"], withdrawn["decision"]) == ("withdrawn", "2024-03-15", None)
        assert await world.act("hr-bvt", f"/hires/{hire['id']}/withdrawal", taken_back) == withdrawn
        assert [event["data"]["state"] for event in await announced("relais.recruitment.decision_requests")] == ["proposed", "withdrawn"]
        again = await world.proposed_hire(candidacy)
        assert (again["state"], again["id"] != hire["id"]) == ("proposed", True)

    async def test_a_signed_hire_is_not_withdrawn(self, world: World, hire: dict[str, Any]) -> None:
        await world.signed(hire)
        refused = await world.act("linh", f"/hires/{hire['id']}/withdrawal", {"reason": "too late"}, expect=409)
        assert refused["type"].endswith("/state-does-not-allow")


class TestSigned:
    async def test_with_a_number(self, world: World, hire: dict[str, Any]) -> None:
        decided = await world.signed(hire)
        assert (decided["state"], decided["decision"], decided["signed_on"]) == ("decided", "317/QĐ-SYT", "2024-03-22")
        assert decided["grant"]["frozen"] is True
        assert decided["landing"] == {"state": "awaited", "assignment_id": None}

    async def test_without_a_number_to_regularise_then_numbered(self, world: World, hire: dict[str, Any]) -> None:
        decided = await world.signed(hire, number=None)
        assert (decided["decision_number"], decided["decision"]) == (None, "to_regularise")
        await hear(consumer, decision("numbered", hire, number="325/QĐ-SYT"))
        assert (await world.read(hire))["decision"] == "325/QĐ-SYT"
        assert [event["type"] for event in await announced()] == ["recruitment.hire.decided.v1", "recruitment.hire.numbered.v1"]

    async def test_heard_twice_it_is_signed_once(self, world: World, hire: dict[str, Any]) -> None:
        await world.signed(hire)
        await world.signed(hire, number="318/QĐ-SYT")
        assert ((await world.read(hire))["decision"], len(await announced())) == ("317/QĐ-SYT", 1)

    async def test_decisions_of_others_pass_by(self, world: World, hire: dict[str, Any]) -> None:
        await world.signed(hire, source_service="rotation", kind="mission")
        await world.signed(hire, kind="stay")
        assert (await world.read(hire))["state"] == "proposed"

    async def test_a_hire_that_was_never_proposed_is_a_dead_letter(self, world: World) -> None:
        taken = await hear(consumer, decision("signed", {"id": str(uuid4())}))
        assert taken.dead == 1

    async def test_the_group_of_the_facility_is_frozen_at_signature(self, world: World, hire: dict[str, Any]) -> None:
        """ATT-04: mergers happen; what counts is the day of the signature, and nothing after it."""
        periods = [
            {"valid_from": "1976-01-01", "valid_to": "2024-03-21", "authority_path": "VN.VN-22.VN-22-BVT", "tier": "provincial"},
            {"valid_from": "2024-03-22", "valid_to": None, "authority_path": "VN.VN-22.VN-22-BVT", "tier": "remote-centre"},
        ]
        await hear(consumer, facility(periods=periods))
        decided = await world.signed(hire)
        assert (decided["grant"]["facility_group"], decided["grant"]["amount"]) == ("remote-centre", 700_000_000)
        await hear(consumer, facility())
        assert (await world.read(hire))["grant"] == decided["grant"]

    async def test_the_registry_and_the_observatory_are_told(self, world: World, hire: dict[str, Any]) -> None:
        assert await announced() == []
        await world.signed(hire)
        [event] = await announced()
        assert (event["type"], event["subject"], event["version"]) == ("recruitment.hire.decided.v1", UUID(hire["id"]), 1)
        assert event["data"] == {
            "id": hire["id"],
            "person_id": hire["person_id"],
            "occupation_code": "VN-BS",
            "degree": "resident",
            "need_id": hire["need_id"],
            "post_id": str(known("P1")),
            "facility_code": "VN-22-BVT",
            "authority_path": "VN.VN-22.VN-22-BVT",
            "policy_id": hire["policy_id"],
            "starts_on": "2024-04-01",
            "state": "decided",
            "decision_number": "317/QĐ-SYT",
            "amount": 550_000_000,
            "currency": "VND",
            "commitment_years": 7,
            "commitment_ends_on": "2031-03-31",
            "payment_schedule": [{"percent": 100, "months_after_start": 0}],
            "breach_policy": {"kind": "PRORATA", "multiple": None, "steps": [], "citation": None, "confidence": "to_confirm"},
            "done_on": "2024-03-22",
            "needed_since": "2023-12-20",
        }


class TestConflicting:
    """A signature cannot be refused: what does not fit any more is kept, and somebody has it on the work-list."""

    @pytest.mark.parametrize(
        ("meanwhile", "changes", "slug"),
        [
            (lambda: [post("P1", filled="1")], {}, "post-full"),
            (lambda: [post("P1", frozen=True)], {}, "post-frozen"),
            (lambda: [facility(periods=[])], {}, "facility-gone"),
            (lambda: [facility(periods=[{"valid_from": "1976-01-01", "valid_to": None, "authority_path": "VN.VN-22.VN-22-BVT", "tier": None}])], {}, "not-eligible"),
            (list, {"signed_on": "2024-03-11"}, "signed-before-proposed"),
        ],
    )
    async def test_what_no_longer_fits(self, world: World, hire: dict[str, Any], meanwhile: Callable[[], list[Message]], changes: dict[str, str], slug: str) -> None:
        await hear(consumer, *meanwhile())
        await hear(consumer, decision("signed", hire, **changes))
        kept = await world.read(hire)
        assert (kept["state"], kept["conflict"], kept["landing"]) == ("conflicting", slug, None)
        assert await announced() == []
        [due] = await announced("relais.recruitment.dues")
        assert (due["data"]["kind"], due["data"]["state"], due["data"]["subject_id"]) == ("hire_conflicting", "open", hire["id"])

    async def test_signed_by_the_proposer(self, world: World, candidacy: dict[str, Any], hire: dict[str, Any]) -> None:
        [asked] = await announced("relais.recruitment.decision_requests")
        assert (await world.signed(hire, signed_by=asked["data"]["proposed_by"]))["conflict"] == "signatory-is-proposer"

    async def test_signed_after_it_was_withdrawn(self, world: World, hire: dict[str, Any]) -> None:
        await world.act("linh", f"/hires/{hire['id']}/withdrawal", {"reason": "The candidate chose another province", "done_on": "2024-03-15"})
        assert (await world.signed(hire))["conflict"] == "signed-after-withdrawal"

    async def test_is_read_by_the_head_of_the_facility_that_receives_and_by_no_other_head(self, world: World, hire: dict[str, Any]) -> None:
        assert [item["id"] for item in (await world.api.as_("head-bvt").get(f"{ROOT}/hires")).json()["items"]] == [hire["id"]]
        assert (await world.api.as_("head-bache").get(f"{ROOT}/hires")).json()["items"] == []
        await world.act("head-bvt", f"/hires/{hire['id']}/withdrawal", {"reason": "Not for a head to say", "done_on": "2024-03-15"}, expect=403)

    async def test_settled_once_it_fits(self, world: World, hire: dict[str, Any]) -> None:
        await hear(consumer, post("P1", frozen=True))
        await world.signed(hire)
        still = await world.act("linh", f"/hires/{hire['id']}/settlement", {}, expect=409)
        assert still["type"].endswith("/post-frozen")
        await hear(consumer, post("P1"))
        for stranger, status in (("director", 403), ("hr-bc", 404)):
            await world.act(stranger, f"/hires/{hire['id']}/settlement", {}, expect=status)
        settled = await world.act("linh", f"/hires/{hire['id']}/settlement", {})
        assert (settled["state"], settled["conflict"]) == ("decided", None)
        assert [event["type"] for event in await announced()] == ["recruitment.hire.decided.v1"]
        assert [due["data"]["state"] for due in await announced("relais.recruitment.dues")] == ["open", "done"]

    async def test_only_what_conflicts_is_settled(self, world: World, hire: dict[str, Any]) -> None:
        refused = await world.act("linh", f"/hires/{hire['id']}/settlement", {}, expect=409)
        assert refused["type"].endswith("/state-does-not-allow")


class TestRevoked:
    async def test_the_seat_is_free_again_and_the_others_hear_it(self, world: World, candidacy: dict[str, Any], hire: dict[str, Any]) -> None:
        await world.signed(hire)
        await hear(consumer, decision("revoked", hire))
        revoked = await world.read(hire)
        assert (revoked["state"], revoked["revoked_on"], revoked["revoked_from"]) == ("revoked", "2024-05-20", "2024-06-01")
        told = [event for event in await announced() if event["type"] == "recruitment.hire.revoked.v1"]
        assert [(event["data"]["state"], event["data"]["revoked_from"], event["data"]["done_on"]) for event in told] == [("revoked", "2024-06-01", "2024-05-20")]
        need = (await world.api.as_("linh").get(f"{ROOT}/needs/{hire['need_id']}")).json()
        assert need["hires"] == 0
        assert (await world.proposed_hire(candidacy))["state"] == "proposed"

    async def test_what_never_took_effect_is_only_closed(self, world: World, hire: dict[str, Any]) -> None:
        await hear(consumer, post("P1", frozen=True))
        await world.signed(hire)
        await hear(consumer, decision("revoked", hire))
        assert ((await world.read(hire))["state"], await announced()) == ("revoked", [])
        assert [due["data"]["state"] for due in await announced("relais.recruitment.dues")] == ["open", "dropped"]


class TestLanding:
    @pytest.mark.parametrize("state", ["active", "conflicting", "ended"])
    async def test_the_hire_shows_where_it_arrived(self, world: World, hire: dict[str, Any], state: str) -> None:
        await world.signed(hire)
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
    await world.signed(hire)
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


class TestRightToPractise:
    async def test_whoever_has_lost_it_is_not_proposed_until_it_is_put_right(self, world: World, candidacy: dict[str, Any]) -> None:
        """Heard of the registry: the licence was revoked before the first day (LIC-PRACTICE). Somebody without any licence on record is proposed, as before."""
        periods = [
            {"valid_from": "2015-01-01", "valid_to": "2024-03-31", "standing": "in_force", "scope": ["surgery"]},
            {"valid_from": "2024-04-01", "valid_to": None, "standing": "revoked"},
        ]
        licence = {"id": str(uuid4()), "person_id": candidacy["person_id"], "authority_path": "VN.VN-22", "issued_on": "2015-01-01"}
        await hear(consumer, message("relais.registry.licences", "registry.licence.recorded.v1", licence | {"periods": [one | {"scope": ["surgery"]} for one in periods]}))
        body = {"candidacy_id": candidacy["id"], "post_id": str(known("P1")), "starts_on": "2024-04-01", "done_on": "2024-03-12"}
        refused = await world.act("linh", "/hires", body, expect=409)
        assert refused["type"].endswith("/right-to-practise-lost")
        assert (refused["rule"]["id"], refused["rule"]["value"], refused["licence_id"]) == ("LIC-PRACTICE", "revoked", licence["id"])
        await hear(consumer, message("relais.registry.licences", "registry.licence.recorded.v1", licence | {"periods": [periods[0] | {"valid_to": None}]}))
        await world.act("linh", "/hires", body)


class TestWithoutAPolicy:
    """A hospital hires without attraction money: the same steps, no grant, and the registry hears the same fact."""

    async def test_a_campaign_without_a_policy_gives_a_hire_without_money(self, world: World, registry: Registry) -> None:
        need = await world.validated_need()
        body = {
            "code": "TD-2024-7",
            "title": "Tuyển dụng đợt 7",
            "authority": "VN-22",
            "need_ids": [need["id"]],
            "opens_on": "2024-01-15",
            "closes_on": "2024-02-29",
            "done_on": "2024-01-10",
        }
        drafted = await world.act("linh", "/campaigns", body)
        campaign = await world.act("linh", f"/campaigns/{drafted['id']}/publication", {"done_on": "2024-01-14"})
        assert (campaign["policy_id"], campaign["authority"], campaign["state"]) == (None, "VN-22", "published")
        candidacy = await world.eligible(await world.candidacy(campaign, need, await registry.person()))
        assert [criterion["id"] for criterion in candidacy["criteria"]] == ["answers-the-need"]
        hire = await world.proposed_hire(candidacy)
        assert (hire["policy_id"], hire["grant"]) == (None, None)
        signed = await world.signed(hire)
        assert (signed["state"], signed["grant"]) == ("decided", None)
        told = (await announced())[-1]["data"]
        assert (told["person_id"], told["post_id"], told["state"]) == (candidacy["person_id"], str(known("P1")), "decided")
        assert not told.keys() & {"policy_id", "amount", "currency", "commitment_years", "commitment_ends_on", "payment_schedule", "breach_policy"}

    async def test_somebody_answers_for_a_campaign(self, world: World) -> None:
        need = await world.validated_need()
        body = {"code": "TD-1", "title": "Tuyển dụng", "need_ids": [need["id"]], "opens_on": "2024-01-15", "done_on": "2024-01-10"}
        assert (await world.act("linh", "/campaigns", body, expect=422))["fields"]
        refused = await world.act("linh", "/campaigns", body | {"authority": "VN-01"}, expect=403)
        assert refused["type"].endswith("/other-authority")
