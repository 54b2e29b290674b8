"""Today's work-list, the situation of a place, a career, the map and the briefing: whole in each language, and what they say."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import ServiceAway
from services.portal.maps import arranged, shade_of
from tests.portal.answers_observatory import CELLS, answer
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import F, World, page, uid

PAGES = [
    "/",
    "/?when=overdue&kind=mandate_ends",
    "/places/VN-22-BVT",
    "/areas/VN-22",
    "/briefing?from=2025-01-01&to=2025-09-30",
    "/map",
    "/figures/density.doctors/parts?by=area",
    f"/people/{uid(1)}",
    f"/people/{uid(1)}?part=training",
]


@pytest.fixture(autouse=True)
def answers(world: World) -> World:
    return answer(world)


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    whole(as_, path, language)


class TestToday:
    def test_what_falls_due_stands_in_three_groups(self, as_: Callable[..., TestClient]) -> None:
        text = as_("linh").get("/").text
        order = [text.index(found) for found in ("Mandate that ends</a>", "Attendance to enter</a>", "Agreement that ends</a>")]
        assert order == sorted(order)
        assert "Nguyễn Thị Hoa" in text
        assert "Hồi sức cấp cứu" in text
        assert 'href="/things/1"' in text
        assert '<a href="/things/4">Decision or recommendation to follow up</a>' in text
        assert "Mở thêm 20 chỗ · Training office" in text
        assert "Overdue: 2 · This week: 1 · Later: 1" in re.sub(r"\s+", " ", text)

    def test_the_filters_are_in_the_address(self, as_: Callable[..., TestClient], world: World) -> None:
        as_("linh").get("/?kind=mandate_ends&facility=VN-22-BVT&responsible=signatory&when=week")
        asked = [params for method, path, params in world.sent if path == f"{F}/work-list"]
        assert asked == [{"kind": "mandate_ends", "facility": "VN-22-BVT", "responsible": "signatory", "when": "week", "limit": "30"}]

    def test_nothing_falls_due(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{F}/work-list"] = page() | {"as_of": "2025-09-30", "counts": []}
        assert "Nothing falls due" in as_("linh").get("/").text

    def test_without_the_observatory_the_rest_is_there(self, as_: Callable[..., TestClient], world: World) -> None:
        world.refusals[f"{F}/work-list"] = ServiceAway()
        text = as_("linh").get("/").text
        assert "this list may lack tasks" in text
        assert "Validate the need" in text

    def test_the_decisions_that_wait_are_one_line(self, as_: Callable[..., TestClient], world: World) -> None:
        proposed = {"id": uid(840), "state": "proposed", "proposed_on": "2025-09-01", "effective_on": "2025-10-01", "available_actions": [{"act": "sign", "allowed": True}]}
        world.answers["/api/v1/appointment/decisions"] = page(proposed, proposed | {"id": uid(841), "available_actions": [{"act": "sign", "allowed": False}]})
        assert "Sign the decisions that wait: 1" in as_("director").get("/").text

    def test_a_figure_of_an_officer_is_that_of_the_facility(self, as_: Callable[..., TestClient], world: World) -> None:
        as_("hr-bvt").get("/")
        asked = [params for method, path, params in world.sent if path == f"{F}/figures/values"]
        assert [params["facility"] for params in asked] == ["VN-22-BVT"]


class TestPlaces:
    def test_the_situation_of_a_facility(self, as_: Callable[..., TestClient]) -> None:
        text = as_("linh").get("/places/VN-22-BVT").text
        for said in ("Unavailable, protected ground: 14", "Declared shortage", "Gives support", "7 of 12 actions done", "Nguyễn Thị Hoa", "Đặng Thị Ánh"):
            assert said in text, said

    def test_a_place_of_others_is_not_there(self, as_: Callable[..., TestClient]) -> None:
        assert as_("linh").get("/places/VN-22-BVBC").status_code == 404
        assert as_("linh").get("/areas/VN-01").status_code == 404

    def test_the_facility_leads_to_it(self, as_: Callable[..., TestClient]) -> None:
        assert 'href="/places/VN-22-BVT"' in as_("linh").get("/facilities/VN-22-BVT").text

    def test_a_small_cell_stays_banded(self, as_: Callable[..., TestClient]) -> None:
        assert "1–4" in as_("analyst").get("/areas/VN-22").text


class TestCareer:
    def test_entries_of_every_service_by_year(self, as_: Callable[..., TestClient]) -> None:
        text = as_("linh").get(f"/people/{uid(1)}?tab=timeline").text
        for said in ("Short course abroad", "decided on 20 April 2025", "recorded on 21 June 2025", "decision 12/QĐ-SYT", "Transfer to Trạm Y tế đặc khu Cô Tô", "undone: revoked"):
            assert said in text, said
        assert text.index("Short course abroad") < text.index("Transfer to")
        assert "moment-struck" in text

    def test_one_part_only(self, as_: Callable[..., TestClient]) -> None:
        text = as_("linh").get(f"/people/{uid(1)}?part=training").text
        assert "Short course abroad" in text
        assert "Transfer to" not in text
        assert "Employed by" not in text

    def test_without_the_observatory_the_register_speaks(self, as_: Callable[..., TestClient], world: World) -> None:
        world.refusals[f"{F}/people/{uid(1)}/timeline"] = ServiceAway()
        text = as_("linh").get(f"/people/{uid(1)}").text
        assert "may be missing below" in text
        assert "Employed by" in text


class TestMap:
    def test_a_bubble_for_each_area_and_a_table_beside(self, as_: Callable[..., TestClient]) -> None:
        text = as_("linh").get("/map").text
        assert text.count('<circle class="shade-') == 2 + 5  # two areas and the key
        assert 'href="/areas/VN-22-06685"' in text
        assert text.count("Đặc khu Cô Tô") >= 2

    def test_east_is_right_and_north_is_up(self) -> None:
        _height, (hong_gai, co_to) = arranged([cell | {"said": ""} for cell in CELLS])
        assert hong_gai.x < co_to.x
        assert co_to.y < hong_gai.y
        assert co_to.radius < hong_gai.radius
        assert (hong_gai.shade, co_to.shade) == (1, 0)

    @pytest.mark.parametrize(("value", "shade"), [(None, 0), (1.0, 1), (2.0, 2), (5.0, 5), (9.0, 5)])
    def test_the_shades_are_fifths(self, value: Any, shade: int) -> None:
        assert shade_of(value, [1.0, 2.0, 3.0, 4.0, 5.0]) == shade


def test_the_briefing_says_definition_and_source_and_prints_them(as_: Callable[..., TestClient]) -> None:
    text = as_("linh").get("/briefing?from=2025-01-01&to=2025-09-30").text
    for said in ("17.4", "Bác sĩ đang làm việc tại ngày tính", "2,488 / 1,430,000", "Sổ đăng ký nhân lực", "illustrative", "08/12/2023 – 30/09/2025"):
        assert said in text, said
    assert re.search(r'class="print-foot">Relais · Relais observatory, computed from records · Tỉnh Quảng Ninh', text)


def test_the_months_are_one_request(as_: Callable[..., TestClient], world: World) -> None:
    assert as_("linh").get("/figures/density.doctors/months").status_code == 200
    asked = [path for _method, path, _params in world.sent if path.startswith(f"{F}/figures")]
    assert sorted(asked) == [f"{F}/figures/density.doctors", f"{F}/figures/density.doctors/series"]
