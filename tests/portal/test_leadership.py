"""The pages of leaders: whole in each language, a case as a line of steps, votes as totals, refusals in one box."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_leadership import ANSWERS, CASE, CASES, DECIDED, DEPUTY, ENTRY, HALF, HEAD, MANDATE, OLD, PLAN, PLAN_READ, POSITIONS, RULE, SECRET, A
from tests.portal.forms import fill
from tests.portal.world import World, card, page, uid

PAGES = [
    "/leadership",
    "/leadership?facility=VN-22-BVT",
    "/leadership?vacant=true",
    "/leadership/new",
    *(f"/leadership/{one}" for one in (HEAD, DEPUTY)),
    "/mandates",
    "/mandates?show=all&rank=head",
    *(f"/mandates/{one}" for one in (MANDATE, OLD)),
    "/cases",
    "/cases?state=all",
    "/cases/new",
    f"/cases/new?position={HEAD}",
    f"/cases/new?mandate={MANDATE}",
    *(f"/cases/{one}" for one in (CASE, HALF, SECRET, DECIDED)),
    "/succession-plans",
    "/succession-plans/new",
    f"/succession-plans/{PLAN}",
    f"/succession-plans/{PLAN}?thin=true",
    f"/succession-plans/{PLAN}?edit={ENTRY}",
]


@pytest.fixture(autouse=True)
def appointment(world: World) -> World:
    world.answers |= ANSWERS
    return world


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    for person in ("linh", "director"):
        shown = as_(person, language).get(path)
        assert shown.status_code == 200, shown.text[:500]
        assert shown.text.count("<h1") == 1
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", shown.text), "inline code or style"
        ids = re.findall(r'\sid="([^"]+)"', shown.text)
        assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
        for name in re.findall(r'<label for="([^"]+)"', shown.text):
            assert name in ids, f"label for {name}"


def test_who_holds_what_and_since_when_nobody_does(as_: Callable[..., TestClient]) -> None:
    shown = as_("linh").get("/leadership?facility=VN-22-BVT").text
    assert "Nguyễn Thị Hoa" in shown
    assert "273 days this year" in shown
    assert "20 staff counted: at most 2 deputies" in shown
    assert "Public employee" in shown


def test_a_mandate_says_what_comes_next_and_by_when(as_: Callable[..., TestClient]) -> None:
    shown = as_("linh").get(f"/mandates/{MANDATE}").text
    for said in ("Extend to retirement", "12 months", "APP-10", f"/cases/new?mandate={MANDATE}", "runs again"):
        assert said in shown


def test_a_case_is_a_line_of_steps(as_: Callable[..., TestClient]) -> None:
    shown = as_("linh").get(f"/cases/{CASE}").text
    steps = re.findall(r'<li class="step step-(\w+)"', shown)
    assert steps == ["done", "done", "now", "coming", "coming", "coming"]
    assert "1 of 2 held" in shown
    assert "Committee member" in shown
    assert f'name="votes-{uid(1)}"' in shown


def test_a_meeting_is_one_write_of_totals(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{A}/cases/{CASE}/steps"] = CASES[0]
    answer = fill(
        as_("linh"),
        f"/cases/{CASE}",
        f"/cases/{CASE}/steps",
        held_on="2025-09-12",
        convened="27",
        present="20",
        valid="20",
        minutes_reference="BB 13",
        done_on="2025-09-12",
        **{f"votes-{uid(1)}": "18"},
    )
    assert answer.status_code == 303
    [body] = [body for method, path, body in world.sent if path == f"{A}/cases/{CASE}/steps"]
    meeting = {"step": 2, "convened": 27, "present": 20, "valid": 20, "held_on": "2025-09-12", "minutes_reference": "BB 13", "totals": [{"person_id": uid(1), "votes": 18}]}
    assert body == {"steps": [meeting], "done_on": "2025-09-12"}


def test_a_missing_quorum_is_told_in_one_box_and_what_was_typed_stays(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"{A}/cases/{CASE}/steps"] = Refusal(
        409,
        {
            "type": "/problems/no-quorum",
            "title": "A rule refuses this",
            "detail": "5 people are present; 6 of the 9 convened are needed.",
            "rule": RULE,
            "possible": "Convene again.",
            "fields": [],
        },
    )
    shown = fill(as_("linh"), f"/cases/{CASE}", f"/cases/{CASE}/steps", held_on="2025-09-12", convened="9", present="5", valid="5", **{f"votes-{uid(1)}": "4"})
    assert shown.status_code == 409
    for said in ("6 of the 9 convened", "APP-08", "Draft decree", "Convene again.", 'value="2025-09-12"', 'value="4"'):
        assert said in shown.text


def test_a_wrong_field_is_named_beside_it(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"{A}/cases/{CASE}/steps"] = Refusal(422, {"fields": [{"path": "steps.0.convened", "reason": "Say a number."}, {"path": "totals", "reason": "Too many."}]})
    shown = fill(as_("linh"), f"/cases/{CASE}", f"/cases/{CASE}/steps", held_on="2025-09-12", convened="many", present="5", valid="5")
    assert (shown.status_code, 'id="convened-error"' in shown.text, 'id="totals-error"' in shown.text) == (422, True, True)


def test_exactly_half_waits_for_the_head(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{A}/cases/{HALF}/head-decision"] = CASES[1]
    answer = fill(as_("director"), f"/cases/{HALF}", f"/cases/{HALF}/head-decision", carried="yes", dissent_reference="BC-1")
    assert answer.status_code == 303
    assert world.sent[-1] == ("POST", f"{A}/cases/{HALF}/head-decision", {"carried": True, "dissent_reference": "BC-1"})


def test_candidates_are_searched_in_a_body_and_their_flags_have_no_content(as_: Callable[..., TestClient], world: World) -> None:
    waiting = CASES[0] | {"steps": [*CASES[0]["steps"][:2], CASES[0]["steps"][2] | {"state": "now"}], "candidates": [], "available_actions": [{"act": "screen", "allowed": True}]}
    world.answers |= {f"{A}/cases/{CASE}": waiting, "/api/v1/registry/persons/search": {"id": "s", **page(card(uid(2), 1980))}, f"{A}/cases/{CASE}/candidates": CASES[0]}
    administrator = as_("linh")
    found = fill(administrator, f"/cases/{CASE}", f"/cases/{CASE}/candidates/search", q="dang anh")
    assert "Đặng Thị Ánh" in found.text
    from tests.portal.forms import hidden_fields

    hidden = hidden_fields(found.text, f"/cases/{CASE}/candidates")
    answer = administrator.post(f"/cases/{CASE}/candidates", data=hidden | {"person_id": uid(2), f"conflict-{uid(2)}": "family"})
    assert answer.status_code == 303
    assert world.sent[-1][2] == {"candidates": [{"person_id": uid(2), "blocking_fact": False, "conflicts": ["family"]}]}
    nobody = fill(administrator, f"/cases/{CASE}", f"/cases/{CASE}/candidates/search", q="")
    assert nobody.status_code == 422


def test_a_case_of_a_mandate_offers_what_the_rules_offer(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{A}/cases"] = CASES[3]
    administrator = as_("linh")
    shown = administrator.get(f"/cases/new?mandate={MANDATE}").text
    assert '<option value="extend" selected' in shown
    assert '<option value="first"' not in shown
    answer = fill(administrator, f"/cases/new?mandate={MANDATE}", "/cases/new", kind="extend")
    assert answer.headers["location"] == f"/cases/{DECIDED}?done=opened"
    [body] = [body for method, path, body in world.sent if method == "POST" and path == f"{A}/cases"]
    assert (body["kind"], body["mandate_id"], body["request_principle"]) == ("extend", MANDATE, False)


def test_a_classified_case_sends_no_content(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{A}/cases"] = CASES[2]
    fill(as_("linh"), f"/cases/new?position={HEAD}", "/cases/new", kind="first", source="internal", reason="secret", classified="true")
    [body] = [body for method, path, body in world.sent if method == "POST" and path == f"{A}/cases"]
    assert body == {"kind": "first", "source": "internal", "position_id": HEAD, "cumulation": False, "classified": True}


def test_a_third_deputy_is_refused_with_the_staff_counted(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"{A}/positions"] = Refusal(
        409,
        {
            "type": "/problems/too-many-deputies",
            "title": "A rule refuses this",
            "detail": "20 staff allow 2 deputies here.",
            "rule": ANSWERS[f"{A}/positions/caps"]["rule"],
            "possible": "From 21 staff on.",
            "fields": [],
        },
    )
    administrator = as_("linh")
    shown = fill(
        administrator, "/leadership/new", "/leadership/new", facility_code="VN-22-BVT", rank="deputy", title="Phó Giám đốc", valid_from="2025-10-01", planning_required="true"
    )
    assert shown.status_code == 409
    for said in ("20 staff allow 2 deputies here.", "APP-11", "From 21 staff on.", "Phó Giám đốc"):
        assert said in shown.text


def test_a_plan_shows_who_is_prepared_and_what_lacks(as_: Callable[..., TestClient]) -> None:
    shown = as_("linh").get(f"/succession-plans/{PLAN}").text
    for said in ("50", "1 of 2", "Fewer than two ready", "Nguyễn Thị Hoa", "Chuyển ngành", "Approve the review"):
        assert said in shown


def test_a_plan_shows_its_women_and_those_under_forty(as_: Callable[..., TestClient], world: World) -> None:
    """APP-12, with the rule; too few to be told is said so; away, the page stands without."""
    shown = as_("linh").get(f"/succession-plans/{PLAN}").text
    for said in ("Women in the plan", "37.5", "9 of 24", "Under 40 in the plan", "25", "fewer than five people: not shown", "APP-12-SHARES"):
        assert said in shown
    del world.answers[f"{A}/succession-plans/{PLAN}/shares"]
    assert "Women in the plan" not in as_("linh").get(f"/succession-plans/{PLAN}").text


def test_a_review_keeps_whoever_is_not_named(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{A}/succession-plans/{PLAN}/reviews"] = PLAN_READ
    answer = fill(as_("linh"), f"/succession-plans/{PLAN}", f"/succession-plans/{PLAN}/reviews", year="2026", **{f"outcome-{ENTRY}": "removed", f"reason-{ENTRY}": "Chuyển ngành"})
    assert answer.status_code == 303
    assert world.sent[-1][2] == {"year": 2026, "outcomes": [{"entry_id": ENTRY, "outcome": "removed", "reason": "Chuyển ngành"}]}


def test_a_position_is_closed_on_its_last_day(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{A}/positions/{DEPUTY}/closure"] = POSITIONS[1]
    answer = fill(as_("linh"), f"/leadership/{DEPUTY}", f"/leadership/{DEPUTY}/closure", last_day="2025-12-31")
    assert answer.headers["location"] == f"/leadership/{DEPUTY}?done=closed"
