"""Pages of mentoring, skills and cooperation: drawn whole in three languages; several lines of the logbook are one form, and what is refused stays beside its name."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.portal.answers_mentoring import ANSWERS, ENTRY, MENTORSHIP, SERIES, SESSION, T
from tests.portal.answers_rotation import AGREEMENT, O
from tests.portal.forms import fill
from tests.portal.world import World, uid

PAGES = [
    "/mentoring",
    "/mentoring/new",
    "/mentoring/acts",
    "/mentoring/attest",
    "/mentoring/gaps/VN-22-TYT-07200",
    f"/mentoring/{MENTORSHIP}",
    f"/mentoring/{MENTORSHIP}/log",
    f"/training/sessions/{SESSION}/skills",
    "/agreements/coverage",
    f"/agreements/{AGREEMENT}/visits/held?specialty=obstetrics&month=2025-09-01",
    f"/agreements/{AGREEMENT}/focal-points/giver",
    f"/agreements/{AGREEMENT}/series",
    "/referrals?facility=VN-22-TYT-07200",
    "/cooperation-programmes",
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


class TestLogbook:
    PATH = f"/mentoring/{MENTORSHIP}/log"

    def test_the_mentor_and_the_act_of_the_last_sheet_stand_there(self, as_: Callable[..., TestClient]) -> None:
        page = as_("linh").get(self.PATH).text
        assert re.search(rf'<option value="{uid(2)}" selected>', page)
        assert '<option value="cardiac-arrest" selected>' in page

    def test_several_lines_are_one_form_and_what_is_refused_stays(self, as_: Callable[..., TestClient], world: World) -> None:
        problem = {"title": "A rule refuses this", "detail": "Level 4 was found on 2025-06-02; 2 would be lower.", "possible": "Say why.", "fields": []}
        world.answers[f"{T}/mentoring/mentorships/{MENTORSHIP}/entries"] = {
            "items": [{"reference": None, "entry": {}, "problem": None}, {"reference": None, "entry": None, "problem": problem}],
            "recorded": 1,
            "refused": 1,
        }
        typed = {f"level_{uid(3)}": "4", f"level_{uid(4)}": "2", "mentor_id": uid(2), "second_assessor_id": uid(1), "act": "cardiac-arrest", "found_on": "2025-09-29"}
        answer = fill(as_("linh"), self.PATH, self.PATH, **typed)
        sent = next(body for method, path, body in world.sent if method == "POST" and path.endswith("/entries"))
        assert [(line["person_id"], line["level"], line["mentor_id"], line["act"]) for line in sent["items"]] == [
            (uid(3), 4, uid(2), "cardiac-arrest"),
            (uid(4), 2, uid(2), "cardiac-arrest"),
        ]
        assert answer.status_code == 409
        assert f'id="level_{uid(4)}-error"' in answer.text
        assert f'id="level_{uid(3)}-error"' not in answer.text
        assert re.search(rf'id="level_{uid(4)}".*?<option value="2" selected>', answer.text, re.DOTALL)
        assert not re.search(rf'id="level_{uid(3)}"[^<]*(<option[^<]*</option>\s*)*<option value="4" selected>', answer.text)

    def test_an_empty_sheet_says_so(self, as_: Callable[..., TestClient], world: World) -> None:
        assert fill(as_("linh"), self.PATH, self.PATH).status_code == 422
        assert not [path for method, path, _body in world.sent if method == "POST" and path.endswith("/entries")]

    def test_a_head_attests_from_the_logbook(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/mentoring/entries/{ENTRY}/attestation"] = {"id": ENTRY}
        answer = fill(as_("linh"), f"/mentoring/{MENTORSHIP}", f"/mentoring/{MENTORSHIP}/entries/{ENTRY}/attestation")
        assert answer.headers["location"] == f"/mentoring/{MENTORSHIP}?done=attested"


def test_an_agreement_says_who_teaches_and_who_learns(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{T}/mentoring/mentorships"] = {"id": MENTORSHIP}
    reader = as_("linh")
    fill(reader, "/mentoring/new", "/mentoring/new", agreement_id=AGREEMENT, acts="cardiac-arrest", ends_on="2025-12-31")
    sent = next(body for method, path, body in world.sent if method == "POST" and path.endswith("/mentorships"))
    assert (sent["mentor_facility"], sent["facility_code"], sent["acts"]) == ("VN-22-BVT", "VN-22-TYT-07200", ["cardiac-arrest"])


def test_a_sheet_of_skills_sends_what_was_given(as_: Callable[..., TestClient], world: World) -> None:
    path = f"/training/sessions/{SESSION}/skills"
    world.answers[f"{T}/sessions/{SESSION}/skill-levels"] = {}
    typed = {f"level_{uid(3)}/cardiac-arrest": "3", "assessor_id": uid(1), "second_assessor_id": uid(2)}
    answer = fill(as_("linh"), f"{path}?moment=after", f"{path}/levels", **typed)
    assert answer.status_code == 303
    sent = next(body for method, where, body in world.sent if method == "POST" and where.endswith("/skill-levels"))
    assert (sent["moment"], sent["entries"]) == ("after", [{"person_id": uid(3), "act": "cardiac-arrest", "level": 3}])


def test_meetings_and_referrals_are_sent_as_typed(as_: Callable[..., TestClient], world: World) -> None:
    world.answers |= {f"{O}/series/{SERIES}/meetings/3/outcome": {}, f"{O}/referrals": {"facility_code": "VN-22-TYT-07200"}}
    path = f"/agreements/{AGREEMENT}/series"
    fill(as_("linh"), path, f"{path}/{SERIES}/3", outcome="held", held_on="2025-09-16", participants="31")
    fill(as_("linh"), "/referrals?facility=VN-22-TYT-07200", "/referrals/month", facility_code="VN-22-TYT-07200", month="2025-08", referred="22", consultations="240")
    sent = {where.rsplit("/", 1)[-1]: body for method, where, body in world.sent if method == "POST"}
    assert sent["outcome"] == {"outcome": "held", "held_on": "2025-09-16", "participants": 31}
    assert sent["referrals"] == {"facility_code": "VN-22-TYT-07200", "month": "2025-08-01", "referred": 22, "consultations": 240}
