"""The map of facilities: bubbles that lead to the list of an area, and a table that says the same."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.portal.world import World

PATH = "/api/v1/registry/maps/facilities"


def cell(code: str, name: str, facilities: int, offered: float | None, vacant: float | None, latitude: float | None = 21.0) -> dict[str, object]:
    return {"code": code, "name": name, "latitude": latitude, "longitude": 107.0 + facilities / 10, "facilities": facilities, "offered": offered, "vacant": vacant}


@pytest.fixture
def below(world: World) -> World:
    items = [cell("VN-22-A", "Phường Hồng Gai", 4, 100, 10), cell("VN-22-B", "Đặc khu Cô Tô", 1, 20, 8), cell("VN-22-C", "Xã Ba Chẽ", 0, 0, 0)]
    world.answers[PATH] = {"area": "VN-22", "name": "Tỉnh Quảng Ninh", "as_of": "2025-09-30", "items": items}
    return world


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
def test_the_page_is_whole(as_: Callable[..., TestClient], below: World, language: str) -> None:
    text = as_("linh", language).get("/facilities/map").text
    assert text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", text)
    assert ("GET", PATH, {"area": "VN-22"}) in below.sent
    names = re.findall(r'<th scope="row"><a href="/facilities\?area=[^"]+">([^<]+)</a>', text)
    assert names == ["Đặc khu Cô Tô", "Phường Hồng Gai", "Xã Ba Chẽ"]


def test_a_bubble_leads_to_the_facilities_of_its_area(as_: Callable[..., TestClient], below: World) -> None:
    drawing = re.search(r'<svg class="map".*?</svg>', as_("linh").get("/facilities/map?type=station&as_of=2025-01-01").text, re.DOTALL)
    assert drawing
    assert re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"', drawing[0]) == [
        ("/facilities?area=VN-22-A&amp;type=station&amp;as_of=2025-01-01", "Phường Hồng Gai: 10 of 100 posts vacant"),
        ("/facilities?area=VN-22-B&amp;type=station&amp;as_of=2025-01-01", "Đặc khu Cô Tô: 8 of 20 posts vacant"),
    ]
    assert re.findall(r"<text[^>]*>([^<]*)</text>", drawing[0]) == ["10 %", "40 %"]


def test_who_reads_no_posts_sees_how_many_facilities(as_: Callable[..., TestClient], below: World) -> None:
    below.answers[PATH] = below.answers[PATH] | {"items": [cell("VN-22-A", "Phường Hồng Gai", 4, None, None)]}
    text = as_("linh").get("/facilities/map").text
    assert 'aria-label="Phường Hồng Gai: 4 facilities"' in text


def test_without_centroids_the_table_stands_alone(as_: Callable[..., TestClient], below: World) -> None:
    below.answers[PATH] = below.answers[PATH] | {"items": [cell("VN-22-A", "Phường Hồng Gai", 4, 10, 1, latitude=None)]}
    text = as_("linh").get("/facilities/map").text
    assert '<svg class="map"' not in text
    assert "Phường Hồng Gai" in text


def test_an_area_without_others_below_it(as_: Callable[..., TestClient], below: World) -> None:
    below.answers[PATH] = below.answers[PATH] | {"items": []}
    assert "No area below this one" in as_("linh").get("/facilities/map?area=VN-22-A").text


def test_the_list_leads_to_the_map(as_: Callable[..., TestClient]) -> None:
    assert 'href="/facilities/map"' in as_("linh").get("/facilities?q=").text
