"""Meetings, what they decided, plans and their actions as files: with the list's filters, and for those alone who read the list."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.db import worker_session
from tests.observatory.conftest import Tell
from tests.observatory.world import ROOT, facility
from tests.support.api import Api
from tests.support.exports import file_as_listed, taken

LISTS = {"meetings": "meetings", "resolutions": "resolutions", "strategies": "strategies", "strategy-actions": "strategy-actions"}


@pytest.mark.parametrize("name", LISTS)
async def test_who_reads_no_list_takes_no_file_and_who_sees_no_row_takes_none(api: Api, name: str) -> None:
    await taken(api.as_("ops"), f"{ROOT}/exports/{name}", 403)
    assert await file_as_listed(api.as_("hanoi"), ROOT, name, LISTS[name]) == []


async def test_each_list_is_a_file_and_each_taking_is_kept(api: Api, tell: Tell) -> None:
    await tell(facility("VN-22-BVT"))
    linh = api.as_("linh")

    async def post(path: str, **body: Any) -> str:
        answer = await linh.post(f"{ROOT}/{path}", json={"done_on": "2025-03-10"} | body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    committee = await post("meeting-bodies", authority="VN-22", code="training", title="Training committee", kind="committee")
    meeting = await post("meetings", body_id=committee, number=1, starts_on="2025-03-10", ends_on="2025-03-10", place="=Hạ Long")
    await post(f"meetings/{meeting}/holding")
    for kind, due_on in (("recommendation", "2025-06-30"), ("decision", "2026-06-30")):
        await post(f"meetings/{meeting}/resolutions", kind=kind, text="Open 20 seats more", owner="Training office", due_on=due_on)
    axes = [{"title": "Training", "objectives": ["More seats"]}]
    plan = await post("strategies", authority="VN-22", title="Plan", starts_on="2025-01-01", ends_on="2026-12-31", axes=axes)
    await post(f"strategies/{plan}/actions", axis=1, objective=1, title="Open seats", owner="Directorate", starts_on="2025-02-01", due_on="2025-07-15")

    [row] = await file_as_listed(linh, ROOT, "meetings", "meetings", body=committee)
    assert (row["body.title"], row["number"], row["state"]) == ("Training committee", 1, "held")
    assert "'=Hạ Long" in (await taken(linh, f"{ROOT}/exports/meetings", format="csv")).text
    [row] = await file_as_listed(linh, ROOT, "resolutions", "resolutions", late="true", as_of="2025-09-30")
    assert (row["kind"], row["owner"], row["standing"]) == ("recommendation", "Training office", "late")
    [row] = await file_as_listed(linh, ROOT, "strategies", "strategies")
    assert (row["title"], row["state"]) == ("Plan", "draft")
    [row] = await file_as_listed(linh, ROOT, "strategy-actions", "strategy-actions", strategy=plan)
    assert (row["axis"], row["owner"], row["due_on"]) == (1, "Directorate", "2025-07-15")
    async with worker_session() as session:
        kept = (await session.execute(text("SELECT list, filters ->> 'late' FROM exports WHERE format = 'ndjson' ORDER BY recorded_at"))).all()
    assert [tuple(one) for one in kept] == [("meetings", None), ("resolutions", "true"), ("strategies", None), ("strategy-actions", None)]
