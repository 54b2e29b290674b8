"""Skills of a session: trainers of another authority assess the room before and after; the session is the relation, and no territory opens it."""

from typing import Any

import pytest

from tests.training.test_sessions import announced
from tests.training.world import OTHER_PROVINCE, REMOTE, ROOT, World

THERE: dict[str, Any] = {"roles": ["facility-hr-officer", "records-officer"], "groups": [f"/facilities/{OTHER_PROVINCE}"]}
TRAINER: dict[str, Any] = {"roles": ["mentor", "records-officer"], "groups": [f"/facilities/{OTHER_PROVINCE}"]}
ACT = {
    "authority": "VN-22",
    "code": "cardiac-arrest",
    "title": "Cấp cứu ngừng tuần hoàn",
    "kind": "emergency",
    "specialty": "intensive-care",
    "protocol_version": "2.1",
    "done_on": "2025-01-02",
}


class TestSkills:
    async def test_a_room_is_assessed_before_and_after_by_those_who_come_to_teach(self, world: World) -> None:
        await world.act("training", "/mentoring/acts", ACT)
        session = await world.opened(trainer_facilities=[OTHER_PROVINCE])
        here = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình", at=REMOTE)
        there = await world.people("Lê Minh Đức", "Phạm Thu Hà", at=OTHER_PROVINCE)
        path = f"/sessions/{session['id']}"
        await world.act("training", f"{path}/skills", {"skills": [{"act": "cardiac-arrest", "target_level": 3}], "done_on": "2025-02-01"})
        trainer, staff = world.api.as_("trainer", **TRAINER), world.api.as_("there", **THERE)
        # Each side names its own people: the organiser cannot name another authority's, nor that authority the organiser's.
        await world.act("training", f"{path}/trainers", {"person_ids": there}, expect=422)
        assert (await staff.post(f"{ROOT}{path}/trainers", json={"person_ids": here})).status_code == 422
        assert (await staff.post(f"{ROOT}{path}/trainers", json={"person_ids": there, "done_on": "2025-02-05"})).status_code == 201
        (listed,) = (await trainer.get(f"{ROOT}/sessions")).json()["items"]
        assert listed["course_code"] == (await trainer.get(f"{ROOT}/courses/{session['course_id']}")).json()["code"]
        enrolled = await world.enrolled(session, *here)
        await world.confirmed(session)

        sheet = {"moment": "before", "assessor_id": there[0], "done_on": "2025-03-10", "entries": [{"person_id": person, "act": "cardiac-arrest", "level": 1} for person in here]}
        assert (await trainer.post(f"{ROOT}{path}/skill-levels", json=sheet | {"assessor_id": here[0]})).status_code == 422
        assert (await trainer.post(f"{ROOT}{path}/skill-levels", json=sheet)).status_code == 201
        after = sheet | {"moment": "after", "done_on": "2025-03-11"}
        assert (await trainer.post(f"{ROOT}{path}/skill-levels", json=after | {"done_on": "2025-03-10"})).json()["type"].endswith("/not-begun")
        alone = await trainer.post(f"{ROOT}{path}/skill-levels", json=after | {"entries": [{"person_id": here[0], "act": "cardiac-arrest", "level": 4}]})
        assert (alone.status_code, alone.json()["type"].rsplit("/", 1)[-1]) == (409, "second-assessor-missing")
        entries = [{"person_id": here[0], "act": "cardiac-arrest", "level": 4}, {"person_id": here[1], "act": "cardiac-arrest", "level": 2}]
        found = (await trainer.post(f"{ROOT}{path}/skill-levels", json=after | {"second_assessor_id": there[1], "entries": entries})).json()
        (skill,) = found["skills"]
        assert (skill["protocol_version"], skill["target_level"]) == ("2.1", 3)
        assert (skill["before_assessed"], skill["before_at_level"], skill["after_assessed"], skill["after_at_level"]) == (2, 0, 2, 1)
        assert {each["name"] for each in found["participants"]} == {"Nguyễn Thị Hoa", "Trần Văn Bình"}
        told = (await announced("relais.training.session_skills"))[-2:]
        assert sorted((event["data"]["before"], event["data"]["after"]) for event in told) == [(1, 2), (1, 4)]

        # They teach in this session: they decide on nobody's place, and see nothing of another one.
        assert (await staff.post(f"{ROOT}/enrolments/{enrolled['items'][0]['enrolment']['id']}/withdrawal", json={"reason": "x"})).status_code == 403
        other = await world.planned({"id": session["course_id"]}, open=True, half_days=[{"day": "2025-05-05", "part": "morning", "facility_code": REMOTE}])
        assert (await trainer.get(f"{ROOT}/sessions/{other['id']}/skills")).status_code == 404
        stranger = world.api.as_("stranger", roles=["mentor", "facility-hr-officer"], groups=["/facilities/VN-01-XX"])
        assert (await stranger.get(f"{ROOT}{path}/skills")).status_code == 404
        assert (await stranger.get(f"{ROOT}/enrolments?training_session={session['id']}")).json()["items"] == []

    @pytest.mark.parametrize(("who", "status"), [("analyst", 403), ("hr-bache", 403), ("hanoi", 404)])
    async def test_who_may_not_assess(self, province: World, who: str, status: int) -> None:
        session = await province.opened()
        person = "00000000-0000-0000-0000-000000000001"
        body = {"moment": "before", "assessor_id": person, "entries": [{"person_id": person, "act": "cardiac-arrest", "level": 1}]}
        await province.act(who, f"/sessions/{session['id']}/skill-levels", body, expect=status)
