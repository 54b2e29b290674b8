"""The pages of availability and licences: whole in each language, a refusal with its days and the nearest free ones, nothing of a protected ground."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_availability import ANSWERS, APPROVED, ASKED, ENDING, MINIMUM, OVER, REFUSED, RESTING, R
from tests.portal.forms import fill, hidden_fields
from tests.portal.world import World, uid

PAGES = [
    "/availability",
    "/availability?facility=VN-22-BVT&unit=Khoa+Ch%E1%BA%A5n+th%C6%B0%C6%A1ng&month=2025-11",
    "/availability?facility=VN-22-BVT&month=nonsense",
    "/leave",
    "/leave?state=",
    "/leave/new",
    f"/leave/new?person={uid(1)}",
    f"/leave/{ASKED}",
    f"/leave/{APPROVED}",
    "/minimum-staffing",
    "/minimum-staffing/new",
    f"/minimum-staffing/{MINIMUM['id']}/ending",
    f"/minimum-staffing/{OVER['id']}/ending",
    "/licences",
    "/licences?status=expired",
    "/licences/new",
    f"/licences/new?person={uid(1)}",
    f"/licences/{ENDING}",
    f"/licences/{ENDING}?tab=timeline",
    f"/licences/{RESTING}",
    f"/people/{uid(1)}",
]


@pytest.fixture(autouse=True)
def registry(world: World) -> World:
    world.answers |= ANSWERS
    return world


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    page = as_("linh", language).get(path)
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text), "inline code or style"
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    for name in re.findall(r'<label for="([^"]+)"', page.text):
        assert name in ids, f"label for {name}"


def test_the_calendar_says_with_a_word_what_is_below_the_minimum(as_: Callable[..., TestClient]) -> None:
    page = as_("linh", "en").get("/availability?facility=VN-22-BVT&unit=x&month=2025-11").text
    assert page.count("below the minimum") == 1
    assert page.count('<td class="text-center table-secondary">') == 4
    assert "Unavailable, protected ground" in page


def test_a_refused_leave_shows_the_days_and_the_nearest_free_ones(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"{R}/absences"] = Refusal(409, REFUSED)
    reader = as_("hr-bvt", "en")
    answer = fill(reader, f"/leave/new?person={uid(1)}", "/leave/new", type="annual", starts_on="2025-11-03", ends_on="2025-11-07")
    assert answer.status_code == 409
    assert "too few would be present" in answer.text
    assert f"/leave/new?person={uid(1)}&amp;type=annual&amp;starts_on=2025-11-06&amp;ends_on=2025-11-10" in answer.text
    assert 'name="override_reason"' in answer.text
    assert 'value="2025-11-03"' in answer.text


def test_a_leave_refused_without_days_in_conflict_keeps_what_was_typed(as_: Callable[..., TestClient], world: World) -> None:
    """Most problems have neither conflicts nor a rule: the page shows what they say, not an error of ours."""
    world.refusals[f"{R}/absences"] = Refusal(409, {"type": "https://relais/problems/absence-overlaps", "title": "Refused", "status": 409, "detail": "These days are taken."})
    answer = fill(as_("hr-bvt", "en"), f"/leave/new?person={uid(1)}", "/leave/new", type="annual", starts_on="2025-11-03", ends_on="2025-11-07")
    assert answer.status_code == 409
    assert "These days are taken." in answer.text
    assert 'value="2025-11-03"' in answer.text


def test_a_person_is_found_without_a_name_in_the_address(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{R}/persons/search"] = {"id": uid(700), "items": [{"id": uid(1), "name": "Đặng Thị Ánh", "occupation_name": "Bác sĩ", "facility_name": "BVT"}], "next": None}
    reader = as_("linh", "en")
    for page, action, chosen in (("/leave/new", "/leave/find", "/leave/new"), ("/licences/new", "/licences/find", "/licences/new")):
        found = reader.post(action, data=hidden_fields(reader.get(page).text, action) | {"q": "anh"})
        assert f'href="{chosen}?person={uid(1)}"' in found.text


def test_acts_are_sent_once_with_what_was_typed(as_: Callable[..., TestClient], world: World) -> None:
    acts = [
        (f"/leave/{ASKED}", f"/leave/{ASKED}/approval", f"{R}/absences/{ASKED}/approval", {"counts_for_probation": "true"}, {"counts_for_probation": True}),
        (f"/leave/{ASKED}", f"/leave/{ASKED}/refusal", f"{R}/absences/{ASKED}/refusal", {"reason": "audit"}, {"reason": "audit"}),
        (f"/licences/{ENDING}", f"/licences/{ENDING}/renewal", f"{R}/licences/{ENDING}/renewal", {"expires_on": "2030-12-31"}, {"expires_on": "2030-12-31"}),
    ]
    for shown, action, path, typed, body in acts:
        world.answers[path] = {"id": ASKED if "leave" in shown else ENDING}
        answer = fill(as_("licensing", "en"), shown, action, **typed)
        assert answer.status_code == 303
        assert world.sent[-1] == ("POST", path, body)


def test_a_minimum_is_set_with_numbers(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{R}/staffing-minimums"] = ANSWERS[f"{R}/staffing-minimums"] | {"facility_code": "VN-22-BVT"}
    answer = fill(as_("linh", "en"), "/minimum-staffing/new", "/minimum-staffing/new", facility_code="VN-22-BVT", specialty="surgery", min_present="4", valid_from="2025-11-01")
    assert answer.status_code == 303
    assert world.sent[-1][2] == {"facility_code": "VN-22-BVT", "specialty": "surgery", "min_present": 4, "valid_from": "2025-11-01"}


def test_a_minimum_is_ended_with_its_day_and_reason(as_: Callable[..., TestClient], world: World) -> None:
    address, path = f"/minimum-staffing/{MINIMUM['id']}/ending", f"{R}/staffing-minimums/{MINIMUM['id']}/ending"
    reader = as_("linh", "en")
    shown = reader.get("/minimum-staffing").text
    assert f'href="{address}"' in shown
    assert OVER["id"] not in shown  # it has its last day
    world.answers[path] = MINIMUM
    answer = fill(reader, address, address, ends_on="2025-10-31", reason="Khoa sáp nhập")
    assert answer.headers["location"] == "/minimum-staffing?facility=VN-22-BVT&done=ended"
    assert world.sent[-1] == ("POST", path, {"ends_on": "2025-10-31", "reason": "Khoa sáp nhập"})


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (Refusal(422, {"title": "", "fields": [{"path": "ends_on", "reason": "The minimum begins on 2025-01-01."}]}), 'href="#ends_on"'),
        (
            Refusal(403, {"title": "", "detail": "This facility is neither managed by your authority nor yours.", "rule": None, "possible": None}),
            "neither managed by your authority",
        ),
    ],
)
def test_an_ending_that_is_refused_keeps_what_was_typed(as_: Callable[..., TestClient], world: World, refused: Refusal, expected: str) -> None:
    address = f"/minimum-staffing/{MINIMUM['id']}/ending"
    world.refusals[f"{R}/staffing-minimums/{MINIMUM['id']}/ending"] = refused
    answer = fill(as_("linh", "en"), address, address, ends_on="2024-10-31", reason="Khoa sáp nhập")
    assert answer.status_code == refused.status
    assert expected in answer.text
    assert 'value="2024-10-31"' in answer.text


def test_the_licensing_officer_finds_the_work(as_: Callable[..., TestClient]) -> None:
    page = as_("licensing", "en").get("/licences").text
    assert 'href="/licences/new"' in page
    assert 'href="/imports"' in page
