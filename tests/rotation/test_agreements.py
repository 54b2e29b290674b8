"""Agreements: drafted by one side, signed by both, seen by both; many at once; visits promised month by month."""

from typing import Any

import pytest

from services.rotation.agreements.use_cases import follow_the_calendar
from tests.rotation.world import CENTRE, HOSPITAL, ROOT, STATION, World, agreement, announced, facility
from tests.support.orders import holds_its_orders
from tests.support.service import environment


@pytest.fixture
def world(province: World) -> World:
    return province


class TestDraft:
    @pytest.mark.parametrize(
        ("person", "changes", "status", "slug"),
        [
            ("analyst", {}, 403, "role-missing"),
            ("hr-bc", {}, 403, "other-authority"),
            ("hanoi", {}, 403, "other-authority"),
            ("hr-bvt", {"receiver_code": HOSPITAL}, 422, "malformed"),
            ("hr-bvt", {"ends_on": "2024-12-31"}, 422, "malformed"),
            ("hr-bvt", {"receiver_code": "VN-22-NOWHERE"}, 422, "malformed"),
            ("hr-bvt", {"obligations": []}, 422, "malformed"),
            ("hr-bvt", {"obligations": [{"specialty": "surgery", "visits_per_month": 1}, {"specialty": "surgery", "visits_per_month": 2}]}, 422, "malformed"),
            ("hr-bvt", {"programme": "hanoi-rotation"}, 422, "malformed"),
            ("hr-bvt", {"signed_on": "2024-12-28"}, 403, "role-missing"),
        ],
    )
    async def test_what_is_refused(self, world: World, person: str, changes: dict[str, Any], status: int, slug: str) -> None:
        assert (await world.act(person, "/agreements", agreement(**changes), expect=status))["type"].endswith(f"/{slug}")

    async def test_either_side_drafts_and_both_see_it(self, world: World) -> None:
        drafted = await world.drafted(by="hr-bache")
        assert drafted["state"] == "draft"
        for person in ("hr-bvt", "hr-bache", "linh"):
            assert (await world.read(person, f"/agreements/{drafted['id']}"))["id"] == drafted["id"]
        for person in ("hr-bc", "hanoi"):
            await world.read(person, f"/agreements/{drafted['id']}", expect=404)

    async def test_the_same_reference_again_is_the_same_agreement(self, world: World) -> None:
        assert (await world.drafted())["id"] == (await world.drafted())["id"]
        refused = await world.act("hr-bvt", "/agreements", agreement(ends_on="2026-12-31"), expect=409)
        assert refused["type"].endswith("/reference-taken")

    async def test_one_agreement_of_a_model_at_a_time(self, world: World) -> None:
        await world.drafted()
        refused = await world.act("hr-bvt", "/agreements", agreement(reference="QN-AG-02", starts_on="2027-12-31", ends_on="2028-12-31"), expect=409)
        assert refused["type"].endswith("/agreement-overlaps")
        assert refused["rule"]["citation"]
        await world.drafted(reference="QN-AG-02", starts_on="2028-01-01", ends_on="2028-12-31")
        await world.drafted(reference="QN-AG-03", model="telehealth")


