"""Pages of stays abroad, sponsored studies, shortage specialties and hard posts: whole in three languages, each form says what it sends."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_studies import ANSWERS, DONE_STUDY, GROUP, GROUP_READ, LEAVING, ORDERED, SHORTAGE, STATES, STUDY, STUDY_READ, H, R, T
from tests.portal.forms import fill, hidden_fields
from tests.portal.world import NEED, PEOPLE, World, uid

PAGES = [
    "/stays",
    "/stays?kind=delegation",
    "/stays/new",
    "/stays/new?facility=VN-22-BVT",
    f"/stays/{GROUP}",
    f"/stays/{ORDERED}",
    f"/stays/{LEAVING['id']}",
    "/studies",
    "/studies/new",
    f"/studies/new?person={uid(1)}",
    f"/studies/{STUDY}",
    f"/studies/{DONE_STUDY}",
    f"/studies/{DONE_STUDY}/degree-check",
    f"/studies/{STATES[3]['id']}/outcome",
    *(f"/studies/{study['id']}" for study in STATES),
    "/shortages",
    "/shortages/new",
    f"/shortages/{SHORTAGE}",
    "/hard-posts",
]


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    page = as_("linh", language).get(path)
    assert page.status_code == 200, page.text[:2000]
    assert page.text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text)
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)
    for name in re.findall(r'<label for="([^"]+)"', page.text):
        assert name in ids, f"label for {name}"


@pytest.mark.parametrize("person", ["director", "hr-bvt"])
@pytest.mark.parametrize("path", PAGES)
def test_for_others_too(as_: Callable[..., TestClient], path: str, person: str) -> None:
    assert as_(person).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/stays", "/studies", "/shortages", "/hard-posts"])
def test_nobody_reads_without_signing_in(reader: TestClient, path: str) -> None:
    assert reader.get(path).headers["location"].startswith("/auth/sign-in")


class TestStays:
    FORM: ClassVar[dict[str, Any]] = {
        "kind": "short_course",
        "title": "Siêu âm tim nâng cao",
        "field": "imaging",
        "country": "CN",
        "region": "CN-GX",
        "host": "Quảng Tây",
        "led_by": "",
        "starts_on": "2025-10-13",
        "ends_on": "2025-11-07",
        "cover_reason": "the rota was redrawn",
        "done_on": "",
    }

    def proposed(self, reader: TestClient, **typed: str) -> Any:
        """Tick two people, then fill the form that is shown for them."""
        step = reader.get("/stays/new?facility=VN-22-BVT")
        ticked = {"person_ids": [uid(1), uid(2)]}
        form = reader.post("/stays/new/people", data=hidden_fields(step.text, "/stays/new/people") | ticked)
        assert form.status_code == 200
        assert PEOPLE[uid(1)] in form.text
        return reader.post("/stays/new", data=hidden_fields(form.text, "/stays/new") | self.FORM | ticked | typed)

    def test_who_goes_is_asked_first(self, as_: Callable[..., TestClient]) -> None:
        reader = as_("hr-bvt")
        step = reader.get("/stays/new?facility=VN-22-BVT")
        nobody = reader.post("/stays/new/people", data=hidden_fields(step.text, "/stays/new/people"))
        assert nobody.status_code == 422

    def test_one_is_covered_by_name_the_other_by_a_reason(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/stay-groups"] = GROUP_READ
        answer = self.proposed(as_("hr-bvt"), **{f"cover-{uid(1)}": uid(3)})
        assert answer.headers["location"] == f"/stays/{GROUP}?done=proposed"
        sent = next(body for method, path, body in world.sent if (method, path) == ("POST", f"{T}/stay-groups"))
        assert sent["participants"] == [{"person_id": uid(1), "cover_person_id": uid(3)}, {"person_id": uid(2), "cover_reason": "the rota was redrawn"}]
        assert "led_by" not in sent

    def test_those_who_cannot_go_are_named_with_the_days_in_conflict(self, as_: Callable[..., TestClient], world: World) -> None:
        problem = {"detail": "Too few would stay.", "conflicts": [{"day_from": "2025-10-20", "day_to": "2025-10-22", "reason": "below-minimum"}], "possible": "Choose other days."}
        problem["nearest"] = [{"starts_on": "2025-11-10", "ends_on": "2025-12-05"}]
        world.answers[f"{T}/stay-groups"] = GROUP_READ | {"refused": [{"person_id": uid(2), "problem": problem}]}
        page = self.proposed(as_("hr-bvt", "en"))
        assert page.status_code == 200
        for text in ("Who cannot go", PEOPLE[uid(2)], "too few would stay", "Choose other days."):
            assert text in page.text, text

    def test_a_refusal_keeps_what_was_typed_and_who_was_ticked(self, as_: Callable[..., TestClient], world: World) -> None:
        world.refusals[f"{T}/stay-groups"] = Refusal(422, {"type": "x/malformed", "fields": [{"path": "participants.1.cover_person_id", "reason": "Does not work there."}]})
        page = self.proposed(as_("hr-bvt"))
        assert page.status_code == 422
        assert f'href="#cover-{uid(2)}"' in page.text
        assert 'value="Siêu âm tim nâng cao"' in page.text
        assert page.text.count('name="person_ids"') == 2

    def test_the_report_is_handed_in_with_its_techniques(self, as_: Callable[..., TestClient], world: World) -> None:
        path = f"/stays/{ORDERED}/report"
        world.answers[f"{T}/stay-groups/{ORDERED}/report"] = ANSWERS[f"{T}/stay-groups/{ORDERED}"]
        answer = fill(as_("hr-bvt"), f"/stays/{ORDERED}", path, report="Twelve days in Paris.", learnt="Chẩn đoán chết não\n\n  Điều phối ghép tạng ", done_on="")
        assert answer.headers["location"] == f"/stays/{ORDERED}?done=reported"
        sent = next(body for method, target, body in world.sent if target.endswith("/report"))
        assert sent == {"report": "Twelve days in Paris.", "learnt": ["Chẩn đoán chết não", "Điều phối ghép tạng"]}

    def test_a_search_by_name_stands_in_no_address(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{R}/persons/search"] = {
            "id": uid(9),
            "items": [{"id": uid(1), "name": PEOPLE[uid(1)], "birth_year": 1986, "sex": "female", "occupation": "VN-BS", "unit": None, "facility_name": None}],
            "next": None,
        }
        reader = as_("linh", "en")
        page = reader.post("/stays/new/search", data=hidden_fields(reader.get("/stays/new").text, "/stays/new/search") | {"q": "Ánh"})
        assert PEOPLE[uid(1)] in page.text
        assert "Type at least one word" in reader.post("/stays/new/search", data=hidden_fields(reader.get("/stays/new").text, "/stays/new/search")).text

    def test_its_decision_is_where_all_decisions_are(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers["/api/v1/appointment/decisions"] = {"items": [{"id": uid(900)}], "next": None}
        assert as_("director").get(f"/stays/{GROUP}/decision").headers["location"] == f"/decisions/{uid(900)}"


class TestStudies:
    def test_the_application(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/sponsorships"] = STUDY_READ
        typed = {"need_id": NEED, "programme": "ck1", "specialty": "anaesthesia-icu", "institution": "Đại học Y Hà Nội", "starts_on": "2025-10-06", "ends_on": "2027-10-05"}
        answer = fill(as_("hr-bvt"), f"/studies/new?person={uid(1)}", "/studies/new", **typed, full_time="true", tuition="90 000 000", cover_reason="covered")
        assert answer.headers["location"] == f"/studies/{STUDY}?done=applied"
        sent = next(body for method, path, body in world.sent if (method, path) == ("POST", f"{T}/sponsorships"))
        assert (sent["person_id"], sent["cost_items"], sent["full_time"], sent["first_postgraduate"]) == (uid(1), [{"kind": "tuition", "amount": 90_000_000}], True, False)

    def test_who_stands_in_and_every_cost_are_sent(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/sponsorships"] = STUDY_READ
        address = f"/studies/new?person={uid(1)}"
        offered = as_("hr-bvt").get(address).text
        assert f'<option value="{uid(3)}"' in offered
        assert f'<option value="{uid(1)}"' not in offered  # who studies does not stand in
        typed = {"need_id": NEED, "programme": "ck1", "institution": "Đại học Y Hà Nội", "starts_on": "2025-10-06", "ends_on": "2027-10-05", "cover_person_id": uid(3)}
        fill(as_("hr-bvt"), address, "/studies/new", **typed, tuition="90 000 000", course_expenses="5 000 000", salary="1", allowance="2", bond_factor="2,5")
        sent = next(body for method, path, body in world.sent if (method, path) == ("POST", f"{T}/sponsorships"))
        assert [(cost["kind"], cost["amount"]) for cost in sent["cost_items"]] == [("tuition", 90_000_000), ("course_expenses", 5_000_000), ("salary", 1), ("allowance", 2)]
        assert (sent["cover_person_id"], sent["bond_factor"]) == (uid(3), "2.5")

    def test_a_wrong_cost_and_a_missing_cover_are_named_at_their_fields(self, as_: Callable[..., TestClient], world: World) -> None:
        fields = [{"path": "cost_items.1.amount", "reason": "Write a number."}, {"path": "body", "reason": "Name who stands in, or say why nobody needs to."}]
        world.refusals[f"POST {T}/sponsorships"] = Refusal(422, {"title": "", "fields": fields})
        typed = {"starts_on": "2025-10-06", "ends_on": "2027-10-05", "tuition": "90 000 000", "allowance": "much"}
        answer = fill(as_("hr-bvt"), f"/studies/new?person={uid(1)}", "/studies/new", **typed)
        assert answer.status_code == 422
        for expected in ('href="#allowance"', 'href="#cover_person_id"', 'value="much"', 'value="90 000 000"'):
            assert expected in answer.text

    def test_criteria_are_shown_met_and_missing_with_their_rule(self, as_: Callable[..., TestClient]) -> None:
        page = as_("linh", "en").get(f"/studies/{STUDY}").text
        for text in ("TRN-AGE-civil_servant", "The probation is over.", "Another person.", "31 January 2031", "Salary kept", "never paid back"):
            assert text in page, text

    def test_a_refused_board_shows_the_days_in_conflict(self, as_: Callable[..., TestClient], world: World) -> None:
        study = STATES[0]["id"]
        conflict = {"day_from": "2025-03-01", "day_to": "2025-03-28", "reason": "double-booking"}
        world.refusals[f"{T}/sponsorships/{study}/board"] = Refusal(
            409, {"type": "x/days-taken", "title": "A rule refuses this", "rule": None, "possible": None, "detail": "These days are taken.", "conflicts": [conflict]}
        )
        answer = fill(as_("linh", "en"), f"/studies/{study}", f"/studies/{study}/board", outcome="approved", comment="", done_on="")
        assert answer.status_code == 409
        assert "already taken" in answer.text

    @pytest.mark.parametrize(
        ("study", "act", "typed"),
        [
            (STUDY, "eligibility", {"outcome": "ineligible", "comment": "Two colleagues are away"}),
            (STATES[2]["id"], "enrolment", {}),
            (STATES[3]["id"], "progress", {"standing": "delayed", "comment": "One module again"}),
            (STATES[3]["id"], "outcome", {"outcome": "graduated", "diploma_number": "CK1-118"}),
            (STATES[5]["id"], "return", {}),
            (DONE_STUDY, "degree-check", {"outcome": "verified", "method": "letter", "evidence": "answer 512"}),
        ],
    )
    def test_each_act_says_what_it_sends(self, as_: Callable[..., TestClient], world: World, study: str, act: str, typed: dict[str, str]) -> None:
        world.answers[f"{T}/sponsorships/{study}/{act}"] = STUDY_READ
        page = f"/studies/{study}/{act}" if act in ("outcome", "degree-check") else f"/studies/{study}"
        answer = fill(as_("linh"), page, f"/studies/{study}/{act}", **typed, done_on="2025-09-30")
        assert answer.headers["location"] == f"/studies/{study}?done={act}"
        sent = next(body for method, path, body in world.sent if path == f"{T}/sponsorships/{study}/{act}")
        assert sent == typed | {"done_on": "2025-09-30"}


class TestShortages:
    def test_declared(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{H}/shortages"] = ANSWERS[f"{H}/shortages/{SHORTAGE}"]
        typed = {
            "authority": "VN-22",
            "specialty": "haematology",
            "occupation_code": "",
            "reason": "Nobody applies",
            "legal_basis": "",
            "valid_from": "2025-01-01",
            "valid_to": "2026-12-31",
        }
        assert fill(as_("linh"), "/shortages/new", "/shortages/new", **typed, done_on="").headers["location"] == f"/shortages/{SHORTAGE}?done=declared"
        sent = next(body for method, path, body in world.sent if (method, path) == ("POST", f"{H}/shortages"))
        assert sent == {name: value for name, value in typed.items() if value}

    def test_why_a_post_is_hard_is_said_in_words(self, as_: Callable[..., TestClient]) -> None:
        page = as_("linh", "fr").get("/hard-posts").text
        for text in ("Lieu éloigné", "Spécialité en pénurie", "Vacant depuis longtemps", "Peu de candidatures", "REC-HARD-PLACE"):
            assert text in page, text
