"""Pages of meetings, strategic plans, delegations and procedures: whole in three languages, and what is refused keeps what was typed."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_governance import ACTION, ANSWERS, APPROVED, CLOSED, LATE, OBSERVATORY, PLAN, ROW, SEVENTH, SIXTH, A, R
from tests.portal.forms import fill
from tests.portal.world import World, page, uid

PAGES = [
    "/meetings",
    f"/meetings/{SEVENTH}",
    f"/meetings/{SIXTH}",
    f"/resolutions/{LATE}",
    "/strategies",
    f"/strategies/{PLAN}",
    f"/strategies/{APPROVED}",
    f"/strategies/{CLOSED}",
    f"/strategy-actions/{ACTION}",
]
PAGES += ["/delegations", "/delegations/delays", "/procedures", "/request-at-the-counter"]
PEOPLE = page({"id": uid(1), "name": "Nguyễn Thị Hoa", "birth_year": 1985, "facility_name": "Bệnh viện đa khoa tỉnh"})


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS | {f"{R}/persons/search": PEOPLE}


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    shown = as_("linh", language).get(path)
    assert shown.status_code == 200, shown.text[:2000]
    assert shown.text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", shown.text)
    ids = re.findall(r'\sid="([^"]+)"', shown.text)
    assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)


def test_procedures_by_which_nothing_waits(as_: Callable[..., TestClient], world: World) -> None:
    idle = ANSWERS[f"{R}/requests/summary"]
    world.answers[f"{R}/requests/summary"] = idle | {"items": [line | {"pending": 0, "oldest_on": None, "oldest_id": None} for line in idle["items"]]}
    assert "nothing waits" in as_("linh", "en").get("/procedures").text


def test_a_wrong_item_of_the_programme_is_named_where_it_was_typed(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"POST {OBSERVATORY}/meetings"] = Refusal(422, {"fields": [{"path": "agenda.1.subject", "reason": "Too short"}]})
    typed = {"number": "8", "starts_on": "2025-10-01", "ends_on": "2025-10-01", "place": "Hạ Long", "subject_1": "Chỗ đào tạo", "subject_4": "x"}
    answer = fill(as_("linh"), "/meetings", "/meetings/plan", **typed)
    assert answer.status_code == 422
    assert 'href="#subject_4"' in answer.text
    assert 'value="Chỗ đào tạo"' in answer.text
    sent = next(body for method, path, body in world.sent if method == "POST" and path == f"{OBSERVATORY}/meetings")
    assert (sent["number"], [item["day"] for item in sent["agenda"]]) == (8, ["2025-10-01", "2025-10-01"])


def test_somebody_who_was_there_is_found_by_name_and_kept_with_the_others(as_: Callable[..., TestClient], world: World) -> None:
    path, action = f"/meetings/{SEVENTH}", f"/meetings/{SEVENTH}/named"
    assert "Nguyễn Thị Hoa" in fill(as_("linh"), path, action, delegation="VN-22/Phụ trách đào tạo", q="hoa", step="search").text
    world.answers[f"{OBSERVATORY}/meetings/{SEVENTH}/participants"] = {"id": SEVENTH}
    fill(as_("linh"), path, action, delegation="VN-22/Phụ trách đào tạo", q="hoa", person_id=uid(2))
    sent = next(body for method, path, body in world.sent if method == "POST" and path.endswith("/participants"))
    assert sent["delegations"] == [{"area_code": "VN-22", "capacity": "Phụ trách đào tạo", "people": 14, "person_ids": [uid(1), uid(2)]}]


def test_objectives_are_typed_one_a_line(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{OBSERVATORY}/strategies"] = ANSWERS[f"{OBSERVATORY}/strategies"] | {"id": PLAN}
    fill(as_("linh"), "/strategies", "/strategies", title="Kế hoạch", starts_on="2025-01-01", ends_on="2026-12-31", axis_1="Đào tạo", objectives_1="Thêm chỗ\n\nThêm thầy ")
    sent = next(body for method, path, body in world.sent if method == "POST" and path == f"{OBSERVATORY}/strategies")
    assert sent["axes"] == [{"title": "Đào tạo", "objectives": ["Thêm chỗ", "Thêm thầy"]}]


def test_a_plan_is_amended_on_its_page_and_what_stood_before_stays(as_: Callable[..., TestClient], world: World) -> None:
    path = f"/strategies/{APPROVED}"
    shown = re.sub(r"\s+", " ", as_("linh").get(path).text)
    assert "Amendment 1" in shown
    assert f'<a href="/meetings/{SIXTH}">Hội đồng phối hợp đào tạo, meeting 6</a> · 12/QĐ-SYT' in shown
    assert '<td data-label="Before" dir="auto">50</td><td data-label="From that day" dir="auto">40</td>' in shown
    world.refusals[f"POST {OBSERVATORY}{path}/amendments"] = Refusal(422, {"fields": [{"path": "changed.0.due_on", "reason": "Too late"}]})
    typed = {
        "reason": "Lý do",
        "decision": "13/QĐ-SYT",
        "changed_2": ACTION,
        "due_on_2": "2030-01-01",
        "target_2": "30",
        "objective_changed": "1.",
        "objective_title": "Thêm phòng",
    }
    answer = fill(as_("linh"), path, f"{path}/amendments", **typed)
    assert (answer.status_code, 'href="#due_on_2"' in answer.text, 'value="2030-01-01"' in answer.text) == (422, True, True)
    sent = next(body for method, asked, body in world.sent if method == "POST" and asked.endswith("/amendments"))
    assert sent["objectives"] == [{"axis": 1, "number": None, "title": "Thêm phòng"}]
    assert (sent["changed"], sent["added"]) == ([{"action_id": ACTION, "due_on": "2030-01-01", "target": 30}], [])


def test_a_plan_is_closed_with_the_result_of_each_action(as_: Callable[..., TestClient], world: World) -> None:
    path = f"/strategies/{APPROVED}"
    world.refusals[f"POST {OBSERVATORY}{path}/closure"] = Refusal(422, {"fields": [{"path": "results.0.evidence", "reason": "Too short"}]})
    answer = fill(as_("linh"), path, f"{path}/closure", **{f"outcome_{ACTION}": "done", f"evidence_{ACTION}": "x", "conclusion": "Hai trên ba"})
    assert (answer.status_code, f'href="#evidence_{ACTION}"' in answer.text) == (422, True)
    sent = next(body for method, asked, body in world.sent if method == "POST" and asked.endswith("/closure"))
    assert sent == {"conclusion": "Hai trên ba", "results": [{"action_id": ACTION, "outcome": "done", "evidence": "x"}]}
    closed = as_("linh").get(f"/strategies/{CLOSED}").text
    assert "Hai trên ba" in closed
    assert "Amend the plan" not in closed


def test_what_is_refused_says_why_and_keeps_what_was_typed(as_: Callable[..., TestClient], world: World) -> None:
    problem = {"title": "A rule refuses this", "detail": "You reported on this action last: another person closes it.", "status": 403}
    world.refusals[f"POST {OBSERVATORY}/strategy-actions/{ACTION}/closure"] = Refusal(403, problem)
    answer = fill(as_("linh"), f"/strategy-actions/{ACTION}", f"/strategy-actions/{ACTION}/closure", outcome="done", evidence="Thông tư 12")
    assert (answer.status_code, "another person closes it" in answer.text, "Thông tư 12</textarea>" in answer.text) == (403, True, True)
    world.refusals[f"POST {A}/delegations/{ROW}/end"] = Refusal(422, {"fields": [{"path": "valid_to", "reason": "Choose a day on which the row holds."}]})
    answer = fill(as_("linh"), "/delegations", f"/delegations/{ROW}/end", ends_on="2020-01-01", reason="thay thế")
    assert (answer.status_code, 'value="2020-01-01"' in answer.text) == (422, True)


def test_what_came_on_paper_is_entered_for_somebody_found_by_name(as_: Callable[..., TestClient], world: World) -> None:
    path = "/request-at-the-counter"
    found = fill(as_("linh"), path, path, procedure="contest_authorisation", q="hoa", step="search")
    assert "Nguyễn Thị Hoa" in found.text
    assert '<option value="contest_authorisation" selected>' in found.text
    world.answers[f"{R}/requests"] = {"id": uid(2013)}
    answer = fill(as_("linh"), path, path, procedure="contest_authorisation", facility_code="VN-22-BVT", person_id=uid(1), q="hoa")
    assert answer.headers["location"].startswith(f"/requests/{uid(2013)}")
