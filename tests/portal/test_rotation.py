"""Pages of rotation: drawn whole in three languages; a month of visits is one form; a refusal offers the days that would do."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_rotation import AGREEMENT, ANSWERS, DRAFT, MISSIONS, NOT_READY, REQUEST, TECHNIQUE, TRIAL, O
from tests.portal.forms import fill, hidden_fields
from tests.portal.world import World, uid
from tests.portal.world import page as page_of

PAGES = [
    "/agreements",
    "/agreements/new",
    f"/agreements/{AGREEMENT}",
    f"/agreements/{DRAFT}",
    f"/agreements/{AGREEMENT}/visits?month=2025-09-01",
    "/support-requests",
    "/support-requests/new",
    f"/support-requests/{REQUEST}",
    f"/support-requests/{NOT_READY}",
    "/missions",
    "/missions/new",
    f"/missions/new?request={REQUEST}",
    f"/missions/new?person={uid(1)}&request={REQUEST}",
    *(f"/missions/{mission}" for mission in MISSIONS.values()),
    f"/missions/{MISSIONS['ended']}/reports/destination",
    f"/missions/{MISSIONS['ended']}/reports/worker",
    "/techniques",
    "/techniques?local=true",
    "/techniques/new",
    f"/techniques/{TECHNIQUE}",
    f"/techniques/{TRIAL}",
    f"/techniques/{TECHNIQUE}/levels",
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


@pytest.mark.parametrize("person", ["director", "hr-bvt"])
@pytest.mark.parametrize("path", PAGES)
def test_for_others_too(as_: Callable[..., TestClient], path: str, person: str) -> None:
    assert as_(person).get(path).status_code == 200


class TestAgreement:
    PATH = "/agreements/new"
    TYPED = {"giver_code": "VN-22-BVT", "receiver_code": "VN-22-TYT-07200", "model": "comprehensive", "starts_on": "2025-01-01", "ends_on": "2027-12-31"}  # noqa: RUF012

    def test_eight_specialties_fit(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{O}/agreements"] = {"id": DRAFT}
        specialties = ["internal-medicine", "surgery", "obstetrics", "paediatrics", "ent", "ophthalmology", "traditional-medicine", "rehabilitation"]
        typed = {f"specialty_{line}": specialty for line, specialty in enumerate(specialties, start=1)}
        reader = as_("hr-bvt")
        world.answers[f"{O}/agreements"] = {"id": DRAFT}
        answer = fill(reader, self.PATH, self.PATH, **self.TYPED, **typed, specialty_9="ent")
        assert answer.headers["location"] == f"/agreements/{DRAFT}?done=drafted"
        sent = next(body for method, path, body in world.sent if method == "POST" and path == f"{O}/agreements")
        assert [each["specialty"] for each in sent["obligations"]] == specialties

    def test_what_is_wrong_stands_beside_its_own_line(self, as_: Callable[..., TestClient], world: World) -> None:
        """The second line is left empty: the service's second obligation is the form's third line."""
        reason = "Input should be less than or equal to 31"
        world.refusals[f"{O}/agreements"] = Refusal(422, {"type": "x/malformed", "fields": [{"path": "obligations.1.visits_per_month", "reason": reason}]})
        typed = {"specialty_1": "surgery", "specialty_3": "ent", "visits_per_month_3": "40"}
        answer = fill(as_("hr-bvt"), self.PATH, self.PATH, **self.TYPED, **typed)
        assert answer.status_code == 422
        assert 'id="visits_per_month_3-error"' in answer.text
        assert 'id="visits_per_month_2-error"' not in answer.text


class TestVisits:
    PATH = f"/agreements/{AGREEMENT}/visits"

    def test_a_month_is_one_form(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{O}/visits/batch"] = {"items": [{"reference": None, "visit": {}, "problem": None}], "recorded": 1, "refused": 0}
        typed = {"outcome_obstetrics-1": "held", "held_on_obstetrics-1": "2025-09-12", "consultations_obstetrics-1": "24"}
        answer = fill(as_("hr-bvt"), f"{self.PATH}?month=2025-09-01", self.PATH, **typed)
        assert answer.headers["location"] == f"{self.PATH}?month=2025-09-01&done=recorded"
        sent = next(body for method, path, body in world.sent if method == "POST" and path.endswith("/visits/batch"))
        assert sent["items"] == [{"agreement": AGREEMENT, "specialty": "obstetrics", "outcome": "held", "held_on": "2025-09-12", "consultations": 24}]

    def test_what_is_refused_stands_beside_its_line(self, as_: Callable[..., TestClient], world: World) -> None:
        problem = {"title": "Please correct", "detail": "x", "fields": [{"path": "held_on", "reason": "This day is still to come."}]}
        world.answers[f"{O}/visits/batch"] = {"items": [{"reference": None, "visit": None, "problem": problem}], "recorded": 0, "refused": 1}
        answer = fill(as_("hr-bvt"), f"{self.PATH}?month=2025-09-01", self.PATH, **{"outcome_obstetrics-1": "held", "held_on_obstetrics-1": "2025-12-12"})
        assert answer.status_code == 409
        assert "held_on_obstetrics-1-error" in answer.text
        assert "2025-12-12" in answer.text

    def test_what_was_recorded_is_not_typed_again(self, as_: Callable[..., TestClient], world: World) -> None:
        """Two visits of one specialty: the first is recorded and leaves the sheet, the refused one moves up with what was typed."""
        problem = {"title": "Please correct", "detail": "x", "fields": [{"path": "held_on", "reason": "This day is still to come."}]}
        world.answers[f"{O}/visits/batch"] = {
            "items": [{"reference": None, "visit": {}, "problem": None}, {"reference": None, "visit": None, "problem": problem}],
            "recorded": 1,
            "refused": 1,
        }
        typed = {"outcome_obstetrics-1": "held", "held_on_obstetrics-1": "2025-09-03", "outcome_obstetrics-2": "held", "held_on_obstetrics-2": "2025-12-12"}
        answer = fill(as_("hr-bvt"), f"{self.PATH}?month=2025-09-01", self.PATH, **typed)
        assert answer.status_code == 409
        assert re.search(r'id="held_on_obstetrics-1"[^>]*value="2025-12-12"', answer.text)
        assert "held_on_obstetrics-1-error" in answer.text
        assert "held_on_obstetrics-2-error" not in answer.text
        assert 'value="2025-09-03"' not in answer.text

    def test_nothing_said_says_so(self, as_: Callable[..., TestClient]) -> None:
        assert fill(as_("hr-bvt"), f"{self.PATH}?month=2025-09-01", self.PATH).status_code == 422


class TestMission:
    REFUSED = {  # noqa: RUF012
        "type": "x/double-booking",
        "title": "A rule refuses this",
        "detail": "This person is already taken from 2025-05-12 to 2025-05-16.",
        "rule": {"id": "ROT-06", "value": "no overlap", "unit": "", "citation": "Relais rule book", "confidence": "confirmed"},
        "possible": "The nearest free days begin on 2025-05-17.",
        "conflicts": [{"day_from": "2025-05-12", "day_to": "2025-05-16", "reason": "double-booking"}, {"day_from": "2025-05-20", "day_to": "2025-05-21", "reason": "protected"}],
        "nearest": [{"starts_on": "2025-05-22", "ends_on": "2025-07-14"}],
    }

    def typed(self) -> dict[str, str]:
        return {
            "receiver_code": "VN-22-TYT-07200",
            "programme": "comprehensive-support",
            "mode": "transfer",
            "technique": "obstetric-ultrasound",
            "autonomy_level": "5",
            "pattern": "continuous",
            "starts_on": "2025-05-05",
            "ends_on": "2025-06-27",
            "objectives": "Chuyển giao",
            "allowance": "8 100 000",
            "currency": "VND",
        }

    def test_the_refusal_shows_the_days_and_one_click_takes_the_nearest(self, as_: Callable[..., TestClient], world: World) -> None:
        world.refusals[f"{O}/missions"] = Refusal(409, self.REFUSED)
        reader, start = as_("hr-bvt"), f"/missions/new?person={uid(1)}&request={REQUEST}"
        world.refusals.pop(f"{O}/missions")
        shown = reader.get(start)
        world.refusals[f"{O}/missions"] = Refusal(409, self.REFUSED)
        answer = reader.post("/missions/new", data=hidden_fields(shown.text, "/missions/new") | self.typed())
        assert answer.status_code == 409
        assert "ROT-06" in answer.text
        assert 'name="nearest" value="2025-05-22/2025-07-14"' in answer.text
        assert "protected ground" in answer.text or "protégé" in answer.text or "bảo vệ" in answer.text
        world.refusals.clear()
        world.answers[f"{O}/missions"] = {"id": MISSIONS["proposed"]}
        again = reader.post("/missions/new", data=hidden_fields(answer.text, "/missions/new") | self.typed() | {"nearest": "2025-05-22/2025-07-14"})
        assert again.headers["location"] == f"/missions/{MISSIONS['proposed']}?done=proposed"
        sent = [body for method, path, body in world.sent if method == "POST" and path == f"{O}/missions"][-1]
        assert (sent["starts_on"], sent["ends_on"], sent["allowance"]) == ("2025-05-22", "2025-07-14", 8_100_000)

    def test_the_source_answers(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{O}/missions/{MISSIONS['proposed']}/source-agreement"] = {"id": MISSIONS["proposed"]}
        page = f"/missions/{MISSIONS['proposed']}"
        answer = fill(as_("linh"), page, f"{page}/source", outcome="agreed", handover="BS Hùng")
        assert answer.headers["location"] == f"{page}?done=answered"
        assert next(body for _method, path, body in world.sent if path.endswith("/source-agreement")) == {"outcome": "agreed", "handover": "BS Hùng"}

    def test_a_source_that_is_short_is_said_and_may_recall(self, as_: Callable[..., TestClient], world: World) -> None:
        path = f"{O}/missions/{MISSIONS['in_progress']}"
        page = f"/missions/{MISSIONS['in_progress']}"
        assert "below its minimum" not in as_("linh", "en").get(page).text
        world.answers[path] = world.answers[path] | {"short_from": "2025-05-12", "short_to": "2025-05-16", "short_by": 2}
        shown = as_("linh", "en").get(page).text
        assert "2 too few. It decides whether to call its person back." in shown
        assert shown.count(f'action="{page}/recall"') == 1
        world.answers[f"{O}/missions"] = page_of(world.answers[path])
        assert "Recall, or not" in as_("linh", "en").get("/missions").text
        world.answers[f"{path}/recall"] = {"id": MISSIONS["in_progress"]}
        answer = fill(as_("linh"), page, f"{page}/recall", reason="Khoa chỉ còn một bác sĩ")
        assert answer.headers["location"] == f"{page}?done=ended"
        assert next(body for _method, asked, body in world.sent if asked == f"{path}/recall")["reason"] == "Khoa chỉ còn một bác sĩ"

    def test_every_state_that_a_mission_has_is_a_filter(self, as_: Callable[..., TestClient]) -> None:
        listed = as_("hr-bvt").get("/missions").text
        for state in (*MISSIONS, "extended", "recalled", "cancelled"):
            assert f'<option value="{state}"' in listed

    def test_no_name_stands_in_an_address(self, as_: Callable[..., TestClient]) -> None:
        answer = fill(as_("hr-bvt"), f"/missions/new?request={REQUEST}", "/missions/search", q="Ánh")
        assert answer.status_code == 200
        assert "Đặng Thị Ánh" in answer.text
        assert f'href="/missions/new?person={uid(2)}' in answer.text


class TestTechnique:
    def test_a_sheet_of_levels(self, as_: Callable[..., TestClient], world: World) -> None:
        path = f"/techniques/{TECHNIQUE}/levels"
        world.answers[f"{O}{path}"] = {"id": TECHNIQUE}
        typed = {"assessed_on": "2025-09-20", "assessor": uid(1), "second_assessor": uid(4), f"level_{uid(3)}/second": "4"}
        answer = fill(as_("hr-bvt"), path, path, **typed)
        assert answer.headers["location"] == f"/techniques/{TECHNIQUE}?done=recorded"
        sent = next(body for method, asked, body in world.sent if method == "POST" and asked == f"{O}{path}")
        assert sent["levels"] == [{"person_id": uid(3), "item": "second", "level": 4, "assessor": uid(1), "second_assessor": uid(4)}]

    def test_learners_are_found_by_name_and_kept(self, as_: Callable[..., TestClient], world: World) -> None:
        reader = as_("hr-bvt")
        shown = fill(reader, "/techniques/new", "/techniques/new", act="search", q="Ánh", technique="obstetric-ultrasound")
        assert "Đặng Thị Ánh" in shown.text
        world.answers[f"{O}/techniques"] = {"id": TECHNIQUE}
        typed = {"technique": "obstetric-ultrasound", "facility_code": "VN-22-TYT-07200", "core_code": "VN-22-BVT", "origin": "support", "learners": uid(2)}
        made = reader.post("/techniques/new", data=hidden_fields(shown.text, "/techniques/new") | typed)
        assert made.headers["location"] == f"/techniques/{TECHNIQUE}?done=planned"
        assert next(body for method, path, body in world.sent if method == "POST" and path == f"{O}/techniques")["learners"] == [uid(2)]
