"""The work-list: what falls due in every service, for whoever must act, the nearest first."""

from typing import Any

import pytest

from tests.observatory.conftest import Tell
from tests.observatory.world import AS_OF, ROOT, due, facility, known
from tests.support.api import Api


@pytest.fixture
async def dues(tell: Tell) -> None:
    await tell(facility("VN-22-BVT"), facility("VN-22-BVBC"))
    await tell(
        due("late", on="2025-09-01"),
        due("soon", on="2025-10-05", kind="probation_ends", name="A"),
        due("far", on="2026-03-01", kind="mandate_ends", responsible="signatory"),
        due("elsewhere", at="VN-22-BVBC", on="2025-10-01", kind="step_due"),
        due("not yet", on="2026-08-01", warn_on="2026-01-01"),
        due("done", on="2025-10-01", state="done"),
    )


async def listed(api: Api, person: str, **params: Any) -> list[str]:
    answer = await api.as_(person).get(f"{ROOT}/work-list", params={"as_of": AS_OF} | params)
    assert answer.status_code == 200, answer.text
    names = {known(f"due {key}"): key for key in ("late", "soon", "far", "elsewhere", "not yet", "done")}
    return [names[item["id"]] for item in answer.json()["items"]]


@pytest.mark.parametrize(("person", "status"), [("ops", 403), ("analyst", 403), ("linh", 200), ("hr-bvt", 200), ("director", 200), ("training", 200)])
async def test_who_has_a_work_list(api: Api, dues: None, person: str, status: int) -> None:
    assert (await api.as_(person).get(f"{ROOT}/work-list")).status_code == status


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        ("linh", ["late", "elsewhere", "soon", "far"]),  # the administrator follows the whole territory
        ("hr-bvt", ["late", "soon", "far"]),  # the officer follows her facility, also what others must sign
        ("hr-bc", ["elsewhere"]),
        ("director", ["far"]),  # a signatory sees what waits for a signature
        ("training", []),
        ("hanoi", []),
    ],
)
async def test_each_sees_what_waits_for_them(api: Api, dues: None, person: str, seen: list[str]) -> None:
    assert await listed(api, person) == seen


@pytest.mark.parametrize(
    ("params", "seen"),
    [
        ({"kind": "step_due"}, ["elsewhere"]),
        ({"facility": "VN-22-BVT"}, ["late", "soon", "far"]),
        ({"responsible": "signatory"}, ["far"]),
        ({"due_before": "2025-10-04"}, ["late", "elsewhere"]),
        ({"due_before": "2026-12-31"}, ["late", "elsewhere", "soon", "far", "not yet"]),
        ({"when": "overdue"}, ["late"]),
        ({"when": "week"}, ["elsewhere", "soon"]),
        ({"when": "later"}, ["far"]),
        ({"as_of": "2026-01-01"}, ["late", "elsewhere", "soon", "far", "not yet"]),
    ],
)
async def test_filters(api: Api, dues: None, params: dict[str, str], seen: list[str]) -> None:
    assert await listed(api, "linh", **params) == seen


async def test_how_many_of_each_kind(api: Api, dues: None) -> None:
    answer = (await api.as_("linh").get(f"{ROOT}/work-list", params={"as_of": AS_OF, "when": "week", "limit": 1})).json()
    assert {count["kind"]: (count["overdue"], count["week"], count["later"]) for count in answer["counts"]} == {
        "mandate_ends": (1, 0, 1),
        "probation_ends": (0, 1, 0),
        "step_due": (0, 1, 0),
    }
    assert len(answer["items"]) == 1
    following = (await api.as_("linh").get(f"{ROOT}/work-list", params={"as_of": AS_OF, "when": "week", "limit": 1, "cursor": answer["next"]})).json()
    assert [item["kind"] for item in following["items"]] == ["probation_ends"]
    assert (following["items"][0]["days_left"], following["items"][0]["person_id"], following["next"]) == (5, known("person A"), None)


async def test_acted_on_it_leaves_the_list(api: Api, tell: Tell, dues: None) -> None:
    await tell(due("late", on="2025-09-01", state="done"))
    assert "late" not in await listed(api, "linh")


async def test_it_is_shared_with_the_parties_of_the_thing(api: Api, tell: Tell) -> None:
    await tell(facility("VN-22-BVT"), facility("VN-22-TTBCE"))
    await tell(due("late", shared_with=["VN-22-TTBCE"], responsible="facility-hr-officer"))
    assert await listed(api, "hr-bache") == ["late"]


async def of_owners(api: Api, person: str, day: str, **params: str) -> list[tuple[str, str, str]]:
    found = (await api.as_(person).get(f"{ROOT}/work-list", params={"as_of": day, "responsible": "regional-administrator"} | params)).json()["items"]
    return [(item["kind"], item["path"], item["facts"]["owner"]) for item in found if item["kind"] in ("action_due", "resolution_due")]


