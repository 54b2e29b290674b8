"""Shortage specialties, and the open posts that are hard to fill."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recruitment.consumers import consumer
from services.recruitment.hard_posts.queries import months_since
from shared.calendars import add_months
from tests.recruitment.test_hires import announced
from tests.recruitment.world import PROVINCIAL, REMOTE, ROOT, World, facility, known, policy, post
from tests.support.hearing import Message, hear, message
from tests.support.registry import Registry

HAEMATOLOGY = {
    "authority": "VN-22",
    "specialty": "haematology",
    "reason": "Three vacant posts, no candidate in two campaigns",
    "valid_from": "2025-01-01",
    "valid_to": "2026-12-31",
    "done_on": "2025-01-02",
}


async def declared(world: World, *, expect: int = 201, by: str = "linh", **changes: Any) -> dict[str, Any]:
    return await world.act(by, "/shortages", HAEMATOLOGY | changes, expect=expect)


class TestDeclare:
    @pytest.mark.parametrize(
        ("person", "changes", "status", "slug"),
        [
            ("hr-bvt", {}, 403, "role-missing"),
            ("director", {}, 403, "role-missing"),
            ("hanoi", {}, 403, "other-authority"),
            ("linh", {"specialty": None}, 422, "malformed"),
            ("linh", {"reason": ""}, 422, "malformed"),
            ("linh", {"valid_to": "2024-12-31"}, 422, "malformed"),
            ("linh", {"done_on": "2025-10-02"}, 422, "malformed"),
        ],
    )
    async def test_who_and_what_may_not(self, world: World, person: str, changes: dict[str, Any], status: int, slug: str) -> None:
        assert (await declared(world, by=person, expect=status, **changes))["type"].endswith(f"/{slug}")

    async def test_once_for_a_day(self, world: World) -> None:
        await declared(world)
        refused = await declared(world, valid_from="2026-12-31", valid_to="2027-12-31", expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], bool(refused["rule"]["citation"]), bool(refused["possible"])) == ("shortage-declared-already", True, True)

    async def test_another_specialty_or_the_next_period_is_another_declaration(self, world: World) -> None:
        await declared(world)
        await declared(world, occupation_code="VN-BSCK")
        assert (await declared(world, valid_from="2027-01-01", valid_to="2027-12-31"))["state"] == "declared"

    async def test_the_same_reference_is_the_same_declaration(self, world: World) -> None:
        first = await declared(world, reference="THIEU-01")
        assert (await declared(world, reference="THIEU-01"))["id"] == first["id"]

    async def test_hospitals_read_what_the_province_declares(self, world: World) -> None:
        shortage = await declared(world)
        for person, seen in (("hr-bvt", 1), ("linh", 1), ("hanoi", 0)):
            answer = await world.api.as_(person).get(f"{ROOT}/shortages", params={"on": "2025-06-01"})
            assert len(answer.json()["items"]) == seen
        assert (await world.api.as_("hr-bvt").get(f"{ROOT}/shortages/{shortage['id']}")).json()["available_actions"][0]["allowed"] is False
        assert (await world.api.as_("linh").get(f"{ROOT}/shortages", params={"on": "2027-06-01"})).json()["items"] == []

    async def test_ended_earlier_and_told(self, world: World) -> None:
        shortage = await declared(world)
        assert (await world.act("linh", f"/shortages/{shortage['id']}/end", {"last_day": "2027-01-01", "done_on": "2025-08-01"}, expect=422))["fields"][0]["path"] == "last_day"
        ended = await world.act("linh", f"/shortages/{shortage['id']}/end", {"last_day": "2025-08-31", "done_on": "2025-08-01"})
        assert (ended["state"], ended["valid_to"], ended["in_force"]) == ("ended", "2025-08-31", False)
        told = await announced("relais.recruitment.shortages")
        assert [(event["type"], event["data"]["valid_to"]) for event in told] == [
            ("recruitment.shortage.declared.v1", "2026-12-31"),
            ("recruitment.shortage.ended.v1", "2025-08-31"),
        ]


def filling(post_name: str, last_day: str | None, *, first_day: str = "2015-01-01") -> Message:
    period = {"valid_from": first_day, "valid_to": last_day, "post_id": str(known(post_name))}
    return message("relais.registry.assignments", "registry.assignment.ended.v1", {"id": str(uuid4()), "state": "ended", "periods": [period]})


async def hard_posts(world: World, *, by: str = "linh", **params: Any) -> dict[str, dict[str, Any]]:
    answer = await world.api.as_(by).get(f"{ROOT}/hard-posts", params=params)
    assert answer.status_code == 200, answer.text
    return {item["post_id"]: item for item in answer.json()["items"]}


class TestHardPosts:
    async def test_remote_short_and_long_empty(self, world: World) -> None:
        await declared(world)
        remote = {"valid_from": "1976-01-01", "valid_to": None, "authority_path": f"VN.VN-22.{REMOTE}", "remoteness": "mountain", "tier": "remote-centre"}
        await hear(consumer, facility(REMOTE, periods=[remote]), post("P1", specialty="haematology"), post("P3"), post("P4", filled="1"), post("P5", frozen=True))
        await hear(consumer, filling("P1", "2025-08-31"), filling("P2", "2025-09-15"), filling("P3", "2025-03-01"))
        found = await hard_posts(world)
        assert {item["facility_code"]: item["reasons"] for item in found.values() if item["facility_code"] == REMOTE} == {REMOTE: ["remote"]}
        assert found[str(known("P1"))]["reasons"] == ["shortage"]
        assert (found[str(known("P1"))]["vacant_since"], found[str(known("P1"))]["months_vacant"]) == ("2025-09-01", 1)
        assert (found[str(known("P3"))]["reasons"], found[str(known("P3"))]["months_vacant"]) == (["long_vacant"], 6)
        assert not {str(known("P4")), str(known("P5"))} & found.keys()

    async def test_few_apply(self, world: World, registry: Registry) -> None:
        """REC-08: fewer than 1.5 applications for a seat once the campaign is closed."""
        await hear(consumer, filling("P1", "2025-09-15"))
        need = await world.validated_need(post_id=str(known("P1")))
        campaign = await world.published_campaign(await world.approved_policy(), need)
        await world.candidacy(campaign, need, await registry.person())
        [one] = (await hard_posts(world, facility=PROVINCIAL)).values()
        assert (one["applications"], one["reasons"]) == (1, ["few_applications"])
        await world.candidacy(campaign, need, await registry.person())
        assert await hard_posts(world, facility=PROVINCIAL) == {}
        assert len(await hard_posts(world, facility=PROVINCIAL, hard_only="false")) == 1

    async def test_each_sees_their_own_places(self, world: World) -> None:
        assert {item["facility_code"] for item in (await hard_posts(world, by="hr-bvt")).values()} == {PROVINCIAL}
        assert await hard_posts(world, by="hanoi") == {}
        assert await hard_posts(world, reason="shortage") == {}
        assert (await world.api.as_("analyst").get(f"{ROOT}/hard-posts")).status_code == 403
        machine = world.api.as_machine("ministry-health", "recruitment.read", "territory:VN-22")
        assert len((await machine.get(f"{ROOT}/hard-posts")).json()["items"]) == 2

    @given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
    def test_months_gone_by(self, first: date, months: int) -> None:
        """The end of a shorter month is not yet a whole month: 31 January to 28 February is none."""
        assert months_since(first, add_months(first, months)) in (months, months - 1)
        assert months_since(first, first) == 0


async def test_a_need_is_told_once_it_is_validated(world: World) -> None:
    await world.identified_need()
    assert await announced("relais.recruitment.needs") == []
    need = await world.validated_need(specialty="haematology")
    [event] = await announced("relais.recruitment.needs")
    assert (event["type"], event["data"]["id"], event["data"]["facility_code"], event["data"]["specialty"], event["data"]["state"]) == (
        "recruitment.need.validated.v1",
        need["id"],
        PROVINCIAL,
        "haematology",
        "validated",
    )


class TestPaymentAndBreach:
    @pytest.mark.parametrize(
        "changes",
        [
            {"payment_schedule": [{"percent": 50, "months_after_start": 0}]},
            {"payment_schedule": [{"percent": 50, "months_after_start": 12}, {"percent": 50, "months_after_start": 0}]},
            {"payment_schedule": [{"percent": 50, "months_after_start": 0}, {"percent": 50, "months_after_start": 0}]},
            {"breach_policy": {"kind": "MULTIPLE"}},
            {"breach_policy": {"kind": "PRORATA", "multiple": "5"}},
            {"breach_policy": {"kind": "TIERED"}},
            {"breach_policy": {"kind": "FULL", "confidence": "confirmed"}},
        ],
    )
    async def test_what_is_malformed(self, world: World, changes: dict[str, Any]) -> None:
        body = {"reference": None} | changes
        await world.act("linh", "/policies", policy(**body), expect=422)

    async def test_without_them_all_at_the_start_and_to_confirm(self, world: World) -> None:
        proposed = await world.proposed_policy()
        assert proposed["payment_schedule"] == [{"percent": 100, "months_after_start": 0}]
        assert (proposed["breach_policy"]["kind"], proposed["breach_policy"]["citation"], proposed["breach_policy"]["confidence"]) == ("PRORATA", None, "to_confirm")

    async def test_the_hire_carries_them(self, world: World, registry: Registry) -> None:
        schedule = [{"percent": 60, "months_after_start": 0}, {"percent": 40, "months_after_start": 24}]
        breach = {"kind": "MULTIPLE", "multiple": "5", "citation": "Resolution of Tây Ninh province", "confidence": "confirmed"}
        need = await world.validated_need()
        campaign = await world.published_campaign(await world.approved_policy(payment_schedule=schedule, breach_policy=breach), need)
        hire = await world.proposed_hire(await world.eligible(await world.candidacy(campaign, need, await registry.person())))
        await world.signed(hire)
        [event] = await announced()
        assert (event["data"]["payment_schedule"], event["data"]["breach_policy"]) == (schedule, breach | {"steps": []})
