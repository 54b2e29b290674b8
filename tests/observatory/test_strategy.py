"""A strategic plan: approved by another person, carried out by regions, closed by another person than the one who reported, late by its days."""

from typing import Any

import pytest

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import ROOT, assignment, facility, worker
from tests.support.api import Api
from tests.support.refusals import defended, refused

PLAN = {
    "authority": "VN-22",
    "title": "Plan 2025-2026",
    "starts_on": "2025-01-01",
    "ends_on": "2026-12-31",
    "done_on": "2025-01-05",
    "axes": [{"title": "Training", "objectives": ["More seats"]}, {"title": "Procedures", "objectives": ["Simpler", "Digital"]}],
}
ACTION = {"axis": 1, "objective": 1, "title": "Open seats", "owner": "Training office", "starts_on": "2025-02-01", "due_on": "2025-06-30", "done_on": "2025-01-06"}


@pytest.fixture
async def plan(api: Api, tell: Tell) -> str:
    await tell(facility("VN-22-BVT"))
    answer = await api.as_("linh").post(f"{ROOT}/strategies", json=PLAN)
    assert answer.status_code == 201, answer.text
    return f"{ROOT}/strategies/{answer.json()['id']}"


@pytest.fixture
async def add(api: Api, plan: str) -> Any:
    """Add an action to the plan."""

    async def added(**changes: Any) -> Any:
        return await api.as_("linh").post(f"{plan}/actions", json=ACTION | changes)

    return added


async def approve(api: Api, plan: str) -> None:
    answer = await api.as_("director").post(f"{plan}/approval", json={"done_on": "2025-01-20"})
    assert answer.status_code == 201, answer.text


async def amend(api: Api, plan: str, person: str = "linh", **more: Any) -> Any:
    body = {"reason": "Fewer rooms than planned", "decision": "Decision 12/QĐ-SYT", "done_on": "2025-04-01"}
    return await api.as_(person).post(f"{plan}/amendments", json=body | more)


async def report(api: Api, action: str, percent: int, day: str, person: str = "linh") -> Any:
    return await api.as_(person).post(f"{ROOT}/strategy-actions/{action}/progress", json={"percent": percent, "text": "As planned", "done_on": day})


async def close(api: Api, action: str, day: str, person: str = "director", outcome: str = "done") -> Any:
    return await api.as_(person).post(f"{ROOT}/strategy-actions/{action}/closure", json={"outcome": outcome, "evidence": "Circular 12", "done_on": day})


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"objective": 2}, "objective"),
        ({"starts_on": "2024-12-01"}, "due_on"),
        ({"area_code": "VN-01"}, "area_code"),
        ({"indicator": "density.dentists"}, "indicator"),
        ({"resolution_id": "0193f2a0-0000-7000-8000-000000000001"}, "resolution_id"),
    ],
)
async def test_what_an_action_must_name(add: Any, changes: dict[str, Any], path: str) -> None:
    answer = await add(**changes)
    assert (answer.status_code, [field["path"] for field in answer.json()["fields"]]) == (422, [path])


async def test_four_eyes_on_the_plan_and_on_each_action(api: Api, plan: str, add: Any) -> None:
    refused(await api.as_("linh").post(f"{plan}/approval", json={}), 403, "plan-is-yours")
    refused(await api.as_("hanoi").post(f"{ROOT}/strategies", json=PLAN), 403, "other-authority")
    action = (await add()).json()["id"]
    refused(await report(api, action, 10, "2025-02-10"), 409, "state-does-not-allow")
    await api.as_("director").post(f"{plan}/approval", json={"done_on": "2025-01-20"})
    assert (await report(api, action, 10, "2025-01-19")).status_code == 422
    refused(await report(api, action, 10, "2025-02-10", "director"), 403, "role-missing")
    assert (await report(api, action, 60, "2025-02-10")).json()["percent"] == 60
    assert (await report(api, action, 70, "2025-02-09")).status_code == 422
    refused(await close(api, action, "2025-06-01", "linh"), 403, "progress-is-yours")
    refused(await close(api, action, "2025-06-01", "hr-bvt"), 403, "role-missing")
    assert (await close(api, action, "2025-06-01")).json()["standing"] == "done"
    refused(await report(api, action, 80, "2025-06-02"), 409, "state-does-not-allow")
    assert (await api.as_("hanoi").get(f"{ROOT}/strategy-actions/{action}")).status_code == 404


