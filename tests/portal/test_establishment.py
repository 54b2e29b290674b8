"""The pages that write posts, assignments, employments, qualifications and facilities: whole in each language; a refusal keeps what was typed and names the other record."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_establishment import ABOLISHED, ANSWERS, CEILING, CONFLICTING, CONTRACT, DEGREE, DONE_ROUND, FROZEN, FULL, HELD, HELD_BY, PRACTICE, ROUND, R
from tests.portal.forms import fill
from tests.portal.world import PEOPLE, POST, World, timeline_item, uid

PERSON = uid(1)
PAGES = [
    "/posts",
    "/posts?state=over_filled",
    "/posts/new?facility=VN-22-BVT",
    f"/posts/{POST}",
    f"/posts/{POST}?as_of=2025-01-01",
    f"/posts/{FULL}",
    f"/posts/{FROZEN}",
    f"/posts/{ABOLISHED}",
    *(f"/posts/{POST}/{act}" for act in ("change", "freeze", "abolish", "assignment")),
    f"/posts/{FROZEN}/unfreeze",
    f"/posts/{ABOLISHED}/change",
    f"/posts/{POST}/assignment?person={PERSON}",
    f"/people/{PERSON}",
    f"/people/{PERSON}/assignment",
    f"/people/{PERSON}/assignment?facility=VN-22-BVT",
    f"/people/{PERSON}/employment",
    f"/people/{PERSON}/qualification",
    f"/people/{PERSON}/qualifications/{DEGREE}/verification",
    f"/assignments/{HELD}",
    f"/assignments/{HELD}?tab=timeline",
    f"/assignments/{HELD}?tab=history",
    f"/assignments/{CONFLICTING}",
    *(f"/assignments/{HELD}/{act}" for act in ("end", "change", "transfer", "correct")),
    f"/assignments/{CONFLICTING}/activate",
    f"/assignments/{CONFLICTING}/change",
    "/employments",
    "/employments?ends_by=",
    f"/employments/{CONTRACT}",
    f"/employments/{CONTRACT}?tab=timeline",
    f"/employments/{PRACTICE}",
    *(f"/employments/{CONTRACT}/{act}" for act in ("renew", "suspend", "resume", "end")),
    f"/employments/{PRACTICE}/end",
    "/establishment",
    "/establishment/new",
    f"/establishment/{ROUND}",
    f"/establishment/{ROUND}/ask",
    f"/establishment/{ROUND}/notify",
    f"/establishment/{DONE_ROUND}",
    f"/establishment/{DONE_ROUND}/ask",
    f"/establishment/ceilings/{CEILING}/arbitrate",
    "/facilities/new",
    "/facilities/VN-22-BVT",
    "/facilities/VN-22-BVT/change",
    "/facilities/VN-22-BVT/close",
]


@pytest.fixture(autouse=True)
def registry(world: World) -> World:
    world.answers |= ANSWERS
    return world


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
def test_the_pages_are_whole(as_: Callable[..., TestClient], language: str) -> None:
    reader = as_("linh", language)
    for path in PAGES:
        page = reader.get(path)
        assert page.status_code == 200, path
        assert page.text.count("<h1") == 1, path
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text), f"{path}: inline code or style"
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), (path, sorted(i for i in ids if ids.count(i) > 1))
        for name in re.findall(r'<label for="([^"]+)"', page.text):
            assert name in ids, f"{path}: label for {name}"


def sent(world: World, path: str) -> object:
    return next(body for method, sent_to, body in world.sent if method == "POST" and sent_to == path)


ACTS: list[tuple[str, str, str, dict[str, str], dict[str, str]]] = [
    ("/posts/new", "/posts/new", f"{R}/posts", {"facility_code": "VN-22-BVT", "occupation_code": "VN-BS", "fte": "0,5", "is_management": "false", "open_from": "2025-10-01"}, {"fte": "0.5"}),
    (f"/posts/{POST}/change", f"/posts/{POST}/change", f"{R}/posts/{POST}/changes", {"effective_on": "2025-10-01", "fte": "0,5"}, {"effective_on": "2025-10-01", "fte": "0.5"}),
    (f"/posts/{POST}/freeze", f"/posts/{POST}/freeze", f"{R}/posts/{POST}/freezing", {"from_day": "2025-10-01", "reason": "stop"}, {"from_day": "2025-10-01", "reason": "stop"}),
    (f"/posts/{FROZEN}/unfreeze", f"/posts/{FROZEN}/unfreeze", f"{R}/posts/{FROZEN}/unfreezing", {"from_day": "2025-10-01", "reason": "over"}, {"from_day": "2025-10-01", "reason": "over"}),
    (f"/posts/{POST}/assignment?person={PERSON}", f"/posts/{POST}/assignment", f"{R}/assignments", {"kind": "primary", "fte_share": "1", "starts_on": "2025-10-01"},
     {"person_id": PERSON, "post_id": POST, "kind": "primary", "fte_share": "1", "starts_on": "2025-10-01"}),
    (f"/people/{PERSON}/assignment?facility=VN-22-BVT", f"/people/{PERSON}/assignments", f"{R}/assignments", {"post_id": POST, "occupation_code": "VN-BS", "kind": "primary", "fte_share": "1", "starts_on": "2025-10-01"},
     {"person_id": PERSON, "post_id": POST, "facility_code": "VN-22-BVT", "kind": "primary", "fte_share": "1", "starts_on": "2025-10-01"}),
    (f"/assignments/{HELD}/transfer", f"/assignments/{HELD}/transfer", f"{R}/assignments/{HELD}/transfers", {"effective_on": "2025-10-01", "unit": "Khoa Nội"}, {"effective_on": "2025-10-01", "unit": "Khoa Nội"}),
    (f"/assignments/{HELD}/correct", f"/assignments/{HELD}/correct", f"{R}/assignments/{HELD}/corrections", {"starts_on": "2021-02-01", "reason": "typed wrong", "open_ended": "true"},
     {"starts_on": "2021-02-01", "reason": "typed wrong", "open_ended": "true"}),
    (f"/people/{PERSON}/employment", f"/people/{PERSON}/employment", f"{R}/persons/{PERSON}/employments",
     {"employment_type": "liberal", "practice_name": "Phòng khám Hoa Mai", "practice_area": "VN-22-06652", "occupation_code": "VN-BS", "status": "confirmed", "starts_on": "2025-10-01"},
     {"employment_type": "liberal", "practice_name": "Phòng khám Hoa Mai", "practice_area": "VN-22-06652", "occupation_code": "VN-BS", "status": "confirmed", "starts_on": "2025-10-01"}),
    (f"/employments/{CONTRACT}/end", f"/employments/{CONTRACT}/end", f"{R}/employments/{CONTRACT}/ending", {"ends_on": "2025-12-31", "departure": "retired"}, {"ends_on": "2025-12-31", "departure": "retired"}),
    (f"/people/{PERSON}/qualification", f"/people/{PERSON}/qualification", f"{R}/persons/{PERSON}/qualifications", {"type": "ck1", "title": "CK1 Nội"}, {"type": "ck1", "title": "CK1 Nội"}),
    (f"/people/{PERSON}/qualifications/{DEGREE}/verification", f"/people/{PERSON}/qualifications/{DEGREE}/verification", f"{R}/qualifications/{DEGREE}/verification",
     {"outcome": "verified", "method": "letter", "evidence": "512/ĐHYHN"}, {"outcome": "verified", "method": "letter", "evidence": "512/ĐHYHN"}),
    ("/establishment/new", "/establishment/new", f"{R}/establishment/rounds", {"authority": "VN-22", "year": "2026", "ask_by": "2025-10-31"}, {"authority": "VN-22", "year": "2026"}),
    (f"/establishment/{ROUND}/ask", f"/establishment/{ROUND}/ask", f"{R}/establishment/rounds/{ROUND}/ceilings", {"facility_code": "VN-22-BVT", "asked_fte": "3,5", "justification": "khoa mới"}, {"asked_fte": "3.5"}),
    (f"/establishment/ceilings/{CEILING}/arbitrate", f"/establishment/ceilings/{CEILING}/arbitrate", f"{R}/establishment/ceilings/{CEILING}/arbitration", {"arbitrated_fte": "3,5"}, {"arbitrated_fte": "3.5"}),
    ("/facilities/VN-22-BVT/change", "/facilities/VN-22-BVT/change", f"{R}/facilities/{uid(300)}/changes",
     {"starts_on": "2025-10-01", "name": "Bệnh viện mới", "type": "hospital", "level": "province", "ownership": "public", "remoteness": "none"}, {"starts_on": "2025-10-01", "name": "Bệnh viện mới"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "action", "api", "typed", "expected"), ACTS, ids=lambda value: value if isinstance(value, str) and value.startswith("/p") else "")
def test_an_act_sends_what_was_typed_and_nothing_that_was_not(
    as_: Callable[..., TestClient], world: World, path: str, action: str, api: str, typed: dict[str, str], expected: dict[str, str]
) -> None:
    world.answers |= {api: {"id": uid(1020), "code": "VN-22-BVT", "round_id": ROUND}}
    world.refusals.pop(api, None)
    answer = fill(as_("linh"), path, action, **typed)
    assert answer.status_code == 303, answer.text[:300]
    body = sent(world, api)
    assert isinstance(body, dict)
    assert {name: body[name] for name in expected} == expected
    if api.endswith("/changes") and "facilities" in api:
        assert set(body) == {"starts_on", "name"}


@pytest.mark.parametrize(
    ("path", "api", "typed"),
    [
        (f"/posts/{POST}/abolish", f"{R}/posts/{POST}/abolition", {"last_day": "2025-12-31", "reason": "closed unit"}),
        (f"/assignments/{HELD}/transfer", f"{R}/assignments/{HELD}/transfers", {"effective_on": "2025-12-31", "unit": "Khoa Ngoại"}),
        (f"/people/{PERSON}/assignment?facility=VN-22-BVT", f"{R}/assignments", {"post_id": POST, "kind": "primary", "fte_share": "1", "starts_on": "2025-12-31"}),
    ],
)
def test_a_refusal_names_the_rule_what_is_possible_and_the_other_record(as_: Callable[..., TestClient], world: World, path: str, api: str, typed: dict[str, str]) -> None:
    world.refusals[api] = Refusal(409, HELD_BY)
    answer = fill(as_("linh"), path, path.replace("assignment?facility=VN-22-BVT", "assignments"), **typed)
    assert answer.status_code == 409
    assert "REG-POST-ACTS" in answer.text
    assert "End or move it before 31 December 2025" in answer.text
    assert f'href="/assignments/{HELD}"' in answer.text
    for value in typed.values():
        assert value in answer.text


def test_a_wrong_field_leads_to_itself(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"{R}/posts/{POST}/freezing"] = Refusal(422, {"type": "malformed", "fields": [{"path": "from_day", "reason": "The post is open from 2024-01-01."}]})
    answer = fill(as_("linh"), f"/posts/{POST}/freeze", f"/posts/{POST}/freeze", from_day="2023-01-01", reason="hiring stop")
    assert answer.status_code == 422
    assert '<a href="#from_day">' in answer.text
    assert "hiring stop" in answer.text


def test_an_act_that_is_closed_says_why_instead_of_a_form(as_: Callable[..., TestClient]) -> None:
    page = as_("linh").get(f"/posts/{ABOLISHED}/change").text
    assert "The post is abolished after" in page
    assert f'action="/posts/{ABOLISHED}/change"' not in page


def test_whoever_takes_a_post_is_found_by_name_in_a_body(as_: Callable[..., TestClient], world: World) -> None:
    page = fill(as_("linh"), f"/posts/{POST}/assignment", f"/posts/{POST}/assignment/find", q="hoa")
    assert f'href="/posts/{POST}/assignment?person={PERSON}"' in page.text
    assert ("POST", f"{R}/persons/search", {"q": "hoa", "limit": 20}) in world.sent


def test_a_facility_shows_its_posts_by_state_and_who_leaves_within_a_year(as_: Callable[..., TestClient], world: World) -> None:
    page = as_("linh").get("/facilities/VN-22-BVT").text
    assert 'href="/posts?facility=VN-22-BVT&amp;state=filled"' in page
    assert "Functionally empty" in page
    assert PEOPLE[uid(2)] in page
    assert "Retirement" in page
    assert f'href="/employments/{CONTRACT}"' in page
    world.answers[f"{R}/establishment"] = ANSWERS[f"{R}/establishment"] | {"leaving": None, "posts": 0, "states": [], "functionally_empty": []}
    page = as_("analyst").get("/facilities/VN-22-BVT").text
    assert "Who leaves" not in page
    assert "/posts/new" not in page


def test_an_over_filled_and_empty_post_says_so(as_: Callable[..., TestClient]) -> None:
    page = as_("linh").get(f"/posts/{FULL}").text
    assert "Over-filled" in page
    assert "functionally empty: everybody who holds it is away" in page
    assert "beside the others, by a reorganisation" in page


def test_a_practice_on_ones_own_account_stands_in_the_career(as_: Callable[..., TestClient], world: World) -> None:
    practice = timeline_item("employment", "2025-01-01", title="Phòng khám Hoa Mai", employment_type="liberal", state="confirmed", facility_code=None, facility_name=None)
    world.answers[f"{R}/persons/{PERSON}/timeline"] = {"person_id": PERSON, "as_of": None, "known_at": None, "items": [practice]}
    page = as_("linh").get(f"/people/{PERSON}?tab=timeline").text
    assert "Practises at Phòng khám Hoa Mai" in page
