"""Pages of institutes and intakes: whole in three languages, Arabic names right to left, each form says what it sends, and what is public names nobody."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_institutes import ANSWERS, CANDIDATE, CANDIDATE_READ, CAPACITY, CONVENTION, GROUP, IN_STATE, INSTITUTE, INTAKE, PLACE, STUDENT, STUDENT_READ, TOLD, T
from tests.portal.forms import fill
from tests.portal.world import PEOPLE, World, uid

PRESELECTED, LISTED = IN_STATE["preselected"]["id"], IN_STATE["listed"]["id"]
PUBLIC = ["/cut-offs?year=2025", "/intake-answers", "/intake-answers/ABCD-EFGH-JKMN"]
PAGES = [
    "/institutes",
    "/institutes?year=2024",
    f"/institutes/{INSTITUTE}",
    "/intakes?year=2025&region=VN-22",
    *(f"/intakes/{one}" for one in (INTAKE, TOLD, *(each["id"] for each in IN_STATE.values()))),
    f"/intakes/{INTAKE}/candidates/new",
    f"/intakes/{INTAKE}/candidates/new?person={uid(1)}",
    f"/intake-candidates/{CANDIDATE}",
    f"/students/{STUDENT}",
    "/institute-conventions",
    f"/institute-conventions/{CONVENTION}",
    "/clinical-places",
    *PUBLIC,
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


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_for_everybody_needs_no_account_and_names_nobody(reader: TestClient, path: str) -> None:
    page = reader.get(path)
    assert page.status_code == 200
    assert not any(name in page.text for name in PEOPLE.values())


def test_an_arabic_name_stands_right_to_left_in_its_line(as_: Callable[..., TestClient]) -> None:
    for path in ("/institutes", f"/institutes/{INSTITUTE}", "/cut-offs?year=2025"):
        assert re.search(r'<bdi lang="ar" dir="rtl"[^>]*>المعهد', as_("linh", "fr").get(path).text)


def test_seats_of_public_institutes_add_up_and_private_ones_stand_beside(as_: Callable[..., TestClient]) -> None:
    text = as_("linh", "en").get("/institutes?year=2025").text
    line = re.search(r"<tr><th scope=\"row\"><a href=\"/intakes\?year=2025&amp;region=VN-22\">.*?</tr>", text, re.DOTALL)
    assert line is not None
    assert re.findall(r'class="num"[^>]*>([^<]*)<', line[0]) == ["40", "36", "4", "3", "40"]


class TestForms:
    def sent(self, world: World, path: str) -> dict[str, object]:
        return next(body for method, said, body in world.sent if (method, said) == ("POST", f"{T}/{path}"))

    def test_numbers_of_a_year_are_told_line_by_line_and_a_wrong_one_is_named(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/intakes/told"] = {"items": [], "next": None}
        page = f"/institutes/{INSTITUTE}"
        answer = fill(as_("linh"), page, f"{page}/told", **{"filled-VN-DD": "28", "cut_off-VN-DD": "12,5", "applicants-VN-DD": "300"})
        assert answer.headers["location"] == f"{page}?done=told"
        sent = self.sent(world, "intakes/told")
        assert sent["items"] == [{"stream": "VN-DD", "filled": 28, "applicants": 300, "cut_off": "12.5"}]
        assert (sent["facility_code"], sent["year"]) == ("VN-22-BVT", 2025)
        world.refusals[f"{T}/intakes/told"] = Refusal(422, {"detail": "Wrong", "fields": [{"path": "items.0.filled", "reason": "Not a number"}]})
        again = fill(as_("linh"), page, f"{page}/told", **{"filled-VN-DD": "many"})
        assert (again.status_code, 'href="#filled-VN-DD"' in again.text, 'value="many"' in again.text) == (422, True, True)

    def test_an_intake_is_opened_with_its_reserved_seats(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/intakes"] = {"items": [], "next": None, "id": INTAKE}
        page = f"/institutes/{INSTITUTE}"
        typed = {"intake_stream": "VN-DD", "intake_seats": "31", "reserved-disability": "2", "opens_on": "2025-10-01", "closes_on": "2025-10-31"}
        assert fill(as_("linh"), page, f"{page}/intakes", **typed).headers["location"] == f"/intakes/{INTAKE}?done=opened"
        sent = self.sent(world, "intakes")
        assert (sent["seats"], sent["reserved"], sent["year"]) == (31, {"disability": 2}, 2025)

    def test_a_refusal_says_the_rule_and_the_way_and_keeps_what_was_typed(self, as_: Callable[..., TestClient], world: World) -> None:
        page = f"/institutes/{INSTITUTE}"
        rule = {"id": "INT-CAPACITY", "value": "intake ≤ capacity", "unit": "seats", "citation": "Rule book", "confidence": "confirmed"}
        refusal = Refusal(409, {"title": "A rule refuses this", "detail": "Too few", "rule": rule, "possible": "Keep as many seats as the intake offers"})
        world.refusals[f"{T}/seat-capacities/{CAPACITY}/change"] = refusal
        again = fill(as_("linh", "en"), page, f"{page}/seats/{CAPACITY}", new_seats="31", new_decision="14/2025")
        assert again.status_code == 409
        assert all(said in again.text for said in ("Too few", "INT-CAPACITY", "Keep as many seats", 'value="31"', 'value="14/2025"'))

    def test_the_acts_of_an_intake(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers |= {f"{T}/intakes/{INTAKE}/preselection": {}, f"{T}/intakes/{PRESELECTED}/marks": {}, f"{T}/intakes/{PRESELECTED}/listing": {}}
        assert fill(as_("linh"), f"/intakes/{INTAKE}", f"/intakes/{INTAKE}/preselection", cut_off="12,5").headers["location"].endswith("done=preselection")
        assert self.sent(world, f"intakes/{INTAKE}/preselection")["cut_off"] == "12.5"
        fill(as_("linh"), f"/intakes/{PRESELECTED}", f"/intakes/{PRESELECTED}/marks", **{"mark-4": "-"})
        assert self.sent(world, f"intakes/{PRESELECTED}/marks")["marks"] == [{"number": 4, "mark": None}]
        world.answers[f"{T}/intakes/{LISTED}/lapses"] = {"lapsed": [], "called": []}
        assert fill(as_("linh"), f"/intakes/{LISTED}", f"/intakes/{LISTED}/lapses").headers["location"].endswith("done=lapses")

    def test_a_candidate_applies_is_registered_or_gives_up_the_seat(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/intakes/{INTAKE}/candidates"] = CANDIDATE_READ
        page = f"/intakes/{INTAKE}/candidates/new"
        typed = {"diploma": "sciences-physics", "regional": "15,5", "national": "13.25"}
        answer = fill(as_("linh"), f"{page}?person={uid(1)}", page, **typed)
        assert answer.headers["location"] == f"/intake-candidates/{CANDIDATE}?done=applied"
        assert self.sent(world, f"intakes/{INTAKE}/candidates") == {"person_id": uid(1), "diploma": "sciences-physics", "regional": "15.5", "national": "13.25"}
        one = f"/intake-candidates/{CANDIDATE}"
        world.answers |= {f"{T}{one}/registration": STUDENT_READ, f"{T}{one}/declination": {"candidate": CANDIDATE_READ, "called": CANDIDATE_READ}}
        assert fill(as_("linh"), one, f"{one}/registration").headers["location"] == f"/students/{STUDENT}?done=registered"
        assert fill(as_("linh"), one, f"{one}/declination", reason="Part").headers["location"] == f"/intakes/{INTAKE}?done=called"

    def test_a_student_passes_a_year(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/students/{STUDENT}/year"] = STUDENT_READ
        fill(as_("linh"), f"/students/{STUDENT}", f"/students/{STUDENT}/year", outcome="passed")
        assert self.sent(world, f"students/{STUDENT}/year") == {"year": 2026, "outcome": "passed"}

    def test_conventions_and_groups(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers |= {f"{T}/institute-conventions/{CONVENTION}/end": {}, f"{T}/seat-capacities/{CAPACITY}/change": {}, f"{T}/clinical-placements/{GROUP}/cancellation": {}}
        page = f"/institute-conventions/{CONVENTION}"
        assert fill(as_("linh"), page, f"{page}/end", reason="Fin").headers["location"] == f"{page}?done=ended"
        fill(as_("linh"), f"/institutes/{INSTITUTE}", f"/institutes/{INSTITUTE}/seats/{CAPACITY}", new_seats="45", new_decision="14/2025")
        assert self.sent(world, f"seat-capacities/{CAPACITY}/change") == {"seats": 45, "decision": "14/2025"}
        fill(
            as_("linh"),
            "/clinical-places",
            "/clinical-places/groups",
            clinical_place_id=PLACE,
            intake_id=TOLD,
            students="2",
            group_starts_on="2025-10-06",
            group_ends_on="2025-10-31",
        )
        assert self.sent(world, "clinical-placements")["students"] == 2
        assert fill(as_("linh"), "/clinical-places", f"/clinical-places/groups/{GROUP}/cancellation", reason="Report").headers["location"] == "/clinical-places?done=cancelled"
