"""The situation of a place, and the career of a person: one page each, opened by relation."""

import pytest

from tests.observatory.conftest import Tell
from tests.observatory.test_counts import agreement, enrolment, mandate, mission, stay, visit
from tests.observatory.world import AS_OF, ROOT, employed, facility, fact, known, post
from tests.support.api import Api

BVT, CENTRE = "VN-22-BVT", "VN-22-TTBCE"


@pytest.fixture
async def hospital(tell: Tell) -> None:
    await tell(facility(BVT), facility(CENTRE, facility_type="health_centre", at=("VN", "VN-22", "VN-22-C3"), remoteness="mountain"))
    for n in range(6):
        await tell(*employed(f"D{n}", BVT, post=f"P{n}"))
    await tell(*employed("N", BVT, group="nurse", isco="2221"))
    await tell(post("P0", BVT), post("P9", BVT, specialty="haematology"), post("PC", CENTRE))
    await tell(agreement(BVT, CENTRE), visit(BVT, CENTRE, "2025-03-05"), visit(BVT, CENTRE, None, key="2"), mission("D1", BVT, CENTRE))
    await tell(mandate("D2", at=BVT, ends="2026-02-28"))
    await tell(fact("training.plans", "approved", "P1", at=BVT, state="approved", year_from=2025, year_to=2025, approved_on="2025-01-10", actions_planned=5, actions_done=2))
    await tell(
        fact("recruitment.shortages", "declared", "S1", at=None, specialty="haematology", occupation_code=None, valid_from="2025-01-01", valid_to="2025-12-31", state="declared")
    )


@pytest.mark.parametrize(("person", "status"), [("hr-bvt", 200), ("head-bvt", 200), ("linh", 200), ("analyst", 200), ("hr-bc", 404), ("hanoi", 404), ("ops", 403)])
async def test_who_reads_the_situation_of_a_facility(api: Api, hospital: None, person: str, status: int) -> None:
    assert (await api.as_(person).get(f"{ROOT}/places/{BVT}/situation", params={"as_of": AS_OF})).status_code == status


async def test_the_situation_of_a_hospital(api: Api, tell: Tell, hospital: None) -> None:
    hold = {"kind": "leave", "state": "confirmed", "source_service": "registry", "source_id": known("leave"), "periods": [{"starts_on": "2025-09-25", "ends_on": "2025-10-05"}]}
    await tell(fact("registry.holds", "confirmed", "hold D3", "D3", at=BVT, **hold))
    for name, ends, status in (("D4", "2025-12-01", "active"), ("D5", "2025-11-01", "suspended"), ("N", "2026-12-01", "active")):
        await tell(fact("registry.licences", "recorded", f"licence {name}", name, at=BVT, status=status, issued_on="2020-01-01", expires_on=ends))
    seen = (await api.as_("hr-bvt").get(f"{ROOT}/places/{BVT}/situation", params={"as_of": AS_OF, "from": "2025-01-01"})).json()
    assert [line["person_id"] for line in seen["licences"]] == [known("person D4")]
    assert [(line["group"], line["assigned"], line["away"]) for line in seen["staff"]] == [("doctor", 6, 1), ("nurse", 1, 0)]
    assert seen["away"] == [{"kind": "leave", "people": 1}]
    assert (seen["posts_open"], seen["posts_vacant"], seen["posts_hard"]) == (2, 1, 1)
    assert [(line["specialty"], line["is_short"]) for line in seen["vacant_posts"]] == [("haematology", True)]
    (given,) = seen["agreements"]
    assert (given["role"], given["other_code"], given["promised"], given["held"]) == ("gives", CENTRE, 2, 1)
    assert (seen["missions_in"], seen["missions_out"]) == (0, 1)
    assert (seen["plan"]["actions_planned"], seen["plan"]["actions_done"]) == (5, 2)
    assert [(line["person_id"], line["ends_on"]) for line in seen["mandates"]] == [(known("person D2"), "2026-02-28")]
    assert [line["specialty"] for line in seen["shortages"]] == ["haematology"]


async def test_those_who_see_figures_only_see_no_line_about_a_person(api: Api, hospital: None) -> None:
    seen = (await api.as_("analyst").get(f"{ROOT}/places/{BVT}/situation", params={"as_of": AS_OF})).json()
    assert (seen["mandates_running"], seen["mandates"], seen["licences"]) == (1, [], [])


