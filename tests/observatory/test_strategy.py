"""A strategic plan: approved by another person, carried out by regions, closed by another person than the one who reported, late by its days."""

from typing import Any

import pytest

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import ROOT, assignment, facility, worker
from tests.support.api import Api
from tests.support.refusals import refused

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


@pytest.fixture
async def approved(api: Api, plan: str) -> str:
    answer = await api.as_("director").post(f"{plan}/approval", json={"done_on": "2025-01-20"})
    assert answer.status_code == 201, answer.text
    return plan


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


async def test_progress_by_axis_and_late_actions_by_day(api: Api, approved: str, add: Any, ask: Ask) -> None:
    first, second, third = [(await add(**more)).json()["id"] for more in ({}, {"title": "Find teachers"}, {"axis": 2, "due_on": "2026-06-30"})]
    await report(api, first, 50, "2025-03-01")
    await close(api, first, "2025-08-01")
    await report(api, second, 30, "2025-03-01")
    dropped = (await add(axis=2, objective=2, title="Buy kiosks")).json()["id"]
    await close(api, dropped, "2025-04-01", outcome="dropped")
    read = (await api.as_("hr-bvt").get(approved, params={"as_of": "2025-07-15"})).json()
    assert [(axis["actions"], axis["done"], axis["late"], axis["percent"]) for axis in read["axes"]] == [(2, 0, 2, 40), (2, 0, 0, 0)]
    read = (await api.as_("linh").get(approved, params={"as_of": "2025-09-30"})).json()
    assert [(axis["done"], axis["late"], axis["percent"]) for axis in read["axes"]] == [(1, 1, 65), (0, 0, 0)]
    assert [(await ask("plan.actions_late", as_of=day)).json()["value"] for day in ("2025-06-30", "2025-07-15", "2025-09-30")] == [0, 2, 1]
    assert [record["record_id"] for record in (await ask("plan.actions_late/records")).json()["items"]] == [second]
    late = await api.as_("linh").get(f"{ROOT}/strategy-actions", params={"late": "true", "as_of": "2025-09-30"})
    assert [one["id"] for one in late.json()["items"]] == [second]
    share = (await ask("plan.actions_done_percent")).json()
    assert (share["numerator"], share["denominator"], share["value"]) == (1, 3, 33)
    assert third != dropped


async def test_an_indicator_is_computed_before_and_after(api: Api, approved: str, add: Any, tell: Tell) -> None:
    await tell(*(message for name in ("An", "Bình") for message in (worker(name), assignment(name, first="2020-01-01" if name == "An" else "2025-03-01"))))
    action = (await add(indicator="stock.staff", target=5)).json()["id"]
    seen = (await api.as_("linh").get(f"{ROOT}/strategy-actions/{action}/indicator", params={"as_of": "2025-09-30"})).json()
    assert (seen["before"], seen["before_on"], seen["after"], seen["after_on"], seen["target"]) == (1, "2025-01-31", 2, "2025-09-30", 5.0)
    assert (await api.as_("hr-bvt").get(f"{ROOT}/strategy-actions/{action}/indicator")).status_code == 404  # whose facility opens no figure of the province
