"""A hospital of one authority and a post of another: each side's people see and act, no territory joins them; visits are planned, meetings held, referrals told, targets reached."""

from typing import Any

import pytest

from tests.rotation.test_parties import ELSEWHERE
from tests.rotation.world import CENTRE, HOSPITAL, ROOT, STATION, World, agreement, announced, known

CENTRAL = "VN-01-BVHN"  # of another authority
CENTRAL_HEAD: dict[str, Any] = {"roles": ["head-of-facility", "records-officer"], "groups": [f"/facilities/{CENTRAL}"]}
EIGHT = ["internal-medicine", "surgery", "obstetrics", "paediatrics", "ent", "dentistry", "ophthalmology", "traditional-medicine"]


@pytest.fixture
def world(province: World) -> World:
    return province


class TestAnotherAuthority:
    async def test_each_side_signs_its_own_and_both_authorities_read_it(self, world: World) -> None:
        body = agreement(giver_code=CENTRAL, reference="HN-01", obligations=[{"specialty": specialty, "visits_per_month": 1} for specialty in EIGHT])
        drafted = await world.act("hr-bache", "/agreements", body)  # by the side that receives
        assert len(drafted["obligations"]) == 8
        path = f"/agreements/{drafted['id']}"
        for person in ("hr-bache", "linh", "hanoi"):
            await world.read(person, path)
        for claims in (ELSEWHERE, ELSEWHERE | {"groups": ["/facilities/VN-01-TTBV"]}):
            assert (await world.api.as_("stranger", **claims).get(ROOT + path)).status_code == 404
        assert (await world.act("director", f"{path}/signatures", {"side": "giver"}, expect=403))["type"].endswith("/other-authority")
        signed = await world.api.as_("central", **CENTRAL_HEAD).post(f"{ROOT}{path}/signatures", json={"side": "giver", "done_on": "2024-12-27"})
        assert signed.status_code == 201
        assert (await world.act("director", f"{path}/signatures", {"side": "receiver", "done_on": "2024-12-28"}))["state"] == "active"
        told = (await announced("agreements"))[-1]
        assert (len(told["obligations"]), set(told["shared_with"])) == (8, {CENTRAL, CENTRE, "VN-22"})
        # What belongs to the agreement is read by the same: the post's authority sees the visits that a hospital of another one promised.
        assert (await world.read("linh", f"/visits/delivered?agreement={drafted['id']}"))["promised"] == 80
        assert (await world.act("linh", "/visits", {"agreement": "HN-01", "specialty": "ent", "outcome": "held", "held_on": "2025-03-12", "done_on": "2025-03-31"}))[
            "state"
        ] == "held"

    async def test_nobody_names_the_focal_point_of_the_other_side(self, world: World) -> None:
        drafted = await world.act("hr-bache", "/agreements", agreement(giver_code=CENTRAL))
        body = {"side": "giver", "person_id": str(known("anybody"))}
        assert (await world.act("hr-bache", f"/agreements/{drafted['id']}/focal-points", body, expect=403))["type"].endswith("/other-authority")
        assert (await world.act("hr-bache", f"/agreements/{drafted['id']}/focal-points", body | {"side": "receiver"}, expect=422))["fields"][0]["path"] == "person_id"


class TestPlannedVisits:
    async def test_planned_then_held_and_each_number_opens_its_visits(self, world: World) -> None:
        active = await world.active()
        of = f"/visits?agreement={active['id']}&specialty=surgery&month=2025-10-01"
        planned = {"outcome": "planned", "planned_on": "2025-10-14", "held_on": None, "consultations": None, "done_on": "2025-09-30"}
        assert (await world.visit(active, **planned))["state"] == "promised"
        assert [each["planned_on"] for each in (await world.read("linh", of))["items"]].count("2025-10-14") == 1
        # A day ahead promises its month at once, and the month is not promised again when it begins; a day that is past or too far ahead is planned in vain.
        await world.visit(active, **planned | {"planned_on": "2025-12-02"})
        assert len((await world.read("linh", of.replace("2025-10", "2025-12")))["items"]) == 2
        assert (await world.visit(active, expect=409, **planned | {"planned_on": "2026-06-02"}))["type"].endswith("/nothing-promised")
        assert (await world.visit(active, expect=422, **planned | {"consultations": 3}))["type"].endswith("/malformed")
        held = await world.visit(active, held_on="2025-03-12")
        await world.visit(active, outcome="missed", held_on=None, consultations=None, month="2025-03-01", reason="weather")
        march = of.replace("2025-10", "2025-03")
        line = next(
            each for each in (await world.read("linh", f"/visits/delivered?agreement={active['id']}"))["items"] if (each["specialty"], each["month"]) == ("surgery", "2025-03-01")
        )
        for which, number in (("promised=true", line["promised"]), ("state=held", line["held"]), ("state=missed", line["missed"]), ("state=promised", line["silent"])):
            assert len((await world.read("linh", f"{march}&{which}"))["items"]) == number
        assert [each["id"] for each in (await world.read("linh", f"{march}&state=held"))["items"]] == [held["id"]]

    async def test_a_visit_held_on_its_planned_day_keeps_that_promise(self, world: World) -> None:
        active = await world.active()
        later = await world.visit(active, outcome="planned", planned_on="2025-03-26", held_on=None, consultations=None)
        assert (await world.visit(active, held_on="2025-03-26"))["id"] == later["id"]


