"""Enrolment: each person is answered by itself; the registry holds the days or says which ones are in conflict."""

import time
from typing import Any
from uuid import UUID, uuid5

import pytest

from services.training.consumers import consumer
from shared import holds
from shared.auth import Caller
from shared.clients import ask
from shared.errors import Unavailable
from tests.support.hearing import hear
from tests.training.conftest import Registry
from tests.training.world import HALF_DAYS, PROVINCIAL, REMOTE, ROOT, World, assignment, known, worker

LATER = [half_day | {"day": f"2025-05-1{number}"} for number, half_day in enumerate(HALF_DAYS)]


class TestRefusals:
    async def test_who_is_not_yours(self, world: World) -> None:
        session = await world.opened()
        (theirs,) = await world.people("Trần Văn Bình", at=REMOTE)
        answers = await world.enrolled(session, theirs, by="hr-bvt")
        assert answers["items"][0]["problem"]["status"] == 422  # whom one may not see does not exist
        await world.act("hr-bvt", "/enrolments", {"session_id": session["id"], "person_id": theirs, "done_on": "2025-02-10"}, expect=422)

    async def test_the_same_person_twice(self, world: World) -> None:
        session = await world.opened()
        (one,) = await world.people("Nguyễn Thị Hoa")
        await world.enrolled(session, one)
        answers = await world.enrolled(session, one)
        assert answers["items"][0]["problem"]["type"].endswith("/already-enrolled")
        body = {"session_id": session["id"], "person_id": one, "done_on": "2025-02-10"}
        assert (await world.act("training", "/enrolments", body, expect=409))["rule"]["id"] == "TRN-ONCE"
        await world.act("training", f"/sessions/{session['id']}/enrolments", {"person_ids": [one, one]}, expect=422)

    async def test_a_session_that_is_not_open(self, world: World) -> None:
        session = await world.planned()
        (one,) = await world.people("Nguyễn Thị Hoa")
        refused = await world.act("training", f"/sessions/{session['id']}/enrolments", {"person_ids": [one], "done_on": "2025-02-10"}, expect=409)
        assert refused["rule"]["id"] == "WF-session-enrol"

    async def test_a_session_that_is_over(self, world: World) -> None:
        session = await world.opened()
        (one,) = await world.people("Nguyễn Thị Hoa")
        refused = await world.act("training", f"/sessions/{session['id']}/enrolments", {"person_ids": [one], "done_on": "2025-03-12"}, expect=409)
        assert refused["type"].endswith("/session-over")

    async def test_days_taken_by_another_session(self, world: World) -> None:
        """ROT-06: the registry names the days in conflict and the nearest free ones; nothing of it is lost on the way."""
        course = await world.course()
        first, second = await world.opened(course=course), await world.opened(course=course)
        one, other = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        await world.enrolled(first, one)
        answers = await world.enrolled(second, one, other)
        assert (answers["enrolled"], answers["refused"]) == (1, 1)
        problem = answers["items"][0]["problem"]
        assert {conflict["reason"] for conflict in problem["conflicts"]} == {"double-booking"}
        assert problem["nearest"]
        refused = await world.act("training", "/enrolments", {"session_id": second["id"], "person_id": one, "done_on": "2025-02-10"}, expect=409)
        assert refused["conflicts"] == problem["conflicts"]

    async def test_one_refusal_stops_no_other(self, world: World) -> None:
        session = await world.opened()
        (one,) = await world.people("Nguyễn Thị Hoa")
        answers = await world.enrolled(session, str(known("nobody")), one)
        assert [(item["enrolment"] is not None, item["problem"] is not None) for item in answers["items"]] == [(False, True), (True, False)]