class TestSign:
    @pytest.mark.parametrize(
        ("person", "side", "slug"), [("hr-bvt", "giver", "role-missing"), ("head-bache", "giver", "other-authority"), ("head-bvt", "receiver", "other-authority")]
    )
    async def test_who_may_not_sign(self, world: World, person: str, side: str, slug: str) -> None:
        drafted = await world.drafted()
        refused = await world.act(person, f"/agreements/{drafted['id']}/signatures", {"side": side, "done_on": "2024-12-27"}, expect=403)
        assert refused["type"].endswith(f"/{slug}")

    async def test_nobody_signs_for_both_sides(self, world: World) -> None:
        drafted = await world.drafted()
        await world.act("director", f"/agreements/{drafted['id']}/signatures", {"side": "giver", "done_on": "2024-12-27"})
        refused = await world.act("director", f"/agreements/{drafted['id']}/signatures", {"side": "receiver", "done_on": "2024-12-27"}, expect=403)
        assert refused["type"].endswith("/same-signatory")
        signed = await world.act("deputy", f"/agreements/{drafted['id']}/signatures", {"side": "receiver", "done_on": "2024-12-28"})
        assert signed["state"] == "active"

    async def test_with_both_signatures_it_is_in_force_and_promises(self, world: World) -> None:
        drafted = await world.drafted()
        half = await world.act("head-bvt", f"/agreements/{drafted['id']}/signatures", {"side": "giver", "done_on": "2024-12-27"})
        assert half["state"] == "draft"
        assert [each["act"] for each in half["available_actions"] if each["act"].startswith("sign")] == ["sign_receiver"]
        active = await world.act("head-bache", f"/agreements/{drafted['id']}/signatures", {"side": "receiver", "done_on": "2024-12-28"})
        assert active["state"] == "active"
        assert [event["type"].split(".")[2] for event in await announced("agreements")] == ["drafted", "signed", "signed", "started"]
        promised = await announced("visits")
        assert len(promised) == 10 * 3  # January to October, two of surgery and one of paediatrics
        assert {visit["state"] for visit in promised} == {"promised"}
        dues = {due["kind"]: due for due in await announced("dues")}
        assert dues["agreement_ends"]["warn_on"] == "2027-10-02"
        assert (dues["visit_due"]["due_on"], dues["visit_due"]["facts"]["visits"]) == ("2025-01-31", 3)

    async def test_an_agreement_of_tomorrow_starts_on_its_day(self, world: World) -> None:
        signed = await world.active(starts_on="2025-10-15")
        assert signed["state"] == "signed"
        with environment(RELAIS_TODAY="2025-10-15"):
            await follow_the_calendar()
            await follow_the_calendar()
        assert (await world.read("linh", f"/agreements/{signed['id']}"))["state"] == "active"
        assert len(await announced("visits")) == 3

    async def test_each_month_is_promised_when_it_begins(self, world: World) -> None:
        await world.active()
        with environment(RELAIS_TODAY="2025-12-01"):
            await follow_the_calendar()
        assert len(await announced("visits")) == 12 * 3

    async def test_after_its_last_day_it_expires(self, world: World) -> None:
        signed = await world.active(ends_on="2025-10-31")
        with environment(RELAIS_TODAY="2025-10-31"):
            await follow_the_calendar()
        assert (await world.read("linh", f"/agreements/{signed['id']}"))["state"] == "active"
        with environment(RELAIS_TODAY="2025-11-01"):
            await follow_the_calendar()
        assert (await world.read("linh", f"/agreements/{signed['id']}"))["state"] == "expired"
        assert (await announced("dues"))[-1]["state"] == "done"


class TestChange:
    async def test_suspended_resumed_and_ended_with_reasons(self, world: World) -> None:
        active = await world.active()
        path = f"/agreements/{active['id']}"
        assert (await world.act("hr-bvt", f"{path}/suspension", {"reason": "Bão số 3", "done_on": "2025-09-08"}, expect=403))["type"].endswith("/role-missing")
        assert (await world.act("head-bvt", f"{path}/suspension", {"reason": "Bão số 3", "done_on": "2025-09-08"}))["state"] == "suspended"
        assert (await world.act("head-bvt", f"{path}/suspension", {"reason": "Bão số 3"}, expect=409))["type"].endswith("/state-does-not-allow")
        assert (await world.act("linh", f"{path}/resumption", {"done_on": "2025-09-20"}))["state"] == "active"
        ended = await world.act("head-bache", f"{path}/termination", {"reason": "Ký thỏa thuận mới", "done_on": "2025-09-30"})
        assert (ended["state"], ended["ended_on"]) == ("terminated", "2025-09-30")
        await world.drafted(reference="QN-AG-02", starts_on="2025-10-01", ends_on="2028-12-31")


