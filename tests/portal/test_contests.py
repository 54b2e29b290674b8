"""Pages of a contest and its offers: whole in three languages, markers see numbers alone, and each form says what it sends."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_contests import ACCEPTED, ANSWERS, APPEALED, APPLICATION, CONTEST, CONTEST_READ, IN_STATE, OFFER, REFUSED, H
from tests.portal.forms import fill, hidden_fields
from tests.portal.world import NEED, PEOPLE, World, uid

NUMBERED, RESULTS = IN_STATE["numbered"]["id"], IN_STATE["results"]["id"]
PAGES = [
    "/contests",
    "/contests/new",
    *(f"/contests/{one['id']}" for one in (CONTEST_READ, *IN_STATE.values())),
    f"/contests/{CONTEST}/applications",
    f"/contests/{CONTEST}/applications/new",
    f"/contests/{CONTEST}/applications/new?person={uid(1)}",
    f"/contest-applications/{APPLICATION}",
    f"/contest-applications/{REFUSED['id']}",
    f"/contest-applications/{APPEALED['id']}",
    f"/contests/{NUMBERED}/marks",
    f"/contests/{NUMBERED}/marks?paper=practical",
    f"/contests/{RESULTS}/results",
    f"/contests/{RESULTS}/rankings",
    "/offers",
    f"/offers/{OFFER}",
    f"/offers/{ACCEPTED['id']}",
]


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_in_each_language(as_: Callable[..., TestClient], path: str) -> None:
    for language in ("fr", "vi", "en"):
        page = as_("linh", language).get(path)
        assert page.status_code == 200, page.text[:2000]
        assert page.text.count("<h1") == 1
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text)
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)
        for name in re.findall(r'<label for="([^"]+)"', page.text):
            assert name in ids, f"label for {name}"


def test_each_profession_has_its_own_list(as_: Callable[..., TestClient], world: World) -> None:
    """Ranks of two lists side by side would say nothing."""
    contest, nurses = IN_STATE["results"], uid(1399)
    first, *others = world.answers[f"{H}/contests/{RESULTS}/results"]["items"]
    world.answers[f"{H}/contests/{RESULTS}"] = contest | {"lots": [*contest["lots"], contest["lots"][0] | {"id": nurses, "occupation_code": "VN-DD"}]}
    world.answers[f"{H}/contests/{RESULTS}/results"] = {"items": [first, *[one | {"lot_id": nurses} for one in others]], "next": None}
    text = as_("linh", "en").get(f"/contests/{RESULTS}/results").text
    doctors, nursing = text.split("<h2")[1:]
    assert [doctors.count('<th scope="row">'), nursing.count('<th scope="row">')] == [1, len(others)]


class TestForms:
    def test_a_contest_is_drafted_with_its_papers(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{H}/contests"] = CONTEST_READ
        world.answers[f"{H}/needs"] = {"items": [world.answers[f"{H}/needs/{NEED}"] | {"hires": 0, "quantity": 2}], "next": None}
        typed = {"title": "Thi tuyển", "code": "TT", "grade": "III", "opening_decision": "211/QĐ", "need_ids": NEED, "opens_on": "2025-10-01", "exam_on": "2025-12-01"}
        papers = {
            "title_1": "Viết",
            "kind_1": "written",
            "minutes_1": "90",
            "coefficient_1": "2,5",
            "double_1": "true",
            "title_2": "Thực hành",
            "kind_2": "practical",
            "minutes_2": "x",
            "coefficient_2": "3",
        }
        answer = fill(as_("linh"), "/contests/new", "/contests/new", **typed, **papers)
        assert answer.headers["location"] == f"/contests/{CONTEST}?done=drafted"
        sent = next(body for method, path, body in world.sent if (method, path) == ("POST", f"{H}/contests"))
        assert sent["papers"] == [
            {"code": "written", "title": "Viết", "kind": "written", "minutes": 90, "coefficient": "2.5", "double_marked": True},
            {"code": "practical-2", "title": "Thực hành", "kind": "practical", "minutes": "x", "coefficient": "3", "double_marked": False},
        ]

    def test_marks_are_typed_or_pasted_and_a_wrong_one_is_named(self, as_: Callable[..., TestClient], world: World) -> None:
        page = f"/contests/{NUMBERED}/marks"
        world.answers[f"{H}{page}"] = {"entered": 3, "third_wanted": ["002"]}
        answer = fill(as_("linh"), page, page, mark_001="12,5", mark_002="abs", sheet="003;14\n004\t9.25\n")
        assert answer.headers["location"] == f"{page}?paper=written&done=entered&third=002"
        sent = next(body for method, path, body in world.sent if (method, path) == ("POST", f"{H}{page}"))
        assert sent["marks"] == [{"number": "001", "mark": "12.5"}, {"number": "002", "mark": None}, {"number": "003", "mark": "14"}, {"number": "004", "mark": "9.25"}]
        world.refusals[f"{H}{page}"] = Refusal(422, {"detail": "Wrong", "fields": [{"path": "marks.0.mark", "reason": "Not a mark"}]})
        again = fill(as_("linh"), page, page, mark_001="zz")
        assert (again.status_code, 'href="#mark_001"' in again.text, 'value="zz"' in again.text) == (422, True, True)

    def test_a_marker_s_page_names_nobody(self, as_: Callable[..., TestClient]) -> None:
        text = as_("linh", "en").get(f"/contests/{NUMBERED}/marks").text
        assert "001" in text
        assert not any(name in text.split("<main", 1)[1] for name in PEOPLE.values())

    def test_numbers_are_shown_in_the_answer_alone(self, as_: Callable[..., TestClient], world: World) -> None:
        listed = IN_STATE["listed"]["id"]
        world.answers[f"{H}/contests/{listed}/numbering"] = {"items": [{"number": "117", "application_id": APPLICATION}]}
        answer = fill(as_("linh", "en"), f"/contests/{listed}", f"/contests/{listed}/numbering")
        assert answer.status_code == 200
        assert "117" in answer.text
        assert PEOPLE[uid(1)] in answer.text

    def test_a_refusal_says_the_rule_and_the_way(self, as_: Callable[..., TestClient], world: World) -> None:
        rule = {"id": "REC-VN-10", "value": 30, "unit": "days", "citation": "Decree 115/2020", "confidence": "confirmed"}
        world.refusals[f"{H}/offers/{OFFER}/acceptance"] = Refusal(409, {"title": "A rule refuses this", "detail": "Too late", "rule": rule, "possible": "Call the next"})
        page = fill(as_("linh", "en"), f"/offers/{OFFER}", f"/offers/{OFFER}/acceptance")
        assert page.status_code == 409
        assert all(said in page.text for said in ("Too late", "REC-VN-10", "Decree 115/2020", "Call the next"))

    def test_the_papers_of_a_candidate_are_opened_and_a_lost_link_made_anew(self, as_: Callable[..., TestClient], world: World) -> None:
        reader, page = as_("linh"), f"/contest-applications/{APPLICATION}"
        assert f'<a href="/contest-applications/files/{uid(1940)}">' in reader.get(page).text
        world.answers[f"{H}{page}/link"] = ANSWERS[f"{H}{page}"]
        key = hidden_fields(reader.get(page).text, f"{page}/link")["key"]
        answer = fill(reader, page, f"{page}/link", key=key, verified="phone")
        assert (answer.status_code, f"/my-contest/open/{key}" in answer.text) == (200, True)
        assert key not in reader.get(page).text
