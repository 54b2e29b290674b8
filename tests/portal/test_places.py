"""The pages of areas and reorganisations: whole in each language, forms keep what was typed, the acts are sent as they were written."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from services.portal.pages.reorganisations import ACTS
from tests.portal.answers_places import ANSWERS, BUILT, DONE, DRAFT, FORMER, NEW, SET, STOPPED, R, reorganisation, thing
from tests.portal.forms import fill
from tests.portal.world import POST, World, uid

PAGES = [
    "/boundaries",
    "/boundaries?country=MA&q=tanger",
    "/boundaries/sources",
    f"/boundaries/{NEW}",
    "/boundaries/VN-22-06706",
    f"/boundaries/{FORMER}?as_of=2025-06-30",
    "/territories",
    "/territories/new",
    f"/territories/{SET}",
    f"/territories/{SET}?as_of=2026-01-01",
    "/reorganisations",
    "/reorganisations/new",
    f"/reorganisations/{DRAFT}",
    f"/reorganisations/{DRAFT}/preview",
    f"/reorganisations/{DONE}",
    f"/reorganisations/{BUILT}",
    *(f"/reorganisations/{DRAFT}/acts/new?act={act}" for act in ACTS),
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


def test_an_area_tells_its_history_with_the_texts_that_decided_it(as_: Callable[..., TestClient]) -> None:
    page = as_("linh").get(f"/boundaries/{NEW}?tab=timeline").text
    assert "What it came from" in page
    assert page.count("Law 72/2025/QH15") == 3  # two lines of the crosswalk and the period that began with them
    assert "Tên cũ" in page


def test_an_arabic_name_is_written_from_the_right(as_: Callable[..., TestClient]) -> None:
    assert '<span lang="ar" dir="rtl" class="muted">طنجة-أصيلة</span>' in as_("linh").get("/boundaries?country=MA").text


def test_every_licence_is_shown(as_: Callable[..., TestClient]) -> None:
    page = as_("analyst").get("/boundaries/sources").text
    assert "CC BY 4.0" in page
    assert "Haut-Commissariat au Plan" in page


def test_the_preview_counts_by_kind_and_links_to_what_stands_elsewhere(as_: Callable[..., TestClient]) -> None:
    page = as_("linh").get(f"/reorganisations/{DRAFT}/preview").text
    assert 'href="/mandates?facility=VN-22-TYT-07200"' in page
    assert "200+" in page
    assert "not known" in page
    assert "The first 2 of 214." in page


def test_the_act_that_stops_it_is_shown_and_nothing_is_offered(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{R}/reorganisations/{DRAFT}/preview"] = STOPPED
    page = as_("linh").get(f"/reorganisations/{DRAFT}/preview").text
    assert "3 assignments" in page
    assert f"/reorganisations/{DRAFT}/application" not in page


def test_an_act_is_added_after_the_others(as_: Callable[..., TestClient], world: World) -> None:
    path = f"/reorganisations/{DRAFT}/acts/new"
    answer = fill(as_("linh"), f"{path}?act=merge-areas", path, areas="VN-22-1\nVN-22-2", into_code="VN-22-3", into_name="Mới", into_type="xã")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/reorganisations/{DRAFT}?done=added")
    method, sent_to, body = world.sent[-1][:3]
    assert (method, sent_to) == ("PUT", f"{R}/reorganisations/{DRAFT}")
    assert body["acts"][-1] == {"act": "merge-areas", "areas": ["VN-22-1", "VN-22-2"], "into": {"code": "VN-22-3", "name": "Mới", "type": "xã"}}
    assert len(body["acts"]) == len(reorganisation(DRAFT)["acts"]) + 1


def test_posts_become_one_of_those_that_the_facility_has(as_: Callable[..., TestClient], world: World) -> None:
    path = f"/reorganisations/{DRAFT}/acts/new"
    chosen = f"{path}?act=merge-posts&facility_code=VN-22-BVT"
    shown = as_("linh").get(chosen).text
    assert shown.count("VN-22-BVT/GMHS/01") == 4  # two posts: one that stays, those that go
    assert 'name="posts"' not in as_("linh").get(f"{path}?act=merge-posts").text
    answer = fill(as_("linh"), chosen, path, facility_code="VN-22-BVT", posts=uid(110), into=POST)
    assert answer.headers["location"] == f"/reorganisations/{DRAFT}?done=added"
    assert world.sent[-1][2]["acts"][-1] == {"act": "merge-posts", "facility_code": "VN-22-BVT", "posts": [uid(110)], "into": POST}
    preview = as_("linh").get(f"/reorganisations/{DRAFT}/preview").text
    assert "these stand beside the others" in preview
    assert preview.count("Over-filled") == 1
    assert "VN-22-BVT/GMHS/01" in as_("linh").get(f"/reorganisations/{DRAFT}").text


def test_a_wrong_field_is_named_beside_its_own_field(as_: Callable[..., TestClient], world: World) -> None:
    wrong = [{"path": "acts.8.into.code", "reason": "Write a code."}]
    world.refusals[f"PUT {R}/reorganisations/{DRAFT}"] = Refusal(422, {"type": "x/malformed", "title": "x", "status": 422, "detail": "x", "fields": wrong})
    path = f"/reorganisations/{DRAFT}/acts/new"
    answer = fill(as_("linh"), f"{path}?act=merge-areas", path, areas="VN-22-1 VN-22-2", into_code="??", into_name="Mới", into_type="xã")
    assert answer.status_code == 422
    assert '<a href="#into_code">Write a code.</a>' in answer.text
    assert 'value="??"' in answer.text


def test_what_was_built_on_it_stands_in_the_way_by_name(as_: Callable[..., TestClient]) -> None:
    page = as_("linh").get(f"/reorganisations/{BUILT}").text
    assert "Trạm Y tế mới" in page
    assert "/undoing" not in page
    assert "/undoing" in as_("linh").get(f"/reorganisations/{DONE}").text


def test_what_was_undone_ended_nothing(as_: Callable[..., TestClient], world: World) -> None:
    """A facility that was to end on the day stands again, and the page says so."""
    world.answers[f"{R}/reorganisations/{DONE}"] = reorganisation(DONE, state="undone", reason="Nghị quyết bị hoãn", available_actions=[])
    world.answers[f"{R}/reorganisations/{DONE}/touched"] = {
        "items": [
            {"kind": "area", "count": 1, "items": [thing(951, "Phường Hạ Long", None, "VN-22-99001")]},
            {"kind": "facility", "count": 1, "items": [thing(301, "Trạm Y tế cũ", "Phường Hồng Gai", None)]},
        ],
        "next": None,
    }
    page = as_("linh").get(f"/reorganisations/{DONE}").text
    assert "Until the eve" not in page and "From the day on" not in page
    assert "All of it is put back as it was" in page
    said = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<td data-label="([^"]+">.*?)</td>', page)]
    assert said == [
        'As it stands again">not there any more',
        'What the reorganisation had made of it">VN-22-99001',
        'As it stands again">Phường Hồng Gai',
        'What the reorganisation had made of it">ended',
    ]


def test_who_leaves_a_territory_is_sent_by_its_kind_and_code(as_: Callable[..., TestClient], world: World) -> None:
    page, path = f"/territories/{SET}", f"/territories/{SET}/departures"
    answer = fill(as_("linh"), page, path, member="area VN-22-06706", last_day="2026-12-31")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?done=left")
    assert world.sent[-1][2] == {"area": "VN-22-06706", "last_day": "2026-12-31"}


@pytest.mark.parametrize(("who", "offered"), [("linh", True), ("giang", False)])
def test_the_situation_of_a_place_is_offered_to_whoever_reads_figures(as_: Callable[..., TestClient], who: str, offered: bool) -> None:
    assert ('href="/places/VN-22-BVT"' in as_(who).get("/facilities/VN-22-BVT").text) is offered