async def test_the_one_who_is_helped_sees_the_same_agreement(api: Api, hospital: None) -> None:
    seen = (await api.as_("linh").get(f"{ROOT}/places/{CENTRE}/situation", params={"as_of": AS_OF})).json()
    (received,) = seen["agreements"]
    assert (received["role"], received["other_code"], seen["missions_in"], seen["posts_hard"]) == ("receives", BVT, 1, 1)


async def test_the_situation_of_an_area(api: Api, hospital: None) -> None:
    seen = (await api.as_("linh").get(f"{ROOT}/areas/VN-22/situation", params={"as_of": AS_OF})).json()
    lines = {line["code"]: (line["doctors"], line["nurses"], line["posts_vacant"], line["has_agreement"]) for line in seen["facilities"]}
    assert lines == {"VN-22-H1": (0, 0, 0, False), BVT: (6, 1, 1, False), CENTRE: (0, 0, 1, True)}
    assert (await api.as_("hanoi").get(f"{ROOT}/areas/VN-22/situation", params={"as_of": AS_OF})).status_code == 404
    small = (await api.as_("analyst").get(f"{ROOT}/areas/VN-22/situation", params={"as_of": AS_OF})).json()
    assert [line["nurses"] for line in small["facilities"] if line["code"] == BVT] == [None]


class TestCareer:
    async def test_everything_that_was_told_newest_first(self, api: Api, tell: Tell, hospital: None) -> None:
        await tell(enrolment("D2", "S1", at=BVT), stay("D2"))
        seen = (await api.as_("linh").get(f"{ROOT}/people/{known('person D2')}/timeline")).json()["items"]
        assert [item["topic"] for item in seen] == ["training.stays", "training.enrolments", "appointment.mandates", "registry.assignments"]
        assert [item["starts_on"] for item in seen] == sorted((item["starts_on"] for item in seen), reverse=True)
        only = (await api.as_("linh").get(f"{ROOT}/people/{known('person D2')}/timeline", params={"topic": "training.stays"})).json()["items"]
        assert [item["topic"] for item in only] == ["training.stays"]

    async def test_what_was_revoked_stays_struck_through(self, api: Api, tell: Tell, hospital: None) -> None:
        await tell(mandate("D2", at=BVT, ends="2026-02-28", state="revoked"))
        seen = (await api.as_("hr-bvt").get(f"{ROOT}/people/{known('person D2')}/timeline")).json()["items"]
        assert [(item["topic"], item["struck"]) for item in seen] == [("appointment.mandates", True), ("registry.assignments", False)]

    @pytest.mark.parametrize(("person", "status"), [("hr-bc", 404), ("hanoi", 404), ("analyst", 403), ("ops", 403), ("hr-bvt", 200)])
    async def test_by_relation(self, api: Api, hospital: None, person: str, status: int) -> None:
        assert (await api.as_(person).get(f"{ROOT}/people/{known('person D2')}/timeline")).status_code == status

    async def test_the_receiver_of_a_mission_sees_the_mission_and_nothing_else(self, api: Api, tell: Tell, hospital: None) -> None:
        await tell(mission("D4", BVT, CENTRE), enrolment("D4", "S1", at=BVT))
        shared = {"giver_code": BVT, "receiver_code": CENTRE, "state": "in_progress", "starts_on": "2025-09-01", "ends_on": "2025-10-31", "shared_with": [CENTRE]}
        await tell(fact("rotation.missions", "started", "mission D4", "D4", at=BVT, **shared))
        seen = (await api.as_("hr-bache").get(f"{ROOT}/people/{known('person D4')}/timeline")).json()["items"]
        assert [item["topic"] for item in seen] == ["rotation.missions"]

    async def test_a_commitment_never_says_that_it_was_broken(self, api: Api, tell: Tell, hospital: None) -> None:
        await tell(
            fact("appointment.commitments", "ended", "C", "D2", at=BVT, origin="attraction", starts_on="2024-01-01", ends_on="2025-01-01", state="ended", amount=5, currency="VND")
        )
        (entry,) = (await api.as_("hr-bvt").get(f"{ROOT}/people/{known('person D2')}/timeline", params={"topic": "appointment.commitments"})).json()["items"]
        assert (entry["state"], "amount" in entry, "amount" in entry["details"]) == ("ended", False, False)