async def test_what_a_meeting_and_a_plan_ask_stands_with_its_owner_until_it_is_done(api: Api, tell: Tell) -> None:
    await tell(facility("VN-22-BVT"))
    linh, director = api.as_("linh"), api.as_("director")

    async def post(path: str, body: dict[str, Any], who: Any = linh) -> str:
        answer = await who.post(f"{ROOT}/{path}", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    committee = await post("meeting-bodies", {"authority": "VN-22", "code": "training", "title": "Training committee", "kind": "committee", "done_on": "2025-01-05"})
    meeting = await post("meetings", {"body_id": committee, "number": 1, "starts_on": "2025-03-10", "ends_on": "2025-03-10", "place": "Hạ Long", "done_on": "2025-01-05"})
    await post(f"meetings/{meeting}/holding", {"done_on": "2025-03-10"})
    asked = {"kind": "recommendation", "text": "Open 20 seats more", "owner": "Training office", "due_on": "2025-06-30", "done_on": "2025-03-10"}
    recommendation = await post(f"meetings/{meeting}/resolutions", asked)
    await post(f"meetings/{meeting}/resolutions", {"kind": "decision", "text": "The rules stand", "done_on": "2025-03-10"})  # due on no day
    axes = [{"title": "Training", "objectives": ["More seats"]}]
    plan = await post("strategies", {"authority": "VN-22", "title": "Plan", "starts_on": "2025-01-01", "ends_on": "2026-12-31", "axes": axes, "done_on": "2025-01-05"})
    wanted = {"axis": 1, "objective": 1, "title": "Open seats", "owner": "Directorate", "starts_on": "2025-02-01", "due_on": "2025-07-15", "done_on": "2025-03-10"}
    action = await post(f"strategies/{plan}/actions", wanted)

    soon = ("resolution_due", f"/resolutions/{recommendation}", "Training office")
    late = ("action_due", f"/strategy-actions/{action}", "Directorate")
    assert await of_owners(api, "linh", "2025-05-30") == []  # more than thirty days before
    assert await of_owners(api, "linh", "2025-07-20") == [soon]  # nobody carries out what is drafted
    await post(f"strategies/{plan}/approval", {"done_on": "2025-03-11"}, director)
    assert await of_owners(api, "linh", "2025-07-20") == [soon, late]
    assert await of_owners(api, "linh", "2025-07-20", kind="action_due") == [late]
    for other in ("hr-bvt", "director", "hanoi"):
        assert await of_owners(api, other, "2025-07-20") == []
    await post(f"resolutions/{recommendation}/follow-ups", {"outcome": "under_way", "evidence": "Rooms are found", "done_on": "2025-07-01"})
    assert await of_owners(api, "linh", "2025-07-20") == [soon, late]
    await post(f"resolutions/{recommendation}/follow-ups", {"outcome": "done", "evidence": "Circular 12", "done_on": "2025-07-02"})
    await post(f"strategy-actions/{action}/closure", {"outcome": "dropped", "evidence": "Circular 13", "done_on": "2025-07-02"}, director)
    assert await of_owners(api, "linh", "2025-07-20") == []


async def test_what_a_region_must_see_to_stands_in_its_list_and_it_says_how_far_it_is(api: Api, tell: Tell) -> None:
    """A ministry's meeting recommends, a province sees to it; the ministry says that it is done."""
    await tell(facility("VN-22-BVT"), facility("VN-01-BVBM"))
    ministry, linh = api.as_("ministry", roles=["regional-administrator", "records-officer"], groups=["/territories/VN"]), api.as_("linh")

    async def post(who: Any, path: str, body: dict[str, Any], status: int = 201) -> Any:
        answer = await who.post(f"{ROOT}/{path}", json={"done_on": "2025-03-10"} | body)
        assert answer.status_code == status, answer.text
        return answer.json()

    committee = (await post(ministry, "meeting-bodies", {"authority": "VN", "code": "national", "title": "National committee", "kind": "committee"}))["id"]
    meeting = (await post(ministry, "meetings", {"body_id": committee, "number": 1, "starts_on": "2025-03-10", "ends_on": "2025-03-10", "place": "Hà Nội"}))["id"]
    await post(ministry, f"meetings/{meeting}/holding", {})
    asked = {"kind": "recommendation", "text": "Open 20 seats more", "owner": "Health department", "due_on": "2025-06-30", "area_code": "VN-22"}
    assert (await post(ministry, f"meetings/{meeting}/resolutions", asked | {"area_code": "FR-44"}, 422))["fields"][0]["path"] == "area_code"
    found = await post(ministry, f"meetings/{meeting}/resolutions", asked)
    line = [("resolution_due", f"/resolutions/{found['id']}", "Health department")]
    assert await of_owners(api, "linh", "2025-07-20") == line
    assert await of_owners(api, "hanoi", "2025-07-20") == []
    said = {"outcome": "under_way", "evidence": "Rooms are found", "done_on": "2025-07-01"}
    path = f"resolutions/{found['id']}/follow-ups"
    assert (await post(linh, path, said))["standing"] == "late"
    refusal = await post(linh, path, said | {"outcome": "done"}, 403)
    assert (refusal["type"].rsplit("/", 1)[-1], refusal["rule"]["id"]) == ("ended-by-the-authority", "MTG-FOLLOWED")
    await post(api.as_("hanoi"), path, said, 403)
    assert await of_owners(api, "linh", "2025-07-20") == line
    await post(ministry, path, said | {"outcome": "done"})
    assert await of_owners(api, "linh", "2025-07-20") == []