class TestCoverageAndTargets:
    async def test_posts_with_and_without_agreement_by_model(self, world: World) -> None:
        programme = {
            "reference": "HT-2025",
            "authority": "VN-22",
            "code": "hospital-post",
            "title": "Phối hợp bệnh viện – trạm y tế",
            "policy": "Nghị quyết 72-NQ/TW",
            "models": ["comprehensive", "telehealth"],
            "starts_on": "2025-01-01",
            "ends_on": "2030-12-31",
            "targets": [
                {"indicator": "posts_with_agreement", "value": 100, "due_on": "2027-12-31"},
                {"indicator": "visits_held_percent", "value": 90, "due_on": "2026-12-31"},
                {"indicator": "other", "value": 4, "due_on": "2027-12-31", "text": "Mỗi trạm có ít nhất 4 bác sĩ"},
            ],
            "done_on": "2025-01-02",
        }
        assert (await world.act("hr-bvt", "/cooperation-programmes", programme, expect=403))["type"].endswith("/role-missing")
        assert (await world.act("hanoi", "/cooperation-programmes", programme, expect=403))["type"].endswith("/other-authority")
        published = await world.act("linh", "/cooperation-programmes", programme)
        assert [target["reached"] for target in published["targets"]] == [0, None, None]
        coverage = "/agreements/coverage?facility_type=commune_station"
        assert (await world.read("linh", coverage))["with_agreement"] == 0
        drafted = await world.drafted(receiver_code=STATION, programme_id=published["id"], obligations=[{"specialty": "ent", "visits_per_month": 1}])
        await world.act("head-bvt", f"/agreements/{drafted['id']}/signatures", {"side": "giver", "done_on": "2024-12-27"})
        active = await world.act("director", f"/agreements/{drafted['id']}/signatures", {"side": "receiver", "done_on": "2024-12-28"})
        for month in range(1, 4):
            await world.visit(active, specialty="ent", held_on=f"2025-0{month}-20")
        found = await world.read("linh", coverage)
        assert (found["facilities"], found["with_agreement"], found["by_model"]) == (1, 1, {"comprehensive": 1})
        assert found["items"] == [{"facility_code": STATION, "models": ["comprehensive"], "givers": [HOSPITAL]}]
        assert (await world.read("linh", f"{coverage}&as_of=2024-12-31"))["with_agreement"] == 0
        assert (await world.read("hanoi", coverage))["facilities"] == 0
        read = await world.read("hr-bvt", f"/cooperation-programmes/{published['id']}")  # from below
        assert (read["policy"], [target["reached"] for target in read["targets"]]) == ("Nghị quyết 72-NQ/TW", [1, 30, None])
        await world.read("hanoi", f"/cooperation-programmes/{published['id']}", expect=404)


class TestSeries:
    async def test_held_against_planned(self, world: World) -> None:
        active = await world.active()
        body = {
            "agreement_id": active["id"],
            "title": "Sinh hoạt chuyên đề",
            "meetings": [{"planned_on": f"2025-0{month}-15", "topic": f"Chuyên đề {month}"} for month in (2, 5, 8)],
        }
        assert (await world.act("analyst", "/series", body, expect=403))["type"].endswith("/role-missing")
        late = body | {"meetings": [{"planned_on": "2028-01-01", "topic": "x"}]}
        assert (await world.act("hr-bache", "/series", late, expect=422))["fields"][0]["path"] == "meetings.0.planned_on"
        series = await world.act("hr-bvt", "/series", body)
        path = f"/series/{series['id']}/meetings"
        await world.act("hr-bache", f"{path}/1/outcome", {"outcome": "held", "held_on": "2025-02-16", "participants": 42})
        assert (await world.act("hr-bvt", f"{path}/2/outcome", {"outcome": "cancelled"}, expect=422))["type"].endswith("/malformed")
        said = await world.act("hr-bvt", f"{path}/2/outcome", {"outcome": "cancelled", "reason": "Bão số 3"})
        assert (said["planned"], said["held"], said["cancelled"], said["participants"]) == (3, 1, 1, 42)
        assert (await world.act("hr-bvt", path, {"meetings": [{"planned_on": "2025-11-15", "topic": "Chuyên đề 11"}]}))["planned"] == 4
        await world.act("hr-bvt", f"{path}/9/outcome", {"outcome": "held", "held_on": "2025-02-16"}, expect=404)
        assert (await world.api.as_("focal", **ELSEWHERE).get(f"{ROOT}/series")).json()["items"] == []


class TestReferrals:
    async def test_told_month_by_month_with_the_agreement_marked(self, world: World) -> None:
        """Months before the agreement too are then read by the hospital that supports the post."""
        body = {"facility_code": CENTRE, "month": "2024-11-10", "referred": 40, "consultations": 800, "done_on": "2024-12-01"}
        assert (await world.act("hr-bvt", "/referrals", body, expect=403))["type"].endswith("/other-authority")
        assert (await world.act("hr-bache", "/referrals", body | {"referred": 801}, expect=409))["type"].endswith("/more-referred-than-seen")
        assert (await world.act("hr-bache", "/referrals", body | {"month": "2025-01-01"}, expect=422))["type"].endswith("/malformed")
        await world.act("hr-bache", "/referrals", body)
        trend = f"/referrals/trend?facility={CENTRE}"
        assert (await world.read("hr-bvt", trend))["items"] == []
        active = await world.active()
        await world.act("hr-bache", "/referrals", body | {"month": "2025-02-01", "referred": 30, "done_on": "2025-03-01"})
        again = await world.act("hr-bache", "/referrals", body | {"month": "2025-02-01", "referred": 28, "done_on": "2025-03-02"})
        found = await world.read("hr-bvt", trend)
        assert [(each["month"], each["referred"]) for each in found["items"]] == [("2024-11-01", 40), ("2025-02-01", 28)]
        assert [(each["id"], each["starts_on"]) for each in found["agreements"]] == [(active["id"], "2025-01-01")]
        assert again["id"] == found["items"][1]["id"]
        assert (await world.api.as_("focal", **ELSEWHERE).get(ROOT + trend)).json()["items"] == []