async def test_progress_by_axis_and_late_actions_by_day(api: Api, plan: str, add: Any, ask: Ask) -> None:
    wanted: list[dict[str, Any]] = [{}, {"title": "Find teachers"}, {"axis": 2, "due_on": "2026-06-30"}, {"axis": 2, "objective": 2, "title": "Buy kiosks"}]
    first, second, third, dropped = [(await add(**more)).json()["id"] for more in wanted]
    await approve(api, plan)
    await report(api, first, 50, "2025-03-01")
    await close(api, first, "2025-08-01")
    await report(api, second, 30, "2025-03-01")
    await close(api, dropped, "2025-04-01", outcome="dropped")
    read = (await api.as_("hr-bvt").get(plan, params={"as_of": "2025-07-15"})).json()
    assert [(axis["actions"], axis["done"], axis["late"], axis["percent"]) for axis in read["axes"]] == [(2, 0, 2, 40), (2, 0, 0, 0)]
    read = (await api.as_("linh").get(plan, params={"as_of": "2025-09-30"})).json()
    assert [(axis["done"], axis["late"], axis["percent"]) for axis in read["axes"]] == [(1, 1, 65), (0, 0, 0)]
    assert [(await ask("plan.actions_late", as_of=day)).json()["value"] for day in ("2025-06-30", "2025-07-15", "2025-09-30")] == [0, 2, 1]
    assert [record["record_id"] for record in (await ask("plan.actions_late/records")).json()["items"]] == [second]
    late = await api.as_("linh").get(f"{ROOT}/strategy-actions", params={"late": "true", "as_of": "2025-09-30"})
    assert [one["id"] for one in late.json()["items"]] == [second]
    share = (await ask("plan.actions_done_percent")).json()
    assert (share["numerator"], share["denominator"], share["value"]) == (1, 3, 33)
    assert third != dropped


async def test_an_indicator_is_computed_before_and_after(api: Api, plan: str, add: Any, tell: Tell) -> None:
    await tell(*(message for name in ("An", "Bình") for message in (worker(name), assignment(name, first="2020-01-01" if name == "An" else "2025-03-01"))))
    action = (await add(indicator="stock.staff", target=5)).json()["id"]
    await approve(api, plan)
    seen = (await api.as_("linh").get(f"{ROOT}/strategy-actions/{action}/indicator", params={"as_of": "2025-09-30"})).json()
    assert (seen["before"], seen["before_on"], seen["after"], seen["after_on"], seen["target"]) == (1, "2025-01-31", 2, "2025-09-30", 5.0)
    assert (await api.as_("hr-bvt").get(f"{ROOT}/strategy-actions/{action}/indicator")).status_code == 404  # whose facility opens no figure of the province


