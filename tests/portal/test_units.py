"""The pages of units: whole in each language, every figure opens its list, forms send what was chosen."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_places import ANSWERS as PLACES
from tests.portal.answers_places import DRAFT
from tests.portal.answers_units import ANSWERS, POLE, WARD, R
from tests.portal.forms import fill
from tests.portal.world import POST, World

PAGES = [
    "/facilities/VN-22-BVT",
    "/facilities/VN-22-BVT/units?as_of=2025-09-30",
    f"/units/{POLE}",
    f"/units/{WARD}?as_of=2025-01-01",
    "/units/new",
    f"/units/new?facility=VN-22-BVT&parent={POLE}",
    *(f"/units/{POLE}/{act}" for act in ("change", "posts", "close")),
    f"/posts?facility=VN-22-BVT&unit_id={WARD}",
    f"/people?facility=VN-22-BVT&unit_id={WARD}",
    f"/posts/new?facility=VN-22-BVT&unit={WARD}",
    f"/posts/{POST}/change",
    f"/calendars?facility=VN-22-BVT&unit_id={WARD}",
]


@pytest.fixture(autouse=True)
def registry(world: World) -> World:
    world.answers |= PLACES | ANSWERS
    return world


@pytest.mark.parametrize("language", ["fr", "vi"])
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


def test_every_figure_of_the_tree_opens_the_list_behind_it(as_: Callable[..., TestClient]) -> None:
    page = as_("linh").get("/facilities/VN-22-BVT/units?as_of=2025-09-30").text
    for state, count in (("", 12), ("&amp;state=filled", 8), ("&amp;state=vacant", 3)):
        assert f'<a href="/posts?facility=VN-22-BVT&amp;unit_id={WARD}&amp;as_of=2025-09-30{state}">{count}</a>' in page
    assert '<a href="/posts?facility=VN-22-BVT&amp;no_unit=true&amp;as_of=2025-09-30&amp;state=vacant">1</a>' in page


def test_a_unit_says_who_heads_it_and_what_hangs_above(as_: Callable[..., TestClient]) -> None:
    page = as_("linh").get(f"/units/{POLE}").text
    assert "Nguyễn Thị Hoa" in page
    assert f'href="/availability?facility=VN-22-BVT&amp;unit_id={POLE}"' in page
    assert f'<a href="/units/{POLE}">Pôle de médecine</a>' in as_("linh").get(f"/units/{WARD}").text


def test_forms_send_what_was_typed_and_keep_it_when_it_is_refused(as_: Callable[..., TestClient], world: World) -> None:
    typed = {"effective_on": "2025-10-01", "kind": "pole", "name": "Khối Nội mới", "name_fr": "Pôle médical", "parent_id": WARD}
    answer = fill(as_("linh"), f"/units/{POLE}/change", f"/units/{POLE}/change", **typed)
    assert answer.headers["location"] == f"/units/{POLE}?done=change"
    sent = {"effective_on": "2025-10-01", "kind": "pole", "name": "Khối Nội mới", "names": {"fr": "Pôle médical"}, "parent_id": WARD, "specialty": None}
    assert world.sent[-1][:3] == ("POST", f"{R}/units/{POLE}/changes", sent)
    refused = {"type": "x/unit-within-itself", "title": "x", "status": 409, "detail": "On 2025-10-01 the unit would stand within itself.", "unit_id": WARD}
    world.refusals[f"POST {R}/units/{POLE}/changes"] = Refusal(409, refused)
    again = fill(as_("linh"), f"/units/{POLE}/change", f"/units/{POLE}/change", **typed).text
    assert 'value="Khối Nội mới"' in again
    assert f'<a href="/units/{WARD}">' in again


def test_a_post_in_a_unit_is_sent_without_words(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{R}/posts/{POST}/changes"] = world.answers[f"{R}/posts/{POST}"]
    fill(as_("linh"), f"/posts/{POST}/change", f"/posts/{POST}/change", effective_on="2025-10-01", unit_id=POLE, unit="Khoa khác", fte="1")
    assert {name: world.sent[-1][2].get(name) for name in ("unit_id", "unit")} == {"unit_id": POLE, "unit": None}


def test_a_merger_shows_the_units_and_says_which_become_others(as_: Callable[..., TestClient], world: World) -> None:
    path = f"/reorganisations/{DRAFT}/acts/new"
    chosen = {"facilities": "VN-22-TYT-07200", "into": "VN-22-BVT"}
    shown = fill(as_("linh"), f"{path}?act=merge-facilities", path, show="units", **chosen)
    assert f'name="unit-{WARD}"' in shown.text
    fill(as_("linh"), f"{path}?act=merge-facilities", path, **chosen, **{f"unit-{WARD}": POLE, f"unit-{POLE}": ""})
    assert world.sent[-1][2]["acts"][-1] == {"act": "merge-facilities", "facilities": ["VN-22-TYT-07200"], "into": "VN-22-BVT", "units": [{"unit_id": WARD, "to_unit_id": POLE}]}
