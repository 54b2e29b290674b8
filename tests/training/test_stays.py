"""Stays abroad: proposed with the days held by the real registry, ordered by one decision, back with a report; a delegation is counted apart."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.training.consumers import consumer
from services.training.rules import PACKS
from services.training.stays.dues import report_due_on
from services.training.stays.use_cases import common_path
from services.training.stays.workflow import STAY
from tests.support.hearing import hear
from tests.support.registry import Registry
from tests.training.world import OTHER_PROVINCE, REMOTE, ROOT, World, assignment
from tests.training.world_studies import Stays, announced, decision, going

PACK = PACKS.pinned("vn-2020")


@pytest.fixture
def stays(world: World) -> Stays:
    return Stays(world)


class TestPropose:
    @pytest.mark.parametrize(
        ("person", "status", "slug"),
        [("director", 403, "role-missing"), ("training", 403, "role-missing"), ("analyst", 403, "role-missing"), ("hr-bc", 422, "malformed"), ("hanoi", 422, "malformed")],
    )
    async def test_who_may_not(self, stays: Stays, person: str, status: int, slug: str) -> None:
        [doctor] = await stays.world.people("Nguyễn Thị Hoa")
        refused = await stays.proposed(doctor, by=person, expect=status)
        assert refused["type"].endswith(f"/{slug}")

    @pytest.mark.parametrize(
        "changes",
        [
            {"participants": []},
            {"ends_on": "2025-04-13"},
            {"region": "VN-22"},
            {"country": "China"},
            {"kind": "secondment"},
            {"kind": "delegation"},
            {"led_by": "Bộ Y tế"},
            {"participants": [{"person_id": str(uuid4())}]},
            {"participants": [{"person_id": str(uuid4()), "cover_reason": "none needed"}]},
        ],
    )
    async def test_what_is_malformed(self, stays: Stays, changes: dict[str, Any]) -> None:
        [doctor] = await stays.world.people("Nguyễn Thị Hoa")
        await stays.proposed(doctor, **changes, expect=422)

    async def test_the_same_person_once(self, stays: Stays) -> None:
        [doctor] = await stays.world.people("Nguyễn Thị Hoa")
        await stays.proposed(doctor, doctor, expect=422)

    async def test_who_stands_in_works_there_and_stays(self, stays: Stays) -> None:
        doctor, colleague = await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        [stranger] = await stays.world.people("Lê Văn Cường", at=REMOTE)
        for cover in (stranger, str(uuid4())):
            refused = await stays.world.act("hr-bvt", "/stay-groups", going(participants=[{"person_id": doctor, "cover_person_id": cover}]), expect=422)
            assert refused["fields"][0]["path"] == "participants.0.cover_person_id"
        both = [{"person_id": doctor, "cover_person_id": colleague}, {"person_id": colleague, "cover_reason": "none needed"}]
        refused = await stays.world.act("hr-bvt", "/stay-groups", going(participants=both), expect=422)
        assert refused["fields"][0]["path"] == "participants.0.cover_person_id"
        group = await stays.world.act("hr-bvt", "/stay-groups", going(participants=[{"person_id": doctor, "cover_person_id": colleague}]))
        assert group["stays"][0]["cover_person_id"] == colleague

    async def test_beyond_three_months_somebody_named_stands_in(self, stays: Stays) -> None:
        """EXC-04: a replacement plan is mandatory beyond three months."""
        doctor, colleague = await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        refused = await stays.proposed(doctor, ends_on="2025-07-14", expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"], refused["rule"]["value"]) == ("cover-not-named", "TRN-COVER", 3)
        assert "2025-07-13" in refused["possible"]
        await stays.proposed(colleague, ends_on="2025-07-13")
        named = going(participants=[{"person_id": doctor, "cover_person_id": colleague}], ends_on="2025-10-01")
        assert (await stays.world.act("hr-bvt", "/stay-groups", named))["state"] == "proposed"

    async def test_the_days_are_held_and_the_register_asked(self, stays: Stays) -> None:
        people = await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        group = await stays.proposed(*people, reference="GX-01")
        assert (group["state"], group["facility_code"], group["refused"], [stay["state"] for stay in group["stays"]]) == ("proposed", "VN-22-BVT", [], ["proposed"] * 2)
        assert [event["data"]["outcome"] for event in await announced("holds")] == ["confirmed"] * 2
        [asked] = await announced("decision_requests")
        assert (asked["data"]["kind"], asked["data"]["id"], asked["data"]["person_ids"], asked["data"]["facts"]["participants"]) == ("stay", group["id"], people, 2)
        assert await stays.proposed(*people, reference="GX-01") == group
        await stays.proposed(*people, reference="GX-01", host="Elsewhere", expect=409)

    async def test_one_who_is_away_already_stops_nobody_else(self, stays: Stays) -> None:
        first, second = await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        await stays.proposed(first)
        group = await stays.proposed(first, second, title="Another course")
        assert [stay["person_id"] for stay in group["stays"]] == [second]
        [refused] = group["refused"]
        assert refused["person_id"] == first
        assert {"conflicts", "nearest"} <= refused["problem"].keys()

    async def test_when_nobody_can_go_nothing_is_kept(self, stays: Stays) -> None:
        [doctor] = await stays.world.people("Nguyễn Thị Hoa")
        await stays.proposed(doctor)
        refused = await stays.proposed(doctor, title="Another course", expect=409)
        assert [one["person_id"] for one in refused["refused"]] == [doctor]
        assert refused["rule"]["citation"]
        assert len((await stays.world.read("linh", "/stay-groups"))["items"]) == 1

    async def test_people_of_several_places_go_under_the_authority_above(self, stays: Stays) -> None:
        [here], [there] = await stays.world.people("Nguyễn Thị Hoa"), await stays.world.people("Lê Văn Cường", at=REMOTE)
        group = await stays.proposed(here, there, by="linh")
        assert group["facility_code"] is None
        assert [stay["person_id"] for stay in (await stays.read(group, by="hr-bache"))["stays"]] == [there]
        assert (await stays.world.read("hanoi", "/stay-groups"))["items"] == []
        await stays.world.read("hr-bc", f"/stay-groups/{group['id']}", expect=404)

    async def test_minimum_staffing_is_kept_unless_the_head_lets_it_be_broken(self, stays: Stays, registry: Registry) -> None:
        """TRN-02: the last two of a small team are never away at once unless the head overrides with a reason."""
        first, second = await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình", unit="Khoa Huyết học")
        minimum = {"facility_code": "VN-22-BVT", "unit": "Khoa Huyết học", "occupation_code": "VN-BS", "min_present": 1, "valid_from": "2025-01-01"}
        await registry.enter("linh", "staffing-minimums", minimum)
        group = await stays.proposed(first)
        refused = await stays.act(group, "participants", person_id=second, cover_reason="none", expect=409)
        assert refused["conflicts"]
        override = {"person_id": second, "cover_reason": "The satellite hospital sends somebody", "override_reason": "One course in ten years, covered from Bãi Cháy"}
        for officer, status in (("hr-bvt", 403), ("director", 403)):
            await stays.act(group, "participants", by=officer, **override, expect=status)
        both = stays.world.api.as_("head-bvt", roles=["head-of-facility", "facility-hr-officer", "records-officer"])
        own = (await both.post(f"{ROOT}/stay-groups", json=going(await somebody_else(stays)))).json()
        answer = await both.post(f"{ROOT}/stay-groups/{own['id']}/participants", json=override)
        assert (answer.status_code, answer.json()["rule"]["id"]) == (403, "SEC-02")
        group = await stays.act(group, "participants", by="head-bvt", **override)
        assert [stay["override_reason"] for stay in group["stays"]] == [None, "One course in ten years, covered from Bãi Cháy"]
        assert [event["data"]["facts"]["participants"] for event in await announced("decision_requests") if event["data"]["id"] == group["id"]] == [1, 2]


async def somebody_else(stays: Stays) -> str:
    """A doctor of another unit, whom nobody misses."""
    [person] = await stays.world.people("Lê Minh Châu", unit="Khoa Mắt")
    return person


class TestOrdered:
    async def test_one_decision_orders_all(self, stays: Stays) -> None:
        group = await stays.ordered(*await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình"))
        assert (group["state"], group["decision"], [stay["state"] for stay in group["stays"]]) == ("ordered", "41/QĐ-SYT", ["ordered"] * 2)
        assert [event["type"] for event in await announced("stays")] == ["training.stay.proposed.v1"] * 2 + ["training.stay.ordered.v1"] * 2

    async def test_numbered_afterwards(self, stays: Stays) -> None:
        group = await stays.signed(await stays.proposed(*await stays.world.people("Nguyễn Thị Hoa")), number=None)
        assert group["decision"] == "to_regularise"
        await hear(consumer, decision("numbered", group, "stay", number="60/QĐ-SYT"))
        assert (await stays.read(group))["decision"] == "60/QĐ-SYT"

    async def test_who_has_left_the_place_is_set_aside(self, stays: Stays) -> None:
        first, second = await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        group = await stays.proposed(first, second)
        await hear(consumer, assignment(first, ends_on="2025-03-31"))
        group = await stays.signed(group)
        assert {stay["person_id"]: stay["state"] for stay in group["stays"]} == {first: "conflicting", second: "ordered"}
        [due] = await announced("dues")
        assert (due["data"]["kind"], due["data"]["state"]) == ("stay_conflicting", "open")

    async def test_revoked_before_they_left_the_days_are_free(self, stays: Stays) -> None:
        people = await stays.world.people("Nguyễn Thị Hoa")
        group = await stays.ordered(*people)
        await hear(consumer, decision("revoked", group, "stay"))
        revoked = await stays.read(group)
        assert (revoked["state"], [stay["state"] for stay in revoked["stays"]]) == ("revoked", ["cancelled"])
        assert [event["data"]["outcome"] for event in await announced("holds")] == ["confirmed", "released"]

    async def test_revoked_while_they_are_away_they_are_expected_back(self, stays: Stays) -> None:
        group = await stays.ordered(*await stays.world.people("Nguyễn Thị Hoa"))
        await stays.act(group, "departure", done_on="2025-04-14")
        await hear(consumer, decision("revoked", group, "stay", effective_on="2025-04-20"))
        assert [stay["state"] for stay in (await stays.read(group))["stays"]] == ["departed"]
        assert (await announced("dues"))[-1]["data"]["due_on"] == "2025-04-20"

    async def test_withdrawn_before_the_signature(self, stays: Stays) -> None:
        group = await stays.proposed(*await stays.world.people("Nguyễn Thị Hoa"))
        withdrawn = await stays.act(group, "withdrawal", reason="The host cancelled", done_on="2025-03-25")
        assert (withdrawn["state"], withdrawn["stays"][0]["state"]) == ("withdrawn", "cancelled")
        assert [event["data"]["state"] for event in await announced("decision_requests")] == ["proposed", "withdrawn"]
        await stays.signed(group)
        assert (await stays.read(group))["state"] == "withdrawn"


class TestOutAndBack:
    async def test_departed_returned_reported(self, stays: Stays) -> None:
        group = await stays.ordered(*await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình"))
        await stays.act(group, "departure", done_on="2025-04-14")
        await stays.act(group, "return", done_on="2025-05-09")
        reported = await stays.act(group, "report", report="Four weeks of echocardiography.", learnt=["Siêu âm tim gắng sức"], done_on="2025-05-20")
        assert [(stay["state"], stay["learnt"]) for stay in reported["stays"]] == [("reported", ["Siêu âm tim gắng sức"])] * 2
        dues: dict[tuple[str, str], list[str]] = {}
        for event in await announced("dues"):
            dues.setdefault((event["data"]["subject_id"], event["data"]["kind"]), []).append(event["data"]["state"])
        assert sorted(dues.values()) == [["open", "done"]] * 4
        assert [event["data"]["outcome"] for event in await announced("holds")] == ["confirmed"] * 2

    @pytest.mark.parametrize("day", ["2025-04-13", "2025-05-10"])
    async def test_nobody_leaves_outside_the_days(self, stays: Stays, day: str) -> None:
        group = await stays.ordered(*await stays.world.people("Nguyễn Thị Hoa"))
        refused = await stays.act(group, "departure", done_on=day, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["value"]) == ("day-outside-stay", ["2025-04-14", "2025-05-09"])

    async def test_each_step_after_the_one_before(self, stays: Stays) -> None:
        group = await stays.ordered(*await stays.world.people("Nguyễn Thị Hoa"))
        for act, body in (("return", {}), ("report", {"report": "…"})):
            assert (await stays.act(group, act, **body, done_on="2025-05-09", expect=409))["type"].endswith("/state-does-not-allow")
        await stays.act(group, "departure", done_on="2025-04-16")
        assert (await stays.act(group, "return", done_on="2025-04-15", expect=409))["type"].endswith("/before-what-it-follows")
        await stays.act(group, "return", done_on="2025-05-08")
        assert (await stays.act(group, "report", report="…", done_on="2025-05-07", expect=409))["type"].endswith("/before-what-it-follows")

    async def test_who_comes_back_early_is_free_again(self, stays: Stays) -> None:
        group = await stays.ordered(*await stays.world.people("Nguyễn Thị Hoa"))
        await stays.act(group, "departure", done_on="2025-04-14")
        await stays.act(group, "return", done_on="2025-05-02")
        assert [(event["data"]["outcome"], event["data"]["on"]) for event in await announced("holds")][1:] == [("released", "2025-05-03")]

    async def test_some_leave_and_one_does_not(self, stays: Stays) -> None:
        first, second = await stays.world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        group = await stays.ordered(first, second)
        ids = {stay["person_id"]: stay["id"] for stay in group["stays"]}
        await stays.act(group, "departure", stay_ids=[ids[first]], done_on="2025-04-14")
        await stays.act(group, "departure", stay_ids=[str(uuid4())], done_on="2025-04-14", expect=422)
        cancelled = await stays.world.act("hr-bvt", f"/stays/{ids[second]}/cancellation", {"reason": "ill", "done_on": "2025-04-14"})
        assert cancelled["state"] == "cancelled"
        await stays.world.act("hr-bvt", f"/stays/{ids[first]}/cancellation", {"reason": "ill", "done_on": "2025-04-14"}, expect=409)

    async def test_each_facility_keeps_its_own_people(self, stays: Stays) -> None:
        [here], [there] = await stays.world.people("Nguyễn Thị Hoa"), await stays.world.people("Lê Văn Cường", at=REMOTE)
        group = await stays.ordered(here, there, by="linh")
        left = await stays.act(group, "departure", by="hr-bache", done_on="2025-04-14")
        assert [(stay["person_id"], stay["state"]) for stay in left["stays"]] == [(there, "departed")]
        await stays.act(group, "departure", by="director", done_on="2025-04-14", expect=403)

    async def test_a_delegation_is_counted_apart(self, stays: Stays) -> None:
        people = await stays.world.people("Nguyễn Thị Hoa")
        france = {"kind": "delegation", "country": "FR", "region": None, "host": "Agence de la biomédecine", "field": "organ-transplantation", "led_by": "Bộ Y tế"}
        await stays.proposed(*people, **france)
        assert (await stays.world.read("linh", "/stays?kind=short_course"))["items"] == []
        assert [stay["country"] for stay in (await stays.world.read("linh", "/stays?kind=delegation"))["items"]] == ["FR"]
        [event] = await announced("stays")
        assert (event["data"]["kind"], event["data"]["region"]) == ("delegation", None)

    async def test_a_ministry_s_machine_reads_its_territory(self, stays: Stays) -> None:
        await stays.proposed(*await stays.world.people("Nguyễn Thị Hoa"))
        machine = stays.world.api.as_machine("ministry-health", "training.read", "territory:VN-22")
        assert len((await machine.get("/api/v1/training/stays")).json()["items"]) == 1
        elsewhere = stays.world.api.as_machine("ministry-health", "training.read", "territory:VN-01")
        assert (await elsewhere.get("/api/v1/training/stays")).json()["items"] == []
        assert (await stays.world.api.as_machine("ministry-health", "territory:VN-22").get("/api/v1/training/stays")).status_code == 403


class TestRules:
    def test_the_report_is_due_after_fifteen_days_on_a_working_day(self) -> None:
        assert report_due_on(date(2025, 5, 5), PACK) == date(2025, 5, 20)
        assert report_due_on(date(2025, 5, 9), PACK) == date(2025, 5, 26)  # the 24th is a Saturday
        assert report_due_on(date(2025, 8, 18), PACK) == date(2025, 9, 3)  # 2 September is the national day, and so is an adjacent day

    @given(st.dates(date(2020, 10, 1), date(2025, 12, 1)))
    def test_it_is_never_due_sooner(self, returned_on: date) -> None:
        due = report_due_on(returned_on, PACK)
        assert 15 <= (due - returned_on).days <= 15 + 10
        assert due.weekday() < 5

    def test_the_nearest_authority_above(self) -> None:
        assert common_path(["VN.VN-22.VN-22-BVT"]) == "VN.VN-22.VN-22-BVT"
        assert common_path(["VN.VN-22.VN-22-BVT", "VN.VN-22.VN-22-TTBCE"]) == "VN.VN-22"
        assert common_path(["VN.VN-22.VN-22-BVT", f"VN.VN-01.{OTHER_PROVINCE}"]) == "VN"

    def test_no_way_leads_back(self) -> None:
        order = ["proposed", "ordered", "conflicting", "departed", "returned", "reported", "cancelled"]
        for sources, target in STAY.transitions.values():
            assert all(order.index(source) < order.index(target) for source in sources)
