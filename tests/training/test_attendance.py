"""Attendance by half-day and marks: one person or the whole room, on the day or later; what is corrected is audited."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.training.enrolments.models import Enrolment
from services.training.rules import PACKS
from shared.db import worker_session
from tests.support.refusals import defended
from tests.training.world import World, known


@pytest.fixture
async def room(world: World) -> tuple[dict[str, Any], list[str]]:
    """A confirmed session of four half-days with three people."""
    session = await world.opened()
    people = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình", "Lê Minh Châu")
    await world.enrolled(session, *people)
    return await world.confirmed(session), people


class TestRefusals:
    async def test_somebody_who_is_not_enrolled(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        stranger = str(known("stranger"))
        refused = await world.attendance(session, {people[0]: [1], stranger: [1]}, expect=409)
        defended(refused, "not-enrolled", "TRN-ENROLLED", "enrolled", possible="Enrol")
        assert refused["persons"] == [stranger]
        assert "Enrol" in refused["possible"]
        listed = await world.read("training", f"/enrolments?training_session={session['id']}")
        assert all(item["half_days_entered"] == 0 for item in listed["items"])

    async def test_before_it_has_happened(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        assert (await world.attendance(session, {people[0]: [1, 2, 3, 4]}, expect=409, done_on="2025-03-10"))["type"].endswith("/not-begun")

    async def test_a_half_day_that_does_not_exist(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        await world.act("training", f"/sessions/{session['id']}/attendance", {"entries": [{"person_id": people[0], "present": [5]}], "done_on": "2025-03-11"}, expect=422)
        await world.act("training", f"/sessions/{session['id']}/attendance", {"entries": [{"person_id": people[0], "present": [1], "absent": [1]}]}, expect=422)

    async def test_before_the_session_is_confirmed(self, world: World) -> None:
        session = await world.opened()
        (one,) = await world.people("Nguyễn Thị Hoa")
        await world.enrolled(session, one)
        assert (await world.attendance(session, {one: [1]}, expect=409))["type"].endswith("/state-does-not-allow")

    async def test_by_another_than_the_organiser(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        await world.attendance(session, {people[0]: [1]}, expect=403, by="hr-bvt")

    async def test_marks_of_the_absent(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        await world.attendance(session, {people[0]: [1]})
        assert (await world.marks(session, {people[0]: (10, 90)}, expect=409))["type"].endswith("/post-test-of-an-absent")
        await world.marks(session, {people[1]: (10, 101)}, expect=422)

    async def test_marks_without_a_test(self, world: World) -> None:
        session = await world.opened(assessed=False)
        (one,) = await world.people("Nguyễn Thị Hoa")
        await world.enrolled(session, one)
        await world.confirmed(session)
        assert (await world.marks(session, {one: (10, 90)}, expect=409))["type"].endswith("/no-test")


class TestSheet:
    async def test_the_whole_room_in_one_request(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        sheet = await world.attendance(session, {people[0]: [1, 2, 3, 4], people[1]: [1, 2, 3], people[2]: []})
        assert [(item["state"], item["attendance_percent"]) for item in sheet["enrolments"]] == [("attended", 100), ("absent", 75), ("absent", 0)]
        assert (await world.read("training", f"/sessions/{session['id']}"))["state"] == "running"

    async def test_half_a_day_at_a_time(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        for number, day in ((1, "2025-03-10"), (2, "2025-03-10"), (3, "2025-03-11"), (4, "2025-03-11")):
            sheet = await world.act("training", f"/sessions/{session['id']}/attendance", {"entries": [{"person_id": people[0], "present": [number]}], "done_on": day})
            assert sheet["enrolments"][0]["half_days_entered"] == number
        assert sheet["enrolments"][0]["state"] == "attended"

    async def test_late_entry_says_so(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        """The sheet of March is entered on 1 October."""
        session, people = room
        sheet = await world.attendance(session, {people[0]: [1, 2, 3, 4]}, done_on="2025-03-11")
        assert sheet["enrolments"][0]["entered_afterwards"] is True
        assert sheet["enrolments"][0]["attendance_on"] == "2025-03-11"

    async def test_a_correction_is_audited(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        await world.attendance(session, {people[0]: [1, 2, 3]})
        corrected = await world.attendance(session, {people[0]: [1, 2, 3, 4]})
        assert corrected["enrolments"][0]["state"] == "attended"
        async with worker_session() as database:
            rows = (await database.execute(text("SELECT before, after FROM audit WHERE act = 'enrolment.attendance-entered' ORDER BY seq"))).all()
        assert (rows[-1].before["state"], rows[-1].after["state"], rows[-1].after["half_days"]) == ("absent", "attended", {"4": True})

    async def test_said_twice_changes_nothing(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        await world.attendance(session, {people[0]: [1, 2, 3, 4]})
        await world.attendance(session, {people[0]: [1, 2, 3, 4]})
        async with worker_session() as database:
            assert (await database.execute(text("SELECT count(*) FROM audit WHERE act = 'enrolment.attendance-entered'"))).scalar_one() == 1

    @pytest.mark.parametrize(("post", "state"), [(60, "passed"), (59.99, "failed")])
    async def test_passed_from_the_threshold(self, world: World, room: tuple[dict[str, Any], list[str]], post: float, state: str) -> None:
        session, people = room
        await world.attendance(session, {people[0]: [1, 2, 3, 4]})
        marks = await world.marks(session, {people[0]: (30, post)})
        assert (marks["enrolments"][0]["state"], marks["enrolments"][0]["pre_mark"]) == (state, 30)

    async def test_marks_before_the_last_half_day_wait_for_it(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        assert (await world.marks(session, {people[0]: (30, 80)}))["enrolments"][0]["state"] == "convened"
        assert (await world.attendance(session, {people[0]: [1, 2, 3, 4]}))["enrolments"][0]["state"] == "passed"

    async def test_an_absent_who_had_passed_no_longer_has(self, world: World, room: tuple[dict[str, Any], list[str]]) -> None:
        session, people = room
        await world.attendance(session, {people[0]: [1, 2, 3, 4]})
        await world.marks(session, {people[0]: (30, 80)})
        assert (await world.attendance(session, {people[0]: []}))["enrolments"][0]["state"] == "absent"


@given(half_days=st.integers(1, 120), present=st.integers(0, 120))
def test_eighty_percent_is_exact(half_days: int, present: int) -> None:
    """4 of 5 half-days are enough, 79.9 % is not; no rounding helps."""
    present = min(present, half_days)
    enrolment = Enrolment(half_days=half_days, half_days_present=present)
    enough = PACKS.pinned("vn-2020").rule("TRN-ATTENDED").value
    assert (100 * present >= enough * half_days) == (5 * present >= 4 * half_days)
    assert 0 <= enrolment.attendance_percent <= 100