class TestTeams:
    async def team(self, world: World, registry: Registry, minimum: int) -> list[str]:
        """Three surgeons of one unit, of whom some must stay (TRN-01, TRN-02)."""
        unit = f"Khoa Chấn thương {minimum} {known('unit')}"
        people = await world.people("Phạm Văn Sơn", "Lê Đức Hải", "Hoàng Minh Long", unit=unit, occupation_code="VN-BSCK", specialty="orthopaedic-surgery")
        body = {"facility_code": PROVINCIAL, "unit": unit, "occupation_code": "VN-BSCK", "specialty": "orthopaedic-surgery", "min_present": minimum, "valid_from": "2025-01-01"}
        await registry.enter("linh", "staffing-minimums", body | {"reason": "Luôn có người trực", "done_on": "2025-01-01"})
        return people

    async def test_the_minimum_stays(self, world: World, registry: Registry) -> None:
        people = await self.team(world, registry, 2)
        answers = await world.enrolled(await world.opened(), *people)
        assert (answers["enrolled"], answers["refused"]) == (1, 2)
        refused = [item["problem"] for item in answers["items"] if item["problem"]]
        assert {conflict["reason"] for problem in refused for conflict in problem["conflicts"]} == {"below-minimum"}
        assert all(problem["rule"]["citation"] for problem in refused)

    async def test_only_the_head_lets_the_minimum_be_broken(self, world: World, registry: Registry) -> None:
        """TRN-02 and SEC-02: neither the officer who enrols, nor a head who planned the session."""
        people, course = await self.team(world, registry, 3), await world.course()
        session = await world.opened(course=course)
        body = {"session_id": session["id"], "person_id": people[0], "override_reason": "Khóa học cuối cùng của năm", "done_on": "2025-02-10"}
        for officer in ("hr-bvt", "training", "linh"):
            assert (await world.act(officer, "/enrolments", body, expect=403))["type"].endswith("/override-by-head")
        both = world.api.as_("head-bvt", roles=["head-of-facility", "facility-hr-officer", "records-officer"])
        planned = {"authority": "VN-22", "course_id": course["id"], "half_days": LATER, "capacity": 20, "min_participants": 1, "cost": 0, "done_on": "2025-02-01"}
        own = (await both.post(f"{ROOT}/sessions", json=planned | {"authority": PROVINCIAL, "open": True})).json()
        answer = await both.post(f"{ROOT}/enrolments", json=body | {"session_id": own["id"]})
        refused = answer.json()
        assert (answer.status_code, refused["type"].rsplit("/", 1)[-1]) == (403, "asker-does-not-grant")
        assert (refused["rule"]["id"], refused["rule"]["value"], bool(refused["rule"]["citation"]), bool(refused["possible"])) == ("SEC-02", 2, True, True)
        assert (await world.act("head-bvt", "/enrolments", body))["held"]