class TestAmendments:
    async def test_what_an_amendment_must_rest_on_and_name(self, api: Api, plan: str, add: Any) -> None:
        action = (await add()).json()["id"]
        later = [{"action_id": action, "due_on": "2025-12-31"}]
        refused(await amend(api, plan, changed=later), 409, "state-does-not-allow")  # a draft is still written
        await approve(api, plan)
        refused(await add(title="Something more"), 409, "state-does-not-allow")  # and what is approved is amended
        refused(await amend(api, plan, "hr-bvt", changed=later), 403, "role-missing")
        assert (await amend(api, plan, "hanoi", changed=later)).status_code == 404
        unknown = "0193f2a0-0000-7000-8000-000000000001"
        for wrong in (
            {"changed": later, "decision": None},
            {"reason": None, "changed": later},
            {},
            {"changed": later + later},
            {"changed": [{"action_id": unknown, "title": "Other"}]},
            {"changed": [{"action_id": action, "due_on": "2027-01-01"}]},
            {"changed": [{"action_id": action, "due_on": "2025-01-31"}]},
            {"changed": [{"action_id": action, "target": 5}]},
            {"changed": [{"action_id": action, "indicator": "density.dentists"}]},
            {"changed": [{"action_id": action, "title": "Open seats"}]},
            {"objectives": [{"axis": 3, "title": "Nowhere"}]},
            {"objectives": [{"axis": 1, "number": 2, "title": "Nowhere"}]},
            {"added": [{name: value for name, value in ACTION.items() if name != "done_on"} | {"objective": 2}]},
            {"changed": later, "meeting_id": unknown},
            {"changed": later, "done_on": "2025-01-19"},
        ):
            assert (await amend(api, plan, **wrong)).status_code == 422, wrong
        assert (await api.as_("linh").get(plan)).json()["amendments"] == []

    async def test_it_rests_on_minutes_that_another_person_adopted(self, api: Api, plan: str, add: Any) -> None:
        action = (await add()).json()["id"]
        await approve(api, plan)
        linh = api.as_("linh")
        body = {"authority": "VN-22", "code": "training", "title": "Committee", "kind": "committee", "done_on": "2025-01-05"}
        committee = (await linh.post(f"{ROOT}/meeting-bodies", json=body)).json()["id"]
        planned = {"body_id": committee, "number": 1, "starts_on": "2025-03-10", "ends_on": "2025-03-10", "place": "Hạ Long", "done_on": "2025-01-05"}
        meeting = (await linh.post(f"{ROOT}/meetings", json=planned)).json()["id"]
        await linh.post(f"{ROOT}/meetings/{meeting}/holding", json={"done_on": "2025-03-10"})
        asked: dict[str, Any] = {"changed": [{"action_id": action, "due_on": "2025-12-31"}], "meeting_id": meeting, "decision": None}
        refused(await amend(api, plan, **asked), 409, "minutes-not-adopted")
        await api.as_("director").post(f"{ROOT}/meetings/{meeting}/adoption", json={"done_on": "2025-04-10"})
        assert (await amend(api, plan, **asked)).status_code == 422  # on a day before the adoption
        amended = await amend(api, plan, done_on="2025-04-10", **asked)
        assert (amended.status_code, amended.json()["amendments"][0]["meeting_id"]) == (201, meeting)

    async def test_what_stood_before_stays_readable_on_every_day(self, api: Api, plan: str, add: Any, ask: Ask) -> None:
        action = (await add(indicator="stock.staff", target=40, due_on="2025-03-31")).json()["id"]
        await approve(api, plan)
        new = {name: value for name, value in ACTION.items() if name != "done_on"} | {"title": "Find rooms", "objective": 2, "due_on": "2025-04-30"}
        asked = {
            "reference": "A-1",
            "objectives": [{"axis": 1, "title": "More rooms"}, {"axis": 2, "number": 1, "title": "Simpler for all"}],
            "changed": [{"action_id": action, "due_on": "2025-05-31", "target": 30, "owner": "Training office"}],
            "added": [new],
        }
        first = await amend(api, plan, **asked)
        assert first.status_code == 201, first.text
        assert (await amend(api, plan, **asked)).json()["amendments"] == first.json()["amendments"]  # said twice, made once
        assert (await amend(api, plan, done_on="2025-05-15", changed=[{"action_id": action, "due_on": "2025-07-31"}])).status_code == 201

        def told(read: Any) -> list[tuple[str, list[tuple[str, str, float | None]]]]:
            return [(one["title"], [(a["title"], a["due_on"], a["target"]) for a in one["actions"]]) for axis in read["axes"] for one in axis["objectives"]]

        before, between, now = [(await api.as_("hr-bvt").get(plan, params={"as_of": day})).json() for day in ("2025-03-31", "2025-04-01", "2025-05-15")]
        assert told(before) == [("More seats", [("Open seats", "2025-03-31", 40.0)]), ("Simpler", []), ("Digital", [])]
        rooms = ("More rooms", [("Find rooms", "2025-04-30", None)])
        assert told(between) == [("More seats", [("Open seats", "2025-05-31", 30.0)]), rooms, ("Simpler for all", []), ("Digital", [])]
        assert told(now)[0] == ("More seats", [("Open seats", "2025-07-31", 30.0)])
        assert [len(read["amendments"]) for read in (before, between, now)] == [0, 1, 2]
        lines = [(one["axis"], one["objective"], one["field"], one["before"], one["after"]) for one in now["amendments"][0]["changes"]]
        assert lines == [
            (1, 2, "added", None, "More rooms"),
            (2, 1, "title", "Simpler", "Simpler for all"),
            (1, 1, "due_on", "2025-03-31", "2025-05-31"),
            (1, 1, "target", "40", "30"),
            (1, 2, "added", None, "Find rooms"),
        ]
        # Late as the plan read on each day, in the list as in the figure.
        for day, late in (("2025-03-31", 0), ("2025-05-01", 1), ("2025-06-05", 1), ("2025-08-01", 2)):
            listed = (await api.as_("linh").get(f"{ROOT}/strategy-actions", params={"late": "true", "as_of": day})).json()["items"]
            assert (len(listed), (await ask("plan.actions_late", as_of=day)).json()["value"]) == (late, late), day
        history = (await api.as_("linh").get(f"{ROOT}/history", params={"subject_kind": "strategy", "subject_id": plan.rpartition("/")[2]})).json()["items"]
        assert [entry["act"] for entry in history].count("strategy.amended") == 2

    async def test_what_is_done_is_not_amended(self, api: Api, plan: str, add: Any) -> None:
        action = (await add()).json()["id"]
        await approve(api, plan)
        await close(api, action, "2025-03-01")
        refused(await amend(api, plan, changed=[{"action_id": action, "title": "Other"}]), 409, "state-does-not-allow")


