"""A session: planned, opened, confirmed from its minimum, held once attendance is whole; or stopped, with the days given back."""

from typing import Any

import orjson
import pytest
from sqlalchemy import text

from shared.db import worker_session
from tests.support.orders import holds_its_orders
from tests.training.world import COURSE, HALF_DAYS, PROVINCIAL, REMOTE, ROOT, World


async def announced(topic: str) -> list[dict[str, Any]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, subject, data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": topic})
        return [{"type": row.type, "subject": str(row.subject), "data": orjson.loads(row.data)} for row in rows]


class TestTheWholeWay:
    async def test_from_the_plan_to_the_credit(self, world: World) -> None:
        """Plan → course → session → enrolment with hold → attendance → marks → held, each told to the others."""
        plan = await world.approved_plan()
        session = await world.opened(plan_id=plan["id"], axis="P-IN")
        first, second = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        answers = await world.enrolled(session, first, second)
        assert (answers["enrolled"], answers["waiting"], answers["refused"]) == (2, 0, 0)
        assert all(item["enrolment"]["held"] for item in answers["items"])
        await world.confirmed(session)
        await world.attendance(session, {first: [1, 2, 3, 4], second: [1, 2]})
        await world.marks(session, {first: (40, 85)})
        done = await world.held(session)
        assert (done["state"], done["enrolled"], done["completed"]) == ("done", 2, 1)
        states = {event["data"]["person_id"]: event["data"] for event in await announced("relais.training.enrolments")}
        assert (states[first]["state"], states[first]["attended"], states[first]["attendance_percent"]) == ("passed", True, 100)
        assert (states[second]["state"], states[second]["attended"], states[second]["attendance_percent"]) == ("absent", False, 50)
        types = [event["type"].split(".")[-2] for event in await announced("relais.training.sessions")]
        assert types == ["opened", "changed", "confirmed", "changed", "held"]
        holds = await announced("relais.training.holds")
        assert [event["data"]["outcome"] for event in holds] == ["confirmed", "confirmed"]
        told = (await announced("relais.training.plans"))[-1]["data"]
        assert (told["state"], told["axes"][0]["spent"]) == ("executing", 40_000_000)


class TestPlanning:
    @pytest.mark.parametrize(
        "changes",
        [
            {"half_days": []},
            {"half_days": [HALF_DAYS[0], HALF_DAYS[0]]},
            {"half_days": [HALF_DAYS[0] | {"facility_code": "VN-22-NONE"}]},
            {"half_days": [HALF_DAYS[0] | {"part": "evening"}]},
            {"capacity": 5, "min_participants": 6},
            {"axis": "P-IN"},
            {"course_id": "00000000-0000-0000-0000-000000000000"},
            {"plan_id": "00000000-0000-0000-0000-000000000000"},
        ],
    )
    async def test_what_cannot_be(self, province: World, changes: dict[str, Any]) -> None:
        course = await province.course()
        body = {"authority": "VN-22", "course_id": course["id"], "half_days": HALF_DAYS, "capacity": 20, "done_on": "2025-02-01"} | changes
        await province.act("training", "/sessions", body, expect=422)

    async def test_half_days_are_numbered_in_order(self, province: World) -> None:
        session = await province.planned(half_days=list(reversed(HALF_DAYS)))
        assert [(half_day["number"], half_day["day"], half_day["part"]) for half_day in session["half_days"]] == [
            (number, half_day["day"], half_day["part"]) for number, half_day in enumerate(HALF_DAYS, start=1)
        ]
        assert (session["first_day"], session["last_day"]) == ("2025-03-10", "2025-03-11")

    async def test_several_places(self, province: World) -> None:
        session = await province.planned(half_days=[*HALF_DAYS[:2], *[half_day | {"facility_code": REMOTE} for half_day in HALF_DAYS[2:]]])
        assert session["facility_codes"] == [PROVINCIAL, REMOTE]

    async def test_a_hospital_reads_it_though_its_course_is_retired(self, province: World) -> None:
        session = await province.opened()
        path = f"/courses/{session['course_id']}"
        await province.act("training", f"{path}/retirement", {"done_on": "2025-02-10"})
        assert [each["course_code"] for each in (await province.read("hr-bvt", "/sessions"))["items"]] == [COURSE["code"]]
        assert (await province.read("hr-bvt", path))["state"] == "retired"
        assert (await province.read("hr-bvt", "/courses"))["items"] == []

    async def test_a_hospital_sees_it_once_it_is_open(self, province: World) -> None:
        session = await province.planned()
        await province.read("hr-bvt", f"/sessions/{session['id']}", expect=404)
        await province.act("training", f"/sessions/{session['id']}/opening", {"done_on": "2025-02-02"})
        seen = {act["act"]: act["allowed"] for act in (await province.read("hr-bvt", f"/sessions/{session['id']}"))["available_actions"]}
        assert (seen["enrol"], seen["confirm"], seen["enter-attendance"]) == (True, False, False)
        await province.read("hanoi", f"/sessions/{session['id']}", expect=404)
        assert (await province.act("hr-bvt", f"/sessions/{session['id']}/confirmation", {}, expect=403))["type"].endswith("/other-authority")

    async def test_the_list_of_a_month(self, province: World) -> None:
        course = await province.course()
        await province.planned(course)
        await province.planned(course, half_days=[HALF_DAYS[0] | {"day": "2025-04-02"}])
        march = await province.read("training", "/sessions?from=2025-03-01&to=2025-03-31")
        assert [item["first_day"] for item in march["items"]] == ["2025-03-10"]
        assert len((await province.read("training", "/sessions?field=imaging"))["items"]) == 0

    async def test_a_course_retired_is_not_offered(self, province: World) -> None:
        course = await province.course()
        await province.act("training", f"/courses/{course['id']}/retirement", {})
        assert (await province.read("hr-bvt", "/courses"))["items"] == []
        assert (await province.act("training", f"/courses/{course['id']}/reopening", {}))["state"] == "open"
        assert (await province.act("training", "/courses", {**COURSE}, expect=409))["type"].endswith("/course-code-taken")


class TestStops:
    async def test_confirmed_from_its_minimum(self, world: World) -> None:
        session = await world.opened(min_participants=2)
        (one,) = await world.people("Nguyễn Thị Hoa")
        await world.enrolled(session, one)
        refused = await world.act("training", f"/sessions/{session['id']}/confirmation", {}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["value"]) == ("too-few-enrolled", 2)

    async def test_not_held_before_its_end_nor_without_attendance(self, world: World) -> None:
        session = await world.opened()
        (one,) = await world.people("Nguyễn Thị Hoa")
        await world.enrolled(session, one)
        await world.confirmed(session)
        early = await world.act("training", f"/sessions/{session['id']}/holding", {"done_on": "2025-03-10"}, expect=409)
        assert early["type"].endswith("/not-begun")
        assert (await world.held(session, expect=409))["type"].endswith("/attendance-missing")

    async def test_cancelled_gives_the_days_back(self, world: World) -> None:
        session = await world.opened()
        people = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        await world.enrolled(session, *people)
        refused = await world.act("training", f"/sessions/{session['id']}/cancellation", {"done_on": "2025-03-08"}, expect=422)
        assert refused["fields"][0]["path"] == "reason"
        stopped = await world.act("training", f"/sessions/{session['id']}/cancellation", {"reason": "Bão số 5", "done_on": "2025-03-08"})
        assert (stopped["state"], stopped["enrolled"]) == ("cancelled", 0)
        holds = [event["data"]["outcome"] for event in await announced("relais.training.holds")]
        assert holds == ["confirmed"] * 2 + ["released"] * 2
        assert {event["data"]["state"] for event in await announced("relais.training.enrolments")} == {"requested", "withdrawn"}

    async def test_postponed_then_given_new_dates(self, world: World) -> None:
        session = await world.opened()
        (one,) = await world.people("Nguyễn Thị Hoa")
        await world.enrolled(session, one)
        await world.confirmed(session)
        await world.act("training", f"/sessions/{session['id']}/postponement", {"reason": "Bão số 5", "done_on": "2025-03-08"})
        again = await world.act(
            "training", f"/sessions/{session['id']}/dates", {"half_days": [HALF_DAYS[0] | {"day": "2025-04-01"}, HALF_DAYS[1] | {"day": "2025-04-01"}], "done_on": "2025-03-09"}
        )
        assert (again["state"], again["first_day"], again["enrolled"], len(again["half_days"])) == ("open", "2025-04-01", 1, 2)
        (enrolment,) = (await world.read("training", f"/enrolments?training_session={session['id']}"))["items"]
        assert (enrolment["state"], enrolment["held"], enrolment["half_days"]) == ("requested", True, 2)

    async def test_what_falls_due(self, world: World) -> None:
        """Attendance within three days of the session, then the marks."""
        session = await world.opened()
        (one,) = await world.people("Nguyễn Thị Hoa")
        await world.enrolled(session, one)
        await world.confirmed(session)
        await world.attendance(session, {one: [1, 2, 3, 4]})
        await world.held(session)
        await world.marks(session, {one: (50, 90)})
        dues = [(event["data"]["kind"], event["data"]["state"], event["data"]["due_on"]) for event in await announced("relais.training.dues")]
        assert dues == [
            ("attendance_due", "open", "2025-03-14"),
            ("attendance_due", "done", "2025-03-14"),
            ("attendance_due", "done", "2025-03-14"),
            ("marks_due", "open", "2025-03-14"),
            ("marks_due", "done", "2025-03-14"),
        ]


async def test_the_list_holds_each_order(province: World) -> None:
    for code, day in (("B", "2025-04-02"), ("C", "2025-03-04"), ("A", "2025-05-05")):
        await province.planned(await province.course(code=f"HSCC-{code}", title=f"{code} hồi sức"), half_days=[HALF_DAYS[0] | {"day": day}])
    orders = {"from": lambda one: one["first_day"], "title": lambda one: one["title"], "state": lambda one: (one["state"], one["first_day"])}
    await holds_its_orders(province.api.as_("training"), f"{ROOT}/sessions", orders, rows=3)