class TestMany:
    async def test_more_people_at_once_than_the_registry_is_asked_about(self, world: World, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
        """The registry is asked in parts, each within the time that a service waits for another; a part without an answer is asked again."""
        people = await world.people(*(f"Bác sĩ {number}" for number in range(3 * holds.ASKED_AT_ONCE)))
        session = await world.opened(capacity=len(people))
        asked, longest = [], 0.0

        async def watched(caller: Caller, method: str, path: str, *, json: Any = None) -> dict[str, Any] | None:
            nonlocal longest
            begun = time.monotonic()
            answer = await ask(caller, method, path, json=json)
            longest = max(longest, time.monotonic() - begun)
            asked.append(len(json["items"]))
            if len(asked) == 2:  # the registry has held these days, and its answer is lost
                raise Unavailable()
            return answer

        monkeypatch.setattr(holds, "ask", watched)
        answers = await world.enrolled(session, *people)
        assert (answers["enrolled"], answers["waiting"], answers["refused"]) == (len(people), 0, 0)
        assert asked == [holds.ASKED_AT_ONCE] * 4
        assert longest < 5, longest


class TestSeats:
    async def test_who_comes_too_late_waits(self, world: World) -> None:
        session = await world.opened(capacity=1)
        first, second, third = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình", "Lê Minh Châu")
        answers = await world.enrolled(session, first, second)
        assert (answers["enrolled"], answers["waiting"]) == (1, 1)
        alone = await world.act("hr-bvt", "/enrolments", {"session_id": session["id"], "person_id": third, "done_on": "2025-02-11"})
        assert (alone["state"], alone["held"]) == ("waiting", False)
        assert (await world.act("training", f"/sessions/{session['id']}/seats", {}, expect=200))["enrolled"] == 0
        enrolment = next(item["enrolment"] for item in answers["items"] if item["person_id"] == first)
        gone = await world.act("hr-bvt", f"/enrolments/{enrolment['id']}/withdrawal", {"reason": "Trực đột xuất", "done_on": "2025-02-20"})
        assert (gone["state"], gone["held"]) == ("withdrawn", False)
        filled = await world.act("training", f"/sessions/{session['id']}/seats", {"done_on": "2025-02-20"}, expect=200)
        assert [item["person_id"] for item in filled["items"]] == [second]
        seen = await world.read("training", f"/sessions/{session['id']}")
        assert (seen["enrolled"], seen["waiting"]) == (1, 1)

    async def test_a_refused_seat_goes_to_the_next(self, world: World) -> None:
        course = await world.course()
        elsewhere, session = await world.opened(course=course), await world.opened(course=course, capacity=1)
        busy, free = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        await world.enrolled(elsewhere, busy)
        answers = await world.enrolled(session, busy, free)
        assert [item["problem"] is None for item in answers["items"]] == [False, True]
        assert answers["enrolled"] == 1

    async def test_the_seats_of_others_count(self, world: World) -> None:
        """A hospital sees its own people only, and no more free seats than there are."""
        session = await world.opened(capacity=2)
        (theirs,) = await world.people("Trần Văn Bình", at=REMOTE)
        (own,) = await world.people("Nguyễn Thị Hoa")
        await world.enrolled(session, theirs, by="hr-bache")
        await world.enrolled(session, own, by="hr-bvt")
        seen = await world.read("hr-bvt", f"/sessions/{session['id']}")
        assert (seen["enrolled"], seen["capacity"]) == (2, 2)
        listed = await world.read("hr-bvt", f"/enrolments?training_session={session['id']}")
        assert [item["person_id"] for item in listed["items"]] == [own]
        assert len((await world.read("training", f"/enrolments?training_session={session['id']}"))["items"]) == 2
        assert (await world.read("hanoi", f"/enrolments?training_session={session['id']}"))["items"] == []

    async def test_withdrawn_may_come_back(self, world: World) -> None:
        session = await world.opened(capacity=1)
        first, one = await world.people("Trần Văn Bình", "Nguyễn Thị Hoa")
        answers = await world.enrolled(session, first, one)
        await world.act("training", f"/enrolments/{answers['items'][1]['enrolment']['id']}/withdrawal", {"reason": "Ốm"})
        assert (await world.enrolled(session, one))["waiting"] == 1

    async def test_convened_with_the_session_or_after_it(self, world: World) -> None:
        session = await world.opened()
        first, second = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        await world.enrolled(session, first)
        await world.confirmed(session)
        await world.enrolled(session, second)
        states = {item["person_id"]: item["state"] for item in (await world.read("training", f"/enrolments?training_session={session['id']}"))["items"]}
        assert states == {first: "convened", second: "requested"}
        await world.act("training", f"/sessions/{session['id']}/convocation", {"done_on": "2025-03-02"})
        listed: dict[str, Any] = await world.read("training", f"/enrolments?training_session={session['id']}&state=convened")
        assert len(listed["items"]) == 2


async def test_somebody_who_works_nowhere(world: World, registry: Registry) -> None:
    session = await world.opened()
    gone = await registry.person("Vũ Thị Loan")
    await hear(consumer, worker(gone), assignment(gone, ends_on="2024-12-31"))
    answers = await world.enrolled(session, gone)
    assert answers["items"][0]["problem"]["fields"]


async def test_an_answer_that_was_lost_stands_in_nobodys_way(world: World, registry: Registry) -> None:
    """The registry held the days, the answer did not arrive, nothing was recorded here: the same request made again replaces its own days."""
    session = await world.opened()
    (one,) = await world.people("Nguyễn Thị Hoa")
    days = [{"starts_on": session["first_day"], "ends_on": session["last_day"]}]
    body = {"kind": "session", "source_service": "training", "person_id": one, "periods": days, "source_id": str(uuid5(UUID(session["id"]), f"{one}/0"))}
    await registry.enter("training", "holds", body)
    assert (await world.enrolled(session, one))["enrolled"] == 1