class TestClosing:
    async def test_a_plan_is_closed_with_the_result_of_each_action_and_refuses_what_comes_after(self, api: Api, plan: str, add: Any) -> None:
        first, second, third = [(await add(title=title)).json()["id"] for title in ("Open seats", "Find teachers", "Buy kiosks")]

        async def conclude(results: dict[str, str], person: str = "director", **more: Any) -> Any:
            told = [{"action_id": action, "outcome": outcome, "evidence": "Report 3"} for action, outcome in results.items()]
            return await api.as_(person).post(f"{plan}/closure", json={"conclusion": "Two of three", "results": told, "done_on": "2025-09-15"} | more)

        refused(await conclude({first: "done"}), 409, "state-does-not-allow")  # a draft
        await approve(api, plan)
        await close(api, first, "2025-06-01")
        await report(api, second, 90, "2025-07-01")
        left = (await conclude({second: "done"})).json()
        defended(left, "actions-without-result", "PLAN-RESULTS", 0, possible="done or dropped")
        assert "Buy kiosks" in left["detail"]
        assert (await conclude({first: "done", second: "done", third: "dropped"})).status_code == 422  # the first is closed already
        refused(await conclude({second: "done", third: "dropped"}, "hr-bvt"), 403, "role-missing")
        refused(await conclude({second: "done", third: "dropped"}, "linh"), 403, "progress-is-yours")
        assert (await conclude({second: "done", third: "dropped"}, done_on="2025-06-30")).status_code == 422  # before what was reported last
        closed = await conclude({second: "done", third: "dropped"})
        assert closed.status_code == 201, closed.text
        read = closed.json()
        assert (read["state"], read["closed_on"], read["conclusion"]) == ("closed", "2025-09-15", "Two of three")
        assert [(one["title"], one["standing"], one["evidence"]) for one in read["axes"][0]["objectives"][0]["actions"]] == [
            ("Open seats", "done", "Circular 12"),
            ("Find teachers", "done", "Report 3"),
            ("Buy kiosks", "dropped", "Report 3"),
        ]
        earlier = (await api.as_("linh").get(plan, params={"as_of": "2025-09-14"})).json()
        assert (earlier["state"], earlier["closed_on"], earlier["conclusion"]) == ("approved", None, None)
        for answer in (
            await report(api, second, 100, "2025-09-16"),
            await add(title="Something more"),
            await amend(api, plan, objectives=[{"axis": 1, "title": "More rooms"}]),
            await close(api, second, "2025-09-16"),
            await conclude({}),
        ):
            defended(answer.json(), "plan-closed", "PLAN-CLOSED", 0, possible="the plan that follows")
        assert not [one for one in (await api.as_("linh").get(plan)).json()["available_actions"] if one["allowed"]]