class TestBatch:
    async def test_each_is_answered_by_itself(self, world: World) -> None:
        from services.rotation.consumers import consumer
        from tests.support.hearing import hear

        await hear(consumer, *[facility(f"VN-22-TYT-{number}", facility_type="commune_station", level="commune") for number in range(3)])
        station = {"giver_code": CENTRE, "obligations": [{"specialty": "internal-medicine", "visits_per_month": 1}], "signed_on": "2024-12-28"}
        items = [agreement(**station, reference=f"QN-ST-{number}", receiver_code=f"VN-22-TYT-{number}") for number in range(3)]
        items.insert(1, agreement(**station, reference="QN-ST-X", receiver_code="VN-22-NOWHERE"))
        items.append(agreement(**station, reference="QN-ST-AGAIN", receiver_code="VN-22-TYT-0"))
        answered = (await world.act("linh", "/agreements/batch", {"items": items}, expect=200))["items"]
        assert [bool(answer["agreement"]) for answer in answered] == [True, False, True, True, False]
        assert answered[0]["agreement"]["state"] == "active"
        assert answered[0]["agreement"]["on_paper"]
        assert answered[1]["problem"]["fields"][0]["path"] == "receiver_code"
        assert answered[4]["problem"]["type"].endswith("/agreement-overlaps")
        again = (await world.act("linh", "/agreements/batch", {"items": items}, expect=200))["items"]
        assert [answer["agreement"]["id"] for answer in again if answer["agreement"]] == [answer["agreement"]["id"] for answer in answered if answer["agreement"]]

    async def test_one_side_signs_many_at_once(self, world: World) -> None:
        drafted = [await world.drafted(), await world.drafted(reference="QN-AG-02", model="telehealth")]
        body = {"side": "giver", "agreements": ["QN-AG-01", drafted[1]["id"], "QN-AG-99"], "done_on": "2024-12-27"}
        answered = (await world.act("head-bvt", "/agreements/signatures", body, expect=200))["items"]
        assert [answer["agreement"]["giver_signed_on"] if answer["agreement"] else None for answer in answered] == ["2024-12-27", "2024-12-27", None]
        assert answered[2]["problem"]["fields"][0]["path"] == "agreements"
        refused = (await world.act("head-bvt", "/agreements/signatures", body | {"side": "receiver"}, expect=200))["items"]
        assert [answer["problem"]["type"].rsplit("/", 1)[-1] for answer in refused] == ["same-signatory", "same-signatory", "malformed"]


class TestMachine:
    async def test_a_partner_reads_its_territory_only(self, world: World) -> None:
        active = await world.active()
        own = world.api.as_machine("ministry-health", "rotation.read", "territory:VN-22")
        assert [each["id"] for each in (await own.get("/api/v1/rotation/agreements")).json()["items"]] == [active["id"]]
        other = world.api.as_machine("ministry-health", "rotation.read", "territory:VN-01")
        assert (await other.get("/api/v1/rotation/agreements")).json()["items"] == []
        assert (await world.api.as_machine("ministry-health", "registry.read", "territory:VN-22").get("/api/v1/rotation/agreements")).status_code == 403

    async def test_programmes_carry_their_own_limits(self, world: World) -> None:
        of_quang_ninh = {each["code"]: each for each in (await world.read("linh", f"/programmes?facility={STATION}&as_of=2025-06-01"))["items"]}
        assert of_quang_ninh["project-1816"]["tour_min_months"] == 3
        assert "hanoi-rotation" not in of_quang_ninh
        of_hanoi = {each["code"]: each for each in (await world.read("hanoi", "/programmes?facility=VN-01-BVHN&as_of=2025-06-01"))["items"]}
        assert (of_hanoi["hanoi-rotation"]["tour_max_days"], of_hanoi["hanoi-rotation"]["total_max_days"]) == (60, 270)


async def test_the_list_holds_each_order(world: World) -> None:
    for reference, starts_on, ends_on in (("QN-AG-1", "2028-01-01", "2028-06-30"), ("QN-AG-2", "2025-01-01", "2026-12-31"), ("QN-AG-3", "2027-01-01", "2027-12-31")):
        await world.drafted(reference=reference, starts_on=starts_on, ends_on=ends_on)
    orders = {
        "from": lambda one: one["starts_on"],
        "until": lambda one: one["ended_on"] or one["ends_on"],
        "receiver": lambda one: (one["receiver_code"], one["starts_on"]),
        "giver": lambda one: (one["giver_code"], one["starts_on"]),
        "state": lambda one: (one["state"], one["starts_on"]),
    }
    await holds_its_orders(world.api.as_("linh"), f"{ROOT}/agreements", orders, rows=3)
